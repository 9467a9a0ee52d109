/** How it is paid. For now the sandbox: a card for each way in which a payment can go. */
import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { checkoutWords } from '../words/checkout.ts';
import { useWords } from '../words/language.ts';

export const TEST_CARDS = ['approved', 'declined', 'slow', 'authenticate'] as const;
export type TestCard = (typeof TEST_CARDS)[number];

@Component({
  selector: 'poltrona-payment-choice',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="note mine small" id="test-note">{{ words().testNote }}</p>
    <div class="cards" role="radiogroup" [attr.aria-label]="words().payTitle" aria-describedby="test-note">
      @for (card of cards; track card) {
        <label [class.chosen]="card === chosen()">
          <input
            type="radio"
            name="card"
            [value]="card"
            [checked]="card === chosen()"
            [disabled]="disabled()"
            (change)="choose.emit(card)"
          />
          <span class="name">{{ words().methods[card].name }}</span>
          <span class="small soft">{{ words().methods[card].text }}</span>
        </label>
      }
    </div>
  `,
  styleUrl: './payment-choice.css',
})
export class PaymentChoice {
  readonly chosen = input.required<TestCard>();
  readonly disabled = input(false);
  readonly choose = output<TestCard>();
  protected readonly cards = TEST_CARDS;
  protected readonly words = useWords(checkoutWords);
}

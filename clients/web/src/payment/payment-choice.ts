/** How it is paid: the ways that the server takes, the card's fields below them, and in the sandbox a card for each end. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Updates } from '../shell/updates.ts';
import { checkoutWords } from '../words/checkout.ts';
import { useWords } from '../words/language.ts';
import { paymentWords } from '../words/payment.ts';
import { CardPart } from './card-part.ts';
import { PaymentStep } from './payment-step.ts';
import { isTestCard, type Way } from './way.ts';

@Component({
  selector: 'poltrona-payment-choice',
  imports: [CardPart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './payment-choice.html',
  styleUrl: './payment-choice.css',
})
export class PaymentChoice {
  readonly amountCents = input.required<number>();
  readonly currency = input.required<string>();
  readonly disabled = input(false);
  protected readonly step = inject(PaymentStep);
  protected readonly isOnline = inject(Updates).isOnline;
  protected readonly words = useWords(paymentWords);
  readonly #checkoutWords = useWords(checkoutWords);
  protected readonly testNote = computed(() => {
    const ways = this.step.ways();
    if (!ways.some(isTestCard)) return '';
    return ways.every(isTestCard) ? this.words().testNote : this.words().testNoteMore;
  });
  /** Without a network nothing of a provider's works, though its fields may stand there. */
  protected readonly isProviders = computed(() => {
    const way = this.step.way();
    return way !== null && !isTestCard(way);
  });
  /** One way is no choice. */
  protected readonly isChoice = computed(() => this.step.ways().length > 1);

  protected said(way: Way): { readonly name: string; readonly text: string } {
    return isTestCard(way) ? this.#checkoutWords().methods[way] : this.words().ways[way];
  }
}

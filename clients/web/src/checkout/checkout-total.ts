/** What it costs: tickets, fee, total; the sum that stands on the button. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { Offer } from '../../../sdk/api/offer-api.ts';
import { checkoutWords } from '../words/checkout.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import type { Total } from './ticket-choice.ts';

@Component({
  selector: 'poltrona-checkout-total',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dl class="numbers">
      <div>
        <dt>{{ words().ticketsSum(count()) }}</dt>
        <dd>{{ money(total().ticketsCents) }}</dd>
      </div>
      <div>
        <dt>{{ words().fee }}</dt>
        <dd>{{ total().feesCents === 0 ? words().feeNone : money(total().feesCents) }}</dd>
      </div>
      <div class="sum">
        <dt>{{ words().total }}</dt>
        <dd>{{ money(total().totalCents) }}</dd>
      </div>
    </dl>
    <p class="small soft">{{ cancellation() }}</p>
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-4);
    }
    dl {
      display: grid;
      gap: var(--space-2);
    }
    dl > div {
      display: flex;
      justify-content: space-between;
      gap: var(--space-4);
    }
    .sum {
      padding-top: var(--space-2);
      border-top: 1px solid var(--line);
      font-weight: 700;
      font-size: var(--text-l);
    }
  `,
})
export class CheckoutTotal {
  readonly total = input.required<Total>();
  readonly count = input.required<number>();
  readonly offer = input.required<Offer>();
  protected readonly words = useWords(checkoutWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly cancellation = computed(() => {
    const { days, minutesBefore } = this.offer().cancellation;
    return this.words().cancellation(days, minutesBefore);
  });

  protected money(cents: number): string {
    return this.#formats().money(cents, this.offer().currency);
  }
}

/** What was paid, and giving it back: until when, or why not any more. */
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { type Cancelled, CancelSheet } from './cancel-sheet.ts';
import { pendingAccess } from './pending-access.ts';
import { RefundPart } from './refund-part.ts';
import { wallTime } from './wall-time.ts';

@Component({
  selector: 'poltrona-order-purchase',
  imports: [CancelSheet, RefundPart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './order-purchase.html',
  styleUrl: './order-purchase.css',
})
export class OrderPurchase {
  readonly order = input.required<Order>();
  /** The order as it is after a cancellation. */
  readonly changed = output<Order>();
  /** A refusal has shown that what is on the screen is not so any more. */
  readonly stale = output<void>();

  protected readonly words = useWords(ticketsWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly isCancelling = signal(false);
  protected readonly done = signal('');
  protected readonly bought = computed(() => this.formats().longDay(wallTime(this.order().createdAt, this.#zone())));
  protected readonly until = computed(() => {
    const { until } = this.order().cancellable;
    if (until === null) return '';
    const local = wallTime(until, this.#zone());
    return this.words().cancelUntil(this.formats().longDay(local), this.formats().time(local));
  });
  protected readonly why = computed(() => {
    const { why } = this.order().cancellable;
    return why === null ? '' : this.words().cancelWhy[why];
  });
  /** Some of it was given back, or goes back with its screening; changes with each ticket. Empty: nothing does. */
  protected readonly givenBack = computed(() => {
    const { tickets, screening } = this.order();
    const gone = tickets.filter(({ state }) => state === 'refunded' || state === 'cancelled');
    const isOff = screening.status === 'cancelled';
    return gone.length === 0 && !isOff ? '' : `${screening.status} ${gone.map(({ id }) => id).join(' ')}`;
  });
  protected readonly access = computed(() => this.order().access || pendingAccess(this.order().id));
  readonly #zone = computed(() => this.order().screening.timeZone);

  protected cancelled({ order, count, cents }: Cancelled): void {
    const back = cents === 0 ? '' : ` ${this.words().cancelBack(this.formats().money(cents, order.currency))}`;
    this.done.set(this.words().cancelled(count) + back);
    this.changed.emit(order);
  }
}

/** My tickets: what is ahead on top, what is past below; from this device at once, from the server as soon as it answers. */
import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { WhoIsHere } from '../account/who.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { OrderCard } from './order-card.ts';
import { OrderShelf } from './order-shelf.ts';
import { sortedOrders } from './order-standing.ts';
import { seenText } from './ticket-texts.ts';
import { whenBack } from './when-back.ts';

@Component({
  selector: 'poltrona-tickets',
  imports: [RouterLink, OrderCard],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './tickets-page.html',
  styleUrl: './tickets-page.css',
})
export class TicketsPage {
  readonly #shelf = inject(OrderShelf);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly words = useWords(ticketsWords);
  protected readonly who = inject(WhoIsHere);
  protected readonly freshness = this.#shelf.freshness;
  protected readonly nowMs = signal(Date.now());
  protected readonly sorted = computed(() => {
    const orders = this.#shelf.orders();
    return orders === null ? null : sortedOrders(orders, this.nowMs());
  });
  /** Nothing to show yet, and the answer is on its way. */
  protected readonly isWaiting = computed(() => this.#isEmpty() && this.freshness() === 'asking');
  protected readonly isEmpty = computed(() => this.#isEmpty() && this.freshness() !== 'asking');
  protected readonly isStale = computed(() => ['offline', 'failed', 'often'].includes(this.freshness()));
  protected readonly why = computed(() => {
    const words = this.words();
    if (this.freshness() === 'offline') return words.offline;
    return this.freshness() === 'often' ? words.often : words.failed;
  });
  protected readonly seen = computed(() => {
    const seenMs = this.#shelf.seenMs();
    if (seenMs === null) return '';
    return this.words().seen(seenText(seenMs, this.nowMs(), this.words(), this.#formats()));
  });
  readonly #isEmpty = computed(() => {
    const sorted = this.sorted();
    return sorted === null || sorted.ahead.length + sorted.past.length === 0;
  });

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().title} · Poltrona`));
    void this.refresh();
    inject(DestroyRef).onDestroy(whenBack(() => void this.refresh()));
  }

  protected refresh(): Promise<void> {
    this.nowMs.set(Date.now());
    return this.#shelf.refresh();
  }
}

/**
 * The tickets of an order, for the gate. What is kept on the device is shown at once; the server is asked then, with the access
 * of the link that led here, if one did. The screen stays awake while a code is shown.
 */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { takeFromAddress } from '../account/address-token.ts';
import { whenLinkOpened } from '../account/opened-link.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { type Freshness, orderFreshnessOf } from './freshness.ts';
import { OrderActions } from './order-actions.ts';
import { OrderPurchase } from './order-purchase.ts';
import { OrderShelf } from './order-shelf.ts';
import { bestStanding, orderStanding } from './order-standing.ts';
import { refreshAfterMs } from './refresh-pace.ts';
import { ScreenAwake } from './screen-awake.ts';
import { TicketStrip } from './ticket-strip.ts';
import { seenText } from './ticket-texts.ts';
import { whenBack } from './when-back.ts';

@Component({
  selector: 'poltrona-ticket',
  imports: [OrderActions, OrderPurchase, RouterLink, TicketStrip],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './ticket-page.html',
  styleUrl: './ticket-page.css',
})
export class TicketPage {
  /** Of the address. */
  readonly orderId = input.required<string>({ alias: 'order' });

  readonly #shelf = inject(OrderShelf);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly words = useWords(ticketsWords);
  /** As the server said just now; for what is not kept on the device. */
  readonly #answered = signal<Order | null>(null);
  readonly #isRead = signal(false);
  /** Of an answer that did not come, or was a refusal that says nothing of the order. */
  protected readonly trouble = computed(() => {
    const words = this.words();
    switch (this.freshness()) {
      case 'offline':
        return { title: words.unseenTitle, text: words.unseenText, kept: words.offlineTicket };
      case 'often':
        return { title: words.oftenTitle, text: words.oftenText, kept: words.oftenTicket };
      case 'failed':
        return { title: words.troubleTitle, text: words.troubleText, kept: words.staleTicket };
      default:
        return null;
    }
  });
  protected readonly freshness = signal<Freshness | 'gone'>('asking');
  protected readonly nowMs = signal(Date.now());
  protected readonly order = computed(() => {
    const id = this.orderId();
    const answered = this.#answered();
    return answered?.id === id ? answered : (this.#shelf.orders()?.find((order) => order.id === id) ?? null);
  });
  protected readonly standing = computed(() => {
    const order = this.order();
    return order === null ? null : orderStanding(order);
  });
  protected readonly isWaiting = computed(() => !this.#isRead() || this.freshness() === 'asking');
  protected readonly seen = computed(() => {
    this.#shelf.orders();
    const kept = this.#shelf.kept(this.orderId());
    return kept === null
      ? ''
      : this.words().seenOne(seenText(kept.seenMs, this.nowMs(), this.words(), this.#formats()));
  });
  #asking = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    const title = inject(Title);
    effect(() => {
      const film = this.order()?.screening.film.title;
      title.setTitle(`${film ?? this.words().title} · Poltrona`);
    });
    effect(() => {
      this.orderId();
      untracked(() => {
        this.#answered.set(null);
        this.freshness.set('asking');
        void this.ask();
      });
    });
    const droppedBefore = this.#shelf.dropped();
    effect(() => {
      // Somebody signed out, or another account in, here or in another tab: what was on the screen may be nobody's any more.
      if (this.#shelf.dropped() === droppedBefore) return;
      untracked(() => {
        this.#answered.set(null);
        this.freshness.set('asking');
        void this.ask();
      });
    });
    whenLinkOpened('access', (access) => void this.ask(access));
    const awake = new ScreenAwake();
    effect(() => {
      const order = this.order();
      if (order !== null && bestStanding(order) === 'admits') awake.start();
      else awake.stop();
    });
    const stop = whenBack(() => void this.ask());
    inject(DestroyRef).onDestroy(() => {
      stop();
      awake.stop();
      this.#asking++;
      clearTimeout(this.#timer);
    });
  }

  protected async ask(access = takeFromAddress('access')): Promise<void> {
    const asking = ++this.#asking;
    clearTimeout(this.#timer);
    const id = this.orderId();
    this.nowMs.set(Date.now());
    try {
      await this.#shelf.read();
      this.#isRead.set(true);
      const order = await this.#shelf.ask(id, access);
      if (asking !== this.#asking) return;
      this.show(order);
    } catch (cause) {
      if (asking !== this.#asking) return;
      this.freshness.set(orderFreshnessOf(cause, navigator.onLine));
    }
    const order = this.order();
    const waitMs = order === null ? null : refreshAfterMs(order, Date.now());
    if (waitMs !== null) this.#timer = setTimeout(() => void this.ask(), waitMs);
  }

  /** An answer of the server's, also of a cancellation. */
  protected show(order: Order): void {
    this.#answered.set(order);
    this.freshness.set('fresh');
  }

  protected async changed(order: Order): Promise<void> {
    this.show(await this.#shelf.take(order));
  }
}

/**
 * What became of a purchase: the one true state of an order, whoever comes and however often. While it is in payment the page
 * follows it; what is sold leads on to the tickets.
 */
import { Location } from '@angular/common';
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
import { Router, RouterLink } from '@angular/router';
import { ApiProblem } from '../../../sdk/api/http.ts';
import type { OrderPayment } from '../../../sdk/api/payment-api.ts';
import { type Order, TicketsApi } from '../../../sdk/api/tickets-api.ts';
import { WhoIsHere } from '../account/who.ts';
import { Server } from '../server/server.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { moneyBackOf } from '../tickets/money-back.ts';
import { pendingAccess } from '../tickets/pending-access.ts';
import { RefundPart } from '../tickets/refund-part.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { orderWords } from '../words/order.ts';
import { Following } from './following.ts';
import { askAgainMs, mayGiveBack, type OrderView, viewOfOrder } from './order-view.ts';
import { maskedEmail } from './trouble.ts';
import { isBegunHere, takeWayBack } from './way-back.ts';

@Component({
  selector: 'poltrona-order',
  imports: [RefundPart, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './order-page.html',
  styleUrl: './order-page.css',
})
export class OrderPage {
  readonly order = input.required<string>();
  protected readonly words = useWords(orderWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly found = signal<Order | null>(null);
  readonly #answer = signal<'asking' | 'missing' | 'unreachable' | 'known'>('asking');
  readonly #api = new TicketsApi(inject(Server).api);
  readonly #who = inject(WhoIsHere);
  /** The purchase has just told us that it is sold: the books may be a moment behind. */
  #isBack = false;
  readonly #isJustSold = signal(false);
  readonly #router = inject(Router);
  readonly #location = inject(Location);
  readonly #tries = signal(0);
  readonly #following = new Following({
    ask: () => this.#ask(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    isSeen: () => document.visibilityState === 'visible',
  });

  protected readonly view = computed<OrderView>(() => {
    const order = this.found();
    if (order !== null) return viewOfOrder(order.state);
    const answer = this.#answer();
    if (answer === 'unreachable') return 'unreachable';
    if (answer === 'missing' && this.#tries() >= (this.#isJustSold() ? SOLD_TRIES : TRIES)) return 'missing';
    return this.#isJustSold() ? 'issuing' : 'loading';
  });
  /** Of a phone that paid for a kiosk; empty: the session is enough. */
  protected readonly access = computed(() => pendingAccess(this.order()));
  protected readonly mayGiveBack = computed(() => mayGiveBack(this.view()));
  protected readonly payment = signal<OrderPayment | null>(null);
  /** Then nobody may say that nothing was charged. */
  protected readonly goesBack = computed(() => moneyBackOf(this.payment()) !== null);
  protected readonly title = computed(() => {
    const words = this.words();
    switch (this.view()) {
      case 'sold':
      case 'issuing':
        return words.soldTitle;
      case 'waiting':
        return words.waitingTitle;
      case 'refused':
        return words.refusedTitle;
      case 'expired':
        return words.expiredTitle;
      case 'cancelled':
        return words.cancelledTitle;
      case 'refunded':
        return words.refundedTitle;
      case 'missing':
        return words.missingTitle;
      case 'unreachable':
        return words.unreachableTitle;
      default:
        return words.loadingTitle;
    }
  });
  protected readonly email = computed(() => {
    const email = this.#who.buyer()?.email ?? null;
    return email === null ? null : maskedEmail(email);
  });
  protected readonly labels = computed(() => this.found()?.tickets.map(({ seat }) => seat) ?? []);

  constructor() {
    usePageTitle(() => this.title());
    effect(() => {
      this.order();
      untracked(() => this.#begin());
    });
    const online = (): void => {
      if (this.view() !== 'sold' && document.visibilityState === 'visible') this.#following.now();
    };
    const looked = (): void => this.#following.looked();
    addEventListener('online', online);
    document.addEventListener('visibilitychange', looked);
    inject(DestroyRef).onDestroy(() => {
      this.#following.stop();
      removeEventListener('online', online);
      document.removeEventListener('visibilitychange', looked);
    });
  }

  /** Asks the server now, without waiting for the end of a pause. */
  protected ask(): void {
    this.#following.now();
  }

  #begin(): void {
    this.found.set(null);
    this.payment.set(null);
    this.#answer.set('asking');
    this.#tries.set(0);
    // In the history's own state it is there after a reload as well.
    const state = this.#router.currentNavigation()?.extras.state ?? (this.#location.getState() as State | null);
    this.#isJustSold.set(state?.['sold'] === true);
    // Before anything is asked: what the provider wrote into the address is nobody's to read there.
    if (takeWayBack()) this.#isBack = true;
    this.#following.begin();
  }

  async #ask(): Promise<number | null> {
    const id = this.order();
    try {
      const access = this.access();
      const found = await this.#api.order(id, access === '' ? {} : { access });
      if (id !== this.order()) return null;
      this.found.set(found);
      this.#answer.set('known');
      this.#goOn(found);
    } catch (cause) {
      if (id !== this.order()) return null;
      // 400: an address of another shape was never an order's.
      const isMissing = cause instanceof ApiProblem && [400, 401, 404].includes(cause.status);
      this.#answer.set(isMissing ? 'missing' : 'unreachable');
    }
    this.#tries.update((tries) => tries + 1);
    return askAgainMs(this.view(), this.#tries());
  }

  /** Back from a bank's page or PayPal's: the purchase that this browser has begun goes on where it was begun. */
  #goOn({ screening }: Order): void {
    if (!this.#isBack || this.view() !== 'waiting' || !isBegunHere(screening.id)) return;
    this.#isBack = false;
    void this.#router.navigate(['/screenings', screening.id, 'checkout'], { replaceUrl: true });
  }
}

type State = Readonly<Record<string, unknown>>;

/** About half a minute in all: then the books would be ill, and the words of a missing order are the better help. */
const SOLD_TRIES = 12;

/** About a second: whoever comes by a link of the checkout may be quicker than the books as well. */
const TRIES = 3;

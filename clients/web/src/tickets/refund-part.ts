/** What became of the money of an order that was given back, in whole or in part: asked of the server, and again while it is on its way. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
} from '@angular/core';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { type OrderPayment, PaymentApi } from '../../../sdk/api/payment-api.ts';
import { Following } from '../checkout/following.ts';
import { Server } from '../server/server.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { moneyWords } from '../words/money.ts';
import { moneyAskAgainMs, moneyBackOf } from './money-back.ts';

@Component({
  selector: 'poltrona-refund-part',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div role="status">
      @if (back(); as money) {
        <h3>{{ words().title }}</h3>
        @if (money.pendingCents > 0) {
          <p class="numbers">{{ words().pending(formats().money(money.pendingCents, money.currency)) }}</p>
        }
        @if (money.doneCents > 0) {
          <p class="numbers">{{ words().done(formats().money(money.doneCents, money.currency)) }}</p>
        }
      } @else if (isUnreachable()) {
        <p class="small soft">{{ words().unreachable }}</p>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    h3 {
      font: 600 var(--text-m) / 1.4 var(--plain);
    }
  `,
})
export class RefundPart {
  readonly order = input.required<string>();
  /** Of the link that led here; empty: the session is enough. */
  readonly access = input('');
  /** Changes when something was given back: then it is asked for again. */
  readonly state = input('');
  readonly known = output<OrderPayment>();
  protected readonly words = useWords(moneyWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  readonly #payment = signal<OrderPayment | null>(null);
  protected readonly isUnreachable = signal(false);
  protected readonly back = computed(() => moneyBackOf(this.#payment()));
  readonly #api = new PaymentApi(inject(Server).api);
  #tries = 0;
  readonly #following = new Following({
    ask: () => this.#ask(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    isSeen: () => document.visibilityState === 'visible',
  });

  constructor() {
    effect(() => {
      this.order();
      this.state();
      untracked(() => {
        this.#tries = 0;
        this.#following.begin();
      });
    });
    const looked = (): void => this.#following.looked();
    document.addEventListener('visibilitychange', looked);
    inject(DestroyRef).onDestroy(() => {
      this.#following.stop();
      document.removeEventListener('visibilitychange', looked);
    });
  }

  async #ask(): Promise<number | null> {
    const order = this.order();
    const access = this.access();
    this.#tries++;
    try {
      const payment = await this.#api.payment(order, access === '' ? {} : { access });
      if (order !== this.order()) return null;
      this.isUnreachable.set(false);
      this.#payment.set(payment);
      this.known.emit(payment);
    } catch (cause) {
      // An order that nobody has paid anything for, or not this visitor's.
      if (cause instanceof ApiProblem && cause.status === 404) return null;
      this.isUnreachable.set(true);
      return 30_000;
    }
    return moneyAskAgainMs(this.back(), this.#tries);
  }
}

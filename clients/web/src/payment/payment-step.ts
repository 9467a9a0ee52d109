/**
 * The step in which somebody pays: which ways the server takes, which one is chosen, and the card's fields. One for each visit of a page that
 * takes money; what becomes of the money is the page's own affair.
 */
import { computed, DestroyRef, Injectable, inject, signal } from '@angular/core';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { PaymentApi, type PaymentMethod } from '../../../sdk/api/payment-api.ts';
import { Server } from '../server/server.ts';
import { CardForm } from './card-form.ts';
import { isTestCard, methodOf, type Way, waysOf } from './way.ts';

/** How a purchase says that it is paid. */
export interface Payment {
  readonly method: string;
  readonly detail: string;
}

const SANDBOX: readonly PaymentMethod[] = [{ method: 'sandbox' }];

@Injectable()
export class PaymentStep {
  readonly card = inject(CardForm);
  /** Null: not known (yet). */
  readonly methods = signal<readonly PaymentMethod[] | null>(null);
  readonly isUnreachable = signal(false);
  readonly ways = computed<readonly Way[]>(() => waysOf(this.methods() ?? []));
  readonly #wished = signal<Way | null>(null);
  /** Null while there is none to choose. */
  readonly way = computed<Way | null>(() => {
    const wished = this.#wished();
    return wished !== null && this.ways().includes(wished) ? wished : (this.ways()[0] ?? null);
  });
  readonly stripe = computed(() => methodOf(this.methods() ?? [], 'stripe'));
  readonly paypal = computed(() => methodOf(this.methods() ?? [], 'paypal'));
  /** A token is being made. */
  readonly isChecking = signal(false);
  readonly #api = new PaymentApi(inject(Server).api);

  constructor() {
    const online = (): void => {
      if (this.isUnreachable()) void this.load();
    };
    addEventListener('online', online);
    inject(DestroyRef).onDestroy(() => {
      removeEventListener('online', online);
      this.card.close();
    });
  }

  /** Never rejects: see `isUnreachable`. */
  async load(): Promise<void> {
    this.isUnreachable.set(false);
    try {
      this.methods.set(await this.#api.methods());
    } catch (cause) {
      // A server of the build before this one knows the sandbox only.
      if (cause instanceof ApiProblem && cause.status === 404) this.methods.set(SANDBOX);
      else this.isUnreachable.set(true);
    }
  }

  choose(way: Way): void {
    this.#wished.set(way);
    this.card.problem.set(null);
  }

  /**
   * What the purchase is to say; null: not now, and the card's `problem` says why. To be called by the click itself, and after the rest of the
   * form was found right. Not for PayPal, which begins by its own button.
   */
  async payment(totalCents: number): Promise<Payment | null> {
    const way = this.way();
    const hasSandbox = this.ways().some(isTestCard);
    if (totalCents === 0)
      return hasSandbox ? { method: 'sandbox', detail: 'approved' } : { method: 'free', detail: '' };
    if (way === null || way === 'paypal') return null;
    if (way !== 'stripe') return { method: 'sandbox', detail: way };
    this.isChecking.set(true);
    const made = await this.card.token();
    this.isChecking.set(false);
    return made.is === 'token' ? { method: 'stripe', detail: made.token } : null;
  }
}

/**
 * A purchase that is paid in PayPal's window: begun by PayPal's own button, waited for while the window is open, and gone on with
 * when it closes, whichever way it does.
 */
import { Injectable, inject, signal } from '@angular/core';
import { newRequestId } from '../../../sdk/request-id.ts';
import type { PayPalDealing } from '../payment/paypal-part.ts';
import { isUnderWay, type Purchase } from './purchase.ts';
import { type Person, PurchaseDesk } from './purchase-desk.ts';

/** How the last one ended, where the purchase's state does not say it. */
export type WindowNote = 'cancelled' | 'failed';

@Injectable()
export class PayPalWindow {
  /** The window is open, or about to be: its button must stay where it is. */
  readonly isOpen = signal(false);
  readonly note = signal<WindowNote | null>(null);
  readonly #desk = inject(PurchaseDesk);

  /** `checked`: what would be bought, and by whom; null when something has to be mended before. */
  dealing(
    checked: () => {
      readonly purchase: Omit<Purchase, 'requestId' | 'method' | 'detail'>;
      readonly person: Person;
    } | null,
  ): PayPalDealing {
    return {
      mayBegin: () => !isUnderWay(this.#desk.state()) && checked() !== null,
      order: () => {
        const wanted = checked();
        if (wanted === null) return Promise.reject(new Error('the form has changed'));
        this.note.set(null);
        this.isOpen.set(true);
        // Another word each time: the same seats paid for once more are another order.
        const detail = newRequestId((bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
        this.#desk.begin({ ...wanted.purchase, method: 'paypal', detail }, wanted.person);
        return this.#desk.payPalOrder();
      },
      approved: () => {
        this.isOpen.set(false);
        this.#desk.approved();
      },
      cancelled: () => void this.#cancelled(),
      failed: () => {
        this.isOpen.set(false);
        // Else the page says already how the purchase stands.
        if (this.#isUnsaid()) this.note.set('failed');
      },
    };
  }

  async #cancelled(): Promise<void> {
    // The panel offers it once more when the server was not reached.
    await this.#desk.giveUp().then(
      () => this.note.set('cancelled'),
      () => {},
    );
    this.isOpen.set(false);
  }

  #isUnsaid(): boolean {
    const state = this.#desk.state();
    return state.is === 'filling' && state.trouble === null && this.note() === null;
  }
}

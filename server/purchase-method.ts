/** How a purchase is paid, and by whom each way may be used here. */
import type { Provider } from '../actors/payment/payment.ts';

/**
 * 'phone': another device pays, and this one hears of it when it says its purchase again. 'free': there is nothing to pay; refused
 * when there is.
 */
export type PurchaseMethod = Provider | 'phone' | 'free';

export interface MethodsHere {
  readonly stripe: object | null;
  readonly paypal: object | null;
  readonly sandboxPayments: boolean;
}

/**
 * The method of this name, if it is on here. Real money, and what only looks like it elsewhere, wants to know to whom the order
 * belongs: who has paid must be able to find his tickets. Null: it is off, unknown, or not for whom nobody knows.
 */
export function methodNamed(name: string, here: MethodsHere, isIdentified: boolean): PurchaseMethod | null {
  switch (name) {
    case 'sandbox':
      return here.sandboxPayments ? name : null;
    case 'stripe':
    case 'paypal':
      return here[name] !== null && isIdentified ? name : null;
    case 'phone': {
      const isAnyOn = here.stripe !== null || here.paypal !== null || here.sandboxPayments;
      return isAnyOn && isIdentified ? name : null;
    }
    case 'free':
      return isIdentified ? name : null;
    default:
      return null;
  }
}

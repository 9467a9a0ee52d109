/**
 * The page on which a phone pays for what a kiosk has chosen, as a function of what is known: how the payment stands by the server's last
 * answer, and what this page itself is about to do. Pure.
 */
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { OrderPayment } from '../../../sdk/api/payment-api.ts';

export type PayView =
  | 'loading'
  /** To be paid, here and now. */
  | 'form'
  /** The bank asks about the card. */
  | 'question'
  /** PayPal waits for the buyer. */
  | 'paypal'
  | 'paying'
  | 'sold'
  | 'declined'
  /** The seats are gone, and no money moved. */
  | 'ended'
  /** The seats are gone, and money goes back. */
  | 'back'
  | 'missing'
  | 'unreachable';

/** Why the last attempt to pay came to nothing, or to nothing that is known. */
export type PayTrouble =
  | 'unreachable'
  | 'too-many-attempts'
  | 'too-many-declined'
  | 'other-method'
  | 'provider-away'
  | 'server';

/** `answer`: of the last question how it stands. `isSending`: a payment is on its way to the server, and not answered. */
export function payViewOf(
  payment: OrderPayment | null,
  answer: 'asking' | 'missing' | 'unreachable' | 'known',
  isSending: boolean,
): PayView {
  if (payment === null) return answer === 'missing' || answer === 'unreachable' ? answer : 'loading';
  switch (payment.state) {
    case 'sold':
    case 'declined':
      return payment.state;
    case 'ended':
      return payment.refundedCents + payment.refundPendingCents > 0 ? 'back' : 'ended';
    case 'open':
      return isSending ? 'paying' : 'form';
    case 'paying':
      return 'paying';
    case 'action':
      if (isSending) return 'paying';
      return payment.action?.kind === 'paypal' ? 'paypal' : 'question';
  }
}

/** Until it is asked again how it stands, milliseconds; null: nothing changes any more, or only by what is done here. */
export function payAskAgainMs(view: PayView, tries: number): number | null {
  switch (view) {
    case 'paying':
      return Math.min(1_000 + 500 * tries, 5_000);
    // The kiosk may give it up, or somebody pay it elsewhere.
    case 'form':
    case 'question':
    case 'paypal':
      return 15_000;
    case 'unreachable':
      return 10_000;
    case 'loading':
      return 1_000;
    default:
      return null;
  }
}

/** Of what paying threw. Null: it is not waiting for a payment any more, and how it stands says the rest. */
export function payTroubleOf(cause: unknown): PayTrouble | null {
  if (cause instanceof ApiUnreachable) return 'unreachable';
  if (!(cause instanceof ApiProblem)) return 'server';
  if (cause.status === 429) return cause.code === 'too-many-declined' ? cause.code : 'too-many-attempts';
  if (cause.status === 404 || cause.code === 'not-open') return null;
  if (cause.code === 'other-method') return 'other-method';
  return cause.status >= 500 ? 'provider-away' : 'server';
}

/** Whether nobody knows what became of it, so that it has to be asked before anything else is done. */
export function isUnsure(trouble: PayTrouble | null): boolean {
  return trouble === 'unreachable' || trouble === 'provider-away';
}

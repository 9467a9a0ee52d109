/**
 * How the books change by what a provider was seen to say, and by what is about to be asked of it. Pure.
 *
 * What is seen may be old: it was on its way while somebody else asked again. So the books only go forward. `captured` and
 * `cancelled` are ends; what was reserved stays so until it is seen taken, dead or declined; and whoever has lost a race may put what
 * he saw into the newer books without harm.
 */
import type { Payment, PaymentPhase, Refund, RefundSight, Sight } from './payment.ts';

/** What is written of a payment; the rest is as it was when it began. */
export type PaymentChange = Partial<
  Pick<
    Payment,
    | 'phase'
    | 'object'
    | 'authorisation'
    | 'capture'
    | 'capturedCents'
    | 'tries'
    | 'isDoubtful'
    | 'ending'
    | 'declineCode'
    | 'isDisputed'
  >
>;

/** Before the provider is asked to reserve: who finds this knows that it may have been. */
export const aboutToAuthorise: PaymentChange = { phase: 'authorising' };

/** An answer was lost, or the provider says "never heard": look before asking again, and then with a new key. */
export function inDoubt({ tries }: Payment): PaymentChange {
  return { isDoubtful: true, tries: tries + 1 };
}

/**
 * What the books say after the provider was looked at. An end stays an end: a late, stale answer neither opens nor unpays
 * anything. But money wins over what we thought: what is seen captured was captured.
 *
 * `isOld`: others have changed the books since it was seen. Then it adds to what is known, and takes nothing back, no doubt either.
 */
export function seen(payment: Payment, sight: Sight, isOld = false): PaymentChange {
  // Made by somebody who lost the race to make it; nobody was told of it, so that nobody can pay it.
  if (payment.object !== null && payment.object !== sight.object) return {};
  const { object, authorisation, capture, capturedCents, declineCode } = sight;
  // The provider thought about taking it, and would not: it is only reserved again, and is taken with a key that was not used up.
  const isTakenBack =
    !isOld &&
    sight.is === 'authorised' &&
    payment.phase === 'authorised' &&
    capture === null &&
    payment.capture !== null;
  return {
    phase: phaseAfter(payment, sight),
    object,
    authorisation: authorisation ?? payment.authorisation,
    ...(isTakenBack ? { capture: null, tries: payment.tries + 1 } : { capture: capture ?? payment.capture }),
    capturedCents: Math.max(capturedCents, payment.capturedCents),
    declineCode: declineCode ?? payment.declineCode,
    // Reserved after it was given up: an old sight, or a request that overtook the cancelling. It is looked at once more, and let go.
    isDoubtful: (isOld && payment.isDoubtful) || (payment.phase === 'cancelled' && isReserved(sight)),
  };
}

/** Or about to be: PayPal may think about a reservation for hours. */
function isReserved({ is, authorisation }: Sight): boolean {
  return is === 'authorised' || (is === 'processing' && authorisation !== null);
}

function phaseAfter({ phase }: Payment, { is }: Sight): PaymentPhase {
  if (is === 'captured' || phase === 'captured') return 'captured';
  if (is === 'cancelled' || phase === 'cancelled') return 'cancelled';
  if (is === 'authorised') return 'authorised';
  if (is === 'declined') return 'declined';
  switch (phase) {
    case 'authorised':
    case 'declined':
      // 'processing': the provider thinks about taking it. All else that is open is from before.
      return phase;
    case 'authorising':
      // Not reserved as far as the provider knows. But it was asked for, and who asked may still be waiting.
      return is === 'action' ? 'waiting' : 'authorising';
    case 'created':
    case 'waiting':
    case 'approved':
      return is === 'approved' ? 'approved' : 'waiting';
  }
}

/** Done stays done, and failed stays failed, except that banks may refuse what was done, days later. */
export function refundSeen(refund: Refund, { object, is }: RefundSight): Refund {
  // Failed without an id: it was never there as far as we knew. With one, the provider has said so itself.
  const hasEnded = refund.phase === 'done' || (refund.phase === 'failed' && refund.object !== null);
  const staysAsItIs = hasEnded && !(refund.phase === 'done' && is === 'failed');
  return { ...refund, object, phase: staysAsItIs ? refund.phase : is };
}

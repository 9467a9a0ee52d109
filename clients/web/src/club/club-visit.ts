/**
 * A visit of the club's page, as far as joining and paying go: what is shown, and what follows on what is heard.
 *
 * Always true: nobody is called a member, and nothing is called paid, because this page saw a payment go well: the server says so,
 * after it has looked at Stripe. And "nothing was charged" is said only of what certainly was not.
 */
import type { ClubPayment, Membership } from '../../../sdk/api/club-api.ts';

/** Why nobody has joined, or the card was not charged. */
export type ClubProblem =
  /** No answer. Joining alone charges nothing, so that this can be said of it. */
  | 'unreachable'
  /** Stripe did not answer the server. */
  | 'provider'
  /** The plan is not offered any more. */
  | 'plan-gone'
  /** Signed out, a guest or without a CPF meanwhile. */
  | 'who'
  | 'other'
  /** Of the card's fields: empty or wrong. */
  | 'incomplete'
  | 'declined'
  /** The bank's question was answered with no, or not at all. */
  | 'bank'
  /** Whether it was charged was not to be heard; the server has looked since, and it was not. */
  | 'unpaid'
  /** The membership that was begun is not there any more. */
  | 'begin-anew';

export type ClubVisit =
  | { readonly is: 'opening' }
  /** The server could not be asked how it stands. */
  | { readonly is: 'unreachable' }
  /** No member. */
  | { readonly is: 'choosing'; readonly problem: ClubProblem | null }
  | { readonly is: 'joining'; readonly plan: string }
  /** The card's fields are open. `membership`: incomplete, or late. */
  | {
      readonly is: 'paying';
      readonly membership: Membership;
      readonly clientSecret: string;
      readonly problem: ClubProblem | null;
    }
  /** Stripe has the card, and asks the bank; the bank perhaps asks the member. */
  | { readonly is: 'confirming'; readonly membership: Membership; readonly clientSecret: string }
  /** The server is asked what has become of it. `problem`: what is said should the answer be that nothing was paid. */
  | { readonly is: 'looking'; readonly tries: number; readonly problem: ClubProblem | null }
  /** It was asked often enough: the person may look again. */
  | { readonly is: 'slow' }
  /** Active or late. `clientSecret`: what is open can be paid with another card. */
  | { readonly is: 'member'; readonly membership: Membership; readonly clientSecret: string | null };

/** What Stripe's script says at the end of a confirmation. */
export type Confirmed =
  /** Paid, or on its way. */
  | 'done'
  /** Nothing was asked of the bank: a field is wrong. */
  | 'incomplete'
  | 'declined'
  | 'bank'
  /** The line broke, or the payment is in a state that this page did not expect. */
  | 'unknown';

export type ClubEvent =
  /** How it stands at Stripe. */
  | { readonly kind: 'looked'; readonly answer: ClubPayment }
  | { readonly kind: 'not-looked' }
  | { readonly kind: 'join'; readonly plan: string }
  | { readonly kind: 'not-joined'; readonly problem: ClubProblem }
  /** Another plan is wanted, while the first month is not paid; of a late month: not now. */
  | { readonly kind: 'put-aside' }
  | { readonly kind: 'pay-open' }
  | { readonly kind: 'confirm' }
  | { readonly kind: 'confirmed'; readonly how: Confirmed }
  /** Back from a bank's own page. */
  | { readonly kind: 'came-back'; readonly isPaid: boolean }
  | { readonly kind: 'look-again' }
  /** Left, or given up. */
  | { readonly kind: 'left'; readonly membership: Membership | null };

export const opening: ClubVisit = { is: 'opening' };

/** How often the server is asked by itself after a payment, see `pauseMs`: half a minute in all. */
const LOOKS_MAX = 9;

/** After so many of them, three seconds, a confirmation whose line broke has arrived or never will. */
const UNSURE_LOOKS = 3;

/** Before the server is asked once more, milliseconds: Stripe tells what became of a payment within a second, mostly. */
export function pauseMs(tries: number): number {
  return Math.min(500 * 2 ** tries, 5_000);
}

/** What follows. An event that does not belong to the state changes nothing: that is how a double tap ends. */
export function next(visit: ClubVisit, event: ClubEvent): ClubVisit {
  switch (event.kind) {
    case 'looked':
      return afterLook(visit, event.answer);
    case 'not-looked':
      if (visit.is === 'opening') return { is: 'unreachable' };
      return visit.is === 'looking' ? lookedOnce(visit) : visit;
    case 'join':
      return visit.is === 'choosing' ? { is: 'joining', plan: event.plan } : visit;
    case 'not-joined':
      return visit.is === 'joining' ? { is: 'choosing', problem: event.problem } : visit;
    case 'put-aside': {
      if (visit.is !== 'paying') return visit;
      const { membership, clientSecret } = visit;
      return membership.status === 'late'
        ? { is: 'member', membership, clientSecret }
        : { is: 'choosing', problem: null };
    }
    case 'pay-open': {
      if (visit.is !== 'member' || visit.clientSecret === null) return visit;
      const { membership, clientSecret } = visit;
      return { is: 'paying', membership, clientSecret, problem: null };
    }
    case 'confirm': {
      if (visit.is !== 'paying') return visit;
      const { membership, clientSecret } = visit;
      return { is: 'confirming', membership, clientSecret };
    }
    case 'confirmed':
      return visit.is === 'confirming' ? afterConfirmation(visit, event.how) : visit;
    case 'came-back':
      return visit.is === 'opening' ? looking(event.isPaid ? null : 'bank') : visit;
    case 'look-again':
      if (visit.is === 'unreachable') return opening;
      return visit.is === 'slow' ? looking(null) : visit;
    case 'left': {
      const { membership } = event;
      if (visit.is === 'confirming' || visit.is === 'looking') return visit;
      if (membership === null || membership.status === 'ended' || membership.status === 'incomplete')
        return { is: 'choosing', problem: null };
      return { is: 'member', membership, clientSecret: null };
    }
  }
}

/** Between the tap and the answer: an update of the page has to wait, and what is shown must not change under the buyer's hands. */
export function isUnderWay({ is }: ClubVisit): boolean {
  return is === 'joining' || is === 'confirming' || is === 'looking';
}

/** The paid month has ended by the clock, and whether the next one is paid has not been heard. */
export function isMonthOver({ until }: Membership, nowMs: number): boolean {
  return until !== null && Date.parse(until) <= nowMs;
}

function afterLook(visit: ClubVisit, { membership, clientSecret }: ClubPayment): ClubVisit {
  // What is being typed or confirmed is not taken away by an answer that somebody else asked for.
  if (visit.is === 'confirming') return visit;
  if (membership === null || membership.status === 'ended') {
    if (visit.is === 'looking') return { is: 'choosing', problem: 'begin-anew' };
    return visit.is === 'choosing' ? visit : { is: 'choosing', problem: null };
  }
  if (membership.status === 'active') return { is: 'member', membership, clientSecret: null };
  if (visit.is === 'looking') {
    // Something went wrong before, and the bill is still open: it was not paid, unless what was sent has only not arrived yet. Without
    // anything wrong Stripe is a little behind.
    const isSettled = visit.problem === 'bank' || visit.tries >= UNSURE_LOOKS;
    const isUnpaid = visit.problem !== null && clientSecret !== null && isSettled;
    return isUnpaid ? { is: 'paying', membership, clientSecret, problem: visit.problem } : lookedOnce(visit);
  }
  if (visit.is === 'paying') return clientSecret === null ? looking(null) : { ...visit, membership, clientSecret };
  if (membership.status === 'late') return { is: 'member', membership, clientSecret };
  // Begun, and the first month is being paid already, perhaps in another tab.
  return clientSecret === null ? looking(null) : { is: 'paying', membership, clientSecret, problem: null };
}

function afterConfirmation(visit: ClubVisit & { is: 'confirming' }, how: Confirmed): ClubVisit {
  const { membership, clientSecret } = visit;
  switch (how) {
    case 'done':
      return looking(null);
    case 'incomplete':
    case 'declined':
    case 'bank':
      return { is: 'paying', membership, clientSecret, problem: how };
    case 'unknown':
      return looking('unpaid');
  }
}

function looking(problem: ClubProblem | null): ClubVisit {
  return { is: 'looking', tries: 0, problem };
}

function lookedOnce(visit: ClubVisit & { is: 'looking' }): ClubVisit {
  return visit.tries + 1 < LOOKS_MAX ? { ...visit, tries: visit.tries + 1 } : { is: 'slow' };
}

/**
 * A purchase as the page knows it: what was asked, how far it is, and what comes next. Pure: no clock, no network, no storage.
 * `purchase-runner.ts` carries out what a state asks for and hands back what came of it.
 *
 * Always true: a purchase has one request id from its first tap to its end, so that however often it is asked (a second tap,
 * a reload, another tab, a broken line) there is one order at most; and nothing is called refused that may have been sold: a
 * refusal that can come from a purchase's own earlier success is compared with what this visitor has (`checking`).
 */
import { OutcomeCode } from '../../../sdk/index.ts';
import type { BuyResult, MineResult } from '../../../sdk/results.ts';

export interface PurchaseLine {
  readonly seat: number;
  /** What the seats' owner counts: 1 full, 2 half in the quota, 3 half outside of it. */
  readonly type: number;
  /** Id of the ticket type. */
  readonly category: number;
}

/** All that makes a purchase this one: the same request id with other content would be another. */
export interface Purchase {
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly lines: readonly PurchaseLine[];
  readonly method: string;
  readonly detail: string;
  /** What the buyer saw on the button. */
  readonly expectedCents: number;
}

/** Why the person could not be told to the server. Nothing was asked of the payment. */
export type Trouble =
  | 'unreachable'
  | 'too-many-attempts'
  | 'cpf'
  | 'cpf-in-use'
  | 'cpf-needed'
  | 'email'
  | 'name'
  | 'signed-out'
  /** As an account or as staff, in another tab perhaps: a guest's form does not put somebody else in his place. */
  | 'signed-in'
  | 'server';

/** Who asks: in the sandbox this page itself; Stripe's script in the bank's name; PayPal in its own window. */
export type Challenger = 'sandbox' | 'stripe' | 'paypal';

export type PurchaseState =
  | { readonly is: 'filling'; readonly trouble: Trouble | null }
  /** Who buys is told to the server, and whether the seats are still ours is asked. Nothing can be sold yet. */
  | { readonly is: 'identifying'; readonly purchase: Purchase }
  /**
   * Asked, and not answered yet. `tries`: how often before; what was found or goes on after the bank's question counts as one.
   * `isGivenUp`: the buyer has told the provider that he does not go on with it; how it ends is asked for all the same.
   */
  | { readonly is: 'paying'; readonly purchase: Purchase; readonly tries: number; readonly isGivenUp?: true }
  /** No answer came; the same is asked again after a pause. `maybe`: it may have been carried out. */
  | {
      readonly is: 'unknown';
      readonly purchase: Purchase;
      readonly tries: number;
      readonly maybe: boolean;
      readonly isGivenUp?: true;
    }
  /** The refusal may be the echo of a sale. `asked`: this purchase was sent; else another tab's payment is in the way. */
  | {
      readonly is: 'checking';
      readonly purchase: Purchase;
      readonly asked: boolean;
      readonly code: number;
      readonly seats: readonly number[];
      readonly tries: number;
    }
  /** The buyer's bank, or PayPal, wants to hear from him. The seats wait. */
  | { readonly is: 'authenticating'; readonly purchase: Purchase; readonly order: string; readonly by: Challenger }
  | { readonly is: 'declined'; readonly purchase: Purchase }
  | { readonly is: 'refused'; readonly purchase: Purchase; readonly code: number; readonly seats: readonly number[] }
  | { readonly is: 'sold'; readonly order: string };

export type PurchaseEvent =
  | { readonly kind: 'begin'; readonly purchase: Purchase }
  /** The server says that these seats are being paid for, and nothing here tells by whom: `purchase` is no more than their names. */
  | { readonly kind: 'in-payment'; readonly purchase: Purchase }
  /** In the memory: of before a reload, or of another tab. */
  | { readonly kind: 'found'; readonly purchase: Purchase }
  | { readonly kind: 'not-identified'; readonly trouble: Trouble }
  | { readonly kind: 'mine'; readonly result: MineResult }
  | { readonly kind: 'answered'; readonly result: BuyResult }
  /** The pause is over, or the person does not want to wait for its end. */
  | { readonly kind: 'again' }
  /** The bank has its answer. */
  | { readonly kind: 'challenged' }
  /** The buyer does not answer it: the provider knows that this attempt is over. It may have been paid a moment before. */
  | { readonly kind: 'given-up' }
  /** The person has read it and goes on. */
  | { readonly kind: 'put-aside' };

export const filling: PurchaseState = { is: 'filling', trouble: null };

/** What follows. An event that does not belong to the state changes nothing: that is how a double tap ends. */
export function next(state: PurchaseState, event: PurchaseEvent): PurchaseState {
  switch (event.kind) {
    case 'begin':
      return mayBegin(state) ? { is: 'identifying', purchase: event.purchase } : state;
    case 'found':
      return mayBegin(state) || isOfAnother(state) ? { is: 'paying', purchase: event.purchase, tries: 1 } : state;
    case 'in-payment': {
      const about = { asked: false, code: OutcomeCode.holdPaying, seats: [], tries: 0 };
      return state.is === 'filling' ? { is: 'checking', purchase: event.purchase, ...about } : state;
    }
    case 'not-identified':
      return state.is === 'identifying' ? { is: 'filling', trouble: event.trouble } : state;
    case 'mine':
      return afterMine(state, event.result);
    case 'answered':
      return state.is === 'paying' ? afterAnswer(state, event.result) : state;
    case 'again':
      if (state.is !== 'unknown') return state;
      return { is: 'paying', purchase: state.purchase, tries: state.tries + 1, ...givenUp(state) };
    case 'challenged':
      return state.is === 'authenticating' ? { is: 'paying', purchase: state.purchase, tries: 1 } : state;
    case 'given-up':
      if (state.is !== 'authenticating') return state;
      return { is: 'paying', purchase: state.purchase, tries: 1, isGivenUp: true };
    case 'put-aside':
      // What was certainly not sent may be given up.
      return isUnderWay(state) && !(state.is === 'unknown' && !state.maybe) ? state : filling;
  }
}

/** Between the first tap and the end: nothing else may be begun, and an update of the page has to wait. */
export function isUnderWay({ is }: PurchaseState): boolean {
  return is !== 'filling' && is !== 'declined' && is !== 'refused' && is !== 'sold';
}

/** What has to be kept where a reload finds it: a purchase that was sent and has not ended. */
export function remembered(state: PurchaseState): Purchase | null {
  switch (state.is) {
    case 'paying':
    case 'unknown':
    case 'authenticating':
      return state.purchase;
    case 'checking':
      return state.asked ? state.purchase : null;
    default:
      return null;
  }
}

/** The order that has all these seats, by what the server says is mine; null when there is none. */
export function orderWith(seats: readonly number[], mine: MineResult): string | null {
  if (mine.is !== 'accepted' || seats.length === 0) return null;
  const found = mine.orders.find(({ tickets }) => seats.every((seat) => tickets.some((one) => one.seat === seat)));
  return found?.order ?? null;
}

/** A pause before the same is asked once more, milliseconds: short at first, for a line that is just coming back. */
export function pauseMs(tries: number): number {
  return Math.min(1_000 * 2 ** tries, 15_000);
}

/** Waits for a payment of which it knows nothing but the seats. */
function isOfAnother(state: PurchaseState): boolean {
  return state.is === 'checking' && !state.asked;
}

function mayBegin({ is }: PurchaseState): boolean {
  return is === 'filling' || is === 'declined' || is === 'refused';
}

function afterAnswer(state: PurchaseState & { readonly is: 'paying' }, result: BuyResult): PurchaseState {
  const { purchase, tries } = state;
  const unknown = (maybe: boolean): PurchaseState => ({
    ...{ is: 'unknown', purchase, tries, maybe: tries > 0 || maybe },
    ...givenUp(state),
  });
  if (result.is === 'accepted') return { is: 'sold', order: result.order };
  if (result.is === 'failed') return unknown(result.mayHaveHappened);
  const { code, seats, order } = result;
  // Whoever gave it up himself is not told that a bank did.
  if (code === OutcomeCode.paymentDeclined) return state.isGivenUp ? filling : { is: 'declined', purchase };
  if (code === OutcomeCode.authenticationNeeded && order !== undefined) {
    return { is: 'authenticating', purchase, order, by: challengerOf(purchase) };
  }
  // Turned away at the door; anything else may have been decided behind it, with an answer that was lost on the way.
  if (isPassing(code)) return unknown(code !== OutcomeCode.rateLimited);
  // The second time, any refusal may be about what the first one has done.
  if (mayHideASale(code) || tries > 0) return { is: 'checking', purchase, asked: true, code, seats, tries: 0 };
  return { is: 'refused', purchase, code, seats };
}

function afterMine(state: PurchaseState, mine: MineResult): PurchaseState {
  if (state.is !== 'identifying' && state.is !== 'checking') return state;
  const { purchase } = state;
  const tries = state.is === 'checking' ? state.tries + 1 : 0;
  if (mine.is !== 'accepted') {
    // Not even asked yet: the form is still there, and nothing is lost.
    if (state.is === 'identifying') return { is: 'filling', trouble: 'unreachable' };
    return { ...state, tries };
  }
  const order = orderWith(
    purchase.lines.map(({ seat }) => seat),
    mine,
  );
  if (order !== null) return { is: 'sold', order };
  const hold = mine.holds.find((one) => one.hold === purchase.hold);
  if (hold?.paying) {
    const asked = state.is === 'checking' && state.asked;
    return { is: 'checking', purchase, asked, code: OutcomeCode.holdPaying, seats: [], tries };
  }
  if (state.is === 'identifying') {
    if (hold !== undefined) return { is: 'paying', purchase, tries: 0 };
    return { is: 'refused', purchase, code: OutcomeCode.holdExpired, seats: [] };
  }
  // The other payment has ended without a sale, and the seats are still ours: the person decides anew.
  if (hold !== undefined && state.code === OutcomeCode.holdPaying) return filling;
  // Seats go free only when their payment is dead: without hold and order nothing was charged, whatever the refusal was about.
  const isHidden = mayHideASale(state.code) && state.code !== OutcomeCode.seatSold;
  const code = hold === undefined && isHidden ? OutcomeCode.holdExpired : state.code;
  return { is: 'refused', purchase, code, seats: state.seats };
}

/** A method that this page does not know is asked about as the sandbox's is: by its order. */
function challengerOf({ method }: Purchase): Challenger {
  return method === 'stripe' || method === 'paypal' ? method : 'sandbox';
}

function givenUp({ isGivenUp }: { readonly isGivenUp?: true }): { readonly isGivenUp?: true } {
  return isGivenUp ? { isGivenUp } : {};
}

/** Nothing was decided; the same may succeed. The SDK gives these only after its own repetitions. */
function isPassing(code: number): boolean {
  return (
    code === OutcomeCode.rateLimited ||
    code === OutcomeCode.busy ||
    code === OutcomeCode.unavailable ||
    code === OutcomeCode.expired
  );
}

const KNOWN: ReadonlySet<number> = new Set(Object.values(OutcomeCode));

/**
 * A purchase that succeeded has used its hold up: asked again in another shape or by another tab, it is answered like this. And
 * nobody knows what a later server means by a code of its own.
 */
function mayHideASale(code: number): boolean {
  return (
    code === OutcomeCode.failed ||
    code === OutcomeCode.requestIdReused ||
    code === OutcomeCode.seatSold ||
    code === OutcomeCode.linesMismatch ||
    isOfTheHold(code) ||
    !KNOWN.has(code)
  );
}

function isOfTheHold(code: number): boolean {
  return code >= OutcomeCode.holdUnknown && code <= OutcomeCode.orderState && code !== OutcomeCode.extensionsUsedUp;
}

/** A refused purchase: which words tell it, and which ways lead on. Every code has some, those of later servers as well. */
import { OutcomeCode } from '../../../sdk/index.ts';
import type { PurchaseWords } from '../words/purchase.pt-br.ts';

export type RefusalName = keyof PurchaseWords['refusals'];

/** What the person can do now; the first one is the big button. */
export type RefusalWay = keyof PurchaseWords['ways'];

export interface Refusal {
  readonly name: RefusalName;
  readonly ways: readonly RefusalWay[];
  /** The seats are lost: there is nothing on the page to pay for any more. */
  readonly isOver: boolean;
}

/**
 * Of a refusal's code. Pure, so that a test can walk through all of them. `method`: how it was to be paid. `hasSeats`: they are
 * still held; after so many declined cards they are not. `hasClub`: a member's ticket was among what was wanted.
 */
export function refusalOf(code: number, method = 'sandbox', hasSeats = true, hasClub = false): Refusal {
  switch (code) {
    case OutcomeCode.paymentDeclined:
      if (!hasSeats) return over('declined-last', ['take-again', 'choose']);
      return method === 'paypal' ? stays('declined-paypal', ['other-way']) : stays('declined', ['other-card']);
    case OutcomeCode.paymentRefused:
      // Their methods are on offer, and whoever pays with one has said who he is: what is left are too many declines lately.
      return isReal(method) ? stays('paused', ['other-way', 'choose']) : stays('method', ['other-way']);
    case OutcomeCode.priceChanged:
      return stays('price', ['new-price', 'choose']);
    case OutcomeCode.quotaExhausted:
      return stays('quota', ['full-price', 'films']);
    case OutcomeCode.buyerLimit:
      return stays('limit', ['choose', 'cpf']);
    case OutcomeCode.forbidden:
      return stays('cpf', ['cpf']);
    case OutcomeCode.badRequest:
      return hasClub ? stays('club', ['full-price', 'choose']) : stays('offer', ['pay-again']);
    case OutcomeCode.linesMismatch:
    case OutcomeCode.noSeats:
    case OutcomeCode.seatRepeated:
    case OutcomeCode.seatNotInHold:
      return stays('mismatch', ['pay-again', 'choose']);
    case OutcomeCode.seatUnknown:
      return over('layout', ['choose']);
    case OutcomeCode.holdUnknown:
    case OutcomeCode.holdNotYours:
    case OutcomeCode.holdExpired:
    case OutcomeCode.orderUnknown:
    case OutcomeCode.orderNotYours:
    case OutcomeCode.orderState:
      return over('time-up', ['take-again', 'choose']);
    case OutcomeCode.salesClosed:
      return over('closed', ['films']);
    case OutcomeCode.unknownScreening:
      return over('screening-gone', ['films']);
    case OutcomeCode.seatSold:
    case OutcomeCode.seatBlocked:
    case OutcomeCode.seatHeld:
      return over('seats-gone', ['choose']);
    case OutcomeCode.failed:
    case OutcomeCode.requestIdReused:
    case OutcomeCode.holdPaying:
    case OutcomeCode.rateLimited:
    case OutcomeCode.busy:
    case OutcomeCode.unavailable:
    case OutcomeCode.expired:
      return stays('fault', ['pay-again', 'choose']);
    default:
      return stays('outdated', ['reload']);
  }
}

/** Money may have been set aside for it, until the bank hears that nothing came of it: it is as well to know that. */
export function mayShowAsReserved({ name }: Refusal, method: string): boolean {
  return isReal(method) && (name === 'time-up' || name === 'seats-gone' || name === 'fault');
}

function isReal(method: string): boolean {
  return method === 'stripe' || method === 'paypal';
}

function stays(name: RefusalName, ways: readonly RefusalWay[]): Refusal {
  return { name, ways, isOver: false };
}

function over(name: RefusalName, ways: readonly RefusalWay[]): Refusal {
  return { name, ways, isOver: true };
}

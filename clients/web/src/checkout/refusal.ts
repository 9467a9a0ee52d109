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

/** Of a refusal's code. Pure, so that a test can walk through all of them. */
export function refusalOf(code: number): Refusal {
  switch (code) {
    case OutcomeCode.paymentDeclined:
      return stays('declined', ['other-card']);
    case OutcomeCode.paymentRefused:
      return stays('method', ['other-card']);
    case OutcomeCode.priceChanged:
      return stays('price', ['new-price', 'choose']);
    case OutcomeCode.quotaExhausted:
      return stays('quota', ['full-price', 'films']);
    case OutcomeCode.buyerLimit:
      return stays('limit', ['choose', 'cpf']);
    case OutcomeCode.forbidden:
      return stays('cpf', ['cpf']);
    case OutcomeCode.badRequest:
      return stays('offer', ['pay-again']);
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

function stays(name: RefusalName, ways: readonly RefusalWay[]): Refusal {
  return { name, ways, isOver: false };
}

function over(name: RefusalName, ways: readonly RefusalWay[]): Refusal {
  return { name, ways, isOver: true };
}

/**
 * Outcomes: what a command gets. Accepted, or refused with a code. A refusal is an answer, not an error.
 *
 * When several refusals apply, the one with the lowest number is given: the numbers are the order of
 * precedence, and they are on the wire (docs/protocol.md). Codes below 40 never come from `decide`: the
 * gateway and the runtime give them.
 */
export const OutcomeCode = {
  accepted: 0,
  // Gateway: the message never reached an actor.
  badRequest: 10,
  forbidden: 11,
  rateLimited: 12,
  unknownScreening: 13,
  // Runtime: nothing was decided, or nobody knows whether it was stored. Repeating the same request id is safe.
  busy: 20,
  unavailable: 21,
  expired: 22,
  /** The actor stopped on a bug; this command is not tried again. */
  failed: 23,
  /** The payment method is off on this server, or not for visitors who told no name; or what should be free is not. */
  paymentRefused: 30,
  paymentDeclined: 31,
  /** The buyer's bank wants to hear from him first; the hold is paying meanwhile. */
  authenticationNeeded: 33,
  // The actor, in order of precedence.
  requestIdReused: 40,
  salesClosed: 41,
  noSeats: 42,
  seatUnknown: 43,
  seatRepeated: 44,
  holdUnknown: 45,
  holdNotYours: 46,
  holdExpired: 47,
  holdPaying: 48,
  extensionsUsedUp: 49,
  orderUnknown: 50,
  orderNotYours: 51,
  orderState: 52,
  linesMismatch: 53,
  buyerLimit: 54,
  seatSold: 55,
  seatBlocked: 56,
  seatHeld: 57,
  seatNotInHold: 58,
  seatNotBlocked: 59,
  quotaExhausted: 60,
  noAdjacentSeats: 61,
  ticketUnknown: 62,
  ticketVoid: 63,
  ticketUsed: 64,
  /** A layout cannot change under seats that somebody holds or has bought. */
  screeningHasSales: 65,
  /** The order would cost something else than the buyer was shown. */
  priceChanged: 66,
} as const;
export type OutcomeCode = (typeof OutcomeCode)[keyof typeof OutcomeCode];

export interface TicketSummary {
  readonly ticket: string;
  readonly code: string;
  readonly seat: number;
  readonly type: number;
  readonly priceCents: number;
  /** As in `TicketLine`. */
  readonly category?: number;
  readonly feeCents?: number;
}

/** What an accepted command tells its asker; one member for each shape of answer. */
export type Accepted =
  | {
      readonly code: 0;
      readonly kind: 'hold';
      readonly hold: number;
      readonly seats: readonly number[];
      readonly deadlineMs: number;
    }
  | { readonly code: 0; readonly kind: 'released'; readonly hold: number; readonly seats: readonly number[] }
  | {
      readonly code: 0;
      readonly kind: 'payment';
      readonly order: string;
      readonly hold: number;
      readonly amountCents: number;
      readonly deadlineMs: number;
    }
  | { readonly code: 0; readonly kind: 'sold'; readonly order: string; readonly tickets: readonly TicketSummary[] }
  | { readonly code: 0; readonly kind: 'voided'; readonly order: string; readonly tickets: readonly string[] }
  | { readonly code: 0; readonly kind: 'checked-in'; readonly ticket: string; readonly seat: number }
  | { readonly code: 0; readonly kind: 'done' };

/** The answer to `MineQuery` (seat-mine.ts). */
export interface MineAnswer {
  readonly code: 0;
  readonly kind: 'mine';
  readonly holds: readonly {
    readonly hold: number;
    readonly seats: readonly number[];
    readonly deadlineMs: number;
    readonly paying: boolean;
  }[];
  readonly orders: readonly { readonly order: string; readonly tickets: readonly TicketSummary[] }[];
}

export interface Refused {
  readonly code: Exclude<OutcomeCode, 0>;
  /** The seats that are the reason, where seats are. */
  readonly seats?: readonly number[];
  /** For `ticketUsed`: when it was used, ms since 1970. */
  readonly atMs?: number;
  /** For `authenticationNeeded`: the order that waits for it. */
  readonly order?: string;
}

export type Outcome = Accepted | Refused;

/** Everything that an asker can hear: outcomes of commands, answers to questions. */
export type Answer = Outcome | MineAnswer;

/**
 * What a command gets: 0, or why not. When several reasons apply, the one with the lowest number is given. The
 * protocol's own copy, since clients share this folder and nothing else of the server; a test compares it with
 * the actors' one.
 */
export const OutcomeCode = {
  accepted: 0,
  // The message never reached an actor.
  badRequest: 10,
  forbidden: 11,
  rateLimited: 12,
  unknownScreening: 13,
  // Nothing was decided, or nobody knows whether it was stored. Repeating the same request id is safe.
  busy: 20,
  unavailable: 21,
  expired: 22,
  failed: 23,
  paymentRefused: 30,
  paymentDeclined: 31,
  authenticationNeeded: 33,
  // The screening's own refusals.
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
  screeningHasSales: 65,
  priceChanged: 66,
} as const;
export type OutcomeCode = (typeof OutcomeCode)[keyof typeof OutcomeCode];

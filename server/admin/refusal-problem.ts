/**
 * What an actor refuses, said to people: which seats, why, and what can be done. An outcome that nobody knows is told as
 * "repeat it": the command has the same request id then, and is done once. For the same reason a refusal cannot be repeated
 * away: the actor gives a request id the answer that it gave first, so that a second try needs a new key.
 */

import type { SeatMap } from '../../actors/seat-map.ts';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import { Problem } from '../api/problem.ts';
import { labelsOf, listed } from './seat-labels.ts';

/** For the descriptions of what asks an actor: after its 409 the same key is refused again, whatever changed meanwhile. */
export const NEW_KEY = 'a second try needs a new Idempotency-Key';

type Accepted = Extract<Answer, { readonly code: 0 }>;

/**
 * The accepted outcome.
 * @throws Problem for every other one
 */
export function acceptedOr(outcome: Answer, map: SeatMap | null): Accepted {
  if (outcome.code === 0) return outcome;
  const seats = 'seats' in outcome && outcome.seats !== undefined ? outcome.seats : [];
  throw refusal(outcome.code, map === null ? [] : labelsOf(map, seats), 'atMs' in outcome ? outcome.atMs : undefined);
}

function refusal(code: OutcomeCode, labels: readonly string[], atMs: number | undefined): Problem {
  const seats = labels.length === 0 ? 'a seat' : listed(labels);
  const [are, have] = labels.length > 1 ? ['are', 'have'] : ['is', 'has'];
  const no = (word: string, sentence: string, status = 409): Problem =>
    new Problem(
      status,
      word,
      sentence,
      labels.map((label) => ({ path: `seat ${label}`, message: word })),
    );
  switch (code) {
    case OutcomeCode.busy:
    case OutcomeCode.unavailable:
    case OutcomeCode.expired:
      return new Problem(
        503,
        'no-answer',
        'The screening did not answer in time, and whether the command was carried out is not known. Send it again with the same Idempotency-Key.',
        [],
        { 'retry-after': '1' },
      );
    case OutcomeCode.failed:
      return no('failed', 'The screening stopped on a fault of the server while it did this; it is in the log.', 500);
    case OutcomeCode.unknownScreening:
      return no(
        'unknown-screening',
        'No owner knows this screening; try again in a moment, with a new Idempotency-Key.',
      );
    case OutcomeCode.requestIdReused:
      return no('key-reused', 'This Idempotency-Key was used for another request; take a new one.', 422);
    case OutcomeCode.seatUnknown:
      return no(
        'layout-changed',
        'The layout of the screening has just changed; look at its seats, and try again with a new Idempotency-Key.',
      );
    case OutcomeCode.seatSold:
      return no(
        'seat-sold',
        `${seats} ${are} sold; nothing was changed. Refund the tickets first, then try again with a new Idempotency-Key.`,
      );
    case OutcomeCode.seatBlocked:
      return no('seat-blocked', `${seats} ${are} blocked already; nothing was changed.`);
    case OutcomeCode.seatHeld:
      return no(
        'seat-held',
        `${seats} ${are} in somebody's hold; nothing was changed. Try again in some minutes, with a new Idempotency-Key.`,
      );
    case OutcomeCode.seatNotBlocked:
      return no('seat-not-blocked', `${seats} ${are} not blocked; nothing was changed.`);
    case OutcomeCode.orderUnknown:
      return no('order-unknown', 'The screening has no such order: its payment was cancelled.');
    case OutcomeCode.orderState:
      return no(
        'order-in-payment',
        'The order is still being paid; try again when that has ended, with a new Idempotency-Key.',
      );
    case OutcomeCode.noSeats:
    case OutcomeCode.ticketUnknown:
      return no('ticket-unknown', 'The order has no such ticket, or it is named twice; nothing was changed.');
    case OutcomeCode.ticketVoid:
      return no('ticket-void', `The ticket of ${seats} was cancelled or refunded before.`);
    case OutcomeCode.ticketUsed: {
      const when = atMs === undefined ? '' : ` at ${new Date(atMs).toISOString()}`;
      return no('ticket-used', `${seats} ${have} been let in already${when}.`);
    }
    default:
      return no('refused', `The screening refused this (outcome ${code}).`);
  }
}

/**
 * Answers between nodes: `[id, version, clock, shape, …]`; the clock is the owner's wall clock, to which the deadlines in the
 * answer refer. As with commands, positions are for ever and what is absent is null.
 */
import {
  type Answer,
  type MineAnswer,
  OutcomeCode,
  type Refused,
  type TicketSummary,
} from '../../actors/seat-outcome.ts';
import type { Item } from './command-codec.ts';
import { isClock, isId, isListOf, isRefusal, isSeat, isSeats, isWhole, readList } from './wire-fields.ts';

const Shape = {
  refused: 0,
  hold: 1,
  released: 2,
  payment: 3,
  sold: 4,
  voided: 5,
  'checked-in': 6,
  done: 7,
  mine: 8,
} as const satisfies Record<Extract<Answer, { code: 0 }>['kind'] | 'refused', number>;

export function answerItem(id: number, version: number, nowMs: number, answer: Answer): Item {
  if (answer.code !== OutcomeCode.accepted) {
    // `order` stays away: only a checkout names one, and that is asked on its own node.
    const { code, seats, atMs } = answer;
    return [id, version, nowMs, Shape.refused, code, seats ?? null, atMs ?? null];
  }
  const shape = Shape[answer.kind];
  switch (answer.kind) {
    case 'hold':
      return [id, version, nowMs, shape, answer.hold, answer.seats, answer.deadlineMs];
    case 'released':
      return [id, version, nowMs, shape, answer.hold, answer.seats];
    case 'payment':
      return [id, version, nowMs, shape, answer.order, answer.hold, answer.amountCents, answer.deadlineMs];
    case 'sold':
      return [id, version, nowMs, shape, answer.order, answer.tickets.map(writeSummary)];
    case 'voided':
      return [id, version, nowMs, shape, answer.order, answer.tickets];
    case 'checked-in':
      return [id, version, nowMs, shape, answer.ticket, answer.seat];
    case 'done':
      return [id, version, nowMs, shape];
    case 'mine':
      return [
        id,
        version,
        nowMs,
        shape,
        answer.holds.map(({ hold, seats, deadlineMs, paying }) => [hold, seats, deadlineMs, paying]),
        answer.orders.map(({ order, tickets }) => [order, tickets.map(writeSummary)]),
      ];
  }
}

export interface AnswerHead {
  readonly id: number;
  readonly version: number;
  readonly nowMs: number;
}

/** Null when nobody can be told anything. */
export function readAnswerHead(item: Item): AnswerHead | null {
  const [id, version, nowMs] = item;
  return isWhole(id, 1) && isWhole(version) && isClock(nowMs) ? { id, version, nowMs } : null;
}

/** Null when a field is not as it must be, or the shape is unknown here. */
export function readAnswer([, , , shape, first, second, third, fourth]: Item): Answer | null {
  switch (shape) {
    case Shape.refused:
      return readRefused(first, second, third);
    case Shape.hold:
      if (!isWhole(first) || !isSeats(second) || !isClock(third)) return null;
      return { code: 0, kind: 'hold', hold: first, seats: second, deadlineMs: third };
    case Shape.released:
      return isWhole(first) && isSeats(second) ? { code: 0, kind: 'released', hold: first, seats: second } : null;
    case Shape.payment:
      if (!isId(first) || !isWhole(second) || !isWhole(third) || !isClock(fourth)) return null;
      return { code: 0, kind: 'payment', order: first, hold: second, amountCents: third, deadlineMs: fourth };
    case Shape.sold: {
      const tickets = readList(second, readSummary);
      return isId(first) && tickets !== null ? { code: 0, kind: 'sold', order: first, tickets } : null;
    }
    case Shape.voided:
      if (!isId(first) || !isListOf(second, isId)) return null;
      return { code: 0, kind: 'voided', order: first, tickets: second };
    case Shape['checked-in']:
      return isId(first) && isSeat(second) ? { code: 0, kind: 'checked-in', ticket: first, seat: second } : null;
    case Shape.done:
      return { code: 0, kind: 'done' };
    case Shape.mine: {
      const [holds, orders] = [readList(first, readHold), readList(second, readOrder)];
      return holds === null || orders === null ? null : { code: 0, kind: 'mine', holds, orders };
    }
    default:
      return null;
  }
}

function readRefused(code: unknown, seats: unknown, atMs: unknown): Refused | null {
  if (!isRefusal(code)) return null;
  const hasSeats = seats !== null && seats !== undefined;
  const hasTime = atMs !== null && atMs !== undefined;
  if (hasSeats && !isSeats(seats)) return null;
  if (hasTime && !isClock(atMs)) return null;
  if (!hasSeats && !hasTime) return { code };
  return { code, ...(hasSeats ? { seats } : {}), ...(hasTime ? { atMs } : {}) };
}

function writeSummary({ ticket, code, seat, type, priceCents, category, feeCents }: TicketSummary): Item {
  if (category === undefined && feeCents === undefined) return [ticket, code, seat, type, priceCents];
  return [ticket, code, seat, type, priceCents, category ?? null, feeCents ?? null];
}

function readSummary(written: unknown): TicketSummary | null {
  if (!Array.isArray(written)) return null;
  const [ticket, code, seat, type, priceCents, category = null, feeCents = null] = written as Item;
  if (!isId(ticket) || !isId(code) || !isSeat(seat) || !isWhole(type, 0, 255) || !isWhole(priceCents)) return null;
  if (category !== null && !isWhole(category, 1)) return null;
  if (feeCents !== null && !isWhole(feeCents)) return null;
  return {
    ...{ ticket, code, seat, type, priceCents },
    ...(category === null ? {} : { category }),
    ...(feeCents === null ? {} : { feeCents }),
  };
}

function readHold(written: unknown): MineAnswer['holds'][number] | null {
  if (!Array.isArray(written)) return null;
  const [hold, seats, deadlineMs, paying] = written as Item;
  if (!isWhole(hold) || !isSeats(seats) || !isClock(deadlineMs) || typeof paying !== 'boolean') return null;
  return { hold, seats, deadlineMs, paying };
}

function readOrder(written: unknown): MineAnswer['orders'][number] | null {
  if (!Array.isArray(written)) return null;
  const [order, summaries] = written as Item;
  const tickets = readList(summaries, readSummary);
  return isId(order) && tickets !== null ? { order, tickets } : null;
}

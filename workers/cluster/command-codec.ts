/**
 * Commands between nodes: `[kind, id, deadline, screening, request id, buyer, …]`, the rest by kind. Positions and numbers are
 * for ever: a build that needs more appends it, and a reader leaves alone what it does not know. What is optional and absent
 * is null. The owner stamps the time; it does not travel.
 */
import {
  type BeginPaymentCommand,
  type Command,
  type NewTicket,
  type TicketLine,
  TicketType,
  type VoidTicketsCommand,
} from '../../actors/seat-command.ts';
import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import type { ActorMessage } from '../bus.ts';
import { isClock, isId, isListOf, isSeat, isSeats, isText, isWhole, readList } from './wire-fields.ts';

/** The system's own commands never leave the owner's thread. */
export type TravellingMessage = Exclude<ActorMessage, { readonly kind: 'expire' | 'claim' }>;

/** What an item of a batch to an owner is. */
export const ItemKind = {
  hold: 1,
  'best-available': 2,
  release: 3,
  extend: 4,
  'begin-payment': 5,
  confirm: 6,
  'cancel-payment': 7,
  cancel: 8,
  refund: 9,
  'check-in': 10,
  block: 11,
  unblock: 12,
  'open-sales': 13,
  'close-sales': 14,
  mine: 15,
  'change-map': 16,
  /** `[kind, screening, epoch, version]`: the sender follows the screening and has this version of it; 0, 0: it needs a snapshot. */
  follow: 100,
  /** `[kind, screening]` */
  unfollow: 101,
} as const satisfies Record<Exclude<Command['kind'], 'expire' | 'claim'> | 'mine' | 'follow' | 'unfollow', number>;

export type Item = readonly unknown[];

/** Cents: what the database's column holds. */
const PRICE_MAX = 2 ** 31 - 1;
const COUNT_MAX = 4_096;
/** Ids of ticket types: smallint. */
const CATEGORY_MAX = 32_767;

export function mayTravel(message: ActorMessage): message is TravellingMessage {
  return message.kind !== 'expire' && message.kind !== 'claim';
}

/** `deadlineMs`: on the owner's monotonic clock. */
export function commandItem(id: number, deadlineMs: number, screening: number, command: TravellingMessage): Item {
  const { kind, requestId, buyer } = command;
  const code = ItemKind[kind];
  switch (kind) {
    case 'hold':
      return [
        code,
        id,
        deadlineMs,
        screening,
        requestId,
        buyer,
        command.seats,
        command.hold ?? null,
        command.seatMap ?? null,
      ];
    case 'best-available':
      return [code, id, deadlineMs, screening, requestId, buyer, command.count, command.accessible];
    case 'release':
      return [code, id, deadlineMs, screening, requestId, buyer, command.hold, command.seats ?? null];
    case 'extend':
      return [code, id, deadlineMs, screening, requestId, buyer, command.hold];
    case 'begin-payment': {
      const { hold, order, payer, lines, seatMap, contact, expectedCents, onlyAgain } = command;
      return [
        ...[code, id, deadlineMs, screening, requestId, buyer, hold, order, payer, lines.map(writeLine)],
        ...[seatMap ?? null, contact ?? null, expectedCents ?? null, onlyAgain ?? null],
      ];
    }
    case 'confirm': {
      const written = command.tickets.map(({ seat, ticket, code: spoken }) => [seat, ticket, spoken]);
      return [code, id, deadlineMs, screening, requestId, buyer, command.order, written];
    }
    case 'cancel-payment':
      return [code, id, deadlineMs, screening, requestId, buyer, command.order, command.keepHold];
    case 'cancel':
    case 'refund': {
      const { order, tickets, byStaff } = command;
      return [code, id, deadlineMs, screening, requestId, buyer, order, tickets ?? null, byStaff ?? null];
    }
    case 'check-in':
      return [code, id, deadlineMs, screening, requestId, buyer, command.ticket, command.gate];
    case 'block':
    case 'unblock':
      return [
        code,
        id,
        deadlineMs,
        screening,
        requestId,
        buyer,
        command.seats,
        command.reason,
        command.seatMap ?? null,
      ];
    // The layout itself stays where it is: the owner fetches it.
    case 'change-map':
      return [code, id, deadlineMs, screening, requestId, buyer, command.seatMap, command.halfQuota];
    case 'mine':
      return [code, id, deadlineMs, screening, requestId, buyer, command.payer];
    case 'open-sales':
    case 'close-sales':
      return [code, id, deadlineMs, screening, requestId, buyer];
  }
}

/** Whom to answer, by when, and about what; null when not even that can be read. */
export interface CommandHead {
  readonly id: number;
  readonly deadlineMs: number;
  readonly screening: number;
}

export function readCommandHead([, id, deadlineMs, screening]: Item): CommandHead | null {
  if (!isWhole(id, 1) || !isClock(deadlineMs) || !isWhole(screening, 1)) return null;
  return { id, deadlineMs, screening };
}

/** Null when a field is not as it must be, or the kind is unknown here. */
export function readCommand(item: Item): ActorMessage | null {
  const [kind, , , , requestId, buyer, first, second, third] = item;
  // A question has no request id: nothing of it is remembered.
  if (!isId(buyer) || !isId(requestId, kind === ItemKind.mine ? 0 : 1)) return null;
  const base = { requestId, buyer, atMs: 0 };
  switch (kind) {
    case ItemKind.hold:
      if (!isSeats(first) || !isOptionalMap(third)) return null;
      if (isAbsent(second)) return { kind: 'hold', ...base, seats: first, ...chosenOn(third) };
      return isWhole(second) ? { kind: 'hold', ...base, seats: first, hold: second, ...chosenOn(third) } : null;
    case ItemKind['best-available']:
      if (!isWhole(first, 0, COUNT_MAX) || typeof second !== 'boolean') return null;
      return { kind: 'best-available', ...base, count: first, accessible: second };
    case ItemKind.release:
      if (!isWhole(first)) return null;
      if (isAbsent(second)) return { kind: 'release', ...base, hold: first };
      return isSeats(second) ? { kind: 'release', ...base, hold: first, seats: second } : null;
    case ItemKind.extend:
      return isWhole(first) ? { kind: 'extend', ...base, hold: first } : null;
    case ItemKind['begin-payment']:
      return readBegin({ kind: 'begin-payment', ...base }, item);
    case ItemKind.confirm: {
      const tickets = readList(second, readTicket);
      if (!isId(first) || tickets === null || repeatsOne(tickets)) return null;
      return { kind: 'confirm', ...base, order: first, tickets };
    }
    case ItemKind['cancel-payment']:
      if (!isId(first) || typeof second !== 'boolean') return null;
      return { kind: 'cancel-payment', ...base, order: first, keepHold: second };
    case ItemKind.cancel:
      return readVoid({ kind: 'cancel', ...base }, first, second, third);
    case ItemKind.refund:
      return readVoid({ kind: 'refund', ...base }, first, second, third);
    case ItemKind['check-in']:
      return isId(first) && isText(second) ? { kind: 'check-in', ...base, ticket: first, gate: second } : null;
    case ItemKind.block:
    case ItemKind.unblock: {
      if (!isSeats(first) || !isText(second) || !isOptionalMap(third)) return null;
      const what = kind === ItemKind.block ? 'block' : 'unblock';
      return { kind: what, ...base, seats: first, reason: second, ...chosenOn(third) };
    }
    case ItemKind['change-map']:
      if (!isWhole(first, 1) || !isWhole(second, 0, SEAT_COUNT_MAX)) return null;
      return { kind: 'change-map', ...base, seatMap: first, halfQuota: second, map: null };
    case ItemKind['open-sales']:
      return { kind: 'open-sales', ...base };
    case ItemKind['close-sales']:
      return { kind: 'close-sales', ...base };
    case ItemKind.mine:
      // An older build names no payer: then only what the buyer pays for himself is told.
      if (isAbsent(first)) return { kind: 'mine', ...base, payer: buyer };
      return isId(first) ? { kind: 'mine', ...base, payer: first } : null;
    default:
      return null;
  }
}

function isOptionalMap(value: unknown): value is number | null | undefined {
  return isAbsent(value) || isWhole(value, 1);
}

function chosenOn(seatMap: number | null | undefined): { readonly seatMap?: number } {
  return isAbsent(seatMap) ? {} : { seatMap };
}

type VoidBase = Omit<VoidTicketsCommand, 'order' | 'tickets' | 'byStaff'>;

function readVoid(base: VoidBase, order: unknown, tickets: unknown, byStaff: unknown): VoidTicketsCommand | null {
  if (!isId(order)) return null;
  if (!isAbsent(tickets) && !isListOf(tickets, isId)) return null;
  if (!isAbsent(byStaff) && typeof byStaff !== 'boolean') return null;
  return {
    ...base,
    order,
    ...(isAbsent(tickets) ? {} : { tickets }),
    ...(isAbsent(byStaff) ? {} : { byStaff }),
  };
}

type BeginBase = Pick<BeginPaymentCommand, 'kind' | 'requestId' | 'buyer' | 'atMs'>;

function readBegin(base: BeginBase, item: Item): BeginPaymentCommand | null {
  const [hold, order, payer, written, seatMap, contact, expectedCents, onlyAgain] = item.slice(6);
  const lines = readList(written, readLine);
  if (!isWhole(hold) || !isId(order) || !isId(payer) || lines === null || !isOptionalMap(seatMap)) return null;
  if (!isAbsent(contact) && !isId(contact)) return null;
  if (!isAbsent(expectedCents) && !isWhole(expectedCents)) return null;
  if (!isAbsent(onlyAgain) && onlyAgain !== true) return null;
  return {
    ...base,
    ...{ hold, order, payer, lines },
    ...chosenOn(seatMap),
    ...(isAbsent(contact) ? {} : { contact }),
    ...(isAbsent(expectedCents) ? {} : { expectedCents }),
    ...(isAbsent(onlyAgain) ? {} : { onlyAgain }),
  };
}

function writeLine({ seat, type, priceCents, category, feeCents }: TicketLine): Item {
  if (category === undefined && feeCents === undefined) return [seat, type, priceCents];
  return [seat, type, priceCents, category ?? null, feeCents ?? null];
}

function readLine(line: unknown): TicketLine | null {
  if (!Array.isArray(line)) return null;
  const [seat, type, priceCents, category, feeCents] = line as Item;
  if (!isSeat(seat) || !isTicketType(type) || !isWhole(priceCents, 0, PRICE_MAX)) return null;
  if (!isAbsent(category) && !isWhole(category, 1, CATEGORY_MAX)) return null;
  if (!isAbsent(feeCents) && !isWhole(feeCents, 0, PRICE_MAX)) return null;
  return {
    ...{ seat, type, priceCents },
    ...(isAbsent(category) ? {} : { category }),
    ...(isAbsent(feeCents) ? {} : { feeCents }),
  };
}

function readTicket(written: unknown): NewTicket | null {
  if (!Array.isArray(written)) return null;
  const [seat, ticket, code] = written as Item;
  return isSeat(seat) && isId(ticket) && isId(code) ? { seat, ticket, code } : null;
}

/** One ticket id twice would be taken for a bug by the actor, and stop it. */
function repeatsOne(tickets: readonly NewTicket[]): boolean {
  return new Set(tickets.map(({ ticket }) => ticket)).size !== tickets.length;
}

function isTicketType(value: unknown): value is TicketType {
  return isWhole(value, TicketType.full, TicketType.promotional);
}

/** A shorter item of an older build has nothing where a newer one has null. */
function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/**
 * Reads what the server says, into objects. Nothing throws; a message with an opcode that is not known is left out, fields
 * after the known ones are stepped over. One wrong field means that the other side does not speak this protocol: the
 * whole frame is refused, and the client connects anew.
 */
import { SEAT_MAX, WHOLE_MAX } from './limits.ts';
import { MsgpackReader } from './msgpack-reader.ts';
import { ServerOp } from './opcodes.ts';
import { unpackChanges, unpackStatus } from './seat-packing.ts';

export interface Limits {
  readonly frameBytesMax: number;
  /** 0: no limit. */
  readonly messagesPerSecond: number;
  readonly messagesPerFrame: number;
  readonly seatsPerBuyer: number;
  readonly pingSeconds: number;
}
export interface Welcome {
  readonly op: typeof ServerOp.welcome;
  readonly protocolVersion: number;
  readonly buyer: string;
  readonly token: string;
  readonly serverName: string;
  readonly limits: Limits;
}
export interface Snapshot {
  readonly op: typeof ServerOp.snapshot;
  readonly screening: number;
  /** Id of the seat map on which the seats are numbered; 0: an older server, which does not say. */
  readonly seatMap: number;
  readonly epoch: number;
  readonly version: number;
  readonly salesOpen: boolean;
  /** Per seat: 0 free, 1 held, 2 sold, 3 blocked. */
  readonly status: Uint8Array;
}
export interface Delta {
  readonly op: typeof ServerOp.delta;
  readonly screening: number;
  readonly epoch: number;
  readonly fromVersion: number;
  readonly version: number;
  readonly salesOpen: boolean;
  /** `seat << 2 | status` each. */
  readonly changes: readonly number[];
}
export interface Ticket {
  readonly ticket: string;
  readonly code: string;
  readonly seat: number;
  readonly type: number;
  readonly priceCents: number;
  /** Id of the ticket type; 0 or absent: not told. */
  readonly category?: number;
  /** Service fee, on top of the price; absent: none. */
  readonly feeCents?: number;
}
/** What an accepted command tells, by its shape. `done`: nothing. */
export type AnswerBody =
  | { readonly kind: 'held'; readonly hold: number; readonly seats: readonly number[]; readonly msLeft: number }
  | { readonly kind: 'released'; readonly hold: number; readonly seats: readonly number[] }
  | { readonly kind: 'sold'; readonly order: string; readonly tickets: readonly Ticket[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly seats: readonly number[]; readonly order?: string };
export interface Answer {
  readonly op: typeof ServerOp.answer;
  /** Empty for a refused `mine`. */
  readonly requestId: string;
  readonly code: number;
  readonly version: number;
  readonly body: AnswerBody;
}
export interface Pong {
  readonly op: typeof ServerOp.pong;
  readonly nonce: number;
}
export interface MineHold {
  readonly hold: number;
  readonly seats: readonly number[];
  readonly msLeft: number;
  readonly paying: boolean;
}
export interface MineOrder {
  readonly order: string;
  readonly tickets: readonly Ticket[];
}
export interface Mine {
  readonly op: typeof ServerOp.mine;
  readonly screening: number;
  readonly holds: readonly MineHold[];
  readonly orders: readonly MineOrder[];
}
export interface Notice {
  readonly op: typeof ServerOp.notice;
  readonly code: number;
  readonly text: string;
}
export interface Gone {
  readonly op: typeof ServerOp.gone;
  readonly screening: number;
  readonly code: number;
}
export type Received = Welcome | Snapshot | Delta | Answer | Pong | Mine | Notice | Gone;

export type ServerDecodeResult =
  | { readonly ok: true; readonly messages: readonly Received[] }
  | { readonly ok: false; readonly text: string };

/** No frame of the server is near this; it bounds the lists that are made. */
const LIST_MAX = 65_536;
const TEXT_BYTES_MAX = 4_096;
const SNAPSHOT_BYTES_MAX = (SEAT_MAX + 4) >> 2;
const DELTA_BYTES_MAX = (SEAT_MAX + 1) * 2;

/** Thrown and caught in this file only: in a chain of forty fields, checking each on its own hides what is read. */
class WrongField extends Error {}

/** Message, orders, order, tickets, ticket. */
const reader = new MsgpackReader(5);

export function decodeServerFrame(bytes: Uint8Array): ServerDecodeResult {
  reader.open(bytes);
  try {
    const messages: Received[] = [];
    for (let left = length(); left > 0; left--) {
      const message = readMessage();
      if (message !== null) messages.push(message);
    }
    return reader.isAtEnd ? { ok: true, messages } : { ok: false, text: 'bytes after the last message' };
  } catch (cause) {
    if (!(cause instanceof WrongField)) throw cause;
    return { ok: false, text: `${reader.fault || 'a wrong field'} (byte ${reader.at} of ${bytes.length})` };
  } finally {
    reader.close();
  }
}

function readMessage(): Received | null {
  const start = reader.at;
  if (!reader.skip()) throw new WrongField();
  const next = reader.at;
  reader.at = start;
  const fields = length();
  const message = readKnown(whole(), fields);
  reader.at = next;
  return message;
}

function readKnown(op: number, fields: number): Received | null {
  switch (op) {
    case ServerOp.welcome:
      return {
        op,
        protocolVersion: whole(),
        buyer: text(),
        token: text(),
        serverName: text(),
        limits: list(5, readLimits),
      };
    case ServerOp.snapshot:
      return readSnapshot(fields);
    case ServerOp.delta:
      return readDelta();
    case ServerOp.answer:
      return { op, requestId: text(), ...readAnswer(fields) };
    case ServerOp.pong:
      return { op, nonce: whole() };
    case ServerOp.mine:
      return { op, screening: whole(), holds: listOf(4, readMineHold), orders: listOf(2, readMineOrder) };
    case ServerOp.notice:
      return { op, code: whole(), text: text() };
    case ServerOp.gone:
      return { op, screening: whole(), code: whole() };
    default:
      return null;
  }
}

function readLimits(): Limits {
  return {
    frameBytesMax: whole(),
    messagesPerSecond: whole(),
    messagesPerFrame: whole(),
    seatsPerBuyer: whole(),
    pingSeconds: whole(),
  };
}

function readSnapshot(fields: number): Snapshot {
  const head = { op: ServerOp.snapshot, screening: whole(), epoch: whole(), version: whole(), salesOpen: boolean() };
  const seatCount = whole(SEAT_MAX + 1);
  const status = unpackStatus(binary(SNAPSHOT_BYTES_MAX), seatCount);
  if (status === null) throw new WrongField();
  return { ...head, seatMap: fields > 7 ? whole() : 0, status };
}

function readDelta(): Delta {
  const head = { op: ServerOp.delta, screening: whole(), epoch: whole(), fromVersion: whole(), version: whole() };
  const salesOpen = boolean();
  const changes = unpackChanges(binary(DELTA_BYTES_MAX));
  if (changes === null) throw new WrongField();
  return { ...head, salesOpen, changes };
}

/** The shape tells what was answered: nothing more, a text (order), two fields, three. */
function readAnswer(fields: number): { code: number; version: number; body: AnswerBody } {
  const code = whole();
  const version = whole();
  if (code !== 0) {
    const refused = { kind: 'refused', seats: fields > 4 ? wholes() : [] } as const;
    return { code, version, body: fields > 5 ? { ...refused, order: text() } : refused };
  }
  if (fields <= 4) return { code, version, body: { kind: 'done' } };
  const at = reader.at;
  const hold = reader.whole(WHOLE_MAX);
  if (hold < 0) {
    reader.at = at;
    return { code, version, body: { kind: 'sold', order: text(), tickets: readTickets() } };
  }
  const seats = wholes();
  if (fields === 6) return { code, version, body: { kind: 'released', hold, seats } };
  return { code, version, body: { kind: 'held', hold, seats, msLeft: whole() } };
}

function readTickets(): Ticket[] {
  return listOf(5, readTicket, 7);
}

function readTicket(fields: number): Ticket {
  const ticket = { ticket: text(), code: text(), seat: whole(), type: whole(), priceCents: whole() };
  if (fields === 5) return ticket;
  const category = whole();
  return fields === 6 ? { ...ticket, category } : { ...ticket, category, feeCents: whole() };
}

function readMineHold(): MineHold {
  return { hold: whole(), seats: wholes(), msLeft: whole(), paying: whole() === 1 };
}

function readMineOrder(): MineOrder {
  return { order: text(), tickets: readTickets() };
}

function length(): number {
  const found = reader.arrayLength(LIST_MAX);
  if (found < 0) throw new WrongField();
  return found;
}

function whole(max = WHOLE_MAX): number {
  const found = reader.whole(max);
  if (found < 0) throw new WrongField();
  return found;
}

function boolean(): boolean {
  const found = reader.boolean();
  if (found < 0) throw new WrongField();
  return found === 1;
}

function text(): string {
  const found = reader.text(TEXT_BYTES_MAX);
  if (found === null) throw new WrongField();
  return found;
}

function binary(max: number): Uint8Array {
  const found = reader.binary(max);
  if (found === null) throw new WrongField();
  return found;
}

function wholes(): number[] {
  const found: number[] = [];
  for (let left = length(); left > 0; left--) found.push(whole());
  return found;
}

/**
 * An array of at least `fields` fields, read by `read`, which is told how many there are and knows `known` of them; what
 * follows those is stepped over.
 */
function list<T>(fields: number, read: (found: number) => T, known = fields): T {
  const found = length();
  if (found < fields) throw new WrongField();
  const value = read(found);
  for (let left = found - known; left > 0; left--) if (!reader.skip()) throw new WrongField();
  return value;
}

function listOf<T>(fields: number, read: (found: number) => T, known = fields): T[] {
  const found: T[] = [];
  for (let left = length(); left > 0; left--) found.push(list(fields, read, known));
  return found;
}

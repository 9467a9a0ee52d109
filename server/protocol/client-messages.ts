/**
 * What a client may say, and the only door by which it enters: `decodeClientFrame`. It never throws, whatever the bytes;
 * every field's type, range and length is checked; what comes out holds no reference to the bytes, which are
 * borrowed from the socket.
 *
 * Two kinds of wrong. A command (hold, release, extend, best-available, buy) that is well-formed msgpack and has a valid
 * request id, but a wrong field or number of fields, becomes a `bad` message: it is answered "badRequest" and the others of
 * its frame are carried out. Everything else (bytes that are not our msgpack, an unknown opcode, a wrong hello, watch,
 * ping…) cannot be answered to anybody: the frame is refused whole, nothing of it is carried out, the connection is closed.
 */
import {
  CATEGORY_MAX,
  CLIENT_NAME_BYTES_MAX,
  FRAME_BYTES_MAX,
  MESSAGES_PER_FRAME_MAX,
  PAYMENT_DETAIL_BYTES_MAX,
  PAYMENT_METHOD_BYTES_MAX,
  REQUEST_ID_LENGTH_MAX,
  REQUEST_ID_LENGTH_MIN,
  SEAT_MAX,
  SEATS_PER_MESSAGE_MAX,
  TICKET_TYPE_MAX,
  TOKEN_LENGTH_MAX,
  WHOLE_MAX,
} from './limits.ts';
import { MsgpackReader } from './msgpack-reader.ts';
import { ClientOp } from './opcodes.ts';

export { ClientOp };

/** `token` null: a new session. */
export interface HelloMessage {
  readonly op: typeof ClientOp.hello;
  readonly token: string | null;
  readonly clientName: string;
}
/** `epoch` and `version` of the replica at hand; 0 and 0 without one. */
export interface WatchMessage {
  readonly op: typeof ClientOp.watch;
  readonly screening: number;
  readonly epoch: number;
  readonly version: number;
}
export interface UnwatchMessage {
  readonly op: typeof ClientOp.unwatch;
  readonly screening: number;
}
/** `hold` 0: a new hold; else the seats join that one. `seatMap`: of the seat map on which the seats were chosen. */
export interface HoldMessage {
  readonly op: typeof ClientOp.hold;
  readonly requestId: string;
  readonly screening: number;
  readonly seats: readonly number[];
  readonly hold: number;
  readonly seatMap?: number;
}
/** No `seats`: all of the hold. */
export interface ReleaseMessage {
  readonly op: typeof ClientOp.release;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly seats: readonly number[];
}
export interface ExtendMessage {
  readonly op: typeof ClientOp.extend;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
}
export interface BestAvailableMessage {
  readonly op: typeof ClientOp.bestAvailable;
  readonly requestId: string;
  readonly screening: number;
  readonly count: number;
  readonly accessible: boolean;
}
/** One seat of a purchase, the class of its ticket, and the ticket type if the buyer chose one. */
export type BuyLine = readonly [seat: number, type: number, category?: number];
/** `expectedCents`: the total that the buyer was shown. */
export interface BuyMessage {
  readonly op: typeof ClientOp.buy;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly seats: readonly BuyLine[];
  readonly method: string;
  readonly detail: string;
  readonly expectedCents?: number;
}
export interface PingMessage {
  readonly op: typeof ClientOp.ping;
  readonly nonce: number;
}
export interface MineMessage {
  readonly op: typeof ClientOp.mine;
  readonly screening: number;
}
/** A command to be answered "badRequest". */
export interface BadMessage {
  readonly op: typeof ClientOp.bad;
  readonly requestId: string;
}

/** What can be sent. */
export type ClientRequest =
  | HelloMessage
  | WatchMessage
  | UnwatchMessage
  | HoldMessage
  | ReleaseMessage
  | ExtendMessage
  | BestAvailableMessage
  | BuyMessage
  | PingMessage
  | MineMessage;
/** What a decoded frame may hold. */
export type ClientMessage = ClientRequest | BadMessage;

export type DecodeResult =
  | { readonly ok: true; readonly messages: readonly ClientMessage[] }
  /** `text`: for the notice before the close; says which message, and what is wrong with it. */
  | { readonly ok: false; readonly text: string };

/** Message, list, pair. */
const reader = new MsgpackReader(3);

/** Reads a whole binary frame. See the head of this file for what is refused and how. */
export function decodeClientFrame(bytes: Uint8Array): DecodeResult {
  if (bytes.length > FRAME_BYTES_MAX) return { ok: false, text: `a frame of more than ${FRAME_BYTES_MAX} bytes` };
  reader.open(bytes);
  const result = readFrame();
  reader.close();
  return result;
}

function readFrame(): DecodeResult {
  const count = reader.arrayLength(MESSAGES_PER_FRAME_MAX);
  if (count < 1) return { ok: false, text: `a frame is an array of 1 to ${MESSAGES_PER_FRAME_MAX} messages` };
  const messages: ClientMessage[] = [];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    let message = readMessage();
    if (message === null) {
      reader.at = start;
      message = readBadMessage();
      if (message === null) return { ok: false, text: `message ${i + 1}: ${reader.fault}` };
    }
    messages.push(message);
  }
  if (!reader.isAtEnd) return { ok: false, text: 'bytes after the last message' };
  return { ok: true, messages };
}

/** Null when anything is not as it must be; the position is then somewhere inside the message. */
function readMessage(): ClientMessage | null {
  const fields = reader.arrayLength(7);
  if (fields < 2) return null;
  const op = reader.whole(127);
  switch (op) {
    case ClientOp.hold:
      return fields === 5 || fields === 6 ? readHold(fields === 6) : null;
    case ClientOp.release:
      return fields === 5 ? readRelease() : null;
    case ClientOp.extend:
      return fields === 4 ? readExtend() : null;
    case ClientOp.bestAvailable:
      return fields === 5 ? readBestAvailable() : null;
    case ClientOp.buy:
      return fields === 6 || fields === 7 ? readBuy(fields === 7) : null;
    case ClientOp.watch:
      return fields === 4 ? readWatch() : null;
    case ClientOp.hello:
      return fields === 3 ? readHello() : null;
    case ClientOp.ping: {
      const nonce = reader.whole(WHOLE_MAX);
      return fields !== 2 || nonce < 0 ? null : { op, nonce };
    }
    case ClientOp.unwatch:
    case ClientOp.mine: {
      const screening = reader.whole(WHOLE_MAX);
      return fields !== 2 || screening < 1 ? null : { op, screening };
    }
    default:
      return null;
  }
}

function readHello(): HelloMessage | null {
  // A token's parts are joined by a full stop.
  const token = reader.nil() ? undefined : reader.identifier(1, TOKEN_LENGTH_MAX, 0x2e);
  if (token === null) return null;
  const clientName = reader.text(CLIENT_NAME_BYTES_MAX);
  return clientName === null ? null : { op: ClientOp.hello, token: token ?? null, clientName };
}

function readWatch(): WatchMessage | null {
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const epoch = reader.whole(WHOLE_MAX);
  if (epoch < 0) return null;
  const version = reader.whole(WHOLE_MAX);
  return version < 0 ? null : { op: ClientOp.watch, screening, epoch, version };
}

function readHold(namesMap: boolean): HoldMessage | null {
  const requestId = readRequestId();
  if (requestId === null) return null;
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const seats = readSeats();
  if (seats === null) return null;
  const hold = reader.whole(WHOLE_MAX);
  if (hold < 0) return null;
  if (!namesMap) return { op: ClientOp.hold, requestId, screening, seats, hold };
  const seatMap = reader.whole(WHOLE_MAX);
  return seatMap < 1 ? null : { op: ClientOp.hold, requestId, screening, seats, hold, seatMap };
}

function readRelease(): ReleaseMessage | null {
  const requestId = readRequestId();
  if (requestId === null) return null;
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const hold = reader.whole(WHOLE_MAX);
  if (hold < 1) return null;
  const seats = readSeats();
  return seats === null ? null : { op: ClientOp.release, requestId, screening, hold, seats };
}

function readExtend(): ExtendMessage | null {
  const requestId = readRequestId();
  if (requestId === null) return null;
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const hold = reader.whole(WHOLE_MAX);
  return hold < 1 ? null : { op: ClientOp.extend, requestId, screening, hold };
}

function readBestAvailable(): BestAvailableMessage | null {
  const requestId = readRequestId();
  if (requestId === null) return null;
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const count = reader.whole(SEATS_PER_MESSAGE_MAX);
  if (count < 0) return null;
  const accessible = reader.boolean();
  if (accessible < 0) return null;
  return { op: ClientOp.bestAvailable, requestId, screening, count, accessible: accessible === 1 };
}

function readBuy(namesTotal: boolean): BuyMessage | null {
  const requestId = readRequestId();
  if (requestId === null) return null;
  const screening = reader.whole(WHOLE_MAX);
  if (screening < 1) return null;
  const hold = reader.whole(WHOLE_MAX);
  if (hold < 1) return null;
  const seats = readLines();
  if (seats === null || reader.arrayLength(2) !== 2) return null;
  const method = reader.text(PAYMENT_METHOD_BYTES_MAX);
  if (method === null) return null;
  const detail = reader.text(PAYMENT_DETAIL_BYTES_MAX);
  if (detail === null) return null;
  if (!namesTotal) return { op: ClientOp.buy, requestId, screening, hold, seats, method, detail };
  const expectedCents = reader.whole(WHOLE_MAX);
  if (expectedCents < 0) return null;
  return { op: ClientOp.buy, requestId, screening, hold, seats, method, detail, expectedCents };
}

function readRequestId(): string | null {
  return reader.identifier(REQUEST_ID_LENGTH_MIN, REQUEST_ID_LENGTH_MAX);
}

function readSeats(): number[] | null {
  const count = reader.arrayLength(SEATS_PER_MESSAGE_MAX);
  if (count < 0) return null;
  const seats: number[] = [];
  for (let i = 0; i < count; i++) {
    const seat = reader.whole(SEAT_MAX);
    if (seat < 0) return null;
    seats.push(seat);
  }
  return seats;
}

function readLines(): BuyLine[] | null {
  const count = reader.arrayLength(SEATS_PER_MESSAGE_MAX);
  if (count < 0) return null;
  const lines: BuyLine[] = [];
  for (let i = 0; i < count; i++) {
    const fields = reader.arrayLength(3);
    if (fields < 2) return null;
    const seat = reader.whole(SEAT_MAX);
    if (seat < 0) return null;
    const type = reader.whole(TICKET_TYPE_MAX);
    if (type < 1) return null;
    if (fields === 2) {
      lines.push([seat, type]);
      continue;
    }
    const category = reader.whole(CATEGORY_MAX);
    if (category < 1) return null;
    lines.push([seat, type, category]);
  }
  return lines;
}

/** The message that begins here, as one to refuse; null, with the reader's `fault`, when there is nobody to tell. */
function readBadMessage(): BadMessage | null {
  const start = reader.at;
  if (!reader.skip()) return null;
  const next = reader.at;
  reader.at = start;
  reader.fault = 'not an array that begins with an opcode of this protocol';
  if (reader.arrayLength(FRAME_BYTES_MAX) < 1) return null;
  const op = reader.whole(127);
  if (op < ClientOp.hello || op > ClientOp.mine) return null;
  reader.fault = `wrong fields in a message with opcode ${op}`;
  if (op < ClientOp.hold || op > ClientOp.buy) return null;
  const requestId = readRequestId();
  if (requestId === null) {
    reader.fault = `opcode ${op} without a request id of ${REQUEST_ID_LENGTH_MIN} to ${REQUEST_ID_LENGTH_MAX} characters`;
    return null;
  }
  reader.at = next;
  return { op: ClientOp.bad, requestId };
}

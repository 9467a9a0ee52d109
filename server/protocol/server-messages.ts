/**
 * What the server may say, as the arrays that go on the wire. Within a version the server may add messages and may
 * add fields at the end of a message; a client ignores what it does not know. A client's own messages are exact.
 */

import { ServerOp } from './opcodes.ts';
import type { OutcomeCode } from './outcome-code.ts';

export { ServerOp };

type Op = typeof ServerOp;

export type LimitFields = readonly [
  frameBytesMax: number,
  messagesPerSecond: number,
  messagesPerFrame: number,
  seatsPerBuyer: number,
  pingSeconds: number,
];
type PlainTicketFields = readonly [ticket: string, code: string, seat: number, type: number, priceCents: number];
/** `category` 0: not told. The two are left out where there is neither. */
export type TicketFields = PlainTicketFields | readonly [...PlainTicketFields, category: number, feeCents: number];
/** `phase`: 0 choosing, 1 paying. */
export type HoldFields = readonly [hold: number, seats: readonly number[], msLeft: number, phase: number];
export type OrderFields = readonly [order: string, tickets: readonly TicketFields[]];

/** `messagesPerSecond` 0: no limit. */
export type WelcomeFields = readonly [
  op: Op['welcome'],
  protocolVersion: number,
  buyer: string,
  token: string,
  serverName: string,
  limits: LimitFields,
];
/** `packed`: seat-packing.ts. */
type SeatsFields = readonly [
  op: Op['snapshot'],
  screening: number,
  epoch: number,
  version: number,
  salesOpen: boolean,
  seatCount: number,
  packed: Uint8Array,
];
/** `seatMap` is left out where it is not known: of a screening whose owner is an older build. */
export type SnapshotFields = SeatsFields | readonly [...SeatsFields, seatMap: number];
export type DeltaFields = readonly [
  op: Op['delta'],
  screening: number,
  epoch: number,
  fromVersion: number,
  version: number,
  salesOpen: boolean,
  changes: Uint8Array,
];
/** Accepted hold, best-available, extend. */
export type HeldFields = readonly [
  op: Op['answer'],
  requestId: string,
  code: 0,
  version: number,
  hold: number,
  seats: readonly number[],
  msLeft: number,
];
export type ReleasedFields = readonly [
  op: Op['answer'],
  requestId: string,
  code: 0,
  version: number,
  hold: number,
  seats: readonly number[],
];
export type SoldFields = readonly [
  op: Op['answer'],
  requestId: string,
  code: 0,
  version: number,
  order: string,
  tickets: readonly TicketFields[],
];
/** Accepted, with nothing to tell. */
export type DoneFields = readonly [op: Op['answer'], requestId: string, code: 0, version: number];
/** `seats`: those that are the reason; may be empty. */
type PlainRefusedFields = readonly [
  op: Op['answer'],
  requestId: string,
  code: OutcomeCode,
  version: number,
  seats: readonly number[],
];
/** `order`: the one that waits for its buyer. */
export type RefusedFields = PlainRefusedFields | readonly [...PlainRefusedFields, order: string];
export type AnswerFields = HeldFields | ReleasedFields | SoldFields | DoneFields | RefusedFields;
export type PongFields = readonly [op: Op['pong'], nonce: number];
export type MineFields = readonly [
  op: Op['mine'],
  screening: number,
  holds: readonly HoldFields[],
  orders: readonly OrderFields[],
];
/** `code`: an outcome code, or the close code that follows. */
export type NoticeFields = readonly [op: Op['notice'], code: number, text: string];
export type GoneFields = readonly [op: Op['gone'], screening: number, code: OutcomeCode];

export type ServerMessage =
  | WelcomeFields
  | SnapshotFields
  | DeltaFields
  | AnswerFields
  | PongFields
  | MineFields
  | NoticeFields
  | GoneFields;

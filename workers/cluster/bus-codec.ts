/**
 * The messages between nodes: JSON text, arrays of arrays, the number of the format first. To an owner: `[format, item, …]`
 * (command-codec.ts). From an owner: `[format, node, clock, kind, …]` with its monotonic clock, by which the others time their
 * deadlines: answers (answer-codec.ts), or what followers hear (seat-codec.ts).
 *
 * Text, because JSON.parse and JSON.stringify are the quickest codec there is in Node, and can be read off the wire in bad
 * times. An old and a new build run side by side during every upgrade, so that a build that changes the format must go on reading and
 * writing the one before.
 */

import { isNodeId } from './bus-subjects.ts';
import type { Item } from './command-codec.ts';
import { isClock, isWhole } from './wire-fields.ts';

export const FORMAT = 1;

/** What a message from an owner is. */
export const OwnerMessageKind = { answers: 1, snapshot: 2, delta: 3, gone: 4 } as const;

export interface OwnerMessage {
  readonly node: string;
  /** The sender's monotonic clock when it was sent, at the least. */
  readonly clockMs: number;
  readonly kind: number;
  /** The message itself; what belongs to the kind begins at `OWNER_HEAD`. */
  readonly fields: Item;
}

/** Where the fields of a kind begin in a message from an owner. */
export const OWNER_HEAD = 4;
/** Where the items begin in a message to an owner. */
export const BATCH_HEAD = 1;

export function ownerHead(node: string, clockMs: number, kind: number): Item {
  return [FORMAT, node, Math.floor(clockMs), kind];
}

/** An array that begins with our format; null for anything else. */
export function readMessage(bytes: Uint8Array): Item | null {
  let message: unknown;
  try {
    message = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    return null;
  }
  return Array.isArray(message) && message[0] === FORMAT ? message : null;
}

export function readOwnerMessage(bytes: Uint8Array): OwnerMessage | null {
  const fields = readMessage(bytes);
  if (fields === null) return null;
  const [, node, clockMs, kind] = fields;
  return isNodeId(node) && isClock(clockMs) && isWhole(kind, 1, 255) ? { node, clockMs, kind, fields } : null;
}

/**
 * Writes `head` and the items from `from` up to `to`, in as many messages as it takes for none to be larger than
 * `bytesMax`. `tooLarge`: an item that alone does not fit.
 */
export function writeBatch(
  head: Item,
  items: readonly Item[],
  bytesMax: number,
  write: (payload: Uint8Array, from: number, to: number) => void,
  tooLarge: (at: number) => void,
  from = 0,
  to = items.length,
): void {
  const part = from === 0 && to === items.length ? items : items.slice(from, to);
  const payload = Buffer.from(JSON.stringify(head.concat(part)));
  if (payload.length <= bytesMax) {
    write(payload, from, to);
    return;
  }
  if (to - from === 1) {
    tooLarge(from);
    return;
  }
  const middle = (from + to) >> 1;
  writeBatch(head, items, bytesMax, write, tooLarge, from, middle);
  writeBatch(head, items, bytesMax, write, tooLarge, middle, to);
}

/**
 * What followers of a screening hear from its owner: `[…head, epoch of the owner's claim, screening, …]`. The claim says who speaks:
 * of two that both believe they own a screening, the one with the lower claim is not listened to.
 */

import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import type { SeatDelta, SeatSnapshot } from '../seat-replica.ts';
import { OWNER_HEAD } from './bus-codec.ts';
import type { Item } from './command-codec.ts';
import { isListOf, isRefusal, isWhole } from './wire-fields.ts';

const CHANGE_MAX = SEAT_COUNT_MAX * 4 - 1;

export interface ClaimOf {
  readonly claim: number;
  readonly screening: number;
}

export function readClaim(fields: Item): ClaimOf | null {
  const [claim, screening] = fields.slice(OWNER_HEAD, OWNER_HEAD + 2);
  return isWhole(claim, 1) && isWhole(screening, 1) ? { claim, screening } : null;
}

export function snapshotFields(claim: number, snapshot: SeatSnapshot): Item {
  const { screening, seatMap, epoch, version, salesOpen, status } = snapshot;
  return [claim, screening, epoch, version, salesOpen, status.length, packSeats(status), seatMap];
}

export function readSnapshotFields(fields: Item): SeatSnapshot | null {
  // An older build does not say which layout it is.
  const [screening, epoch, version, salesOpen, seatCount, packed, seatMap = 0] = fields.slice(OWNER_HEAD + 1);
  if (!isWhole(screening, 1) || !isWhole(epoch) || !isWhole(version) || typeof salesOpen !== 'boolean') return null;
  if (!isWhole(seatCount, 1, SEAT_COUNT_MAX) || typeof packed !== 'string') return null;
  if (!isWhole(seatMap)) return null;
  const status = unpackSeats(packed, seatCount);
  return status === null ? null : { screening, seatMap, epoch, version, salesOpen, status };
}

export function deltaFields(claim: number, delta: SeatDelta): Item {
  const { screening, epoch, fromVersion, version, salesOpen, changes } = delta;
  return [claim, screening, epoch, fromVersion, version, salesOpen, changes];
}

export function readDeltaFields(fields: Item): SeatDelta | null {
  const [screening, epoch, fromVersion, version, salesOpen, changes] = fields.slice(OWNER_HEAD + 1);
  if (!isWhole(screening, 1) || !isWhole(epoch) || !isWhole(fromVersion) || !isWhole(version, fromVersion)) return null;
  if (typeof salesOpen !== 'boolean' || !isListOf(changes, isChange)) return null;
  return { screening, epoch, fromVersion, version, salesOpen, changes };
}

export function goneFields(claim: number, screening: number, code: OutcomeCode): Item {
  return [claim, screening, code];
}

/** A code that is unknown here means "not now": whoever follows asks again later. */
export function readGoneFields(fields: Item): OutcomeCode {
  const code = fields[OWNER_HEAD + 2];
  return isRefusal(code) ? code : OutcomeCode.unavailable;
}

function isChange(value: unknown): value is number {
  return isWhole(value, 0, CHANGE_MAX);
}

/** Two bits a seat, four seats a byte, seat 0 in the low bits of byte 0; as base64. */
function packSeats(status: Uint8Array): string {
  const packed = Buffer.alloc((status.length + 3) >> 2);
  for (let seat = 0; seat < status.length; seat++) packed[seat >> 2]! |= (status[seat]! & 3) << ((seat & 3) << 1);
  return packed.toString('base64');
}

/** Null when there are too few or too many bytes for so many seats. */
function unpackSeats(text: string, seatCount: number): Uint8Array | null {
  const packed = Buffer.from(text, 'base64');
  if (packed.length !== (seatCount + 3) >> 2) return null;
  const status = new Uint8Array(seatCount);
  for (let seat = 0; seat < seatCount; seat++) status[seat] = (packed[seat >> 2]! >> ((seat & 3) << 1)) & 3;
  return status;
}

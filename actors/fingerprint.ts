/**
 * What a command asks, as 32 bits: two commands with one request id are the same command only if these agree (rule
 * R2). The asker counts as content, so that nobody hears another's answer by naming its id. What the server chose
 * (time, prices and the map they come from, ticket ids and codes) does not count: it differs when the same wish is sent again.
 * Nor does whom an order belongs to: that is of the books, and its order's id says what was bought and who pays.
 *
 * Not a secret and not a proof: it guards against a client that numbers its requests badly. Ids themselves are
 * unguessable. The number is in the journal: changing this function makes old requests look like reused ones.
 */
import { unreachable } from './assert.ts';
import type { Command } from './seat-command.ts';

/** One number for each kind, for ever. */
const KIND = {
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
  expire: 15,
  claim: 16,
  'change-map': 17,
} as const satisfies Record<Command['kind'], number>;

/** Unsigned 32 bit. */
export function fingerprintOf(command: Command): number {
  let hash = mixText(mix(0, KIND[command.kind]), command.buyer);
  switch (command.kind) {
    case 'hold':
      hash = mix(mixNumbers(hash, command.seats), command.hold ?? 0);
      if (command.seatMap !== undefined) hash = mix(hash, command.seatMap);
      break;
    case 'best-available':
      hash = mix(mix(hash, command.count), command.accessible ? 1 : 0);
      break;
    case 'release':
      hash = mix(hash, command.hold);
      if (command.seats !== undefined) hash = mixNumbers(hash, command.seats);
      break;
    case 'extend':
      hash = mix(hash, command.hold);
      break;
    case 'begin-payment':
      hash = mixText(mixText(mix(hash, command.hold), command.order), command.payer);
      for (const { seat, type, category } of command.lines) {
        hash = mix(mix(hash, seat), type);
        // No seat and no type is negative: nothing else can look like it.
        if (category !== undefined) hash = mix(hash, -category);
      }
      if (command.expectedCents !== undefined) hash = mix(mix(hash, -1), command.expectedCents);
      break;
    case 'confirm':
      hash = mixText(hash, command.order);
      break;
    case 'cancel-payment':
      hash = mix(mixText(hash, command.order), command.keepHold ? 1 : 0);
      break;
    case 'cancel':
    case 'refund':
      hash = mixText(hash, command.order);
      if (command.tickets !== undefined) {
        hash = mix(hash, command.tickets.length);
        for (const ticket of command.tickets) hash = mixText(hash, ticket);
      }
      break;
    case 'check-in':
      hash = mixText(mixText(hash, command.ticket), command.gate);
      break;
    case 'block':
    case 'unblock':
      hash = mixText(mixNumbers(hash, command.seats), command.reason);
      if (command.seatMap !== undefined) hash = mix(hash, command.seatMap);
      break;
    case 'change-map':
      hash = mix(mix(hash, command.seatMap), command.halfQuota);
      break;
    case 'claim':
      hash = mix(hash, command.epoch);
      break;
    case 'open-sales':
    case 'close-sales':
    case 'expire':
      break;
    default:
      return unreachable(command);
  }
  return scatter(hash);
}

/** MurmurHash3's step for one 32-bit word: a few multiplications, every bit counts. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** Lengths are mixed in, so that ["ab", "c"] differs from ["a", "bc"]. */
function mixText(hash: number, text: string): number {
  let mixed = mix(hash, text.length);
  for (let at = 0; at < text.length; at += 2) {
    // Past the end charCodeAt gives NaN, which counts as 0 here.
    mixed = mix(mixed, text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16));
  }
  return mixed;
}

function mixNumbers(hash: number, numbers: readonly number[]): number {
  let mixed = mix(hash, numbers.length);
  for (let at = 0; at < numbers.length; at++) mixed = mix(mixed, numbers[at]!);
  return mixed;
}

/** MurmurHash3's end: without it the last words would only reach the low bits. */
function scatter(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

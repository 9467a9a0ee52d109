/**
 * What stands in a ticket's QR code: "POLTRONA:" and, in Base45, the payload and its Ed25519 signature. No name, no CPF, no price
 * (promise I8): a photograph of it gives away a seat, and nothing about who sits there.
 *
 * The payload, numbers with the high byte first:
 *
 *   offset  bytes
 *        0  1   format version: 1
 *        1  2   key id, 1 to 65535
 *        3  6   screening
 *        9  2   seat, its number on the screening's layout
 *       11  4   good from, seconds since 1970 (until 2106)
 *       15  2   good for so many minutes from then
 *       17  1   length of the ticket's id in ASCII, 1 to 64; 0: it is packed
 *       18  n   the ticket's id; packed: 16 bytes
 *       18+n 64 signature over everything before it
 *
 * Ticket ids are 21 characters of Base64's URL alphabet, 126 bits: packed they are Base64-decoded with an "A" (six zeros)
 * behind them, which makes 16 bytes and four zeros to spare. So a code has 98 bytes, 147 characters and the prefix: 156, one less
 * than what version 8 of a QR code (49 × 49) takes at level Q, which is read with a quarter of it gone.
 *
 * Pure and without a module of Node, so that a gate in a browser can have it as it is.
 */
import { base45, readBase45 } from './base45.ts';

export const TICKET_PREFIX = 'POLTRONA:';
export const FORMAT_VERSION = 1;
export const SIGNATURE_BYTES = 64;

/** Longest text that is looked at: nothing of ours is longer, and a scanner may read anything. */
export const TEXT_CHARACTERS_MAX = 400;

/** What a code says of its ticket. Seconds are whole: `notBeforeMs` is a multiple of 1000, the time between of 60,000. */
export interface TicketClaims {
  readonly ticket: string;
  readonly screening: number;
  /** Its number on the screening's layout. */
  readonly seat: number;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export type ReadTicket =
  | {
      readonly is: 'ticket';
      readonly key: number;
      /** Not to be believed before the signature is found right. */
      readonly claims: TicketClaims;
      /** What the signature is about. */
      readonly payload: Uint8Array;
      readonly signature: Uint8Array;
    }
  /** Of a later build of ours. */
  | { readonly is: 'other-format'; readonly version: number }
  | { readonly is: 'no-ticket' };

const HEAD_BYTES = 18;
const PACKED_ID = /^[0-9A-Za-z_-]{21}$/;
const PACKED_BYTES = 16;
const PLAIN_ID = /^[\x21-\x7e]{1,64}$/;
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SCREENING_MAX = 2 ** 48 - 1;
const NO_TICKET: ReadTicket = { is: 'no-ticket' };

/**
 * The bytes to sign. The times are rounded down to seconds, and their distance up to minutes.
 * @throws RangeError for what has no room in the format
 */
export function ticketPayload(key: number, claims: TicketClaims): Uint8Array {
  const { ticket, screening, seat } = claims;
  const fromSeconds = Math.floor(claims.notBeforeMs / 1_000);
  const minutes = Math.ceil((claims.notAfterMs - fromSeconds * 1_000) / 60_000);
  inRange(key, 1, 0xffff, 'key');
  inRange(screening, 0, SCREENING_MAX, 'screening');
  inRange(seat, 0, 0xffff, 'seat');
  inRange(fromSeconds, 0, 0xffff_ffff, 'good from');
  inRange(minutes, 0, 0xffff, 'minutes');
  if (!PLAIN_ID.test(ticket)) throw new RangeError('a ticket id has 1 to 64 visible ASCII characters');
  const isPacked = PACKED_ID.test(ticket);
  const bytes = new Uint8Array(HEAD_BYTES + (isPacked ? PACKED_BYTES : ticket.length));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORMAT_VERSION);
  view.setUint16(1, key);
  view.setUint16(3, Math.floor(screening / 2 ** 32));
  view.setUint32(5, screening % 2 ** 32);
  view.setUint16(9, seat);
  view.setUint32(11, fromSeconds);
  view.setUint16(15, minutes);
  view.setUint8(17, isPacked ? 0 : ticket.length);
  if (isPacked) bytes.set(packed(ticket), HEAD_BYTES);
  else for (let at = 0; at < ticket.length; at++) bytes[HEAD_BYTES + at] = ticket.charCodeAt(at);
  return bytes;
}

/** The text of the code. */
export function ticketText(payload: Uint8Array, signature: Uint8Array): string {
  const bytes = new Uint8Array(payload.length + signature.length);
  bytes.set(payload);
  bytes.set(signature, payload.length);
  return TICKET_PREFIX + base45(bytes);
}

/** Never throws, whatever was scanned. It does not look at the signature: that is verify-ticket.ts. */
export function readTicketText(text: string): ReadTicket {
  if (text.length > TEXT_CHARACTERS_MAX || !text.startsWith(TICKET_PREFIX)) return NO_TICKET;
  const bytes = readBase45(text.slice(TICKET_PREFIX.length));
  if (bytes === null || bytes.length === 0) return NO_TICKET;
  const version = bytes[0]!;
  if (version !== FORMAT_VERSION) return { is: 'other-format', version };
  if (bytes.length < HEAD_BYTES + 1 + SIGNATURE_BYTES) return NO_TICKET;
  const view = new DataView(bytes.buffer);
  const idLength = view.getUint8(17);
  const idBytes = bytes.subarray(HEAD_BYTES, bytes.length - SIGNATURE_BYTES);
  if (idBytes.length !== (idLength === 0 ? PACKED_BYTES : idLength)) return NO_TICKET;
  const ticket = idLength === 0 ? unpacked(idBytes) : String.fromCharCode(...idBytes);
  if (ticket === null || !PLAIN_ID.test(ticket)) return NO_TICKET;
  const notBeforeMs = view.getUint32(11) * 1_000;
  return {
    is: 'ticket',
    key: view.getUint16(1),
    claims: {
      ticket,
      screening: view.getUint16(3) * 2 ** 32 + view.getUint32(5),
      seat: view.getUint16(9),
      notBeforeMs,
      notAfterMs: notBeforeMs + view.getUint16(15) * 60_000,
    },
    payload: bytes.subarray(0, bytes.length - SIGNATURE_BYTES),
    signature: bytes.subarray(bytes.length - SIGNATURE_BYTES),
  };
}

function packed(id: string): Uint8Array {
  const bytes = new Uint8Array(PACKED_BYTES);
  let [bits, count, to] = [0, 0, 0];
  for (const character of `${id}A`) {
    bits = (bits << 6) | BASE64.indexOf(character);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[to++] = bits >> count;
    bits &= (1 << count) - 1;
  }
  return bytes;
}

/** Null when the two bits that no character needs are not zero. */
function unpacked(bytes: Uint8Array): string | null {
  let id = '';
  let [bits, count] = [0, 0];
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      id += BASE64[bits >> count];
      bits &= (1 << count) - 1;
    }
  }
  return bits === 0 ? id : null;
}

function inRange(value: number, min: number, max: number, what: string): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new RangeError(`${what} of a ticket's code must be a whole number from ${min} to ${max}`);
}

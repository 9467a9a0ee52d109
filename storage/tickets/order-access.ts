/**
 * The order-access token: whoever has it sees one order and may give its tickets back. It is in the link of the confirmation,
 * behind the "#", which no browser sends anywhere, and comes to us in a header: so no server's log has it. The history of the
 * browser that opened the link does.
 *
 * "2.<order>.<expires, seconds, base 36>.<HMAC>": nothing has to be stored, and nothing in it can be changed. What is lost with
 * that: one token cannot be taken back. It opens one order only, and only until a day after its screening, which may have been
 * moved since the link was mailed: so the screening is asked when the token is used, and what stands in it is far enough away.
 * "1.…" ends by what stands in it alone: to look around in an order that is over, and in links from before there was a "2".
 */
import { timingSafeEqual } from 'node:crypto';
import type { Seals } from '../sealing.ts';

const TOKEN = /^([12])\.([0-9A-Za-z_-]{1,64})\.([0-9a-z]{1,9})\.([0-9A-Za-z_-]{43})$/;
const DAY_MS = 86_400_000;
/** How much later a screening may be moved, so that links mailed before still open, milliseconds. */
const MOVED_MAX_MS = 60 * DAY_MS;

export interface ScreeningTimes {
  readonly startsAtMs: number;
  /** Of the film. */
  readonly minutes: number;
}

/** What a good token says. */
export interface OrderAccess {
  readonly order: string;
  /** To be believed only until `orderAccessEndsMs` of the order's screening as it is now. */
  readonly endsWithScreening: boolean;
}

/** A day after the screening's end, milliseconds since 1970: the link opens during the whole evening, however late it gets. */
export function orderAccessEndsMs({ startsAtMs, minutes }: ScreeningTimes): number {
  return startsAtMs + minutes * 60_000 + DAY_MS;
}

/** Good until a day after the screening, whenever that will be. */
export function screeningAccessToken(seals: Seals, order: string, screening: ScreeningTimes): string {
  return signed(seals, '2', order, orderAccessEndsMs(screening) + MOVED_MAX_MS);
}

/** @param expiresMs rounded up to a second. */
export function orderAccessToken(seals: Seals, order: string, expiresMs: number): string {
  return signed(seals, '1', order, expiresMs);
}

/** Null for what we did not make, and for what has expired by itself. Never throws. */
export function openOrderAccess(seals: Seals, token: string, nowMs: number): OrderAccess | null {
  const [, kind, order = '', expires = '', signature = ''] = TOKEN.exec(token) ?? [];
  if (order === '') return null;
  const expected = signatureOf(seals, token.slice(0, token.lastIndexOf('.')));
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return null;
  if (Number.parseInt(expires, 36) * 1000 <= nowMs) return null;
  return { order, endsWithScreening: kind === '2' };
}

function signed(seals: Seals, kind: '1' | '2', order: string, expiresMs: number): string {
  const text = `${kind}.${order}.${Math.ceil(expiresMs / 1000).toString(36)}`;
  return `${text}.${signatureOf(seals, text)}`;
}

function signatureOf(seals: Seals, text: string): string {
  return seals.hmac('order-access', text).toString('base64url');
}

/**
 * The order-access token: whoever has it sees one order and may give its tickets back. It is in the link of the confirmation,
 * behind the "#", which no browser sends anywhere, and comes to us in a header; so no address, log or history has it.
 *
 * "1.<order>.<expires, seconds, base 36>.<HMAC>": nothing has to be stored, and nothing in it can be changed. What is lost with
 * that: one token cannot be taken back. It opens one order only, and only until its evening is over.
 */
import { timingSafeEqual } from 'node:crypto';
import type { Seals } from '../sealing.ts';

const TOKEN = /^1\.([0-9A-Za-z_-]{1,64})\.([0-9a-z]{1,9})\.([0-9A-Za-z_-]{43})$/;
const DAY_MS = 86_400_000;

/** A day after the screening's end, milliseconds since 1970: the link opens during the whole evening, however late it gets. */
export function orderAccessExpiresMs({ startsAtMs, minutes }: { startsAtMs: number; minutes: number }): number {
  return startsAtMs + minutes * 60_000 + DAY_MS;
}

/** @param expiresMs rounded up to a second. */
export function orderAccessToken(seals: Seals, order: string, expiresMs: number): string {
  const text = `1.${order}.${Math.ceil(expiresMs / 1000).toString(36)}`;
  return `${text}.${signatureOf(seals, text)}`;
}

/** The order's id; null for what we did not make, and for what has expired. Never throws. */
export function openOrderAccess(seals: Seals, token: string, nowMs: number): string | null {
  const [, order = '', expires = '', signature = ''] = TOKEN.exec(token) ?? [];
  if (order === '') return null;
  const expected = signatureOf(seals, token.slice(0, token.lastIndexOf('.')));
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return null;
  return Number.parseInt(expires, 36) * 1000 > nowMs ? order : null;
}

function signatureOf(seals: Seals, text: string): string {
  return seals.hmac('order-access', text).toString('base64url');
}

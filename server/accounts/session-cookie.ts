/**
 * The session cookie. Its value is signed, so that a WebSocket can be opened in the turn in which it is asked for: who it is, until
 * when, and that we said so, are known without a query. What a signature cannot tell is whether the session has ended since:
 * a request over HTTP asks the database (authenticate.ts), a socket the list of ends (storage/accounts/session-ends.ts).
 *
 * `__Host-`: the browser takes it over TLS only (or from its own machine), for this host alone, and no neighbour under the same
 * domain can plant one. HttpOnly: no script reads it. SameSite=Lax: it does not come along with what other sites send; a link to
 * us does bring it, so that GET never changes anything.
 *
 * "1.<kind>.<session id>.<subject>.<payer>.<issued>.<expires>.<signature>", times in seconds, base 36.
 */
import { timingSafeEqual } from 'node:crypto';
import { COOKIE_LIVES_MAX_MS } from '../../storage/accounts/session-ends.ts';
import { sessionName } from '../../storage/accounts/sessions.ts';
import type { Seals } from '../../storage/sealing.ts';
import type { Identity } from '../identity.ts';
import type { UpgradeRequest } from '../socket/socket-port.ts';

export const SESSION_COOKIE = '__Host-poltrona';

/** account and guest are buyers. */
export type SessionKind = 'account' | 'guest' | 'staff';

const LETTERS: Readonly<Record<SessionKind, string>> = { account: 'a', guest: 'g', staff: 's' };
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as SessionKind]));
const VALUE =
  /^1\.([ags])\.([0-9A-Za-z_-]{32})\.([0-9A-Za-z_-]{1,64})\.([0-9A-Za-z_-]{0,64})\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})\.([0-9A-Za-z_-]{43})$/;

export interface SessionToken {
  readonly kind: SessionKind;
  /** The secret of it; `sessionName` of it is public. */
  readonly id: string;
  /** Of a buyer or of a member of staff. */
  readonly subject: string;
  readonly payer: string | null;
  readonly issuedMs: number;
  readonly expiresMs: number;
}

/** What goes into the cookie. Times are rounded to seconds. */
export function sealToken(seals: Seals, token: SessionToken): string {
  const seconds = (ms: number): string => Math.floor(ms / 1000).toString(36);
  const { kind, id, subject, payer, issuedMs, expiresMs } = token;
  const text = `1.${LETTERS[kind]}.${id}.${subject}.${payer ?? ''}.${seconds(issuedMs)}.${seconds(expiresMs)}`;
  return `${text}.${signatureOf(seals, text)}`;
}

/** Null for what we did not sign, and for what has expired. */
export function openToken(seals: Seals, value: string, nowMs: number): SessionToken | null {
  const [, letter = '', id = '', subject = '', payer = '', issued = '', expires = '', signature = ''] =
    VALUE.exec(value) ?? [];
  const kind = KINDS.get(letter);
  if (kind === undefined) return null;
  const expected = signatureOf(seals, value.slice(0, value.lastIndexOf('.')));
  if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) return null;
  const [issuedMs, expiresMs] = [Number.parseInt(issued, 36) * 1000, Number.parseInt(expires, 36) * 1000];
  if (expiresMs <= nowMs || expiresMs - issuedMs > COOKIE_LIVES_MAX_MS) return null;
  return { kind, id, subject, payer: payer === '' ? null : payer, issuedMs, expiresMs };
}

/** The value of the session cookie in a Cookie header; null when there is none, or more than one: then one of them was planted. */
export function sessionCookieOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  const values = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${SESSION_COOKIE}=`));
  return values.length === 1 ? (values[0]?.slice(SESSION_COOKIE.length + 1) ?? null) : null;
}

/** The Set-Cookie header. */
export function setCookie(value: string, expiresMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((expiresMs - nowMs) / 1000));
  return `${SESSION_COOKIE}=${value}; Max-Age=${seconds}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

/** The Set-Cookie header that takes it away. */
export function clearCookie(): string {
  return setCookie('', 0, 0);
}

export interface IdentifyPorts {
  readonly seals: Seals;
  /** SessionEnds.isEnded. */
  isEnded(session: string, issuedAtMs: number): boolean;
  nowMs(): number;
}

/**
 * Who opens a WebSocket, answered at once; null for visitors, and for staff: a seat is not bought in their name.
 * The gateway has checked the Origin.
 */
export function identify(ports: IdentifyPorts, request: Pick<UpgradeRequest, 'header'>): Identity | null {
  const value = sessionCookieOf(request.header('cookie'));
  const token = value === null ? null : openToken(ports.seals, value, ports.nowMs());
  if (token === null || token.kind === 'staff') return null;
  const session = sessionName(token.id);
  if (ports.isEnded(session, token.issuedMs)) return null;
  return { buyer: token.subject, payer: token.payer, session };
}

function signatureOf(seals: Seals, text: string): string {
  return seals.hmac('session', text).toString('base64url');
}

/** What the endpoints of accounts work with. */
import type { ClientBase, Pool } from 'pg';
import { addSession, endSession, newSessionId, sessionName } from '../../storage/accounts/sessions.ts';
import type { Seals } from '../../storage/sealing.ts';
import { inProblemTransaction } from '../api/problem-transaction.ts';
import type { Authenticator } from './authenticate.ts';
import type { Passwords } from './passwords.ts';
import { type SessionKind, sealToken, setCookie } from './session-cookie.ts';

export interface AccountPorts {
  /** Role accounts; not the pool of the once-only transactions, which wait for what is asked here. */
  readonly pool: Pool;
  readonly seals: Seals;
  readonly passwords: Passwords;
  readonly authenticator: Authenticator;
  nowMs(): number;
}

const HOUR_MS = 3_600_000;

/**
 * How long a session lasts, milliseconds. An account's lasts longer with each visit (`SLIDING`), since tickets are shown from it
 * weeks after they were bought; staff sign in for each working day, on machines that others use too; a guest's is for the
 * evening of his ticket.
 */
export const SESSION_LIVES_MS: Readonly<Record<SessionKind, number>> = {
  account: 30 * 24 * HOUR_MS,
  guest: 24 * HOUR_MS,
  staff: 12 * HOUR_MS,
};
/** A stolen cookie is good for no longer than this after the sign-in, however often it is used. */
export const LONGEST_SESSION_DAYS = 180;

export interface Started {
  /** Its Set-Cookie header. */
  readonly cookie: string;
  readonly expiresAt: Date;
}

/**
 * Begins a session in the caller's transaction and ends `before`: whoever signs in gets a new session id, always, so that one
 * that was planted or read before is worth nothing.
 */
export async function beginSession(
  ports: AccountPorts,
  client: ClientBase,
  kind: SessionKind,
  subject: string,
  payer: string | null,
  before: string | null,
): Promise<Started> {
  const id = newSessionId();
  const issuedMs = ports.nowMs();
  const expiresMs = issuedMs + SESSION_LIVES_MS[kind];
  if (before !== null) await endSession(client, before);
  await addSession(client, id, kind === 'staff' ? 'staff' : 'buyer', subject, new Date(expiresMs));
  const value = sealToken(ports.seals, { kind, id, subject, payer, issuedMs, expiresMs });
  return { cookie: setCookie(value, expiresMs, issuedMs), expiresAt: new Date(expiresMs) };
}

/** The public name of the session that the request's cookie claims, ended or not. */
export function sessionOf(ports: AccountPorts, request: { header(name: string): string | undefined }): string | null {
  const token = ports.authenticator.tokenOf(request);
  return token === null ? null : sessionName(token.id);
}

/** One transaction with the accounts role, for endpoints that have none of their own. */
export function withAccounts<Result>(
  ports: AccountPorts,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  return inProblemTransaction(ports.pool, work);
}

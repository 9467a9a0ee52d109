/**
 * Tokens in the links of messages: confirm an address, set a new password, a colleague's first sign-in. Good once, for a while.
 * A token is derived from the id of its message (message-links.ts) when that is sent, and only its SHA-256 is kept: whoever
 * reads the tables can neither use nor make one.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { linkToken, linkTokenHash } from '../message-links.ts';
import { newMessageId, queueMessage } from '../messages.ts';
import type { Seals } from '../sealing.ts';

export type TokenPurpose = 'confirm-email' | 'reset-password' | 'staff-invitation';

/** A reset opens an account to whoever reads the mailbox later; an invitation may wait for a colleague's holiday. */
const LIVES_HOURS: Readonly<Record<TokenPurpose, number>> = {
  'confirm-email': 24,
  'reset-password': 1,
  'staff-invitation': 7 * 24,
};

/** Whose token. */
export type TokenSubject = `buyer:${string}` | `user:${number}`;

/**
 * Queues a message with a link, in the caller's transaction; resolves with the link's token. Earlier links of the same purpose
 * are void, and messages with them that still wait are not sent.
 */
export async function sendLink(
  client: pg.ClientBase,
  seals: Seals,
  purpose: TokenPurpose,
  subject: TokenSubject,
  params: Readonly<Record<string, boolean>> = {},
): Promise<string> {
  const id = newMessageId();
  const token = linkToken(seals, id);
  await client.query('delete from account_tokens where purpose = $1 and subject = $2', [purpose, subject]);
  await client.query(
    `insert into account_tokens (token_hash, purpose, subject, expires_at)
     values ($1, $2, $3, now() + $4 * interval '1 hour')`,
    [linkTokenHash(token), purpose, subject, LIVES_HOURS[purpose]],
  );
  const recipientKind = subject.startsWith('buyer:') ? 'buyer' : 'staff';
  await queueMessage(client, { id, kind: purpose, recipientKind, recipient: idOfSubject(subject), params });
  return token;
}

/**
 * The work of `sendLink` for an address that nobody has, so that the time does not tell: a token that is void from the
 * beginning. The daily job deletes it.
 */
export async function sendNothing(client: pg.ClientBase): Promise<void> {
  await client.query('delete from account_tokens where purpose = $1 and subject = $2', ['reset-password', 'nobody']);
  await client.query(
    `insert into account_tokens (token_hash, purpose, subject, expires_at) values ($1, 'reset-password', 'nobody', now())
     on conflict (token_hash) do nothing`,
    [randomBytes(32)],
  );
}

/** Uses a token up; null when there is none, when it is too old, or was used. Of two at once one gets it. */
export async function useToken(
  client: pg.ClientBase,
  token: string,
  purposes: readonly TokenPurpose[],
): Promise<{ readonly purpose: TokenPurpose; readonly subject: TokenSubject } | null> {
  const { rows } = await client.query<{ purpose: TokenPurpose; subject: TokenSubject }>(
    `update account_tokens set used_at = now()
     where token_hash = $1 and purpose = any ($2) and used_at is null and expires_at > now()
     returning purpose, subject`,
    [linkTokenHash(token), purposes],
  );
  return rows[0] ?? null;
}

/** Whose token it is, without using it up; null when it could not be used. */
export async function subjectOfToken(
  pool: pg.Pool,
  token: string,
  purpose: TokenPurpose,
): Promise<TokenSubject | null> {
  const { rows } = await pool.query<{ subject: TokenSubject }>(
    `select subject from account_tokens
     where token_hash = $1 and purpose = $2 and used_at is null and expires_at > now()`,
    [linkTokenHash(token), purpose],
  );
  return rows[0]?.subject ?? null;
}

/** The id behind 'buyer:' or 'user:'. */
export function idOfSubject(subject: TokenSubject): string {
  return subject.slice(subject.indexOf(':') + 1);
}

/** All tokens of somebody: who has a new password needs none of the old links. */
export async function dropTokens(client: pg.ClientBase, subject: TokenSubject): Promise<void> {
  await client.query('delete from account_tokens where subject = $1', [subject]);
}

/** Deletes tokens that nobody can use any more, at most `limit`; resolves with how many. For a daily job. */
export async function forgetOldTokens(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from account_tokens where token_hash in (
       select token_hash from account_tokens where expires_at < now() - interval '1 day' limit $1)`,
    [limit],
  );
  return rowCount ?? 0;
}

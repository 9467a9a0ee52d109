/**
 * Sessions: who is signed in. The cookie's session id is known to the browser alone; here stands its SHA-256, which also is the
 * session's public name (base64url), by which it is ended, named in notices, and cannot be used.
 *
 * Ending one tells `poltrona_sessions` in the same transaction, so that its open sockets are closed and no node goes on
 * believing in it (session-ends.ts). A row stays until it would have expired: a cookie is checked without a query where a
 * WebSocket is opened, and a node that starts must learn which of them are void.
 */
import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';

/** Payload of a notice: a session's name, or `key:<id>` of an API key. */
export const ENDS_CHANNEL = 'poltrona_sessions';

/** 192 bits. */
const ID_BYTES = 24;

export type SubjectKind = 'buyer' | 'staff';

export interface StaffOfSession {
  readonly id: string;
  readonly role: string;
  readonly exhibitorId: string | null;
  readonly cinemaIds: readonly string[] | null;
}

export interface FoundSession {
  readonly subjectKind: SubjectKind;
  readonly subject: string;
  readonly expiresAt: Date;
  /** Null: a guest or an account; of staff always null. */
  readonly buyer: { readonly kind: 'account' | 'guest'; readonly payerId: string | null } | null;
  readonly staff: StaffOfSession | null;
}

/** A new session id for a cookie, 32 characters. */
export function newSessionId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}

/** The public name of a session id, 43 characters. */
export function sessionName(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

export async function addSession(
  client: pg.ClientBase,
  id: string,
  subjectKind: SubjectKind,
  subject: string,
  expiresAt: Date,
): Promise<void> {
  await client.query('insert into sessions (id_hash, subject_kind, subject, expires_at) values ($1, $2, $3, $4)', [
    hashOf(sessionName(id)),
    subjectKind,
    subject,
    expiresAt,
  ]);
}

/** Null when it is not there, has ended or expired, or belongs to nobody any more. */
export async function findSession(pool: pg.Pool, name: string): Promise<FoundSession | null> {
  const { rows } = await pool.query<{
    subject_kind: SubjectKind;
    subject: string;
    expires_at: Date;
    kind: 'account' | 'guest' | null;
    payer_id: string | null;
    role: string | null;
    exhibitor_id: string | null;
    cinema_ids: string[] | null;
  }>({
    name: 'session-find',
    text: `select s.subject_kind, s.subject, s.expires_at, b.kind, b.payer_id, u.role, u.exhibitor_id, u.cinema_ids
      from sessions s
        left join buyers b on s.subject_kind = 'buyer' and b.id = s.subject and b.erased_at is null
        left join staff_users u on u.id = case when s.subject_kind = 'staff' then s.subject::bigint end and u.status = 'active'
      where s.id_hash = $1 and s.ended_at is null and s.expires_at > now()`,
    values: [hashOf(name)],
  });
  const row = rows[0];
  if (row === undefined || (row.kind === null && row.role === null)) return null;
  return {
    subjectKind: row.subject_kind,
    subject: row.subject,
    expiresAt: row.expires_at,
    buyer: row.kind === null ? null : { kind: row.kind, payerId: row.payer_id },
    staff:
      row.role === null
        ? null
        : { id: row.subject, role: row.role, exhibitorId: row.exhibitor_id, cinemaIds: row.cinema_ids },
  };
}

/** Lets a live session last longer, `longestDays` after its beginning at most; resolves with its end, null when it is over. */
export async function prolongSession(
  pool: pg.Pool,
  name: string,
  expiresAt: Date,
  longestDays: number,
): Promise<Date | null> {
  const { rows } = await pool.query<{ expires_at: Date }>(
    `update sessions set expires_at = least($2, created_at + $3 * interval '1 day'), last_seen_at = now()
     where id_hash = $1 and ended_at is null and expires_at > now() returning expires_at`,
    [hashOf(name), expiresAt, longestDays],
  );
  return rows[0]?.expires_at ?? null;
}

/** Ends one; false when it was over already. */
export async function endSession(client: pg.ClientBase | pg.Pool, name: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `with ended as (update sessions set ended_at = clock_timestamp() where id_hash = $1 and ended_at is null returning 1)
     select pg_notify('${ENDS_CHANNEL}', $2) from ended`,
    [hashOf(name), name],
  );
  return rowCount === 1;
}

/** Ends all of somebody's; resolves with how many. */
export async function endSessionsOf(client: pg.ClientBase, kind: SubjectKind, subject: string): Promise<number> {
  const { rows } = await client.query<{ id_hash: Buffer }>(
    `update sessions set ended_at = clock_timestamp()
     where subject_kind = $1 and subject = $2 and ended_at is null and expires_at > now() returning id_hash`,
    [kind, subject],
  );
  await client.query(`select pg_notify('${ENDS_CHANNEL}', name) from unnest($1::text[]) as name`, [
    rows.map(({ id_hash }) => id_hash.toString('base64url')),
  ]);
  return rows.length;
}

/** Deletes sessions that expired a day ago, at most `limit`; resolves with how many. For a daily job. */
export async function forgetOldSessions(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from sessions where id_hash in (
       select id_hash from sessions where expires_at < now() - interval '1 day' order by expires_at limit $1)`,
    [limit],
  );
  return rowCount ?? 0;
}

function hashOf(name: string): Buffer {
  return Buffer.from(name, 'base64url');
}

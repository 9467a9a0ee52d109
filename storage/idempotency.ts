/**
 * Requests said twice are done once: the answer to a request with an Idempotency-Key is kept in the transaction of what the
 * request did. While that transaction runs the key is locked, and whoever comes with it meanwhile hears "still running"
 * instead of waiting; when it fails nothing is kept, and the key is free again.
 */
import type pg from 'pg';

/** Answers are kept for as long as a client may reasonably come back. */
export const KEY_DAYS = 7;

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Sealed. */
  readonly body: Buffer;
}

export type Claimed =
  | { readonly is: 'fresh' }
  | { readonly is: 'answered'; readonly answer: KeptAnswer }
  | { readonly is: 'other-content' }
  | { readonly is: 'running' };

/** The first statement of the request's transaction. `contentHash`: a keyed hash of what is asked, 32 bytes. */
export async function claimKey(
  client: pg.ClientBase,
  scope: string,
  key: string,
  contentHash: Uint8Array,
): Promise<Claimed> {
  // One lock for one key, and a second statement: a snapshot taken before the lock could miss the row of whoever had it.
  const { rows: locks } = await client.query<{ free: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($1, 4242)) as free`,
    [`${scope}\n${key}`],
  );
  if (locks[0]?.free !== true) return { is: 'running' };
  return (await findAnswer(client, scope, key, contentHash)) ?? { is: 'fresh' };
}

/** What is kept for the key, without claiming it; null: nothing yet. */
export async function findAnswer(
  client: pg.ClientBase | pg.Pool,
  scope: string,
  key: string,
  contentHash: Uint8Array,
): Promise<Extract<Claimed, { is: 'answered' | 'other-content' }> | null> {
  const { rows } = await client.query<KeptAnswer & { same: boolean }>({
    name: 'idempotency-find',
    text: 'select status, headers, body, content_hash = $3 as same from idempotency_keys where scope = $1 and key = $2',
    values: [scope, key, Buffer.from(contentHash)],
  });
  const row = rows[0];
  if (row === undefined) return null;
  if (!row.same) return { is: 'other-content' };
  return { is: 'answered', answer: { status: row.status, headers: row.headers, body: row.body } };
}

export async function keepAnswer(
  client: pg.ClientBase,
  scope: string,
  key: string,
  contentHash: Uint8Array,
  answer: KeptAnswer,
): Promise<void> {
  await client.query({
    name: 'idempotency-keep',
    text: `insert into idempotency_keys (scope, key, content_hash, status, headers, body) values ($1, $2, $3, $4, $5, $6)`,
    values: [scope, key, Buffer.from(contentHash), answer.status, answer.headers, answer.body],
  });
}

/** Deletes answers older than KEY_DAYS, at most `limit`; resolves with how many. For a daily job. */
export async function forgetOldKeys(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from idempotency_keys where (scope, key) in (
       select scope, key from idempotency_keys where created_at < now() - $1 * interval '1 day' order by created_at limit $2)`,
    [KEY_DAYS, limit],
  );
  return rowCount ?? 0;
}

/**
 * API keys, for the command line and for devices: "plt_<prefix>_<secret>". The prefix names the key in lists; the secret has
 * 190 random bits, so that a plain SHA-256 of the whole is as good as a slow hash. The key itself is shown once and never stored.
 */
import { createHash } from 'node:crypto';
import { customAlphabet } from 'nanoid';
import type pg from 'pg';
import { ENDS_CHANNEL } from './sessions.ts';

/** No letters that look like digits; prefixes are read out on the telephone. */
const newPrefix = customAlphabet('23456789abcdefghjkmnpqrstuvwxyz', 8);
/** 32 characters of 62: 190 bits. */
const newSecret = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 32);
const KEY = /^plt_[2-9a-z]{8}_[0-9A-Za-z]{32}$/;

export interface ApiKey {
  readonly id: number;
  readonly prefix: string;
  readonly name: string;
  readonly role: string;
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
  /** Null: all that the role may; else only these permissions. */
  readonly scopes: readonly string[] | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly role: string;
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
  readonly scopes: readonly string[] | null;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
}

/** A key that was just made; nobody can show the secret again. */
export interface IssuedKey {
  readonly id: number;
  readonly prefix: string;
  readonly secret: string;
}

interface Row extends Omit<ApiKey, 'id' | 'exhibitorId' | 'cinemaIds'> {
  readonly id: string;
  readonly exhibitorId: string | null;
  readonly cinemaIds: readonly string[] | null;
}

const COLUMNS = `id, prefix, name, role, exhibitor_id as "exhibitorId", cinema_ids as "cinemaIds", scopes,
  created_by as "createdBy", created_at as "createdAt", last_used_at as "lastUsedAt", expires_at as "expiresAt",
  revoked_at as "revokedAt"`;

/** Whether a text has the form of a key; one that has not needs no look into the database. */
export function looksLikeKey(text: string): boolean {
  return KEY.test(text);
}

export async function addKey(client: pg.ClientBase, key: NewApiKey): Promise<IssuedKey> {
  const prefix = newPrefix();
  const secret = `plt_${prefix}_${newSecret()}`;
  const { rows } = await client.query<{ id: string }>(
    `insert into api_keys (prefix, key_hash, name, role, exhibitor_id, cinema_ids, scopes, created_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      prefix,
      hashOf(secret),
      key.name,
      key.role,
      key.exhibitorId,
      key.cinemaIds,
      key.scopes,
      key.createdBy,
      key.expiresAt,
    ],
  );
  return { id: Number(rows[0]?.id), prefix, secret };
}

/** The live key that `secret` is, and notes that it was used, once a minute at most. Null: unknown, expired or revoked. */
export async function useKey(pool: pg.Pool, secret: string): Promise<ApiKey | null> {
  const { rows } = await pool.query<Row>({
    name: 'key-use',
    text: `with found as (
        select * from api_keys where key_hash = $1 and revoked_at is null and (expires_at is null or expires_at > now())
      ), noted as (
        update api_keys k set last_used_at = now() from found
        where k.id = found.id and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute')
      )
      select ${COLUMNS} from found`,
    values: [hashOf(secret)],
  });
  return rows[0] === undefined ? null : keyOf(rows[0]);
}

/** In the order of their ids. `exhibitorId` null: everybody's. */
export async function listKeys(
  pool: pg.Pool,
  page: { readonly exhibitorId: number | null; readonly afterId: number; readonly limit: number },
): Promise<ApiKey[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from api_keys where id > $1 and ($2::bigint is null or exhibitor_id = $2) order by id limit $3`,
    [page.afterId, page.exhibitorId, page.limit],
  );
  return rows.map(keyOf);
}

export async function findKey(client: pg.ClientBase | pg.Pool, id: number): Promise<ApiKey | null> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from api_keys where id = $1`, [id]);
  return rows[0] === undefined ? null : keyOf(rows[0]);
}

/** False when it was revoked before. Told to all nodes in the same transaction. */
export async function revokeKey(client: pg.ClientBase, id: number): Promise<boolean> {
  const { rowCount } = await client.query(
    `with revoked as (update api_keys set revoked_at = now() where id = $1 and revoked_at is null returning id)
     select pg_notify('${ENDS_CHANNEL}', 'key:' || id) from revoked`,
    [id],
  );
  return rowCount === 1;
}

/** Live keys that somebody made: to be looked at when he leaves. */
export async function liveKeysBy(client: pg.ClientBase, createdBy: string): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `select id from api_keys where created_by = $1 and revoked_at is null
       and (expires_at is null or expires_at > now()) order by id`,
    [createdBy],
  );
  return rows.map(({ id }) => Number(id));
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function keyOf(row: Row): ApiKey {
  return {
    ...row,
    id: Number(row.id),
    exhibitorId: row.exhibitorId === null ? null : Number(row.exhibitorId),
    cinemaIds: row.cinemaIds?.map(Number) ?? null,
  };
}

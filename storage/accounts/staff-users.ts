/** Staff: colleagues who sign in with an address and a password, each with a role, and all but administrators with their cinemas. */
import type pg from 'pg';
import { emailKey } from './buyers.ts';

export interface StaffUser {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  /** Null: every exhibitor (administrators). */
  readonly exhibitorId: number | null;
  /** Null: all cinemas of the exhibitor. */
  readonly cinemaIds: readonly number[] | null;
  readonly status: 'active' | 'disabled';
  /** False until the invitation was used. */
  readonly hasPassword: boolean;
  readonly createdAt: Date;
}

export interface NewStaffUser {
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
}

export interface StaffChange {
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  readonly exhibitorId?: number | null | undefined;
  readonly cinemaIds?: readonly number[] | null | undefined;
  readonly status?: 'active' | 'disabled' | undefined;
}

interface Row extends Omit<StaffUser, 'id' | 'exhibitorId' | 'cinemaIds'> {
  readonly id: string;
  readonly exhibitorId: string | null;
  readonly cinemaIds: readonly string[] | null;
}

const COLUMNS = `id, email, name, role, exhibitor_id as "exhibitorId", cinema_ids as "cinemaIds", status,
  password_hash is not null as "hasPassword", created_at as "createdAt"`;

/** In the order of their ids. `exhibitorId` null: everybody's. */
export async function listStaff(
  pool: pg.Pool,
  page: { readonly exhibitorId: number | null; readonly afterId: number; readonly limit: number },
): Promise<StaffUser[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from staff_users where id > $1 and ($2::bigint is null or exhibitor_id = $2) order by id limit $3`,
    [page.afterId, page.exhibitorId, page.limit],
  );
  return rows.map(userOf);
}

export async function findStaff(client: pg.ClientBase | pg.Pool, id: number): Promise<StaffUser | null> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from staff_users where id = $1`, [id]);
  return rows[0] === undefined ? null : userOf(rows[0]);
}

/** For changing it: nobody else changes it until the transaction ends. */
export async function lockStaff(client: pg.ClientBase, id: number): Promise<StaffUser | null> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from staff_users where id = $1 for update`, [id]);
  return rows[0] === undefined ? null : userOf(rows[0]);
}

/** The id, and the hash to compare a password with; disabled colleagues are not found. */
export async function findStaffLogin(
  pool: pg.Pool | pg.ClientBase,
  email: string,
): Promise<{ readonly id: number; readonly passwordHash: string | null } | null> {
  const { rows } = await pool.query<{ id: string; passwordHash: string | null }>(
    `select id, password_hash as "passwordHash" from staff_users where email_key = $1 and status = 'active'`,
    [emailKey(email)],
  );
  const row = rows[0];
  return row === undefined ? null : { id: Number(row.id), passwordHash: row.passwordHash };
}

/**
 * Whether the colleague is active and still has the password of `passwordHash`; then he is kept from changing until the
 * transaction ends, as `keepAccount` keeps a buyer.
 */
export async function keepStaff(client: pg.ClientBase, id: number, passwordHash: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from staff_users where id = $1 and password_hash = $2 and status = 'active' for share`,
    [id, passwordHash],
  );
  return rowCount === 1;
}

/** Null when a colleague with this address is there already. */
export async function addStaff(client: pg.ClientBase, user: NewStaffUser): Promise<number | null> {
  const { rows } = await client.query<{ id: string }>(
    `insert into staff_users (email, email_key, name, role, exhibitor_id, cinema_ids) values ($1, $2, $3, $4, $5, $6)
     on conflict (email_key) do nothing returning id`,
    [user.email, emailKey(user.email), user.name, user.role, user.exhibitorId, user.cinemaIds],
  );
  return rows[0] === undefined ? null : Number(rows[0].id);
}

/** What is left out stays as it is. */
export async function changeStaff(client: pg.ClientBase, id: number, change: StaffChange): Promise<void> {
  await client.query(
    `update staff_users set name = coalesce($2, name), role = coalesce($3, role), status = coalesce($4, status),
       exhibitor_id = case when $5 then $6::bigint else exhibitor_id end,
       cinema_ids = case when $7 then $8::bigint[] else cinema_ids end, updated_at = now()
     where id = $1`,
    [
      id,
      change.name ?? null,
      change.role ?? null,
      change.status ?? null,
      change.exhibitorId !== undefined,
      change.exhibitorId ?? null,
      change.cinemaIds !== undefined,
      change.cinemaIds ?? null,
    ],
  );
}

/** False when the colleague is gone or disabled. */
export async function setStaffPassword(client: pg.ClientBase, id: number, passwordHash: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update staff_users set password_hash = $2, updated_at = now() where id = $1 and status = 'active'`,
    [id, passwordHash],
  );
  return rowCount === 1;
}

/** The same password, hashed with today's parameters. Not when it was changed meanwhile. */
export async function rehashStaffPassword(pool: pg.Pool, id: number, before: string, after: string): Promise<void> {
  await pool.query('update staff_users set password_hash = $3 where id = $1 and password_hash = $2', [
    id,
    before,
    after,
  ]);
}

/**
 * How many active administrators there are besides `id`. All of them are locked until the transaction ends, in one order: two
 * who disable each other at the same moment must not both find the other one still there.
 */
export async function otherAdministrators(client: pg.ClientBase, id: number): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `select id from staff_users where role = 'administrator' and status = 'active' order by id for update`,
  );
  return rows.filter((row) => Number(row.id) !== id).length;
}

/** Those of `cinemaIds` that do not belong to the exhibitor; null when there is no such exhibitor. */
export async function strangeCinemas(
  client: pg.ClientBase | pg.Pool,
  exhibitorId: number,
  cinemaIds: readonly number[],
): Promise<number[] | null> {
  const { rows } = await client.query<{ own: string[] }>(
    `select array(select c.id from cinemas c where c.exhibitor_id = e.id and c.id = any ($2)) as own
     from exhibitors e where e.id = $1`,
    [exhibitorId, cinemaIds],
  );
  const own = rows[0]?.own;
  if (own === undefined) return null;
  const known = new Set(own.map(Number));
  return cinemaIds.filter((id) => !known.has(id));
}

function userOf(row: Row): StaffUser {
  return {
    ...row,
    id: Number(row.id),
    exhibitorId: row.exhibitorId === null ? null : Number(row.exhibitorId),
    cinemaIds: row.cinemaIds?.map(Number) ?? null,
  };
}

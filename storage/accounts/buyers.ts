/**
 * Buyers: people with an account, and guests. The random id is what actor and journal know; every other column is about the
 * person and can be erased (buyer-erasure.ts). An account is anybody's claim until its address is confirmed: until then it can
 * do nothing, and whoever signs up with the same address takes its place.
 */
import { nanoid } from 'nanoid';
import type pg from 'pg';

export type Locale = 'pt-BR' | 'en';

export interface BuyerRow {
  readonly id: string;
  readonly kind: 'account' | 'guest';
  readonly payerId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly isConfirmed: boolean;
  readonly passwordHash: string | null;
  /** "1990-12-24" */
  readonly birthDate: string | null;
  readonly locale: Locale;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string;
  /** Null: the CPF belongs to another account. */
  readonly payerId: string | null;
  readonly birthDate: string | null;
  readonly locale: Locale;
}

export interface NewGuest {
  readonly name: string | null;
  readonly email: string;
  readonly payerId: string;
  readonly locale: Locale;
}

const COLUMNS = `id, kind, payer_id as "payerId", name, email, email_confirmed_at is not null as "isConfirmed",
  password_hash as "passwordHash", birth_date::text as "birthDate", locale`;

/** By what an address is found: people write it with capitals or without. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}

export async function findBuyer(client: pg.ClientBase | pg.Pool, id: string): Promise<BuyerRow | null> {
  const { rows } = await client.query<BuyerRow>(`select ${COLUMNS} from buyers where id = $1 and erased_at is null`, [
    id,
  ]);
  return rows[0] ?? null;
}

export async function findAccountByEmail(client: pg.ClientBase | pg.Pool, email: string): Promise<BuyerRow | null> {
  const { rows } = await client.query<BuyerRow>(
    `select ${COLUMNS} from buyers where email_key = $1 and kind = 'account' and erased_at is null`,
    [emailKey(email)],
  );
  return rows[0] ?? null;
}

/** The account of a payer, if it has one. */
export async function findAccountByPayer(client: pg.ClientBase | pg.Pool, payer: string): Promise<BuyerRow | null> {
  const { rows } = await client.query<BuyerRow>(
    `select ${COLUMNS} from buyers where payer_id = $1 and kind = 'account' and erased_at is null`,
    [payer],
  );
  return rows[0] ?? null;
}

/**
 * One sign-up (or confirmation, or other change of who owns an address or a CPF) at a time in the whole installation, until the
 * transaction ends. Passwords are hashed before, which allows no more than some dozen a second anyway; and two that meet in an
 * address and in a CPF could else wait for each other in a circle.
 */
export async function lockSignUps(client: pg.ClientBase): Promise<void> {
  await client.query('select pg_advisory_xact_lock(7065734003)');
}

/** Takes an account that was never confirmed out of the way; it has bought nothing. */
export async function dropUnconfirmedAccount(client: pg.ClientBase, id: string): Promise<void> {
  await client.query(`delete from account_tokens where subject = $1`, [`buyer:${id}`]);
  await client.query(
    `delete from buyers where id = $1 and kind = 'account' and email_confirmed_at is null and erased_at is null`,
    [id],
  );
}

export async function addAccount(client: pg.ClientBase, account: NewAccount): Promise<string> {
  const id = nanoid();
  await client.query(
    `insert into buyers (id, kind, payer_id, name, email, email_key, password_hash, birth_date, locale)
     values ($1, 'account', $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      account.payerId,
      account.name,
      account.email,
      emailKey(account.email),
      account.passwordHash,
      account.birthDate,
      account.locale,
    ],
  );
  return id;
}

/** Each visit of a guest is a buyer of its own: the CPF is taken on trust, and must not open what somebody else bought. */
export async function addGuest(client: pg.ClientBase, guest: NewGuest): Promise<string> {
  const id = nanoid();
  await client.query(
    `insert into buyers (id, kind, payer_id, name, email, email_key, locale) values ($1, 'guest', $2, $3, $4, $5, $6)`,
    [id, guest.payerId, guest.name, guest.email, emailKey(guest.email), guest.locale],
  );
  return id;
}

/** Only of who has said the password of `passwordHash`. False when the account is gone, or has another password by now. */
export async function confirmEmail(client: pg.ClientBase, id: string, passwordHash: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update buyers set email_confirmed_at = coalesce(email_confirmed_at, now()), updated_at = now()
     where id = $1 and password_hash = $2 and kind = 'account' and erased_at is null`,
    [id, passwordHash],
  );
  return rowCount === 1;
}

/**
 * Whoever could set it has read a mail to that address, so that it is confirmed as well. What an account that was not confirmed
 * says of itself may be somebody else's words: its CPF and its date of birth go, and the owner of the address tells his own.
 * @param before Of the password that it has now, where that must be known.
 * @returns false when the account is gone, or has another password than `before`.
 */
export async function setBuyerPassword(
  client: pg.ClientBase,
  id: string,
  passwordHash: string,
  before: string | null = null,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `update buyers set password_hash = $2, email_confirmed_at = coalesce(email_confirmed_at, now()), updated_at = now(),
       payer_id = case when email_confirmed_at is not null then payer_id end,
       birth_date = case when email_confirmed_at is not null then birth_date end
     where id = $1 and kind = 'account' and erased_at is null and ($3::text is null or password_hash = $3)`,
    [id, passwordHash, before],
  );
  return rowCount === 1;
}

/**
 * The confirmed account as it is now, kept from changing until the transaction ends; null when it is gone or has another
 * password than that of `passwordHash`. Whoever ends all sessions of an account changes its row first: a session that is begun
 * behind this look is seen and ended by him, or not begun.
 */
export async function keepAccount(client: pg.ClientBase, id: string, passwordHash: string): Promise<BuyerRow | null> {
  const { rows } = await client.query<BuyerRow>(
    `select ${COLUMNS} from buyers
     where id = $1 and password_hash = $2 and kind = 'account' and email_confirmed_at is not null and erased_at is null
     for share`,
    [id, passwordHash],
  );
  return rows[0] ?? null;
}

/** The same password, hashed with today's parameters. Not when it was changed meanwhile. */
export async function rehashBuyerPassword(pool: pg.Pool, id: string, before: string, after: string): Promise<void> {
  await pool.query('update buyers set password_hash = $3 where id = $1 and password_hash = $2', [id, before, after]);
}

export interface ProfileChange {
  readonly name?: string | undefined;
  readonly birthDate?: string | null | undefined;
  readonly locale?: Locale | undefined;
  /** Only an account that has none takes one. */
  readonly payerId?: string | undefined;
}

/** What is left out stays as it is. False when the account is gone, or has a payer already. */
export async function changeProfile(client: pg.ClientBase, id: string, change: ProfileChange): Promise<boolean> {
  const { rowCount } = await client.query(
    `update buyers set name = coalesce($2, name), locale = coalesce($3, locale),
       birth_date = case when $4 then $5::date else birth_date end,
       payer_id = coalesce($6, payer_id), updated_at = now()
     where id = $1 and kind = 'account' and erased_at is null and ($6::text is null or payer_id is null)`,
    [
      id,
      change.name ?? null,
      change.locale ?? null,
      change.birthDate !== undefined,
      change.birthDate ?? null,
      change.payerId ?? null,
    ],
  );
  return rowCount === 1;
}

/** An account that is not confirmed in this time never will be: its link is good for a day. */
const UNCONFIRMED_DAYS = 7;

/** Deletes accounts that were never confirmed, at most `limit`; resolves with how many. For a daily job. */
export async function forgetUnconfirmedAccounts(pool: pg.Pool, limit = 1_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from buyers where id in (
       select id from buyers where kind = 'account' and email_confirmed_at is null and erased_at is null
         and created_at < now() - $1 * interval '1 day' order by created_at limit $2)
       and email_confirmed_at is null`,
    [UNCONFIRMED_DAYS, limit],
  );
  return rowCount ?? 0;
}

/** A guest's session ends after a day, so that nobody comes back to what is older. */
const IDLE_GUEST_DAYS = 7;

/**
 * Deletes guests who came, told address and CPF, and bought nothing, at most `limit`; resolves with how many. Orders and tickets
 * name the payer: what was bought with the CPF in the days of the visit may be this guest's. For a daily job.
 */
export async function forgetIdleGuests(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from buyers where id in (
       select g.id from buyers g
       where g.kind = 'guest' and g.erased_at is null and g.created_at < now() - $1 * interval '1 day'
         and not exists (select from orders o where o.contact = g.id)
         and not exists (select from orders o where o.buyer in (g.id, g.payer_id)
           and o.created_at between g.created_at - interval '1 day' and g.created_at + $1 * interval '1 day')
         and not exists (select from tickets t where t.buyer in (g.id, g.payer_id)
           and t.created_at between g.created_at - interval '1 day' and g.created_at + $1 * interval '1 day')
         and not exists (select from sessions s where s.subject_kind = 'buyer' and s.subject = g.id and s.ended_at is null
           and s.expires_at > now())
       order by g.created_at limit $2)`,
    [IDLE_GUEST_DAYS, limit],
  );
  return rowCount ?? 0;
}

/**
 * What happens to a queued message: it is read, sent, put off, given up or dropped. Everything asks whether it is still
 * queued: a message may come to two nodes, when one of them was believed dead. All of it has the accounts role.
 */
import type pg from 'pg';
import { inTransaction } from './in-transaction.ts';
import { addJob } from './jobs.ts';
import { messageJobKey, type RecipientKind, SEND_FAULTS_MAX, SEND_MESSAGE, SEND_PRIORITY } from './messages.ts';

export interface QueuedMessage {
  readonly id: string;
  readonly kind: string;
  readonly recipientKind: RecipientKind;
  readonly recipient: string;
  readonly params: unknown;
  /** How often it was tried, without success. */
  readonly attempts: number;
}

/** Null when there is nothing to send any more. */
export async function queuedMessage(pool: pg.Pool, id: string): Promise<QueuedMessage | null> {
  const { rows } = await pool.query<QueuedMessage>({
    name: 'message-queued',
    text: `select id, kind, recipient_kind as "recipientKind", recipient, params, attempts
           from messages where id = $1 and state = 'queued'`,
    values: [id],
  });
  return rows[0] ?? null;
}

export interface Recipient {
  readonly address: string | null;
  readonly name: string | null;
  readonly locale: string;
  readonly isConfirmed: boolean;
  /** Erased, or a colleague who works here no more. */
  readonly isGone: boolean;
  /** Found by a CPF that others have bought with as well: which of them is meant nobody knows. */
  readonly isOneOfSeveral: boolean;
}

/** The account or guest; for a payer's id whoever has this CPF, and which one is only sure where it is one. Null: there never was one. */
export async function findRecipient(pool: pg.Pool, kind: RecipientKind, id: string): Promise<Recipient | null> {
  const text =
    kind === 'buyer'
      ? `select email as address, name, locale, email_confirmed_at is not null as "isConfirmed",
                erased_at is not null as "isGone",
                id <> $1 and (select count(*) from buyers b where b.payer_id = $1 and b.erased_at is null) > 1 as "isOneOfSeveral"
         from buyers where id = $1 or payer_id = $1
         order by id = $1 desc, erased_at is null desc limit 1`
      : `select email as address, name, 'pt-BR' as locale, true as "isConfirmed", status <> 'active' as "isGone", false as "isOneOfSeveral"
         from staff_users where id::text = $1`;
  const { rows } = await pool.query<Recipient>({ name: `message-recipient-${kind}`, text, values: [id] });
  return rows[0] ?? null;
}

/** How long the token with this hash can still be used, minutes; 0 when it cannot. By PostgreSQL's clock, as it was made. */
export async function linkMinutesLeft(pool: pg.Pool, tokenHash: Buffer): Promise<number> {
  const { rows } = await pool.query<{ minutes: number }>({
    name: 'message-link',
    text: `select ceil(extract(epoch from expires_at - now()) / 60)::int as minutes from account_tokens
           where token_hash = $1 and used_at is null and expires_at > now()`,
    values: [tokenHash],
  });
  return rows[0]?.minutes ?? 0;
}

export interface ScreeningFacts {
  readonly film: string;
  readonly cinema: string;
  readonly auditorium: string;
  /** Wall time in the cinema: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  readonly seats: readonly string[];
}

/**
 * `screening` as the recipient's messages tell of it, with the seats that he has there. `recipient`: whose orders they are, or
 * who paid where nobody told a name. Null when there is no such screening.
 *
 * Of a cancelled one, tickets are refunded soon after `message` is queued and often before it is written: those count too, and what
 * was given back long before does not. (A minute: clocks of nodes differ.)
 */
export async function screeningFacts(
  pool: pg.Pool,
  screening: number,
  recipient: string,
  message: string,
): Promise<ScreeningFacts | null> {
  const { rows } = await pool.query<ScreeningFacts>({
    name: 'message-screening',
    text: `${FACTS} (select array_agg(m.layout -> 'seats' -> t.seat ->> 3 order by t.seat) from orders o join tickets t on t.order_id = o.id
             where o.screening = s.id and (o.contact = $2 or (o.contact is null and o.buyer = $2))
               and (t.state in ('live', 'used') or (s.status = 'cancelled' and t.state = 'refunded' and t.updated_at >=
                 (select created_at - interval '1 minute' from messages where id = $3)))), '{}') as seats
           from screenings s ${PLACE} where s.id = $1`,
    values: [screening, recipient, message],
  });
  return rows[0] ?? null;
}

/** The one order that somebody has there with valid tickets, and when it is; null when there is none, or several. */
export async function onlyOrderOf(
  pool: pg.Pool,
  screening: number,
  contact: string,
): Promise<{ readonly order: string; readonly startsAtMs: number; readonly minutes: number } | null> {
  const { rows } = await pool.query<{ order: string; startsAtMs: number; minutes: number }>({
    name: 'message-only-order',
    text: `select o.id as "order", (extract(epoch from s.starts_at) * 1000)::float8 as "startsAtMs", f.minutes
           from orders o join screenings s on s.id = o.screening join films f on f.id = s.film_id
           where o.screening = $1 and o.contact = $2
             and exists (select from tickets t where t.order_id = o.id and t.state in ('live', 'used')) limit 2`,
    values: [screening, contact],
  });
  const [first] = rows;
  return first !== undefined && rows.length === 1 ? first : null;
}

/** The screening of an order, with the seats of `tickets`, or of all that were given back. Null without such an order. */
export async function refundedOrderFacts(
  pool: pg.Pool,
  order: string,
  tickets: readonly string[] | null,
): Promise<ScreeningFacts | null> {
  const { rows } = await pool.query<ScreeningFacts>({
    name: 'message-order',
    text: `${FACTS} (select array_agg(m.layout -> 'seats' -> t.seat ->> 3 order by t.seat) from tickets t
             where t.order_id = o.id and t.state in ('cancelled', 'refunded') and ($2::text[] is null or t.id = any($2))),
             '{}') as seats
           from orders o join screenings s on s.id = o.screening ${PLACE} where o.id = $1`,
    values: [order, tickets],
  });
  return rows[0] ?? null;
}

const FACTS = `select f.title as film, c.name as cinema, a.name as auditorium,
  to_char(s.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as "startsLocal", coalesce(`;
const PLACE = `join films f on f.id = s.film_id join auditoriums a on a.id = s.auditorium_id
  join cinemas c on c.id = a.cinema_id join seat_maps m on m.id = s.seat_map_id`;

/** A message that leaves the queue keeps no sealed address. */
const WIPED = `params = case when kind = 'account-erased' then '{}' else params end`;

/** `receipt`: what the mail server answered. */
export async function markSent(pool: pg.Pool, id: string, receipt: string): Promise<void> {
  await pool.query({
    name: 'message-sent',
    text: `update messages set state = 'sent', attempts = attempts + 1, receipt = $2, last_error = null, sent_at = now(),
             updated_at = now(), ${WIPED}
           where id = $1 and state = 'queued'`,
    values: [id, receipt],
  });
}

/** It need not be sent any more, and `reason` says why. */
export async function markDropped(pool: pg.Pool, id: string, reason: string): Promise<void> {
  await pool.query({
    name: 'message-dropped',
    text: `update messages set state = 'dropped', last_error = $2, updated_at = now(), ${WIPED}
           where id = $1 and state = 'queued'`,
    values: [id, reason],
  });
}

/** It could not be sent, and trying again by itself would not help: a person decides. */
export async function markDead(pool: pg.Pool, id: string, error: string): Promise<void> {
  // A farewell cannot be sent again: its address goes now.
  await pool.query({
    name: 'message-dead',
    text: `update messages set state = case when kind = 'account-erased' then 'dropped' else 'dead' end,
             attempts = attempts + 1, last_error = $2, updated_at = now(), ${WIPED}
           where id = $1 and state = 'queued'`,
    values: [id, error],
  });
}

/** Not sent this time: `error` is noted and the next attempt queued for `pauseMs` from now, both or neither. */
export async function putOff(pool: pg.Pool, id: string, error: string, pauseMs: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ runAt: Date }>({
      name: 'message-put-off',
      text: `update messages set attempts = attempts + 1, last_error = $2, updated_at = now()
             where id = $1 and state = 'queued' returning now() + $3 * interval '1 millisecond' as "runAt"`,
      values: [id, error, pauseMs],
    });
    const row = rows[0];
    if (row !== undefined) await queueSending(client, id, row.runAt);
  });
}

/** Adds the job that sends a message; one that waits already is replaced, one under way is left to end. */
export async function queueSending(client: pg.ClientBase, id: string, runAt?: Date): Promise<void> {
  const options = { key: messageJobKey(id), priority: SEND_PRIORITY, maxAttempts: SEND_FAULTS_MAX };
  await addJob(client, SEND_MESSAGE, { message: id }, runAt === undefined ? options : { ...options, runAt });
}

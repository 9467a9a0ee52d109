/**
 * The confirmation of an order: one message to whoever bought it, queued soon after the sale, and never in the sale's own
 * transaction: the journal does not pay for letters.
 *
 * What is still to be told is an index of a few rows (orders_unconfirmed): an order enters it as it is sold and leaves it when
 * its message is queued. One statement takes the oldest of them, queues their messages and marks them. It is a transaction by
 * itself, so that whoever dies while it runs has done all of it or nothing, and no lock on an order ever waits for a node that
 * has gone to sleep between two statements: behind such a lock would wait a batch of the journal.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from './database.ts';
import { queueMessage, SEND_FAULTS_MAX, SEND_MESSAGE, SEND_PRIORITY } from './messages.ts';

/**
 * Confirmations that nobody has tried to send yet, in the whole cluster. More would only make the queue of jobs long, and a
 * message that is put in front of them slow; at the bound orders wait in their table, the oldest first. Those that were
 * tried and put off do not count: a mail server that refuses some must not keep the others waiting.
 */
export const UNTRIED_MAX = 5_000;
/** After all other mail: somebody who has forgotten his password does not wait for the letters of a première. */
export const CONFIRMATION_PRIORITY = SEND_PRIORITY + 1;

export interface Swept {
  /** Orders that were taken, at most as many as were asked for; 0: nothing is left, or there is no room. */
  readonly taken: number;
  /** There are orders to be told of, and no room for more messages. */
  readonly isFull: boolean;
  /** Orders whose messages the database refuses, by themselves too: the others are told all the same. */
  readonly refused: readonly RefusedOrder[];
}

export interface RefusedOrder {
  readonly order: string;
  /** PostgreSQL's; its sentence may quote the row. */
  readonly code: string;
}

/** Longest statement, milliseconds; then PostgreSQL ends it, and gives back the orders that it had locked. */
const STATEMENT_MS = 10_000;
/** Longest wait for the answer, milliseconds: a line that has gone silent is given up, and the next look has another one. */
const SWEEP_MS = STATEMENT_MS + 2_000;

/** What is still to be told, the limit aside; $6: since when. */
const DUE = `confirmation_queued_at is null and contact is not null and state in ('sold', 'captured')
      and updated_at >= coalesce(to_timestamp($6::float8 / 1000), '-infinity')`;

/** `only`: a condition more. */
const sweep = (only: string): string => `
  with room as (
    select greatest(0, $2 - count(*))::int as places from (
      select from messages where kind = 'order-confirmed' and state = 'queued' and attempts = 0 limit $2) untried),
  due as (
    select id from orders
    where ${DUE} ${only}
    order by updated_at limit (select least($1, places) from room)
    -- One that is just being changed is taken the next time, and another node's are his.
    for no key update skip locked),
  told as (
    -- By an array and not by a join: what the planner expects of a limit could make it read the whole table.
    update orders set confirmation_queued_at = now() where id = any (array(select id from due)) returning id, contact),
  added as (
    insert into messages (id, kind, recipient_kind, recipient, params)
    select 'order-confirmed:' || id, 'order-confirmed', 'buyer', contact, jsonb_build_object('order', id) from told
    on conflict (id) do nothing
    returning id),
  -- Materialized: to be done, not to be counted only.
  jobs as materialized (
    select poltrona.add_job($3, jsonb_build_object('message', id), 'message:' || id, null, $5, $4) from added)
  select (select count(*) from told)::int as taken, (select count(*) from jobs)::int as queued,
    (select places from room) = 0 and (
      select id from orders
      where ${DUE}
      order by updated_at limit 1) is not null as "isFull"`;

// Also understood by the driver for one query, which its types do not know.
const STATEMENT = { name: 'confirmations-sweep', text: sweep(''), query_timeout: SWEEP_MS };
const ONE = { name: 'confirmations-sweep-one', text: sweep('and id = $7'), query_timeout: SWEEP_MS };

/** PostgreSQL's classes of errors that a row is to blame for: its data, or a constraint. */
const ROW_FAULT = /^2[23]/;

/** One connection, whose statements PostgreSQL ends by itself: a slow one must not keep orders locked. */
export function sweepPool(database: DatabaseConfig, statementMs = STATEMENT_MS): pg.Pool {
  const settings = clientConfig(database, 'accounts', 'poltrona confirmations');
  const pool = new pg.Pool({ ...settings, max: 1, allowExitOnIdle: true, statement_timeout: statementMs });
  // An idle connection that broke: the pool has dropped it, and makes another one when asked.
  pool.on('error', () => {});
  return pool;
}

export interface SweepWanted {
  /** Orders to be taken, at most. */
  readonly limit: number;
  /** Only those that were sold since then, milliseconds since 1970; null: all. */
  readonly sinceMs: number | null;
  readonly untriedMax?: number;
}

/**
 * Queues the confirmations of orders that were sold and not told yet, those that were sold first. `sinceMs` spares the look at
 * the entries of orders told before, which stay in the index until it is cleaned; who sold is a node with a clock of its
 * own, so that from time to time somebody has to look at all of them. `pool`: sweepPool, or another one of the accounts role.
 *
 * Where one order's message is refused, all of the statement is: then the orders are taken one by one.
 */
export async function sweepConfirmations(pool: pg.Pool, wanted: SweepWanted): Promise<Swept> {
  try {
    return { ...(await swept(pool, STATEMENT, valuesOf(wanted))), refused: [] };
  } catch (cause) {
    if (!ROW_FAULT.test(codeOf(cause))) throw cause;
    return oneByOne(pool, wanted);
  }
}

async function oneByOne(pool: pg.Pool, wanted: SweepWanted): Promise<Swept> {
  const { rows } = await pool.query<{ id: string }>({
    text: `select id from orders where ${DUE.replace('$6', '$1')} order by updated_at limit $2`,
    values: [wanted.sinceMs, wanted.limit],
    ...{ query_timeout: SWEEP_MS },
  });
  let [taken, isFull] = [0, false];
  const refused: RefusedOrder[] = [];
  for (const { id } of rows) {
    try {
      const one = await swept(pool, ONE, [...valuesOf(wanted), id]);
      taken += one.taken;
      ({ isFull } = one);
    } catch (cause) {
      if (!ROW_FAULT.test(codeOf(cause))) throw cause;
      refused.push({ order: id, code: codeOf(cause) });
    }
    if (isFull) break;
  }
  return { taken, isFull, refused };
}

async function swept(
  pool: pg.Pool,
  statement: pg.QueryConfig,
  values: unknown[],
): Promise<{ readonly taken: number; readonly isFull: boolean }> {
  const { rows } = await pool.query<{ taken: number; isFull: boolean }>({ ...statement, values });
  const { taken = 0, isFull = false } = rows[0] ?? {};
  return { taken, isFull };
}

function valuesOf({ limit, sinceMs, untriedMax = UNTRIED_MAX }: SweepWanted): unknown[] {
  return [limit, untriedMax, SEND_MESSAGE, CONFIRMATION_PRIORITY, SEND_FAULTS_MAX, sinceMs];
}

function codeOf(cause: unknown): string {
  return (cause as { readonly code?: string }).code ?? '';
}

/** Why an order's tickets are not sent; 'queued' when they are. */
export type ConfirmationQueued = 'queued' | 'unknown' | 'not-sold' | 'no-contact';

/**
 * Queues the confirmation of one order again, beside the first, for whoever asks for it; how often that may be asked is the
 * caller's business. `client` has the role app or accounts, and a transaction.
 *
 * 'not-sold': it has no ticket that is worth anything (any more), or its screening is cancelled. 'no-contact': nobody has left an
 * address.
 */
export async function queueConfirmationAgain(client: pg.ClientBase, order: string): Promise<ConfirmationQueued> {
  const { rows } = await client.query<{ contact: string | null; isSold: boolean }>({
    name: 'confirmation-order',
    text: `select o.contact, s.status <> 'cancelled' and exists (
        select from tickets t where t.order_id = o.id and t.state in ('live', 'used')) as "isSold"
      from orders o join screenings s on s.id = o.screening where o.id = $1`,
    values: [order],
  });
  const found = rows[0];
  if (found === undefined) return 'unknown';
  if (!found.isSold) return 'not-sold';
  if (found.contact === null) return 'no-contact';
  const id = `order-confirmed:${order}:${randomBytes(9).toString('base64url')}`;
  const to = { recipientKind: 'buyer', recipient: found.contact } as const;
  await queueMessage(client, { id, kind: 'order-confirmed', ...to, params: { order } });
  return 'queued';
}

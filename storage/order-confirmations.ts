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
import type pg from 'pg';
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
}

/** Longest wait for the answer, milliseconds: a line that has gone silent is given up, and the next look has another one. */
const SWEEP_MS = 10_000;

const SWEEP = `
  with room as (
    select greatest(0, $2 - count(*))::int as places from (
      select from messages where kind = 'order-confirmed' and state = 'queued' and attempts = 0 limit $2) untried),
  due as (
    select id from orders
    where confirmation_queued_at is null and contact is not null and state in ('sold', 'captured')
      and updated_at >= coalesce(to_timestamp($6::float8 / 1000), '-infinity')
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
      where confirmation_queued_at is null and contact is not null and state in ('sold', 'captured')
        and updated_at >= coalesce(to_timestamp($6::float8 / 1000), '-infinity')
      order by updated_at limit 1) is not null as "isFull"`;

// Also understood by the driver for one query, which its types do not know.
const STATEMENT = { name: 'confirmations-sweep', text: SWEEP, query_timeout: SWEEP_MS };

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
 * own, so that from time to time somebody has to look at all of them. `pool` has the accounts role.
 */
export async function sweepConfirmations(pool: pg.Pool, wanted: SweepWanted): Promise<Swept> {
  const { limit, sinceMs, untriedMax = UNTRIED_MAX } = wanted;
  const { rows } = await pool.query<Swept>({
    ...STATEMENT,
    values: [limit, untriedMax, SEND_MESSAGE, CONFIRMATION_PRIORITY, SEND_FAULTS_MAX, sinceMs],
  });
  const { taken = 0, isFull = false } = rows[0] ?? {};
  return { taken, isFull };
}

/** Why an order's tickets are not sent; 'queued' when they are, or were already. */
export type ConfirmationQueued = 'queued' | 'unknown' | 'not-sold' | 'no-contact';

/**
 * Queues the confirmation of one order at once. `again`: another one beside the first, for whoever asks for it; how often
 * that may be asked is the caller's business. `client` has the role app or accounts, and a transaction.
 *
 * 'not-sold': it has no ticket that is worth anything (any more). 'no-contact': nobody has left an address.
 */
export async function queueConfirmation(
  client: pg.ClientBase,
  order: string,
  again: boolean,
): Promise<ConfirmationQueued> {
  const { rows } = await client.query<{ contact: string | null; isSold: boolean }>({
    name: 'confirmation-order',
    text: `select contact, exists (
        select from tickets t where t.order_id = o.id and t.state in ('live', 'used')) as "isSold"
      from orders o where id = $1`,
    values: [order],
  });
  const found = rows[0];
  if (found === undefined) return 'unknown';
  if (!found.isSold) return 'not-sold';
  if (found.contact === null) return 'no-contact';
  const id = `order-confirmed:${order}${again ? `:${randomBytes(9).toString('base64url')}` : ''}`;
  const to = { recipientKind: 'buyer', recipient: found.contact } as const;
  await queueMessage(client, { id, kind: 'order-confirmed', ...to, params: { order } });
  return 'queued';
}

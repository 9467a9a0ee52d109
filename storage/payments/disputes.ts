/**
 * Disputes: a buyer's bank, or PayPal, wants the money back. While one is open, or once it was lost, nothing is sent back by us: it
 * would be paid twice. Who decides is told by `payments.is_disputed`, which is written here alone.
 */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';
import { inTransaction } from '../in-transaction.ts';
import { addStep, stepValues } from './payment-books.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface SeenDispute {
  readonly id: string;
  readonly cents: number;
  readonly currency: string;
  readonly reason: string;
  /** As the provider calls it. */
  readonly status: string;
  readonly outcome: 'won' | 'lost' | null;
  readonly isOpen: boolean;
  /** Until when an answer counts; null: no longer, or not told. */
  readonly dueMs: number | null;
  readonly openedMs: number;
}

/**
 * Writes how a dispute was seen, and wakes the books of its order. One that has ended is not opened again by a sight from before:
 * only another outcome replaces an outcome. Where one was lost the bank has sent back what we had only written down; should a request
 * for that have been heard all the same, the look that is wanted finds it.
 */
export async function saveDispute(
  pool: pg.Pool,
  order: string,
  provider: Provider,
  seen: SeenDispute,
  cause: string,
): Promise<void> {
  const { id, cents, currency, reason, status, outcome, isOpen, dueMs, openedMs } = seen;
  const note = { step: 'dispute', outcome: outcome ?? status, objectId: id, cents, cause } as const;
  await inTransaction(pool, async (client) => {
    // Facts that void tickets write this row as well, and behind them wait the box offices: should we hang, they must not.
    await client.query(`set local idle_in_transaction_session_timeout = '2s'`);
    // One after the other for each order: whoever comes second must see the first one's dispute when he counts.
    await client.query('select from payments where order_id = $1 for no key update', [order]);
    const { rowCount } = await client.query({
      name: 'dispute-save',
      text: `insert into disputes as d
          (id, provider, order_id, cents, currency, reason, status, is_open, outcome, due_at, opened_at, closed_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text, to_timestamp($10::float8 / 1000), to_timestamp($11::float8 / 1000),
          case when $9::text is not null then now() end)
        on conflict (id) do update set cents = excluded.cents, reason = excluded.reason, status = excluded.status,
          is_open = excluded.is_open, outcome = excluded.outcome, due_at = excluded.due_at, updated_at = now(),
          returned_at = case when excluded.outcome = 'lost' then null when d.outcome = 'lost' then now() else d.returned_at end,
          closed_at = case when d.outcome is not distinct from excluded.outcome or d.outcome = 'lost' then d.closed_at
            else excluded.closed_at end
        where d.order_id = excluded.order_id and (d.outcome is null or excluded.outcome is not null)`,
      values: [id, provider, order, cents, currency, reason, status, isOpen, outcome, dueMs, openedMs],
    });
    if (rowCount === 0) return;
    await client.query({
      name: 'dispute-books',
      text: `with standing as (
          select count(*) > 0 as is, coalesce(bool_or(outcome = 'lost'), false) as is_lost
          from disputes where order_id = $1 and (is_open or outcome = 'lost')),
        closed as (
          update refunds set phase = 'failed', reason = 'disputed', failed_at = now(), updated_at = now()
          from standing where standing.is_lost and order_id = $1 and phase = 'wanted' returning id),
        changed as (
          update payments set version = version + 1, due_at = now(), updated_at = now(), is_disputed = standing.is,
            is_doubtful = is_doubtful or exists (select from closed),
            case_kind = case when standing.is then 'disputed' when case_kind = 'disputed' then null else case_kind end
          from standing where order_id = $1 returning order_id)
        ${addStep('changed', 2)}`,
      values: [order, ...stepValues(note)],
    });
  });
}

export interface ListedDispute extends SeenDispute {
  readonly provider: Provider;
  readonly order: string;
  readonly screening: number;
  readonly updatedMs: number;
  /** When it ended; null: open. */
  readonly closedMs: number | null;
}

export interface DisputesWanted {
  readonly isOpenOnly?: boolean | undefined;
  readonly order?: string | undefined;
  /** The last dispute of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** The newest first. */
export async function listDisputes(pool: Queryable, wanted: DisputesWanted): Promise<ListedDispute[]> {
  const { rows } = await pool.query<ListedDispute>({
    name: 'disputes-list',
    text: `select d.id, d.provider, d.order_id as "order", p.screening::float8 as screening, d.cents::float8 as cents, d.currency,
        d.reason, d.status, d.is_open as "isOpen", d.outcome, ${ms('d.due_at')} as "dueMs", ${ms('d.opened_at')} as "openedMs",
        ${ms('d.updated_at')} as "updatedMs", ${ms('coalesce(d.returned_at, d.closed_at)')} as "closedMs"
      from disputes d join payments p using (order_id)
      where (not $1::boolean or d.is_open) and ($2::text is null or d.order_id = $2)
        and ($3::text is null or (d.opened_at, d.id) < (select opened_at, id from disputes where id = $3))
      order by d.opened_at desc, d.id desc limit $4`,
    values: [wanted.isOpenOnly ?? false, wanted.order ?? null, wanted.before ?? null, wanted.limit],
  });
  return rows;
}

/** Milliseconds since 1970. */
function ms(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

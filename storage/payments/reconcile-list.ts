/**
 * The books that the reconciler looks at (workers/payments/reconciler.ts): those in which something is open for longer than it takes,
 * and those in which money and seats do not agree. Page by page, so that a look of any length can be interrupted and gone on with.
 * Whether anything is wrong with them only the provider knows.
 */

import type pg from 'pg';
import type { PaymentPhase, Provider } from '../../actors/payment/payment.ts';
import { GIVEN_BACK } from './payment-record.ts';

/**
 * lapsing: reserved for so long that the provider soon gives it back. captured-unsold: money was taken, and there are no seats for it.
 * sold-uncaptured: there are tickets, and the money was not taken. refund-open: money is owed or on its way back for long.
 * open: anything else that has not ended. case: a person has to know of it.
 */
export type Suspicion = 'lapsing' | 'captured-unsold' | 'sold-uncaptured' | 'refund-open' | 'open' | 'case';

export interface SuspectBooks {
  readonly order: string;
  readonly why: Suspicion;
  readonly provider: Provider;
  readonly phase: PaymentPhase;
  readonly object: string | null;
  readonly cents: number;
}

export interface Suspected {
  /** Of those that have ended: begun since then, milliseconds since 1970. */
  readonly sinceMs: number;
  /** What is younger is still under way, milliseconds. */
  readonly quietMs: number;
  /** From how long after its authorisation on an authorisation is about to lapse, milliseconds. */
  readonly lapseMs: Readonly<Record<Provider, number>>;
  /** Also those with which nothing is wrong but that a person has to know of them. */
  readonly withCases: boolean;
}

/** What is found out of a payment `p` to judge it: its tickets, what has gone back, its age. `$2`: quietMs, `$3`…`$5`: lapseMs. */
const LOOKED = `select p.*, t.count as tickets, t.live, t.sold - t.voided as covered,
    coalesce((select sum(cents) from refunds r where r.order_id = p.order_id and r.phase = 'done'), 0) as sent,
    p.updated_at < now() - $2::float8 * interval '1 millisecond' as is_quiet,
    p.authorised_at < now() - interval '1 millisecond'
      * case p.provider when 'stripe' then $3::float8 when 'paypal' then $4::float8 else $5::float8 end as is_lapsing`;

const TICKETS = `cross join lateral (
    select count(*) as count, count(*) filter (where state in ('live', 'used')) as live,
      coalesce(sum(price_cents + fee_cents), 0) as sold,
      coalesce(sum(price_cents + fee_cents) filter (where ${GIVEN_BACK}), 0) as voided
    from tickets where order_id = p.order_id) t`;

/** `$1`: also cases. */
const WHY = `case
    when phase = 'authorised' and is_lapsing then 'lapsing'
    when phase = 'captured' and tickets = 0 and sent < captured_cents and is_quiet then 'captured-unsold'
    when phase <> 'captured' and live > 0 and is_quiet then 'sold-uncaptured'
    when phase = 'captured' and not is_disputed and sent < captured_cents - covered and is_quiet then 'refund-open'
    when phase not in ('captured', 'cancelled') and is_quiet then 'open'
    when case_kind is not null and $1::boolean then 'case' end`;

const SUSPECT = `order_id as "order", why, provider, phase, object_id as object, amount_cents::float8 as cents`;

/**
 * Those in which something is open, or that are a case, however old they are: few at any time, each kind by an index of its own.
 * After the order `after` ('' for the first page), by their ids, at most `limit`. Role app or reader.
 */
export async function openBooks(
  pool: Pick<pg.Pool, 'query'>,
  wanted: Suspected,
  after: string,
  limit: number,
): Promise<readonly SuspectBooks[]> {
  const { rows } = await pool.query<SuspectBooks>({
    name: 'reconcile-open',
    text: `with found as (
        select order_id from payments where phase not in ('captured', 'cancelled') and order_id > $6
        union select order_id from payments where case_kind is not null and $1 and order_id > $6
        union select order_id from refunds where phase in ('wanted', 'pending') and order_id > $6),
      looked as (${LOOKED} from found f join payments p on p.order_id = f.order_id ${TICKETS}),
      judged as (select *, ${WHY} as why from looked)
      select ${SUSPECT} from judged where why is not null order by order_id limit $7`,
    values: [...judgedBy(wanted), after, limit],
  });
  return rows;
}

export interface RecentBooks {
  readonly suspects: readonly SuspectBooks[];
  /** The last one that was judged, where to go on; null: there are no more. */
  readonly last: string | null;
}

/**
 * Of those that were begun since then and have ended, the ones whose money and seats do not agree. The next `limit` of them after the
 * order `after` ('' at first) are judged, in the order of their beginning: a great on-sale has hundreds of thousands, and nearly all
 * are well. Role app or reader.
 */
export async function recentBooks(
  pool: Pick<pg.Pool, 'query'>,
  wanted: Suspected,
  after: string,
  limit: number,
): Promise<RecentBooks> {
  const { rows } = await pool.query<{ [Field in keyof SuspectBooks]: SuspectBooks[Field] | null } & { last: string }>({
    name: 'reconcile-recent',
    text: `with page as (
        select order_id, created_at from payments
        where created_at >= to_timestamp($8::float8 / 1000.0) and (created_at, order_id) >
          (coalesce((select created_at from payments where order_id = $6), '-infinity'), $6)
        order by created_at, order_id limit $7),
      looked as (${LOOKED} from page f join payments p on p.order_id = f.order_id ${TICKETS}
        where p.phase in ('captured', 'cancelled') and not (p.case_kind is not null and $1)
          and not exists (select from refunds r where r.order_id = p.order_id and r.phase in ('wanted', 'pending'))),
      judged as (select *, ${WHY} as why from looked),
      ended as (select order_id as last from page order by created_at desc, order_id desc limit 1)
      select ${SUSPECT}, last from ended left join judged on why is not null`,
    values: [...judgedBy(wanted), after, limit, wanted.sinceMs],
  });
  const suspects = rows.filter(({ order }) => order !== null) as unknown as SuspectBooks[];
  return { suspects, last: rows[0]?.last ?? null };
}

/** The values $1 to $5. */
function judgedBy({ withCases, quietMs, lapseMs }: Suspected): readonly unknown[] {
  return [withCases, quietMs, lapseMs.stripe, lapseMs.paypal, lapseMs.sandbox];
}

/** What the books say of an order, as far as it is compared with what a provider lists. */
export interface ComparedBooks {
  readonly order: string;
  readonly provider: Provider;
  readonly object: string | null;
  readonly phase: PaymentPhase;
  readonly capturedCents: number;
  /** Gone back, going back, or about to, cents. */
  readonly sentCents: number;
  /** Of those what a provider has told us has gone, or is going, and long enough ago for any list; cents. */
  readonly toldCents: number;
}

const COMPARED = `p.order_id as "order", p.provider, p.object_id as object, p.phase, p.captured_cents::float8 as "capturedCents",
  coalesce((select sum(cents) from refunds r where r.order_id = p.order_id and r.phase <> 'failed'), 0)::float8 as "sentCents",
  coalesce((select sum(cents) from refunds r where r.order_id = p.order_id and r.phase in ('pending', 'done')
    and r.updated_at < now() - interval '10 minutes'), 0)::float8 as "toldCents"`;

/** Of these orders; those without books are left out. Role app or reader. */
export async function booksOf(
  pool: Pick<pg.Pool, 'query'>,
  orders: readonly string[],
): Promise<ReadonlyMap<string, ComparedBooks>> {
  const { rows } = await pool.query<ComparedBooks>({
    name: 'books-compared',
    text: `select ${COMPARED} from payments p where p.order_id = any($1::text[])`,
    values: [orders],
  });
  return new Map(rows.map((books) => [books.order, books]));
}

/**
 * A provider's that took money since then, or were given up after it was asked to reserve and may be reserved all the same, in that
 * order; page by page as `openBooks`. Role app or reader.
 */
export async function booksAskedSince(
  pool: Pick<pg.Pool, 'query'>,
  provider: Provider,
  sinceMs: number,
  after: string,
  limit: number,
): Promise<readonly ComparedBooks[]> {
  const { rows } = await pool.query<ComparedBooks>({
    name: 'books-asked-since',
    // Each of the two by its own index.
    text: `with since as (
        select to_timestamp($1 / 1000.0) as at,
          coalesce((select coalesce(captured_at, asked_at) from payments where order_id = $3), '-infinity') as last),
      page as (
        (select p.order_id, p.captured_at as at from payments p, since
          where p.captured_at >= since.at and p.provider = $2 and (p.captured_at, p.order_id) > (since.last, $3)
          order by p.captured_at, p.order_id limit $4)
        union all
        (select p.order_id, p.asked_at from payments p, since
          where p.phase = 'cancelled' and p.authorisation_id is null and p.asked_at is not null and p.captured_at is null
            and p.asked_at >= since.at and p.provider = $2 and (p.asked_at, p.order_id) > (since.last, $3)
          order by p.asked_at, p.order_id limit $4))
      select ${COMPARED} from page join payments p using (order_id) order by page.at, p.order_id limit $4`,
    values: [sinceMs, provider, after, limit],
  });
  return rows;
}

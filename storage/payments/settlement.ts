/**
 * What came in and went out, day by day: for each day on the cinema's wall clock, cinema, provider and currency what was taken, sent
 * back, lost to banks and kept by the provider. Every cent of the books is in exactly one row, on the day on which it moved: money is
 * not told by the screening's day, nor by the order's.
 *
 * Days that are over do not change, with one exception: what the provider keeps of a payment may become known later, and belongs to
 * the day of the payment. A refund that a bank refuses after it was done comes back on the day of the refusal, as a negative one; and
 * so does what a bank took and gave back after all.
 */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface SettlementRow {
  /** "2026-11-25", on the cinema's wall clock. */
  readonly day: string;
  /** Null: the screening is in no catalogue; its days are those of UTC. */
  readonly cinema: { readonly id: number; readonly name: string } | null;
  readonly provider: Provider;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly capturedCount: number;
  readonly capturedCents: number;
  /** Done; those that came back are subtracted. */
  readonly refundedCount: number;
  readonly refundedCents: number;
  readonly disputedCount: number;
  /** Of disputes that were lost, on the day on which they ended; those that were won after all are subtracted. */
  readonly disputedCents: number;
  /** Of what was taken on this day, as far as it is known. */
  readonly feeCents: number;
  /** Payments taken on this day whose fee the provider has not told. */
  readonly feesUnknown: number;
  /** Captured, less refunded, disputed and fees. */
  readonly netCents: number;
}

export interface SettlementWanted {
  /** "2026-11-01" … "2026-11-30", both included. */
  readonly fromDay: string;
  readonly untilDay: string;
  readonly cinema?: number | undefined;
  readonly provider?: Provider | undefined;
}

/** A day on any wall clock lies within these instants: no zone is more than fourteen hours from UTC. */
const NEAR = (at: string): string =>
  `${at} >= ($1::date - interval '15 hours') at time zone 'UTC' and ${at} < ($2::date + interval '39 hours') at time zone 'UTC'`;

const MOVED = `
    select order_id, captured_at as at, 1 as captured_count, captured_cents as captured, 0 as refunded_count, 0 as refunded,
      0 as disputed_count, 0 as disputed, coalesce(provider_fee_cents, 0) as fee, (provider_fee_cents is null)::int as unknown
    from payments where ${NEAR('captured_at')}
    union all
    select order_id, done_at, 0, 0, 1, cents, 0, 0, 0, 0 from refunds where ${NEAR('done_at')}
    union all
    select order_id, failed_at, 0, 0, -1, -cents, 0, 0, 0, 0 from refunds where done_at is not null and ${NEAR('failed_at')}
    union all
    select order_id, closed_at, 0, 0, 0, 0, 1, cents, 0, 0 from disputes
      where (outcome = 'lost' or returned_at is not null) and ${NEAR('closed_at')}
    union all
    select order_id, returned_at, 0, 0, 0, 0, -1, -cents, 0, 0 from disputes where ${NEAR('returned_at')}`;

/** By day, cinema, provider and currency. */
export async function settlementRows(pool: Queryable, wanted: SettlementWanted): Promise<SettlementRow[]> {
  const { fromDay, untilDay, cinema, provider } = wanted;
  const { rows } = await pool.query<SettlementRow>(
    `with moved as (${MOVED}),
     placed as (
       select (m.at at time zone coalesce(c.time_zone, 'UTC'))::date as day, c.id as cinema, c.name, p.provider, p.currency, m.*
       from moved m join payments p using (order_id)
         left join screenings s on s.id = p.screening
         left join auditoriums a on a.id = s.auditorium_id
         left join cinemas c on c.id = a.cinema_id)
     select day::text, case when cinema is null then null else json_build_object('id', cinema, 'name', name) end as cinema, provider,
       currency, sum(captured_count)::float8 as "capturedCount", sum(captured)::float8 as "capturedCents",
       sum(refunded_count)::float8 as "refundedCount", sum(refunded)::float8 as "refundedCents",
       sum(disputed_count)::float8 as "disputedCount", sum(disputed)::float8 as "disputedCents", sum(fee)::float8 as "feeCents",
       sum(unknown)::float8 as "feesUnknown", sum(captured - refunded - disputed - fee)::float8 as "netCents"
     from placed
     where day between $1::date and $2::date and ($3::bigint is null or cinema = $3) and ($4::text is null or provider = $4)
     group by day, placed.cinema, name, provider, currency
     order by day, name, placed.cinema, provider, currency`,
    [fromDay, untilDay, cinema ?? null, provider ?? null],
  );
  return rows;
}

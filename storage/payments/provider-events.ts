/**
 * Webhooks, once each: stored before they are acknowledged, taken by whoever applies them, forgotten after months. Only their ids
 * are kept: bodies quote people, and what they say is asked for again anyhow.
 */
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface NewProviderEvent {
  readonly provider: Provider;
  readonly id: string;
  readonly type: string;
  /** The provider's id of what it is about. */
  readonly object: string | null;
  readonly order: string | null;
  /** The provider's clock, milliseconds since 1970; null: not told. */
  readonly createdMs: number | null;
}

export interface ClaimedEvent extends NewProviderEvent {
  /** How often it was tried, without success. */
  readonly attempts: number;
}

/** For how long a claimed event is left to whoever has it, milliseconds: longer than a look at a provider that never answers. */
export const EVENT_LEASE_MS = 120_000;
/** The pause after a first failure, milliseconds; doubled with each. */
export const EVENT_PAUSE_MS = 15_000;
export const EVENT_PAUSE_MAX_MS = 3_600_000;
/** How long events are kept, applied or not: providers repeat them for days, people ask about them for weeks. */
export const EVENT_DAYS = 90;

/** 'known': it came before. Once it is answered, the event is in the database. */
export async function storeEvent(pool: Queryable, event: NewProviderEvent): Promise<'new' | 'known'> {
  const { provider, id, type, object, order, createdMs } = event;
  const { rowCount } = await pool.query({
    name: 'provider-event-store',
    text: `insert into provider_events (provider, event_id, type, object_id, order_id, created_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000)) on conflict do nothing`,
    values: [provider, id, type, object, order, createdMs],
  });
  return rowCount === 1 ? 'new' : 'known';
}

/**
 * Events that nobody has applied in `olderThanMs` since they came, the longest waiting first; nobody else is given them for
 * EVENT_LEASE_MS.
 */
export async function claimEvents(pool: Queryable, limit: number, olderThanMs: number): Promise<ClaimedEvent[]> {
  const { rows } = await pool.query<ClaimedEvent>({
    name: 'provider-events-claim',
    text: `with open as (
        select provider, event_id from provider_events
        where applied_at is null and try_at <= now() and received_at <= now() - $2::float8 * interval '1 millisecond'
        order by try_at limit $1 for no key update skip locked),
      claimed as (
        update provider_events e set try_at = now() + $3::float8 * interval '1 millisecond' from open
        where e.provider = open.provider and e.event_id = open.event_id returning e.*)
      select provider, event_id as id, type, object_id as object, order_id as "order",
        (extract(epoch from created_at) * 1000)::float8 as "createdMs", attempts
      from claimed order by received_at, event_id`,
    values: [limit, olderThanMs, EVENT_LEASE_MS],
  });
  return rows;
}

/** Notes what came of it, a short word; the first to say so is kept. `order`: whose it turned out to be. */
export async function eventApplied(
  pool: Queryable,
  provider: Provider,
  id: string,
  outcome: string,
  order: string | null = null,
): Promise<void> {
  await pool.query({
    name: 'provider-event-applied',
    text: `update provider_events set applied_at = now(), outcome = $3, order_id = coalesce(order_id, $4)
      where provider = $1 and event_id = $2 and applied_at is null`,
    values: [provider, id, outcome, order],
  });
}

/** It could not be applied: it comes again after a pause that grows. */
export async function eventFailed(pool: Queryable, provider: Provider, id: string): Promise<void> {
  await pool.query({
    name: 'provider-event-failed',
    text: `update provider_events set attempts = attempts + 1,
        try_at = now() + least($3::float8 * power(2, least(attempts, 20)), $4::float8) * interval '1 millisecond'
      where provider = $1 and event_id = $2 and applied_at is null`,
    values: [provider, id, EVENT_PAUSE_MS, EVENT_PAUSE_MAX_MS],
  });
}

/** Deletes those older than EVENT_DAYS; resolves with how many. For a daily job with the accounts role. */
export async function forgetOldEvents(pool: Queryable, limit = 10_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from provider_events where (provider, event_id) in (
       select provider, event_id from provider_events where received_at < now() - $2::float8 * interval '1 day' limit $1)`,
    [limit, EVENT_DAYS],
  );
  return rowCount ?? 0;
}

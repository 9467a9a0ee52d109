/** Who is in the club, as Stripe was last seen to say it. Nothing here is believed of a browser. */
import type pg from 'pg';
import { usedClubTickets } from './club-tickets.ts';

export interface ClubMember {
  readonly id: string;
  readonly plan: string;
  readonly buyer: string;
  readonly customer: string | null;
  readonly subscription: string | null;
  /** Stripe's word. */
  readonly status: string;
  readonly periodStart: Date | null;
  readonly periodEnd: Date | null;
  readonly cancelsAtEnd: boolean;
}

/** What Stripe says of a subscription. */
export interface SubscriptionSight {
  readonly subscription: string;
  readonly status: string;
  readonly periodStartMs: number | null;
  readonly periodEndMs: number | null;
  readonly cancelsAtEnd: boolean;
}

const MEMBER = `select m.id, p.code as plan, m.buyer, m.customer_id as customer, m.subscription_id as subscription, m.status,
    m.period_start as "periodStart", m.period_end as "periodEnd", m.cancels_at_end as "cancelsAtEnd"
  from club_members m join club_plans p on p.id = m.plan_id`;

/** The membership that counts: the one that has not ended; else null. */
export async function findClubMember(queryable: pg.Pool | pg.ClientBase, buyer: string): Promise<ClubMember | null> {
  const { rows } = await queryable.query<ClubMember>({
    name: 'club-member',
    text: `${MEMBER} where m.buyer = $1 and m.status not in ('canceled', 'incomplete_expired')`,
    values: [buyer],
  });
  return rows[0] ?? null;
}

/** By Stripe's id of the subscription; null: not ours. */
export async function findBySubscription(pool: pg.Pool, subscription: string): Promise<ClubMember | null> {
  const { rows } = await pool.query<ClubMember>(`${MEMBER} where m.subscription_id = $1`, [subscription]);
  return rows[0] ?? null;
}

/** Whoever begins to join; when he has begun already, what there is, whatever the plan. Null: he is forgotten. App role. */
export async function beginMembership(pool: pg.Pool, buyer: string, plan: number): Promise<ClubMember | null> {
  const { rows } = await pool.query<{ isForgotten: boolean }>(
    `select exists (select from club_members where buyer = $1 and forgotten_at is not null) as "isForgotten"`,
    [buyer],
  );
  if (rows[0]?.isForgotten === true) return null;
  await pool.query(
    `insert into club_members (plan_id, buyer) values ($1, $2)
     on conflict (buyer) where status not in ('canceled', 'incomplete_expired') do nothing`,
    [plan, buyer],
  );
  const member = await findClubMember(pool, buyer);
  // Ended between the two statements: as if he asked again.
  return member ?? beginMembership(pool, buyer, plan);
}

/** The customer at Stripe of a former membership, so that nobody is two customers; null: never one. */
export async function customerOf(pool: pg.Pool, buyer: string): Promise<string | null> {
  const { rows } = await pool.query<{ customer: string }>(
    `select customer_id as customer from club_members where buyer = $1 and customer_id is not null order by id desc limit 1`,
    [buyer],
  );
  return rows[0]?.customer ?? null;
}

/** Writes Stripe's ids down. False: the buyer was forgotten meanwhile, and nothing must be left there. App role. */
export async function setSubscription(
  pool: pg.Pool,
  member: string,
  ids: { readonly customer: string; readonly subscription: string | null },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update club_members set customer_id = $2, subscription_id = coalesce($3, subscription_id), updated_at = now()
     where id = $1 and forgotten_at is null`,
    [member, ids.customer, ids.subscription],
  );
  return rowCount === 1;
}

/** What Stripe was seen to say; null: no member of ours. An ended membership stays ended. App role. */
export async function subscriptionSeen(pool: pg.Pool, sight: SubscriptionSight): Promise<ClubMember | null> {
  await pool.query(
    `update club_members set status = $2,
       period_start = case when $3::float8 is null then period_start else to_timestamp($3::float8 / 1000) end,
       period_end = case when $4::float8 is null then period_end else to_timestamp($4::float8 / 1000) end,
       cancels_at_end = $5, updated_at = now()
     where subscription_id = $1 and status not in ('canceled', 'incomplete_expired')`,
    [sight.subscription, sight.status, sight.periodStartMs, sight.periodEndMs, sight.cancelsAtEnd],
  );
  return findBySubscription(pool, sight.subscription);
}

/** How many tickets of this month are left; 0 for whoever is no member now. */
export async function ticketsLeft(pool: pg.Pool, member: ClubMember, nowMs: number): Promise<number> {
  const { periodStart, periodEnd, status } = member;
  if (status !== 'active' || periodStart === null || periodEnd === null) return 0;
  if (nowMs < periodStart.getTime() || nowMs >= periodEnd.getTime()) return 0;
  const { rows } = await pool.query<{ most: number }>(
    'select tickets_per_month::int as most from club_plans where code = $1',
    [member.plan],
  );
  return Math.max(0, (rows[0]?.most ?? 0) - (await usedClubTickets(pool, member.id, periodStart)));
}

/** Memberships that Stripe is asked about again: those whose month is over by our books, or that never became active. */
export async function membershipsToLookAt(pool: pg.Pool, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ subscription: string }>(
    `select subscription_id as subscription from club_members
     where subscription_id is not null and status not in ('canceled', 'incomplete_expired')
       and (period_end is null or period_end < now() or status <> 'active')
       and updated_at < now() - interval '10 minutes'
     order by updated_at limit $1`,
    [limit],
  );
  return rows.map(({ subscription }) => subscription);
}

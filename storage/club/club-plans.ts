/** What the club costs and gives: plans, as administrators keep them. A plan's money does not change: members have agreed to it. */
import type pg from 'pg';

export interface ClubPlan {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  readonly monthCents: number;
  readonly ticketsPerMonth: number;
  readonly ticketCents: number;
  readonly currency: string;
  /** Stripe's, null until it was made there: until then nobody can join. */
  readonly priceId: string | null;
  readonly status: 'active' | 'withdrawn';
  readonly members: number;
}

export type NewClubPlan = Pick<ClubPlan, 'code' | 'name' | 'nameEn' | 'monthCents' | 'ticketsPerMonth' | 'ticketCents'>;

const PLAN = `select p.id::int as id, p.code, p.name, p.name_en as "nameEn", p.month_cents as "monthCents",
    p.tickets_per_month::int as "ticketsPerMonth", p.ticket_cents as "ticketCents", p.currency, p.price_id as "priceId", p.status,
    (select count(*) from club_members m where m.plan_id = p.id and m.status = 'active')::int as members
  from club_plans p`;

/** By price. `all`: also what is withdrawn. */
export async function listClubPlans(queryable: pg.Pool | pg.ClientBase, all = false): Promise<ClubPlan[]> {
  const where = all ? '' : `where p.status = 'active' and p.price_id is not null`;
  const { rows } = await queryable.query<ClubPlan>(`${PLAN} ${where} order by p.month_cents, p.id`);
  return rows;
}

/** Null when there is none. */
export async function findClubPlan(queryable: pg.Pool | pg.ClientBase, code: string): Promise<ClubPlan | null> {
  const { rows } = await queryable.query<ClubPlan>(`${PLAN} where p.code = $1`, [code]);
  return rows[0] ?? null;
}

/** Adds a plan; null when there is one of that code already, whatever is in it. App role. */
export async function addClubPlan(client: pg.ClientBase, plan: NewClubPlan): Promise<ClubPlan | null> {
  const { rowCount } = await client.query(
    `insert into club_plans (code, name, name_en, month_cents, tickets_per_month, ticket_cents)
     values ($1, $2, $3, $4, $5, $6) on conflict (code) do nothing`,
    [plan.code, plan.name, plan.nameEn, plan.monthCents, plan.ticketsPerMonth, plan.ticketCents],
  );
  return rowCount === 0 ? null : findClubPlan(client, plan.code);
}

/** What Stripe calls it; the first stays. App role. */
export async function setPlanPrice(pool: pg.Pool, id: number, product: string, price: string): Promise<void> {
  await pool.query(
    `update club_plans set product_id = $2, price_id = $3, updated_at = now() where id = $1 and price_id is null`,
    [id, product, price],
  );
}

/** Nobody joins any more; members stay. False when there is no such active plan. App role. */
export async function withdrawClubPlan(client: pg.ClientBase, code: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `update club_plans set status = 'withdrawn', updated_at = now() where code = $1 and status = 'active'`,
    [code],
  );
  return rowCount === 1;
}

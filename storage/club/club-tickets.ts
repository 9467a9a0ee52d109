/**
 * The tickets of a member's month. A purchase takes them before its payment begins and keeps them under its order's id; what came to
 * nothing, or was given back, is found to be free again when somebody next asks, so that nobody has to remember to give it back.
 */
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';

/** ticket_types.code of a member's ticket. */
export const CLUB_TYPE = 'club';

/** How long a purchase that took tickets may go without its order appearing, minutes; then it never began. */
const BEGINS_WITHIN_MIN = 10;

/**
 * Which rows of a member's month are still worth something: `n` counts those of one order. Of an order that is being paid, all;
 * of one that is sold, as many as it has living members' tickets; of one that ended, none.
 */
const WORTH = `
  select u.slot, u.order_id from (
    select slot, order_id, reserved_at, row_number() over (partition by order_id order by slot) as n
    from club_tickets where member_id = $1 and period_start = $2) u
  left join orders o on o.id = u.order_id
  where case
    when o.id is null then u.reserved_at > now() - interval '${BEGINS_WITHIN_MIN} minutes'
    when o.state in ('created', 'authorised') then true
    else u.n <= (select count(*) from tickets t join ticket_types y on y.id = t.category
      where t.order_id = u.order_id and y.code = '${CLUB_TYPE}' and t.state in ('live', 'used')) end`;

export interface ClubPrice {
  /** ticket_types.id of a member's ticket. */
  readonly category: number;
  /** What one costs a member, cents. */
  readonly ticketCents: number;
}

/**
 * Takes `count` tickets of the month for `order`; again for the same order changes nothing. Null: `buyer` is no member now, or has
 * not so many left; then nothing is taken. `pool`: role shard or app.
 */
export function takeClubTickets(pool: pg.Pool, buyer: string, order: string, count: number): Promise<ClubPrice | null> {
  return inTransaction(pool, async (client) => {
    // Locked, so that of two purchases at once the second counts the first's.
    const { rows } = await client.query<{ id: string; since: Date; most: number; cents: number; category: number }>({
      name: 'club-member-now',
      text: `select m.id, m.period_start as since, p.tickets_per_month::int as most, p.ticket_cents as cents,
          (select id::int from ticket_types where code = '${CLUB_TYPE}') as category
        from club_members m join club_plans p on p.id = m.plan_id
        where m.buyer = $1 and m.status = 'active' and now() >= m.period_start and now() < m.period_end
        for no key update of m`,
      values: [buyer],
    });
    const member = rows[0];
    if (member === undefined) return null;
    const month = [member.id, member.since];
    const price = { category: member.category, ticketCents: member.cents };
    const { rows: taken } = await client.query<{ slot: number; order_id: string }>({
      name: 'club-tickets-worth',
      text: WORTH,
      values: month,
    });
    const missing = count - taken.filter(({ order_id }) => order_id === order).length;
    if (missing <= 0) return price;
    const used = new Set(taken.map(({ slot }) => slot));
    const free: number[] = [];
    for (let slot = 1; slot <= member.most && free.length < missing; slot++) if (!used.has(slot)) free.push(slot);
    if (free.length < missing) return null;
    await client.query(
      `delete from club_tickets where member_id = $1 and period_start = $2 and slot = any($3::smallint[])`,
      [...month, free],
    );
    await client.query(
      `insert into club_tickets (member_id, period_start, slot, order_id) select $1, $2, unnest($3::smallint[]), $4`,
      [...month, free, order],
    );
    return price;
  });
}

/** How many tickets of the month are used or being bought. Any role that may read. */
export async function usedClubTickets(
  queryable: pg.Pool | pg.ClientBase,
  member: string,
  periodStart: Date,
): Promise<number> {
  const { rows } = await queryable.query<{ used: number }>({
    name: 'club-tickets-used',
    text: `select count(*)::int as used from (${WORTH}) w`,
    values: [member, periodStart],
  });
  return rows[0]?.used ?? 0;
}

/** ticket_types.id of a member's ticket: what a purchase names. Any role. */
export async function clubCategory(queryable: pg.Pool | pg.ClientBase): Promise<number> {
  const { rows } = await queryable.query<{ id: number }>({
    name: 'club-category',
    text: `select id::int as id from ticket_types where code = '${CLUB_TYPE}'`,
  });
  return rows[0]?.id ?? 0;
}

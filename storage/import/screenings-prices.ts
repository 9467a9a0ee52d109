/**
 * What the price tables ask for, for all screenings at once. The rule is the function full_price_cents of the database;
 * calling it for each of 50,000 screenings and six kinds of seats would take most of the time. But few answers differ: which tables apply
 * depends on the cinema and the day, and a table's answer on the weekday, the time and the projection. So the tables
 * are sought once for each cinema and day, and the rules once for each list of tables, weekday, time and projection.
 * A test compares the answers with the function's.
 */
import type pg from 'pg';

// Step by step, because PostgreSQL can look at a table before it plans the next step, and can only guess of a query.
const DAYS = `
  create temporary table priced_days on commit drop as
  with asked as (select distinct cinema_id, starts_local::date as day from matched where by_tables)
  select d.cinema_id, d.day, (
      select array_agg(t.id order by (t.cinema_id is not null) desc, t.valid_from desc, t.id desc)
      from cinemas c join price_tables t on t.exhibitor_id = c.exhibitor_id and (t.cinema_id is null or t.cinema_id = c.id)
      where c.id = d.cinema_id and t.status = 'active' and d.day between t.valid_from and t.valid_until) as tables
  from asked d;
  analyze priced_days`;

const QUESTIONS = `
  create temporary table price_questions on commit drop as
  select row_number() over () as question, q.*
  from (select distinct d.tables, extract(isodow from d.day)::int as weekday, m.starts_local::time as at, m.projection
    from matched m join priced_days d on d.cinema_id = m.cinema_id and d.day = m.starts_local::date
    where m.by_tables and d.tables is not null) as q;
  analyze price_questions`;

const ANSWERS = `
  create temporary table price_answers on commit drop as
  with fitting as (
    select q.question, t.rank, r.price_table_id, r.conditions, r.position, r.seat_kind, r.price_cents
    from price_questions q cross join lateral unnest(q.tables) with ordinality as t (id, rank)
      join price_rules r on r.price_table_id = t.id
    where (r.weekdays >> (q.weekday - 1)) & 1 = 1 and q.at >= r.from_time and q.at < r.until_time
      and (r.projection is null or r.projection = q.projection)
  )
  select distinct on (question, kind) question, kind, price_cents, price_table_id
  from fitting join generate_series(0, 5) as kind on seat_kind is null or seat_kind = kind
  order by question, kind, rank, conditions desc, position desc;
  analyze price_answers`;

const PRICES = `
  create temporary table priced on commit drop as
  with others as (
    select k.question, jsonb_object_agg(k.kind, k.price_cents) as seat_prices
    from price_answers k join price_answers b on b.question = k.question and b.kind = 0
    where k.price_cents <> b.price_cents group by k.question
  )
  select d.cinema_id, d.day, q.at, q.projection, b.price_cents, b.price_table_id, t.currency, o.seat_prices
  from price_answers b
    left join others o on o.question = b.question
    join price_questions q on q.question = b.question
    join priced_days d on d.tables = q.tables and extract(isodow from d.day)::int = q.weekday
    join price_tables t on t.id = b.price_table_id
  where b.kind = 0;
  create index on priced (cinema_id, day, at, projection);
  analyze priced`;

/**
 * Makes the temporary table `priced (cinema_id, day, at, projection, price_cents, seat_prices, price_table_id,
 * currency)` for the rows of `matched` that are sold by the price tables. What has no price for a regular seat is not
 * in it. A kind of seat without a price of its own costs what a regular seat does.
 */
export async function priceScreenings(client: pg.ClientBase): Promise<void> {
  for (const step of [DAYS, QUESTIONS, ANSWERS, PRICES]) await client.query(step);
}

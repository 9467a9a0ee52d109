/** Price tables of a file against those of the database: whose they are, what speaks against them, and the writing. */
import { type ImportDetails, NOT_YOURS, type TableWork } from './table-kind.ts';

const FIND_CINEMAS = `
  create temporary table found_cinemas on commit drop as
  with names as (select distinct cinema as name from staged where cinema is not null),
  hits as (
    select n.name, c.id, 1 as rank from names n join cinemas c on n.name ~ '^[0-9]{1,15}$' and c.ancine_id::text = n.name
    union all select n.name, c.id, 2 from names n join cinemas c on c.code = n.name
    union all select n.name, c.id, 3 from names n join cinemas c on lower(c.name) = lower(n.name)
  )
  select distinct on (name) name, id, count(*) over (partition by name, rank) as twins
  from hits join own_cinemas using (id) order by name, rank, id`;

const FIND_EXHIBITORS = `
  create temporary table found_exhibitors on commit drop as
  with names as (select distinct exhibitor as name from staged where exhibitor is not null),
  hits as (
    select n.name, e.id, 1 as rank from names n join exhibitors e on e.ancine_id::text = n.name
    union all select n.name, e.id, 2 from names n join exhibitors e on e.code = n.name
    union all select n.name, e.id, 3 from names n join exhibitors e
      on regexp_replace(upper(e.cnpj), '[^0-9A-Z]', '', 'g') = regexp_replace(upper(n.name), '[^0-9A-Z]', '', 'g')
  )
  select distinct on (name) name, id, count(*) over (partition by name, rank) as twins
  from hits where $1::bigint is null or id = $1 order by name, rank, id`;

const PLACE = `
  update staged s set cinema_id = c.id, exhibitor_id = m.exhibitor_id
  from found_cinemas c join cinemas m on m.id = c.id where c.name = s.cinema and c.twins = 1`;

/** `$1`: a partner's exhibitor; what he leaves out is himself. */
const PLACE_EXHIBITORS = `
  update staged s set exhibitor_id = coalesce((select f.id from found_exhibitors f where f.name = s.exhibitor and f.twins = 1), $1)
  where s.cinema is null and (s.exhibitor is null or exists (select from found_exhibitors f where f.name = s.exhibitor and f.twins = 1))`;

/** `$1`, `$2`: what an unknown cinema and an unknown exhibitor are told. */
const REJECT_UNKNOWN = `
  insert into rejected (line, column_name, reason)
    select s.line, 'cinema', case when f.name is null then $1
        when f.twins > 1 then format('%s cinemas are called that: write ANCINE''s registration or the code', f.twins)
        else 'that cinema has no exhibitor' end
      from staged s left join found_cinemas f on f.name = s.cinema where s.cinema is not null and s.exhibitor_id is null
    union all
    select s.line, 'exhibitor', case when f.name is null then $2
        else format('%s exhibitors have that: write ANCINE''s registration', f.twins) end
      from staged s left join found_exhibitors f on f.name = s.exhibitor
      where s.exhibitor is not null and coalesce(f.twins, 0) <> 1
    union all
    select s.line, 'exhibitor', 'the cinema of this row is another exhibitor''s'
      from staged s join found_exhibitors f on f.name = s.exhibitor and f.twins = 1
      where s.cinema_id is not null and s.exhibitor_id <> f.id
    union all
    select line, null, 'whose prices are these? Name the cinema or the exhibitor'
      from staged where exhibitor_id is null and cinema is null and exhibitor is null`;

/** Whoever keeps some cinemas of an exhibitor does not set the prices of all. */
const REJECT_OTHERS = `
  insert into rejected (line, column_name, reason)
  select s.line, 'cinema', 'it is blank, and you keep some cinemas of this exhibitor only: name the cinema'
  from staged s where s.cinema_id is null and s.exhibitor_id is not null and exists (
    select from cinemas c where c.exhibitor_id = s.exhibitor_id and not exists (select from own_cinemas o where o.id = c.id))`;

const HEAD = ['table_name', 'cinema_id', 'valid_from', 'valid_until', 'currency', 'status'] as const;

const REJECT_DISAGREEING = HEAD.map(
  (column) => `
    select s.line, '${column === 'cinema_id' ? 'cinema' : column}', format('line %s of the same table says otherwise', f.line)
    from staged s join table_heads f using (exhibitor_id, table_code)
    where s.${column} is distinct from f.${column}`,
).join(' union all ');

const REJECT_TWICE = `
  insert into rejected (line, column_name, reason)
  select line, null, format('line %s has the same days, hours, projection and seats', first) from (
    select line, min(line) over (partition by exhibitor_id, table_code, coalesce(weekdays, 127), coalesce(from_time, '00:00'),
      coalesce(until_time, '24:00'), projection, seat_kind) as first from staged
  ) as seen where first < line`;

/**
 * A table misses rules when one of its rows is at fault; then it stays as it was. Of a row that does not say whose table
 * it is of, it may be anybody's. `$1`: tables of rows that could not be read; `$2`: one of them may be of any table.
 */
const REJECT_TOGETHER = `
  insert into rejected (line, column_name, reason)
  select s.line, null, case when $2 then 'a row at fault does not say which table it is of, and a table is taken as a whole'
    else 'another row of this table is at fault, and a table is taken as a whole' end
  from staged s
  where not exists (select from rejected r where r.line = s.line) and (
    $2 or s.table_code = any($1) or exists (
      select from staged o join rejected r on r.line = o.line
      where o.table_code = s.table_code and (o.exhibitor_id is null or o.exhibitor_id = s.exhibitor_id)))`;

const FIND_TABLES = `
  update staged s set table_id = t.id from price_tables t where t.exhibitor_id = s.exhibitor_id and t.code = s.table_code`;

/** Nor does he take over a table of theirs by giving his the same code. */
const REJECT_TAKING_OVER = `
  insert into rejected (line, column_name, reason)
  select s.line, 'table_code', 'the exhibitor has a table of this code that is not yours alone: choose another code'
  from staged s join price_tables t on t.id = s.table_id
  where not exists (select from rejected r where r.line = s.line) and case when t.cinema_id is null
    then exists (select from cinemas c where c.exhibitor_id = t.exhibitor_id and not exists (select from own_cinemas o where o.id = c.id))
    else not exists (select from own_cinemas o where o.id = t.cinema_id) end`;

export async function judgePrices({ client, exhibitorId, faultyTogether }: TableWork): Promise<void> {
  const isPartner = exhibitorId !== null;
  await client.query(FIND_CINEMAS);
  await client.query(FIND_EXHIBITORS, [exhibitorId]);
  await client.query(PLACE);
  await client.query(PLACE_EXHIBITORS, [exhibitorId]);
  await client.query(REJECT_UNKNOWN, [
    isPartner ? NOT_YOURS : `there is no such cinema: write ANCINE's registration, its code or its exact name`,
    isPartner
      ? 'it is not your exhibitor'
      : `there is no such exhibitor: write ANCINE's registration, its code or its CNPJ`,
  ]);
  await client.query(FIND_TABLES);
  if (isPartner) {
    await client.query(REJECT_OTHERS);
    await client.query(REJECT_TAKING_OVER);
  }
  await client.query(`create temporary table table_heads on commit drop as
    select distinct on (exhibitor_id, table_code) exhibitor_id, table_code, line, ${HEAD.join(', ')} from staged
    where exhibitor_id is not null order by exhibitor_id, table_code, line`);
  await client.query(`insert into rejected (line, column_name, reason) ${REJECT_DISAGREEING}`);
  await client.query(REJECT_TWICE);
  await client.query(REJECT_TOGETHER, [[...faultyTogether].filter((code) => code !== null), faultyTogether.has(null)]);
}

/** Tables of the file as they should be. What the file has no column for stays as it is, in a table that is there. */
const WANTED = `
  create temporary table wanted_tables on commit drop as
  select s.exhibitor_id, s.table_code, s.table_id, t.content_hash as had_hash,
    case when %cinema then h.cinema_id else t.cinema_id end as cinema_id,
    coalesce(h.table_name, case when not %table_name then t.name end, s.table_code) as name,
    coalesce(h.currency, t.currency, 'BRL') as currency,
    coalesce(h.valid_from, case when not %valid_from then t.valid_from end, '-infinity') as valid_from,
    coalesce(h.valid_until, case when not %valid_until then t.valid_until end, 'infinity') as valid_until,
    coalesce(h.status, t.status, 'active') as status,
    md5(string_agg(concat_ws('|', coalesce(s.weekdays, 127), coalesce(s.from_time, '00:00'), coalesce(s.until_time, '24:00'),
      coalesce(s.projection, '*'), coalesce(s.seat_kind::text, '*'), s.price), E'\\n' order by s.line)) as content_hash
  from staged s join table_heads h using (exhibitor_id, table_code) left join price_tables t on t.id = s.table_id
  group by s.exhibitor_id, s.table_code, s.table_id, t.id, h.cinema_id, h.table_name, h.currency, h.valid_from, h.valid_until, h.status`;

const CHANGED = `
  create temporary table changed_tables on commit drop as
  select w.*, w.table_id is null as is_new, w.had_hash is distinct from w.content_hash as has_other_rules
  from wanted_tables w left join price_tables t on t.id = w.table_id
  where (t.name, t.cinema_id, t.currency, t.valid_from, t.valid_until, t.status, t.content_hash)
    is distinct from (w.name, w.cinema_id, w.currency, w.valid_from, w.valid_until, w.status, w.content_hash)`;

const WRITE = [
  `update price_tables t set name = c.name, cinema_id = c.cinema_id, currency = c.currency, valid_from = c.valid_from,
     valid_until = c.valid_until, status = c.status, content_hash = c.content_hash, updated_at = now()
   from changed_tables c where c.table_id = t.id`,
  `insert into price_tables (exhibitor_id, cinema_id, code, name, currency, valid_from, valid_until, content_hash, status)
   select exhibitor_id, cinema_id, table_code, name, currency, valid_from, valid_until, content_hash, status
   from changed_tables where is_new order by exhibitor_id, table_code`,
  'delete from price_rules r using changed_tables c where r.price_table_id = c.table_id and c.has_other_rules',
  `insert into price_rules (price_table_id, position, weekdays, from_time, until_time, projection, seat_kind, price_cents)
   select t.id, row_number() over (partition by t.id order by s.line), coalesce(s.weekdays, 127), coalesce(s.from_time, '00:00'),
     coalesce(s.until_time, '24:00'), s.projection, s.seat_kind, s.price
   from staged s join changed_tables c using (exhibitor_id, table_code)
     join price_tables t on t.exhibitor_id = c.exhibitor_id and t.code = c.table_code
   where c.has_other_rules`,
  `insert into outcomes select s.line, case when c.is_new then 'created' else 'updated' end
   from staged s join changed_tables c using (exhibitor_id, table_code)`,
];

export async function mergePrices({ client, present }: TableWork): Promise<ImportDetails> {
  await client.query(WANTED.replace(/%(\w+)/g, (_, column: string) => String(present.has(column))));
  await client.query(CHANGED);
  for (const step of WRITE) await client.query(step);
  const { rows } = await client.query<{ created: number; updated: number; unchanged: number }>(
    `select count(*) filter (where c.is_new)::int as created, count(*) filter (where not c.is_new)::int as updated,
       count(*) filter (where c.is_new is null)::int as unchanged
     from wanted_tables w left join changed_tables c using (exhibitor_id, table_code)`,
  );
  return { tables: rows[0] };
}

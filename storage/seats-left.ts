/**
 * How many seats of each coming screening are unsold, counted from the tickets. Who asks goes round all screenings,
 * a page at a time: it corrects whatever the messages of the owners did not bring (server/search/seats-left.ts).
 */
import type pg from 'pg';
import type { SeatsCounted } from './catalogue-rows.ts';

/** The last screening of a page. */
export interface SeatsPosition {
  readonly startsAtMs: number;
  readonly id: number;
}

const COUNT = `
  select s.id::float8 as id, (extract(epoch from s.starts_at) * 1000)::float8 as "startsAtMs",
    greatest(0, m.seat_count
      - (select count(*) from tickets t where t.screening = s.id and t.state in ('live', 'used')))::int as unsold
  from screenings s join seat_maps m on m.id = s.seat_map_id
  where s.starts_at > now() - interval '1 hour' and (s.starts_at, s.id) > (to_timestamp($1::float8 / 1000), $2::bigint)
  order by s.starts_at, s.id limit $3`;

/** A page of at most `limit` screenings after a position; `next` null: that was the last, begin again. */
export async function countSeats(
  client: pg.ClientBase,
  after: SeatsPosition | null,
  limit: number,
): Promise<{ counted: SeatsCounted; next: SeatsPosition | null }> {
  const askedAtMs = Date.now();
  const { rows } = await client.query<{ id: number; startsAtMs: number; unsold: number }>({
    name: 'seats-left',
    text: COUNT,
    values: [after?.startsAtMs ?? 0, after?.id ?? 0, limit],
  });
  const last = rows.at(-1);
  return {
    counted: { screenings: rows.map(({ id }) => id), left: rows.map(({ unsold }) => unsold), askedAtMs },
    next: last === undefined || rows.length < limit ? null : { startsAtMs: last.startsAtMs, id: last.id },
  };
}

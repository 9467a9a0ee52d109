/** Screenings to load: as many as wanted, all of one auditorium's layout, at any hour of a far future. */
import type { DatabaseConfig } from '../storage/database.ts';
import { withClient } from './bench-database.ts';

const SEATS_TO_A_ROW = 20;

/** Creates `screenings` screenings of `seats` seats, so many to a row; resolves with the id of the first. Their ids have no gap. */
export async function createProgramme(
  config: DatabaseConfig,
  screenings: number,
  seats: number,
  seatsToARow = SEATS_TO_A_ROW,
): Promise<number> {
  const layout = {
    rows: Array.from({ length: Math.ceil(seats / seatsToARow) }, (_, row) => rowLabel(row)),
    seats: Array.from({ length: seats }, (_, seat) => {
      const row = Math.floor(seat / seatsToARow);
      const column = seat % seatsToARow;
      return [row, column, 0, `${rowLabel(row)}${column + 1}`];
    }),
  };
  return withClient(config, async (client) => {
    const { rows } = await client.query<{ first: string; count: string }>(
      `with cinema as (insert into cinemas (name, time_zone) values ('Bench', 'America/Sao_Paulo') returning id),
        auditorium as (insert into auditoriums (cinema_id, name) select id, '1' from cinema returning id),
        map as (insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
          select id, 1, 'demo', $2, $3, 'bench' from auditorium returning id),
        film as (insert into films (title, minutes) values ('Bench ' || gen_random_uuid(), 100) returning id),
        added as (insert into screenings
            (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
          select auditorium.id, map.id, film.id, timestamptz '2040-01-01 12:00Z' + n * interval '3 hours',
            timestamp '2040-01-01 09:00' + n * interval '3 hours', 'America/Sao_Paulo', 4200, $2 * 2 / 5
          from auditorium, map, film, generate_series(1, $1::int) as n returning id)
        select min(id) as first, max(id) - min(id) + 1 as count from added`,
      [screenings, seats, JSON.stringify(layout)],
    );
    const { first, count } = rows[0] ?? { first: '0', count: '0' };
    if (Number(count) !== screenings) throw new Error('the ids of the new screenings have a gap');
    return Number(first);
  });
}

function rowLabel(row: number): string {
  const letter = String.fromCharCode(65 + (row % 26));
  return row < 26 ? letter : `${rowLabel(Math.floor(row / 26) - 1)}${letter}`;
}

/** Screenings for tests: one auditorium of a made-up cinema, a rectangular seat map, one screening an hour. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from '../../storage/database.ts';
import type { SeatLayout } from '../../storage/seat-layout.ts';

export interface ScreeningsWanted {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  /** Start of the first one; the others follow by the hour. Default: now. */
  readonly startsAtMs?: number;
  /** Default: 40 % of the seats. */
  readonly halfQuota?: number;
  readonly halfPolicy?: 'limit' | 'exceed';
}

/** Adds screenings; resolves with their ids, in the order of their starts. */
export async function addScreenings(config: DatabaseConfig, wanted: ScreeningsWanted): Promise<number[]> {
  const layout = rectangle(wanted.rows, wanted.columns);
  const seatCount = layout.seats.length;
  const client = new pg.Client(clientConfig(config, 'app', 'test screenings'));
  await client.connect();
  try {
    const auditorium = await client.query<{ id: string }>(
      `with c as (insert into cinemas (name, time_zone) values ('Cine Teste', 'America/Sao_Paulo') returning id)
       insert into auditoriums (cinema_id, name) select id, 'Sala 1' from c returning id`,
    );
    const map = await client.query<{ id: string }>(
      `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       values ($1, 1, 'demo', $2, $3, $4) returning id`,
      [
        auditorium.rows[0]?.id,
        seatCount,
        JSON.stringify(layout),
        createHash('sha256').update(JSON.stringify(layout)).digest('hex'),
      ],
    );
    const film = await client.query<{ id: string }>(
      `with known as (select id from films where title = 'Filme de teste'),
         added as (insert into films (title, minutes) select 'Filme de teste', 100 where not exists (select from known) returning id)
       select id from known union all select id from added`,
    );
    const { rows } = await client.query<{ id: string }>(
      `insert into screenings
         (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota, half_policy)
       select $1, $2, $3, at, at at time zone 'America/Sao_Paulo', 'America/Sao_Paulo', 3000, $4, $5
       from generate_series(0, $6::int - 1) as n, lateral (select to_timestamp($7::float8 / 1000) + n * interval '1 hour') as s (at)
       order by n returning id`,
      [
        auditorium.rows[0]?.id,
        map.rows[0]?.id,
        film.rows[0]?.id,
        wanted.halfQuota ?? Math.floor(seatCount * 0.4),
        wanted.halfPolicy ?? 'limit',
        wanted.count,
        wanted.startsAtMs ?? Date.now(),
      ],
    );
    return rows.map(({ id }) => Number(id));
  } finally {
    await client.end();
  }
}

/** Adds another layout to the auditorium of `screening`; resolves with its id. */
export async function addSeatMap(config: DatabaseConfig, screening: number, layout: SeatLayout): Promise<number> {
  const client = new pg.Client(clientConfig(config, 'app', 'test layouts'));
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       select a.id, (select max(version) + 1 from seat_maps where auditorium_id = a.id), 'demo', $2, $3, 'test'
       from screenings s join auditoriums a on a.id = s.auditorium_id where s.id = $1 returning id`,
      [screening, layout.seats.length, JSON.stringify(layout)],
    );
    return Number(rows[0]?.id);
  } finally {
    await client.end();
  }
}

/** A hall of `rows` × `columns` regular seats without aisles, labelled A1, A2, … */
export function rectangle(rows: number, columns: number): SeatLayout {
  const labels = Array.from({ length: rows }, (_, row) => (row < 26 ? String.fromCharCode(65 + row) : `R${row + 1}`));
  return {
    rows: labels,
    seats: labels.flatMap((label, row) =>
      Array.from({ length: columns }, (_, column) => [row, column, 0, `${label}${column + 1}`] as const),
    ),
  };
}

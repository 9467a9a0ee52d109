/**
 * Whether answers are right: sampled ones are laid beside what SQL says. Where no word can mean anything else the
 * screenings are exactly those of the query; everywhere each screening is what the tables say, and is where and when it
 * was asked for.
 */
import type pg from 'pg';
import type { SearchSample } from './search-load-plan.ts';

interface Found {
  readonly films: readonly {
    readonly film: { readonly title: string };
    readonly cinemas: readonly {
      readonly cinema: { readonly name: string; readonly city: string };
      readonly screenings: readonly {
        readonly id: number;
        readonly auditorium: string;
        readonly startsAt: string;
        readonly startsLocal: string;
        readonly projection: string;
        readonly language: string;
        readonly seatsLeft: number;
        readonly seatCount: number;
        readonly priceFromCents: number;
      }[];
    }[];
  }[];
}

const FACTS = `
  select s.id::float8 as id, f.title, c.name as cinema, c.city, a.name as auditorium,
    to_char(s.starts_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startsAt",
    to_char(s.starts_local, 'YYYY-MM-DD"T"HH24:MI:SS') as "startsLocal", s.projection, s.language,
    m.seat_count - (select count(*) from tickets t where t.screening = s.id and t.state in ('live', 'used'))::int as "seatsLeft",
    m.seat_count as "seatCount", s.price_cents as "priceFromCents"
  from screenings s join films f on f.id = s.film_id join auditoriums a on a.id = s.auditorium_id
    join cinemas c on c.id = a.cinema_id join seat_maps m on m.id = s.seat_map_id`;

const EXACT = `${FACTS}
  where f.title = $1 and ($2::date is null or s.starts_local::date = $2) and ($3::text is null or c.city = $3)
    and s.starts_at > to_timestamp($4::float8 / 1000)
  order by s.starts_local::date, s.starts_at, s.id limit $5`;

/** The screenings of a page, unless asked otherwise. */
const PAGE = 20;

/**
 * What is wrong, in sentences; empty: nothing. `client` reads as the owner of the tables.
 * @param graceMs so long after its start a screening is shown.
 * @param hasChanged prices were changed meanwhile, and are not compared.
 */
export async function checkSamples(
  client: pg.ClientBase,
  samples: readonly SearchSample[],
  graceMs: number,
  hasChanged: boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { query, askedAtMs, status, body } of samples) {
    const say = (what: string): void => void wrong.push(`${query.path}: ${what}`);
    if (status !== 200) {
      say(`status ${status}`);
      continue;
    }
    const { films } = JSON.parse(body) as Found;
    const shown = films.flatMap(({ film, cinemas }) =>
      cinemas.flatMap(({ cinema, screenings }) =>
        screenings.map((one) => ({ title: film.title, cinema: cinema.name, city: cinema.city, ...one })),
      ),
    );
    const { title, date, city, cinema } = query.expected;
    const { rows: facts } = await client.query(`${FACTS} where s.id = any ($1)`, [shown.map(({ id }) => id)]);
    const byId = new Map(facts.map((row) => [row.id as number, row as Record<string, unknown>]));
    for (const one of shown) {
      const fact = byId.get(one.id);
      const differs = Object.entries(fact ?? { id: null }).find(
        ([name, value]) => one[name as keyof typeof one] !== value && !(hasChanged && name === 'priceFromCents'),
      );
      if (differs !== undefined)
        say(`screening ${one.id} is shown with another ${differs[0]} than ${String(differs[1])}`);
      if (date !== undefined && !one.startsLocal.startsWith(date)) say(`screening ${one.id} is not on ${date}`);
      if (city !== undefined && one.city !== city) say(`screening ${one.id} is not in ${city}`);
      if (cinema !== undefined && one.cinema !== cinema) say(`screening ${one.id} is not in ${cinema}`);
    }
    if (query.isExact) {
      const exact = await client.query<{ id: number }>(EXACT, [
        title,
        date ?? null,
        city ?? null,
        askedAtMs - graceMs,
        PAGE,
      ]);
      const ids = (list: readonly { id: number }[]): string =>
        list
          .map(({ id }) => id)
          .sort((a, b) => a - b)
          .join(' ');
      const meant = shown.filter((one) => one.title === title);
      if (ids(meant) !== ids(exact.rows)) say(`found ${ids(meant)} of the film, and SQL ${ids(exact.rows)}`);
    }
    if (title !== undefined && films.length > 0 && films[0]?.film.title !== title)
      say(`the first film is not ${title}`);
  }
  return wrong;
}

/** Films as the administration lists, adds and changes them. They are everybody's: one row, in however many cinemas it is shown. */
import type pg from 'pg';
import { instantText, type Page, pageOf, patternOf, plainText } from './answer-sql.ts';

/** What can be said of a film. */
export interface FilmFacts {
  readonly title: string;
  readonly originalTitle: string | null;
  readonly code: string | null;
  readonly workNumber: string | null;
  readonly minutes: number;
  readonly rating: string;
  readonly genres: readonly string[];
  readonly synopsis: string | null;
  readonly distributor: string | null;
  readonly distributorCnpj: string | null;
  readonly audioDescription: boolean;
  readonly captions: boolean;
  readonly signLanguage: boolean;
  readonly posterUrl: string | null;
  /** "2026-12-24" */
  readonly releaseDate: string | null;
  readonly status: 'active' | 'withdrawn';
}

export interface ListedFilm extends FilmFacts {
  readonly id: number;
  readonly updatedAt: string;
}

type ColumnOf = Readonly<Record<keyof FilmFacts, string>>;
const COLUMNS: ColumnOf = {
  title: 'title',
  originalTitle: 'original_title',
  code: 'code',
  workNumber: 'work_number',
  minutes: 'minutes',
  rating: 'rating',
  genres: 'genres',
  synopsis: 'synopsis',
  distributor: 'distributor_name',
  distributorCnpj: 'distributor_cnpj',
  audioDescription: 'audio_description',
  captions: 'captions',
  signLanguage: 'sign_language',
  posterUrl: 'poster_url',
  releaseDate: 'release_date',
  status: 'status',
};

const FIELDS = Object.entries(COLUMNS).map(([field, column]) => `'${field}', f.${column}`);
const FILM = `select json_build_object('id', f.id, ${FIELDS.join(', ')}, 'updatedAt', ${instantText('f.updated_at')}) as item from films f`;

/** By title and id. */
export async function listFilms(
  pool: pg.Pool,
  wanted: { readonly q?: string | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<Page<ListedFilm>> {
  const { rows } = await pool.query<{ item: ListedFilm }>(
    `${FILM} where ($1::text is null or ${plainText("concat_ws(' ', f.title, f.original_title, f.work_number, f.code)")} like $1)
       and ($2::bigint is null or (f.title, f.id) > (select title, id from films where id = $2))
     order by f.title, f.id limit $3`,
    [patternOf(wanted.q), wanted.after ?? null, wanted.limit + 1],
  );
  return pageOf(rows, wanted.limit);
}

/** Null when there is none. */
export async function findFilm(queryable: pg.Pool | pg.ClientBase, id: number): Promise<ListedFilm | null> {
  const { rows } = await queryable.query<{ item: ListedFilm }>(`${FILM} where f.id = $1`, [id]);
  return rows[0]?.item ?? null;
}

/** Which of two facts that are unique is another film's already; null: neither. */
export async function filmCalled(
  client: pg.ClientBase,
  { code, workNumber }: { readonly code?: string | null | undefined; readonly workNumber?: string | null | undefined },
  except: number | null,
): Promise<{ readonly id: number; readonly field: 'code' | 'workNumber' } | null> {
  const { rows } = await client.query<{ id: number; field: 'code' | 'workNumber' }>(
    `select id::float8 as id, case when code = $1 then 'code' else 'workNumber' end as field
     from films where (code = $1 or work_number = $2) and id is distinct from $3 order by id limit 1`,
    [code ?? null, workNumber ?? null, except],
  );
  return rows[0] ?? null;
}

/** PostgreSQL's word for a row that is there already. */
const UNIQUE_VIOLATION = '23505';

/**
 * Adds a film, or changes the film `id` in what is said; what is left out stays, or begins as the table says. Null when another
 * film has got its code or number since `filmCalled` looked: the transaction must then be rolled back.
 */
export async function writeFilm(
  client: pg.ClientBase,
  id: number | null,
  facts: { readonly [Field in keyof FilmFacts]?: FilmFacts[Field] | undefined },
): Promise<number | null> {
  const said = Object.entries(COLUMNS).flatMap(([field, column]) => {
    const value = facts[field as keyof FilmFacts];
    return value === undefined ? [] : [{ column, value }];
  });
  const values = said.map(({ value }) => value);
  const places = said.map((_, at) => `$${at + 1}`);
  const text =
    id === null
      ? `insert into films (${said.map(({ column }) => column).join(', ')}) values (${places.join(', ')}) returning id`
      : `update films set ${said.map(({ column }, at) => `${column} = ${places[at]}`).join(', ')}, updated_at = now()
         where id = $${said.length + 1} returning id`;
  try {
    const { rows } = await client.query<{ id: string }>(text, id === null ? values : [...values, id]);
    return Number(rows[0]?.id);
  } catch (cause) {
    if ((cause as { code?: string }).code === UNIQUE_VIOLATION) return null;
    throw cause;
  }
}

/** A screening to come of the film `id` that would run into the next one if it took so long; null: none would. */
export async function screeningTooLong(
  client: pg.ClientBase,
  id: number,
  minutesBetween: number,
): Promise<number | null> {
  const { rows } = await client.query<{ id: string }>(
    `select s.id from screenings s
     where s.film_id = $1 and s.status <> 'cancelled' and s.starts_at > now()
       and exists (select from screenings n where n.auditorium_id = s.auditorium_id and n.status <> 'cancelled'
         and n.starts_at > s.starts_at and n.starts_at < s.starts_at + make_interval(mins => $2))
     order by s.starts_at limit 1`,
    [id, minutesBetween],
  );
  return rows[0] === undefined ? null : Number(rows[0].id);
}

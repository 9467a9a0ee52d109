/** Films of a file against the catalogue, all at once: which film each row is, what speaks against it, and the writing. */
import type { ImportDetails, TableWork } from './table-kind.ts';

/** Rows of the file that say the same of themselves; the first counts, the others are at fault. */
const REJECT_REPEATED = `
  insert into rejected (line, column_name, reason)
  select line, what, format('it is also in line %s', first) from (
    select line, 'code' as what, min(line) over (partition by code) as first from staged where code is not null
    union all
    select line, 'work_number', min(line) over (partition by work_number) from staged where work_number is not null
    union all
    select line, 'title', min(line) over (partition by lower(title), lower(coalesce(original_title, '')))
    from staged where code is null and work_number is null
  ) as seen where first < line`;

const MATCH_NUMBERS = `
  update staged s set film_id = f.id from films f where f.code = s.code;
  update staged s set film_id = f.id from films f
  where s.film_id is null and f.work_number = s.work_number and (s.code is null or f.code is null)`;

/** A film with the other number is another film; one without may be the same. */
const CANDIDATES = `
  create temporary table candidates on commit drop as
  select s.line, f.id, count(*) over (partition by s.line) as films,
    lower(f.original_title) is not distinct from lower(s.original_title) as is_same_original
  from staged s join films f on lower(f.title) = lower(s.title)
  where s.film_id is null and (s.code is null or f.code is null) and (s.work_number is null or f.work_number is null)
    and (s.original_title is null or f.original_title is null or lower(f.original_title) = lower(s.original_title))`;

const MATCH_TITLES = `
  update staged s set film_id = c.id from candidates c
  where c.line = s.line and (c.films = 1 or (c.is_same_original
    and (select count(*) from candidates o where o.line = c.line and o.is_same_original) = 1));
  insert into rejected (line, column_name, reason)
  select s.line, 'title', 'several films are called that: give their code, or their CPB or ROE number'
  from staged s where s.film_id is null and exists (select from candidates c where c.line = s.line)`;

const REJECT_CONTRADICTING = `
  insert into rejected (line, column_name, reason)
  select s.line, 'work_number', format('it belongs to another film: %s', other.title)
  from staged s join films other on other.work_number = s.work_number and other.id is distinct from s.film_id;
  insert into rejected (line, column_name, reason)
  select line, null, format('it is the same film as line %s', first) from (
    select line, min(line) over (partition by film_id) as first from staged where film_id is not null
  ) as seen where first < line;
  insert into rejected (line, column_name, reason)
  select line, 'minutes', 'it is blank, and the film is new' from staged where film_id is null and minutes is null`;

const WARN_UNRATED = `
  insert into warned (line, column_name, kind, text)
  select line, 'rating', 'no-rating', 'it has no rating; it is announced as L' from staged
  where film_id is null and rating is null`;

export async function judgeFilms({ client, exhibitorId, dropRejected }: TableWork): Promise<void> {
  await client.query(REJECT_REPEATED);
  await dropRejected();
  await client.query(MATCH_NUMBERS);
  await client.query(CANDIDATES);
  await client.query(MATCH_TITLES);
  await client.query(REJECT_CONTRADICTING);
  if (exhibitorId !== null) {
    // Two exhibitors may call two films by one code: then his screenings would show the other's film.
    await client.query(
      `insert into rejected (line, column_name, reason)
       select s.line, 'code', 'it is the code of another film: choose one of your own'
       from staged s join films f on f.id = s.film_id and f.code = s.code where lower(f.title) <> lower(s.title)`,
    );
  }
  await client.query(WARN_UNRATED);
}

/**
 * What a column of an existing film becomes. What must have a value keeps it under a blank cell, and what a film is found
 * by is never taken from it.
 */
const BECOMES: Readonly<Record<string, string>> = {
  code: 'coalesce(s.code, f.code)',
  title: 's.title',
  original_title: 'coalesce(s.original_title, f.original_title)',
  work_number: 'coalesce(s.work_number, f.work_number)',
  rating: 'coalesce(s.rating, f.rating)',
  minutes: 'coalesce(s.minutes, f.minutes)',
  genres: `coalesce(s.genres, '{}')`,
  distributor_name: 's.distributor_name',
  distributor_cnpj: 's.distributor_cnpj',
  audio_description: 'coalesce(s.audio_description, false)',
  captions: 'coalesce(s.captions, false)',
  sign_language: 'coalesce(s.sign_language, false)',
  poster_url: 's.poster_url',
  release_date: 's.release_date',
  synopsis: 's.synopsis',
  status: 'coalesce(s.status, f.status)',
};

export async function mergeFilms({ client, present, exhibitorId }: TableWork): Promise<ImportDetails> {
  const columns = Object.keys(BECOMES).filter((column) => present.has(column));
  const now = columns.map((column) => `f.${column}`).join(', ');
  const wanted = columns.map((column) => BECOMES[column]).join(', ');
  const differing = `f.id = s.film_id and row(${now}) is distinct from row(${wanted})`;
  if (exhibitorId === null) {
    await client.query(
      `with changed as (
         update films f set (${columns.join(', ')}, updated_at) = row(${wanted}, now()) from staged s
         where ${differing} returning s.line)
       insert into outcomes select line, 'updated' from changed`,
    );
  } else {
    await client.query(
      `insert into warned (line, column_name, kind, text)
       select s.line, null, 'shared-film', 'the film is there and is said otherwise here; it stays as it is, because others show it too'
       from staged s join films f on ${differing}`,
    );
  }
  await client.query(
    `insert into films (title, minutes, rating, code, original_title, work_number, genres, distributor_name, distributor_cnpj,
       audio_description, captions, sign_language, poster_url, release_date, synopsis, status)
     select title, minutes, coalesce(rating, 'L'), code, original_title, work_number, coalesce(genres, '{}'), distributor_name,
       distributor_cnpj, coalesce(audio_description, false), coalesce(captions, false), coalesce(sign_language, false), poster_url,
       release_date, synopsis, coalesce(status, 'active')
     from staged where film_id is null order by line`,
  );
  await client.query(`insert into outcomes select line, 'created' from staged where film_id is null`);
  return {};
}

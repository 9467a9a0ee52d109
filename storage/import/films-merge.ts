/**
 * Films of a file against the catalogue, all at once: which film each row is, what speaks against it, and the writing.
 *
 * The better evidence goes first: the number, then the code, then the titles; and a film that a row has by better evidence
 * is nobody else's. The number is ANCINE's and the same for everybody, a code is that of whoever brought the film first:
 * another exhibitor's row with that number is this film, whatever he calls it. Only where films exchange their numbers, as
 * their codes tell, the codes count. So what a row is does not depend on what the other rows change, and the same file finds the same
 * films again, although it may have changed their titles and numbers.
 */
import type pg from 'pg';
import type { ImportDetails, TableWork } from './table-kind.ts';

/** Rows of the file that say the same of themselves; the first counts, the others are at fault. */
const REJECT_REPEATED = `
  insert into rejected (line, column_name, reason)
  select line, what, format('it is also in line %s', first) from (
    select line, 'code' as what, min(line) over (partition by code) as first from staged where code is not null
    union all
    select line, 'work_number', min(line) over (partition by work_number) from staged where work_number is not null
  ) as seen where first < line
  union all
  select s.line, 'title', format('it is also in line %s: give the code, or the CPB or ROE number', min(o.line))
  from staged s join staged o on lower(o.title) = lower(s.title) and o.line <> s.line
    and (o.original_title is null or s.original_title is null or lower(o.original_title) = lower(s.original_title))
  where s.code is null and s.work_number is null
    and (o.line < s.line or o.code is not null or o.work_number is not null)
  group by s.line`;

const NOBODYS = 'not exists (select from staged k where k.film_id = f.id)';

/**
 * Rows whose number is not another film's; or whose number becomes free, because the row with that film's code gives it
 * another one. `$1`: whether films are changed. Where they are not (a partner's file), two exhibitors may call two films by
 * one code: then the title has to agree too, or his screenings would show the other's film.
 */
const MATCH_CODES = `
  update staged s set film_id = f.id from films f
  where f.code = s.code and ($1 or lower(f.title) = lower(s.title))
    and not exists (select from films g where g.work_number = s.work_number and g.id <> f.id
      and not ($1 and exists (select from staged k where k.code = g.code and k.work_number <> g.work_number)))`;

const MATCH_NUMBERS = `
  update staged s set film_id = f.id from films f
  where s.film_id is null and f.work_number = s.work_number and ${NOBODYS}`;

/**
 * A film with another code or number is another film; one without may be the same. A partner's codes say less (no films
 * are changed): a twin of a film that is there would make its title unclear in everybody's files, so that a row without a number
 * is that film.
 */
const CANDIDATES = `
  create temporary table candidates on commit drop as
  select s.line, f.id, count(*) over (partition by s.line) as films,
    count(*) filter (where lower(f.original_title) is not distinct from lower(s.original_title)) over (partition by s.line) as same,
    lower(f.original_title) is not distinct from lower(s.original_title) as is_same
  from staged s join films f on lower(f.title) = lower(s.title)
  where s.film_id is null and (s.code is null or f.code is null or (not %areChanged and s.work_number is null))
    and (s.work_number is null or f.work_number is null)
    and (s.original_title is null or f.original_title is null or lower(f.original_title) = lower(s.original_title))
    and ${NOBODYS}`;

/** Of rows with codes of their own that could be one film, the first is, and the others are new. */
const MATCH_TITLES = `
  with sure as (select line, id from candidates where films = 1 or (is_same and same = 1))
  update staged s set film_id = c.id from (select id, min(line) as line from sure group by id) as c where c.line = s.line;
  insert into rejected (line, column_name, reason)
  select distinct line, 'title', 'several films are called that: give their code, or their CPB or ROE number'
  from candidates where films > 1 and same <> 1`;

/** The film keeps its code, and the row has it from here on, so that nothing of it is changed by that. */
const KEEP_CODES = `
  insert into warned (line, column_name, kind, text)
  select s.line, 'code', 'other-code', format('"%s" is there with %s, which stays: name it by that in other files, or by its number',
      left(f.title, 60), case when f.code is null then 'no code' else format('the code %s', f.code) end)
  from staged s join films f on f.id = s.film_id
  where f.code <> s.code or (f.code is null and exists (select from films o where o.code = s.code));
  update staged s set code = f.code from films f
  where f.id = s.film_id and (f.code <> s.code or (f.code is null and exists (select from films o where o.code = s.code)))`;

/** `$1`: whether films are changed, so that a number can become free by this file. */
const REJECT_TAKEN = `
  insert into rejected (line, column_name, reason)
  select s.line, 'work_number', format('it belongs to another film: %s', left(other.title, 60))
  from staged s join films other on other.work_number = s.work_number and other.id is distinct from s.film_id
  where not ($1 and exists (
    select from staged k where k.film_id = other.id and k.work_number is not null and k.work_number <> other.work_number))`;

const REJECT_LACKING = `
  insert into rejected (line, column_name, reason)
  select line, 'minutes', 'it is blank, and the film is new' from staged where film_id is null and minutes is null`;

const WARN_UNRATED = `
  insert into warned (line, column_name, kind, text)
  select line, 'rating', 'no-rating', 'it has no rating; it is announced as L' from staged
  where film_id is null and rating is null`;

/** A row that is rejected frees no number, so that others may fall with it. Long chains of such are not followed. */
const TAKEN_PASSES = 3;

async function rejectTaken(
  client: pg.ClientBase,
  areChanged: boolean,
  dropRejected: () => Promise<void>,
): Promise<void> {
  for (let pass = 0; ; pass++) {
    const { rowCount } = await client.query(REJECT_TAKEN, [areChanged && pass < TAKEN_PASSES]);
    await dropRejected();
    if (rowCount === 0 || pass === TAKEN_PASSES) return;
  }
}

export async function judgeFilms({ client, exhibitorId, dropRejected }: TableWork): Promise<void> {
  await client.query(REJECT_REPEATED);
  await dropRejected();
  const areChanged = exhibitorId === null;
  await client.query(MATCH_CODES, [areChanged]);
  await client.query(MATCH_NUMBERS);
  await client.query(CANDIDATES.replace('%areChanged', String(areChanged)));
  await client.query(MATCH_TITLES);
  await client.query(KEEP_CODES);
  await rejectTaken(client, areChanged, dropRejected);
  await client.query(REJECT_LACKING);
  await client.query(
    `insert into rejected (line, column_name, reason)
     select s.line, 'code', 'it is the code of another film: choose one of your own'
     from staged s join films f on f.code = s.code where s.film_id is null`,
  );
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
    // Two films may exchange their numbers, and no moment may see a number twice.
    await client.query(
      `update films f set work_number = null from staged s where f.id = s.film_id and f.work_number <> s.work_number`,
    );
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

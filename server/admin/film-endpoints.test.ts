/** Films, and what the record says of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage, type ApiAnswer } from '../../tests/support/admin-stage.ts';
import { connected } from '../../tests/support/postgres.ts';

const FILMS = '/api/admin/films';

test('[AD26] a film is added and changed; what is left out stays, null clears, and the record names what changed', async (t) => {
  const stage = await AdminStage.create(t);
  const body = {
    title: 'Ação',
    minutes: 95,
    workNumber: 'B2600001200000',
    genres: ['Ação', 'Drama'],
    releaseDate: '2026-12-24',
  };
  const key = 'a-film-only-once';
  const { film } = await stage.does(stage.partner, 'POST', FILMS, body, key);
  assert.deepEqual(await stage.does(stage.partner, 'POST', FILMS, body, key), { film });
  assert.deepEqual(
    [film.rating, film.genres, film.releaseDate, film.status, film.captions],
    ['L', ['Ação', 'Drama'], '2026-12-24', 'active', false],
  );
  const twin = await stage.send('admin', 'POST', FILMS, { ...body, title: 'Outro' });
  assert.deepEqual([twin.status, twin.body.code], [409, 'film-known']);
  const path = `${FILMS}/${film.id}`;
  const changed = await stage.does('admin', 'PATCH', path, {
    rating: '14',
    releaseDate: null,
    genres: [],
    why: 'new rating',
  });
  const { updatedAt: _, ...before } = film;
  const { updatedAt: __, ...now } = changed.film;
  assert.deepEqual(now, { ...before, rating: '14', releaseDate: null, genres: [] });
  assert.equal((await stage.send('admin', 'PATCH', path, { workNumber: 'X1', why: 'to try' })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', path, { titel: 'X1', why: 'to try' })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', path, { title: null, why: 'to try' })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', `${FILMS}/999`, { rating: '14', why: 'to try' })).status, 404);
  const { actions } = await stage.does('admin', 'GET', `/api/admin/actions?target=film:${film.id}`);
  assert.deepEqual(
    actions.map(({ action, who, why, details }: Record<string, unknown>) => [action, who, why, details]),
    [
      ['film.change', 'key:admin', 'new rating', { changed: ['rating', 'genres', 'releaseDate'] }],
      ['film.create', `key:${stage.partner.replace(' ', '')}`, null, { title: 'Ação' }],
    ],
  );
});

test('[AD27] a film that becomes longer does not run into the next screening', async (t) => {
  const stage = await AdminStage.create(t);
  const first = await stage.screening(stage.mine, 30);
  await stage.screening(stage.mine, 33);
  const path = `${FILMS}/${stage.film}`;
  const refused = await stage.send('admin', 'PATCH', path, { minutes: 166, why: 'the long cut' });
  assert.deepEqual(
    [refused.status, refused.body.error],
    [409, `Screening ${first} would run into the next one; move that one first.`],
  );
  assert.equal((await stage.send('admin', 'PATCH', path, { minutes: 165, why: 'the long cut' })).status, 200);
});

test('[AD28] films are found by any part of their titles and numbers, accents or not, page by page', async (t) => {
  const stage = await AdminStage.create(t);
  for (const title of ['Ação', 'Acaso', 'Água 100%', 'água'])
    await stage.does('admin', 'POST', FILMS, {
      title,
      minutes: 90,
      originalTitle: title === 'Acaso' ? 'Chance' : null,
    });
  const found = async (q: string): Promise<string[]> => {
    const { films } = await stage.does(stage.partner, 'GET', `${FILMS}?q=${encodeURIComponent(q)}`);
    return films.map(({ title }: { title: string }) => title).sort();
  };
  assert.deepEqual(await found('aca'), ['Acaso', 'Ação']);
  assert.deepEqual(await found('ÁGUA'), ['Água 100%', 'água'].sort());
  assert.deepEqual(await found('100%'), ['Água 100%']);
  assert.deepEqual(await found('%'), ['Água 100%']);
  assert.deepEqual(await found('chance'), ['Acaso']);
  const paged: string[] = [];
  for (let after = ''; ; ) {
    const page = await stage.does('admin', 'GET', `${FILMS}?limit=2${after}`);
    paged.push(...page.films.map(({ title }: { title: string }) => title));
    if (page.next === null) break;
    after = `&after=${page.next}`;
  }
  assert.deepEqual([paged.length, new Set(paged).size], [5, 5]);
});

test('[AD42] a film gets another length only while nobody changes the programme', async (t) => {
  const stage = await AdminStage.create(t);
  const importing = await connected(t, stage.config, 'app');
  await importing.query(`begin; select pg_advisory_xact_lock(hashtext('poltrona.programme'))`);
  const path = `${FILMS}/${stage.film}`;
  const busy = await stage.send('admin', 'PATCH', path, { minutes: 165, why: 'the long cut' });
  assert.deepEqual([busy.status, busy.body.code, busy.headers['retry-after']], [409, 'programme-busy', '2']);
  // What else is said of it has nothing to do with the programme.
  assert.equal((await stage.send('admin', 'PATCH', path, { rating: '14', why: 'new rating' })).status, 200);
  await importing.query('rollback');
  assert.equal((await stage.send('admin', 'PATCH', path, { minutes: 165, why: 'the long cut' })).status, 200);
});

test('[AD43] of two films that are given one code at the same moment, one is refused as known', async (t) => {
  const stage = await AdminStage.create(t);
  const quicker = await connected(t, stage.config, 'app');
  const late = async (send: () => Promise<ApiAnswer>): Promise<void> => {
    await quicker.query(`begin; insert into films (title, minutes, code) values ('O Rio', 90, 'rio')`);
    const answer = send();
    while ((await stage.rows('select from pg_locks where not granted')).length === 0) await stage.rows('select');
    await quicker.query('commit');
    const { status, body } = await answer;
    assert.deepEqual([status, body.code], [409, 'film-known'], JSON.stringify([body, stage.logged]));
    await quicker.query(`delete from films where code = 'rio'`);
  };
  await late(() => stage.send('admin', 'POST', FILMS, { title: 'O Rio', minutes: 95, code: 'rio' }));
  await late(() => stage.send('admin', 'PATCH', `${FILMS}/${stage.film}`, { code: 'rio', why: 'our own code' }));
  assert.deepEqual(await stage.rows(`select title from films`), [{ title: 'A Volta' }]);
});

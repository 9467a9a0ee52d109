/** Films, and what the record says of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdminStage } from '../../tests/support/admin-stage.ts';

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
  assert.equal((await stage.send('admin', 'PATCH', path, { workNumber: 'X1' })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', path, { titel: 'X1' })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', path, { title: null })).status, 400);
  assert.equal((await stage.send('admin', 'PATCH', `${FILMS}/999`, { rating: '14' })).status, 404);
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
  const refused = await stage.send('admin', 'PATCH', path, { minutes: 166 });
  assert.deepEqual(
    [refused.status, refused.body.error],
    [409, `Screening ${first} would run into the next one; move that one first.`],
  );
  assert.equal((await stage.send('admin', 'PATCH', path, { minutes: 165 })).status, 200);
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

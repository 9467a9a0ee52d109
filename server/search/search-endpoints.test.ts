/** /api/search and the lists beside it, through the router: what is answered, what is refused, what need not be sent again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceOf, pick } from '../../storage/seeded-chance.ts';
import {
  auditoriumRow,
  cinemaRow,
  filmRow,
  HOUR_MS,
  screeningRow,
  someWords,
} from '../../tests/support/search-rows.ts';
import { readSmallCatalogue, type SearchAnswer, SearchStage } from '../../tests/support/search-stage.ts';
import { openApiOf } from '../api/openapi.ts';
import { searchEndpoints } from './search-endpoints.ts';
import * as schemas from './search-schemas.ts';

function small(): SearchStage {
  const stage = new SearchStage();
  readSmallCatalogue(stage);
  return stage;
}

/** "film/cinema: screenings", in order. */
function outline({ body }: SearchAnswer): string[] {
  const { films } = schemas.searchAnswer.parse(body);
  return films.flatMap(({ film, cinemas }) =>
    cinemas.map(({ cinema, screenings }) => `${film.id}/${cinema.id}: ${screenings.map(({ id }) => id).join(' ')}`),
  );
}

test('[SE11] the answer is grouped by film and cinema, screenings by start, with all that a list shows', async () => {
  const stage = small();
  const answer = await stage.get('/api/search?q=agente');
  assert.deepEqual(outline(answer), ['1/1: 11 13 14', '1/2: 12']);
  const [{ film, cinemas }] = answer.body.films;
  assert.deepEqual(film, {
    id: 1,
    title: 'O Agente Secreto',
    originalTitle: 'The "Secret" Agent',
    minutes: 100,
    rating: '12',
    genres: ['Suspense', 'Drama'],
    posterUrl: 'https://example.org/1.jpg',
  });
  assert.deepEqual(cinemas[0].cinema, {
    id: 1,
    name: 'Cine Estação',
    city: 'São José dos Campos',
    state: 'SP',
    timeZone: 'America/Sao_Paulo',
  });
  assert.deepEqual(cinemas[0].screenings[1], {
    id: 13,
    auditorium: 'Sala 2',
    startsAt: '2026-11-25T18:00:00.000Z',
    startsLocal: '2026-11-25T15:00:00',
    projection: 'IMAX "3D"',
    language: 'leg',
    seatsLeft: 100,
    seatCount: 100,
    priceFromCents: 2_500,
    currency: 'BRL',
    salesOpen: true,
  });
  assert.equal(cinemas[1].screenings[0].auditorium, 'Sala \\ 3');
  assert.equal(cinemas[0].screenings[0].seatsLeft, 90);
});

test('[SE11] whatever names are made of, the answer is JSON of the described form', async () => {
  const chance = chanceOf(11);
  const strange = (): string =>
    Array.from({ length: 5 }, () => String.fromCharCode(pick(chance, 0x300))).join('') + someWords(chance, 1);
  const stage = new SearchStage();
  const start = stage.nowMs + HOUR_MS;
  stage.read({
    films: [1, 2, 3].map((id) => filmRow(id, strange(), { originalTitle: strange(), genres: [strange()] })),
    cinemas: [1, 2, 3].map((id) => cinemaRow(id, strange(), strange())),
    auditoriums: [1, 2, 3].map((id) => auditoriumRow(id, id, { name: strange() })),
    screenings: Array.from({ length: 60 }, (_, id) =>
      screeningRow(id + 1, 1 + pick(chance, 3), 1 + pick(chance, 3), start + pick(chance, 99_999_999), {
        projection: strange(),
      }),
    ),
  });
  const { body } = await stage.get('/api/search?limit=200');
  assert.equal(
    schemas.searchAnswer.parse(body).films.flatMap(({ cinemas }) => cinemas.flatMap(({ screenings }) => screenings))
      .length,
    60,
  );
});

test('[SE12] on sale or not: closed, not yet, past its time; so long after its start it is still shown', async () => {
  const stage = small();
  const open = async (): Promise<Record<number, boolean>> => {
    const { body } = await stage.get('/api/search');
    const all = schemas.searchAnswer
      .parse(body)
      .films.flatMap(({ cinemas }) => cinemas.flatMap(({ screenings }) => screenings));
    return Object.fromEntries(all.map(({ id, salesOpen }) => [id, salesOpen]));
  };
  assert.deepEqual(await open(), { 11: true, 12: true, 13: true, 14: true, 21: false, 22: false });
  stage.nowMs += HOUR_MS * 1.3;
  assert.equal((await open())[11], true, 'twenty minutes after the start are not over');
  stage.nowMs += HOUR_MS * 1.1;
  assert.deepEqual(await open(), { 13: true, 14: true, 22: true });
});

test('[SE13] a page leads to the next one; a cursor is of one search, and nothing else is one', async () => {
  const stage = small();
  const first = await stage.get('/api/search?limit=4');
  assert.deepEqual(outline(first), ['1/1: 11 13', '1/2: 12', '2/1: 21']);
  const second = await stage.get(`/api/search?limit=4&after=${first.body.next}`);
  assert.deepEqual([outline(second), second.body.next], [['2/2: 22', '1/1: 14'], null]);
  const wrong = [
    `q=agente&after=${first.body.next}`,
    `film=1&after=${first.body.next}`,
    'after=nonsense',
    'after=',
    `after=${'A'.repeat(201)}`,
    `after=${first.body.next.slice(2)}`,
  ];
  for (const query of wrong) {
    const { status, body } = await stage.get(`/api/search?${query}`);
    assert.equal(status, 400, query);
    assert.match(body.error, /query\.after: must be the "next" of the page before/);
  }
});

test('[SE14] what is asked wrongly is refused with a sentence that names it', async () => {
  const stage = small();
  const cases: Record<string, RegExp> = {
    'date=24/12/2026': /query\.date: must be a day such as 2026-12-24/,
    'date=2026-02-30': /query\.date: must be a day such as 2026-12-24/,
    'date=': /query\.date: must be a day/,
    'limit=0': /query\.limit: must be a whole number from 1 to 200/,
    'limit=1e2': /query\.limit: must be a whole number/,
    'limit=201': /query\.limit: must be a whole number/,
    [`q=${'a'.repeat(101)}`]: /query\.q: must have at most 100 characters/,
    'q=a&q=b': /query\.q: must be one text/,
    'datum=2026-12-24': /datum/,
    'film=x': /query\.film: must be an id/,
  };
  for (const [query, sentence] of Object.entries(cases)) {
    const { status, body } = await stage.get(`/api/search?${query}`);
    assert.equal(status, 400, query);
    assert.match(body.error, sentence);
  }
  assert.deepEqual(stage.logged, []);
});

test('[SE24] words so short that they fit too many names in too many ways are refused, with what to do', async () => {
  const stage = new SearchStage();
  // Each of the six is missing, begins a word, or is one: in 729 ways in films and in cinemas.
  const short = ['ba', 'be', 'bi', 'bo', 'bu', 'by'];
  const names = Array.from({ length: 3 ** 6 }, (_, way) =>
    short.map((word, at) => ['', word, `${word}xyz`][Math.floor(way / 3 ** at) % 3]).join(' '),
  );
  stage.read({
    films: names.map((name, at) => filmRow(at + 1, name)),
    cinemas: names.map((name, at) => cinemaRow(at + 1, name, null)),
    auditoriums: names.map((_, at) => auditoriumRow(at + 1, at + 1)),
    screenings: names.map((_, at) => screeningRow(at + 1, at + 1, names.length - at, stage.nowMs + HOUR_MS)),
  });
  const { status, body } = await stage.get(`/api/search?q=${short.join('+')}`);
  assert.deepEqual([status, body.fields?.[0]?.path], [400, 'query.q']);
  assert.match(body.error, /too many short words; write more of one/);
  assert.equal((await stage.get('/api/search?q=ba+be+bi')).status, 200);
  assert.equal(
    (await stage.get(`/api/search?q=${short.join('+')}&cinema=729`)).status,
    200,
    'in one cinema they are few',
  );
});

test('[SE14] a search that finds nothing, or of which nothing is left, is an empty list', async () => {
  const stage = small();
  for (const query of ['q=gibberish', 'q=!?', 'city=Nowhere', 'cinema=99', 'date=2020-01-01', 'cinema=%20%2C'])
    assert.deepEqual((await stage.get(`/api/search?${query}`)).body, { films: [], next: null }, query);
  assert.equal((await stage.get('/api/search?q=%20&city=&cinema=')).body.films.length, 2, 'blank is not asked');
});

test('[SE15] an ETag: the same as long as the page shows the same, on every thread; then there is nothing to send', async () => {
  const [stage, other] = [small(), new SearchStage()];
  const { films, cinemas, auditoriums } = stage.search.index.names;
  const screenings = (await stage.get('/api/search')).body;
  const { etag = '' } = (await stage.get('/api/search?q=agente')).headers;
  assert.match(etag, /^W\/"[^"]+"$/);
  const again = await stage.get('/api/search?q=agente', { 'if-none-match': `"x", ${etag}` });
  assert.deepEqual([again.status, again.text, again.headers['etag']], [304, '', etag]);
  assert.equal((await stage.get('/api/search?q=agente', { 'if-none-match': '"x"' })).status, 200);
  assert.notEqual((await stage.get('/api/search?q=agentes')).headers['etag'], etag);
  assert.ok(screenings.films.length > 0);

  // Another thread that has read the same rows, in another order.
  const at = (hours: number): number => stage.nowMs + hours * HOUR_MS;
  const rows = [screeningRow(71, 1, 1, at(4)), screeningRow(72, 1, 1, at(5))];
  other.read({
    films: [...films.rows()],
    cinemas: [...cinemas.rows()],
    auditoriums: [...auditoriums.rows()],
    screenings: rows,
  });
  const third = new SearchStage();
  third.read({ screenings: [] });
  third.changed({
    films: [...films.rows()].reverse(),
    cinemas: [...cinemas.rows()].reverse(),
    auditoriums: [...auditoriums.rows()],
    screenings: [...rows].reverse(),
  });
  assert.equal((await other.get('/api/search')).headers['etag'], (await third.get('/api/search')).headers['etag']);
});

test('[SE15] an ETag changes with whatever is shown: a seat, a price, a name, the end of sales', async () => {
  const stage = small();
  const etag = async (): Promise<string> =>
    (await stage.get('/api/search?q=agente&date=2026-11-25&limit=3')).headers['etag'] ?? '';
  const seen = new Set([await etag()]);
  const isNew = async (what: string): Promise<void> => {
    const now = await etag();
    assert.ok(!seen.has(now), what);
    seen.add(now);
  };
  stage.search.index.columns.told(11, 50, stage.nowMs);
  await isNew('a seat');
  stage.changed({ screenings: [screeningRow(12, 1, 3, stage.nowMs + 2 * HOUR_MS, { priceFromCents: 1 })] });
  await isNew('a price');
  stage.changed({ films: [filmRow(1, 'O Agente Secreto', { rating: '18' })] });
  await isNew('a film');
  stage.changed({ cinemas: [cinemaRow(1, 'Cine Estação Nova', 'Campinas')] });
  await isNew('a cinema');
  stage.changed({ auditoriums: [auditoriumRow(1, 1, { name: 'Sala VIP' })] });
  await isNew('an auditorium');
  stage.nowMs += 0.9 * HOUR_MS;
  assert.ok(seen.has(await etag()), 'time alone changes nothing');
  stage.changed({ screenings: [screeningRow(13, 1, 2, stage.nowMs + 2.1 * HOUR_MS)] });
  await isNew('a start');
});

test('[SE16] until the catalogue has been read once everything is answered 503, and never half of it', async () => {
  const stage = new SearchStage();
  stage.search.change({ kind: 'reading' });
  stage.changed({ films: [filmRow(1, 'Duna')] });
  for (const path of ['/api/search', '/api/films', '/api/films/1', '/api/cinemas', '/api/cinemas/1']) {
    const { status, headers, body } = await stage.get(path);
    assert.deepEqual([status, headers['retry-after'], body.code], [503, '1', 'catalogue-loading'], path);
  }
  stage.search.change({ kind: 'read' });
  assert.equal((await stage.get('/api/films/1')).status, 200);
});

test('[SE18] what is public is asked of nobody in particular, only read, and described', async () => {
  const stage = small();
  assert.equal((await stage.get('/api/search', {}, 'HEAD')).status, 200);
  const { status, headers } = await stage.get('/api/search', {}, 'POST');
  assert.deepEqual([status, headers['allow']], [405, 'GET, HEAD']);
  const ports = {
    search: stage.search,
    nowMs: () => 0,
    salesAfterStartMs: 0,
    listScreenings: async () => [],
    ticketTypes: async () => [],
  };
  const { paths } = openApiOf(searchEndpoints(ports), '1.0.0') as {
    paths: Record<string, { get: { parameters: { name: string }[] } }>;
  };
  const names = paths['/api/search']?.get.parameters.map(({ name }) => name);
  assert.deepEqual(names, ['q', 'date', 'city', 'cinema', 'film', 'limit', 'after']);
  assert.equal(Object.keys(paths).length, 7);
});

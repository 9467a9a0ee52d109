/** Films, cinemas, screenings and ticket types as lists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { ScreeningSummary } from '../../storage/catalogue.ts';
import type { TicketTypeRow } from '../../storage/ticket-types.ts';
import { filmRow, HOUR_MS } from '../../tests/support/search-rows.ts';
import { readSmallCatalogue, SearchStage } from '../../tests/support/search-stage.ts';
import * as schemas from './search-schemas.ts';

function small(): SearchStage {
  const stage = new SearchStage();
  readSmallCatalogue(stage);
  return stage;
}

const ids = (rows: { id: number }[]): number[] => rows.map(({ id }) => id);

test('[SE17] films by title, and cinemas by name: those that are on or open, with how much is to come', async () => {
  const stage = small();
  const films = z.array(schemas.listedFilm).parse((await stage.get('/api/films')).body.films);
  assert.deepEqual(ids(films), [2, 1], 'by title, without accents; the withdrawn one not');
  assert.deepEqual([films[1]?.screenings, films[1]?.nextStartsAt], [4, '2026-11-25T16:00:00.000Z']);
  assert.deepEqual(ids((await stage.get('/api/films?q=secreto')).body.films), [1]);
  assert.deepEqual((await stage.get('/api/films?q=!')).body.films, []);
  const cinemas = z.array(schemas.listedCinema).parse((await stage.get('/api/cinemas')).body.cinemas);
  assert.deepEqual(ids(cinemas), [1, 2]);
  assert.deepEqual([cinemas[0]?.address, cinemas[0]?.screenings], ['Rua 1', 4]);
  assert.deepEqual(ids((await stage.get('/api/cinemas?city=campinas')).body.cinemas), [2]);
  assert.deepEqual(ids((await stage.get('/api/cinemas?q=estacao')).body.cinemas), [1]);
});

test('[SE28] the days on which a film is on: of the cinemas, from now on, in one city where one is named', async () => {
  const stage = small();
  const days = async (query = ''): Promise<unknown> => {
    const { body } = await stage.get(`/api/films/1${query}`);
    return schemas.filmDetails.parse(body.film).days.map(({ date, screenings }) => `${date}: ${screenings}`);
  };
  assert.deepEqual(await days(), ['2026-11-25: 3', '2026-11-26: 1']);
  assert.deepEqual(await days('?city=Campinas'), ['2026-11-25: 1']);
  assert.deepEqual(await days('?city=Nowhere'), []);
  stage.nowMs += 12 * HOUR_MS;
  assert.deepEqual(await days(), ['2026-11-26: 1']);
});

test('[SE17] one film, one cinema with its auditoriums; what is not there is 404, also what is no id', async () => {
  const stage = small();
  const film = schemas.filmDetails.parse((await stage.get('/api/films/1')).body.film);
  assert.deepEqual(
    [film.synopsis, film.distributor, film.captions, film.releaseDate],
    ['Recife, 1977.', 'Vitrine', true, '2026-11-06'],
  );
  assert.equal((await stage.get('/api/films/3')).body.film.screenings, 0, 'a withdrawn film can be looked up');
  const cinema = schemas.cinemaDetails.parse((await stage.get('/api/cinemas/1')).body.cinema);
  assert.deepEqual(cinema.auditoriums, [
    { id: 1, name: 'Sala 1', seatCount: 100 },
    { id: 2, name: 'Sala 2', seatCount: 100 },
  ]);
  assert.deepEqual([(await stage.get('/api/films/9')).status, (await stage.get('/api/cinemas/9')).status], [404, 404]);
  assert.equal((await stage.get('/api/films/x')).status, 400);
});

test('[SE17] pages of a list go on behind the last name, also when rows came meanwhile', async () => {
  const stage = new SearchStage();
  stage.read({ films: ['Água', 'Bela', 'bela', 'Céu', 'Dia'].map((title, at) => filmRow(at + 1, title)) });
  const first = await stage.get('/api/films?limit=2');
  assert.deepEqual(ids(first.body.films), [1, 2]);
  stage.changed({ films: [filmRow(8, 'Abril'), filmRow(9, 'Cem')] });
  const second = await stage.get(`/api/films?limit=3&after=${first.body.next}`);
  assert.deepEqual(ids(second.body.films), [3, 9, 4]);
  const third = await stage.get(`/api/films?limit=3&after=${second.body.next}`);
  assert.deepEqual([ids(third.body.films), third.body.next], [[5], null]);
  assert.equal((await stage.get('/api/films?after=x')).status, 400);
  const { etag = '' } = third.headers;
  assert.equal(
    (await stage.get(`/api/films?limit=3&after=${second.body.next}`, { 'if-none-match': etag })).status,
    304,
  );
});

const SUMMARY = {
  id: 41,
  title: 'O Agente Secreto',
  minutes: 158,
  rating: '16',
  cinema: 'Cine Teste',
  city: null,
  state: null,
  auditorium: 'Sala 1',
  startsAtMs: Date.UTC(2026, 11, 24, 23, 30),
  startsLocal: '2026-12-24T20:30:00',
  timeZone: 'America/Sao_Paulo',
  projection: '2D',
  language: 'dub',
  priceCents: 3_000,
  currency: 'BRL',
  halfQuota: 40,
  halfPolicy: 'limit',
  seatMapId: 7,
  seatCount: 100,
  status: 'scheduled',
  salesFromMs: null,
  salesUntilMs: null,
  modality: 'A',
  seatPrices: null,
} as const satisfies ScreeningSummary;

test('[G19] the list of screenings: the next seven days, a hundred at a time, unless something else is asked for', async () => {
  const stage = new SearchStage();
  stage.screenings = [SUMMARY];
  const { status, body, headers } = await stage.get('/api/screenings');
  const { nowMs } = stage;
  assert.deepEqual(stage.listed, [{ fromMs: nowMs, toMs: nowMs + 7 * 24 * HOUR_MS, afterId: 0, limit: 100 }]);
  assert.deepEqual([status, headers['cache-control'], body.next], [200, 'no-store', null]);
  const [listed] = z.array(schemas.listedScreening).parse(body.screenings);
  assert.deepEqual(
    [listed?.startsAt, listed?.startsLocal, listed?.halfQuota],
    ['2026-12-24T23:30:00.000Z', '2026-12-24T20:30:00', 40],
  );
  assert.equal('startsAtMs' in body.screenings[0], false);
});

test('[G19] a full page says where the next one begins; film, cinema and day narrow it', async () => {
  const stage = new SearchStage();
  stage.screenings = [SUMMARY, { ...SUMMARY, id: 44 }];
  const from = '2026-12-24T00:00:00Z';
  const { body } = await stage.get(
    `/api/screenings?from=${from}&to=2026-12-25T00:00:00Z&limit=2&after=40&film=1&cinema=2`,
  );
  assert.deepEqual(stage.listed, [
    { fromMs: Date.parse(from), toMs: Date.parse('2026-12-25T00:00:00Z'), afterId: 40, limit: 2, film: 1, cinema: 2 },
  ]);
  assert.equal(body.next, 44);
  await stage.get('/api/screenings?date=2026-12-24');
  const [, day = {}] = stage.listed as readonly { date?: string }[];
  assert.equal(day.date, '2026-12-24', 'the whole day, also what has begun');
});

test('[SE22] a day in the list is looked for from the day before to the day after, not in everything there ever was', async () => {
  const stage = new SearchStage();
  await stage.get('/api/screenings?date=2026-12-24');
  await stage.get('/api/screenings?date=2026-12-24&from=2026-12-24T20:00:00Z&to=2026-12-24T21:00:00Z');
  assert.deepEqual(
    stage.listed.map(({ fromMs, toMs }) => [new Date(fromMs).toISOString(), new Date(toMs).toISOString()]),
    [
      ['2026-12-23T00:00:00.000Z', '2026-12-26T00:00:00.000Z'],
      ['2026-12-24T20:00:00.000Z', '2026-12-24T21:00:00.000Z'],
    ],
  );
});

test('[G19] what is cancelled or private is left out', async () => {
  const stage = new SearchStage();
  stage.screenings = [
    { ...SUMMARY, status: 'cancelled' },
    { ...SUMMARY, id: 44, modality: 'D' },
    { ...SUMMARY, id: 45, status: 'closed' },
  ];
  const { body } = await stage.get('/api/screenings?limit=3');
  assert.deepEqual([ids(body.screenings), body.next], [[45], 45]);
});

test('[G19] what is no instant or no number is refused with a sentence that names it', async () => {
  const stage = new SearchStage();
  const wrong = [
    ...['from=tomorrow', 'from=', 'from=-271821-04-20T00:00:00Z', 'from=%2B275760-09-13T00:00:00Z', 'to=never'],
    ...['limit=0', 'limit=1001', 'limit=-1', 'limit=1e2', 'limit=99999999999999999999', 'after=x', 'after=-1'],
    ...['after=99999999999999999999', 'film=x', 'cinema=0', 'date=2026-12-32'],
  ];
  for (const query of wrong) {
    const { status, body } = await stage.get(`/api/screenings?${query}`);
    assert.equal(status, 400, query);
    assert.match(body.error, new RegExp(`query\\.${query.split('=')[0]}: must be`), query);
  }
  assert.deepEqual(stage.listed, [], 'the database was not asked');
});

test('[SE19] ticket types: those of the country, and of the state or city that is named; read once a minute', async () => {
  const stage = new SearchStage();
  const type = (id: number, jurisdiction: string): TicketTypeRow => ({
    id,
    code: `type-${id}`,
    name: 'Meia',
    nameEn: 'Half',
    jurisdiction,
    engineType: 2,
    countsInQuota: true,
    priceFactor: 0.5,
    document: null,
    documentEn: null,
    legalBasis: null,
  });
  stage.ticketTypes = [type(1, 'BR'), type(2, 'SP'), type(3, 'SP/Campinas'), type(4, 'RJ')];
  const found = async (query: string): Promise<number[]> =>
    ids((await stage.get(`/api/ticket-types${query}`)).body.ticketTypes);
  assert.deepEqual(await found(''), [1]);
  assert.deepEqual(await found('?state=SP'), [1, 2]);
  assert.deepEqual(await found('?state=SP&city=Campinas'), [1, 2, 3]);
  assert.deepEqual(await found('?city=Campinas'), [1]);
  assert.equal(stage.ticketTypesAsked, 1);
  stage.nowMs += 60_000;
  z.array(schemas.ticketType).parse((await stage.get('/api/ticket-types')).body.ticketTypes);
  assert.equal(stage.ticketTypesAsked, 2);
});

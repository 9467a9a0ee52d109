/** The catalogue over HTTP: what is asked, what need not be sent again, what is forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CatalogueApi } from './catalogue-api.ts';
import { ApiClient, ApiProblem } from './http.ts';

interface Asked {
  readonly url: string;
  readonly etag: string | null;
}

/** A server whose answers carry the ETag `version`, and that knows 304. */
class FakeServer {
  readonly asked: Asked[] = [];
  version = '"1"';
  body: object = { films: [], next: null };
  status = 200;

  readonly api = new CatalogueApi(
    new ApiClient({
      fetch: async (input, init) => {
        const etag = new Headers(init?.headers).get('if-none-match');
        this.asked.push({ url: String(input), etag });
        if (etag === this.version) return new Response(null, { status: 304, headers: { etag } });
        return new Response(JSON.stringify(this.body), { status: this.status, headers: { etag: this.version } });
      },
    }),
  );
}

test('[WF1] a search is written in one order, and what is not asked for is left out', async () => {
  const server = new FakeServer();
  await server.api.search({ limit: 60, city: 'São Paulo', date: '2026-11-25', q: '' });
  await server.api.search({ film: 7, cinema: 2, after: 'x' });
  assert.deepEqual(
    server.asked.map(({ url }) => url),
    ['/api/search?date=2026-11-25&city=S%C3%A3o+Paulo&limit=60', '/api/search?cinema=2&film=7&after=x'],
  );
});

test('[WF2] the same search again sends the ETag along, and while nothing changed gives the same object', async () => {
  const server = new FakeServer();
  assert.equal(server.api.keptSearch({ q: 'a' }), null);
  const first = await server.api.search({ q: 'a' });
  assert.equal(await server.api.search({ q: 'a' }), first);
  assert.equal(server.api.keptSearch({ q: 'a' }), first);
  server.version = '"2"';
  const second = await server.api.search({ q: 'a' });
  assert.notEqual(second, first);
  await server.api.search({ q: 'b' });
  assert.deepEqual(
    server.asked.map(({ etag }) => etag),
    [null, '"1"', '"1"', null],
  );
});

test('[WF2] twenty-four answers are kept, those that were asked for last', async () => {
  const server = new FakeServer();
  for (let number = 0; number < 24; number++) await server.api.search({ q: `${number}` });
  await server.api.search({ q: '0' });
  await server.api.search({ q: 'one more' });
  assert.notEqual(server.api.keptSearch({ q: '0' }), null);
  assert.equal(server.api.keptSearch({ q: '1' }), null);
  assert.notEqual(server.api.keptSearch({ q: '2' }), null);
});

test('[WF2] a refusal is none of the answers that are kept', async () => {
  const server = new FakeServer();
  server.status = 400;
  server.body = { error: 'too many short words', code: 'invalid' };
  await assert.rejects(server.api.search({ q: 'a' }), (cause) => cause instanceof ApiProblem && cause.status === 400);
  assert.equal(server.api.keptSearch({ q: 'a' }), null);
});

test('[WF3] films and cinemas by id come out of their wrapping', async () => {
  const server = new FakeServer();
  server.body = { film: { id: 7 }, cinema: { id: 2 } };
  assert.deepEqual(await server.api.film(7, 'Campinas'), { id: 7 });
  assert.deepEqual(await server.api.cinema(2), { id: 2 });
  assert.deepEqual(
    server.asked.map(({ url }) => url),
    ['/api/films/7?city=Campinas', '/api/cinemas/2'],
  );
});

/** What HTTP answers: each route, its bounds, and what is said when something is wrong. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScreeningRecord } from '../storage/catalogue.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { createRoutes } from './http-routes.ts';
import type { HttpRequest, HttpResponse } from './socket/socket-port.ts';

const SUMMARY = {
  id: 41,
  title: 'O Agente Secreto',
  cinema: 'Cine Teste',
  auditorium: 'Sala 1',
  startsAtMs: Date.UTC(2026, 11, 24, 23, 30),
  timeZone: 'America/Sao_Paulo',
  projection: '2D',
  language: 'dub',
  priceCents: 3_000,
  currency: 'BRL',
  seatCount: 5,
};
const RECORD = { ...SUMMARY, halfQuota: 2, seatMap: seatMapOf(['.._', 'wk.']) } as unknown as ScreeningRecord;
/** The same screening after its layout was changed. */
const NEW_RECORD = { ...RECORD, seatMap: { ...seatMapOf(['.._..']), id: 77 } };

function served() {
  const state = {
    missing: null as string | null,
    failure: null as Error | null,
    isOwnerAway: false,
    record: RECORD,
    seatMap: RECORD.seatMap.id,
    logged: [] as string[],
  };
  const answer = <Value>(value: Value): Promise<Value> =>
    state.failure === null ? Promise.resolve(value) : Promise.reject(state.failure);
  const handler = createRoutes({
    notReady: () => state.missing,
    metrics: () => answer('poltrona_connections 3\n'),
    loadScreening: (id) => answer(id === 41 ? state.record : null),
    forgetScreening: () => {
      state.record = NEW_RECORD;
    },
    seatsNow: (id) =>
      Promise.resolve(
        state.isOwnerAway
          ? null
          : {
              screening: id,
              seatMap: state.seatMap,
              epoch: 2,
              version: 7,
              salesOpen: true,
              status: Uint8Array.of(0, 1, 2, 3, 0),
            },
      ),
    shop: { answer: ({ path }) => ({ status: 200, body: `the shop at ${path}` }) },
    api: ({ path }) => Promise.resolve(path === '/.well-known/keys.json' ? { status: 200, body: 'keys' } : null),
    log: (message) => state.logged.push(message),
  });
  const request = async (target: string, method = 'GET'): Promise<HttpResponse> => {
    const [path = '', query = ''] = target.split('?');
    const { pathname } = new URL(`http://server${path}`);
    const asked: HttpRequest = {
      method,
      path: pathname,
      query: new URLSearchParams(query),
      remoteAddress: '203.0.113.7',
      header: () => undefined,
      body: new Uint8Array(),
    };
    return handler(asked);
  };
  const json = async (target: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { status, body, headers } = await request(target);
    assert.match(headers?.['content-type'] ?? '', /^application\/json/);
    return { status, body: JSON.parse(String(body)) as Record<string, unknown> };
  };
  return { state, request, json };
}

test('[G18] the process is alive, and says so', async () => {
  const { request } = served();
  const { status, body } = await request('/healthz');
  assert.deepEqual([status, body], [200, 'ok\n']);
});

test('[G18] it is ready, or says what is missing with 503', async () => {
  const { state, request } = served();
  assert.deepEqual([(await request('/readyz')).status, (await request('/readyz')).body], [200, 'ready\n']);
  state.missing = 'draining';
  assert.deepEqual([(await request('/readyz')).status, (await request('/readyz')).body], [503, 'draining\n']);
});

test('[G18] metrics are a page for Prometheus', async () => {
  const { request } = served();
  const { status, body, headers } = await request('/metrics');
  assert.deepEqual([status, body], [200, 'poltrona_connections 3\n']);
  assert.match(headers?.['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
});

test('[G20] the seats of a screening: rows, and for each seat its row, column, kind and label', async () => {
  const { json } = served();
  const { status, body } = await json('/api/screenings/41/seats');
  assert.equal(status, 200);
  assert.deepEqual([body['id'], body['startsAt'], body['rows']], [41, '2026-12-24T23:30:00.000Z', ['A', 'B']]);
  assert.deepEqual(body['seats'], [
    [0, 0, 0, 'A1'],
    [0, 1, 0, 'A2'],
    [1, 0, 3, 'B1'],
    [1, 1, 2, 'B2'],
    [1, 2, 0, 'B3'],
  ]);
  assert.equal('startsAtMs' in body, false);
});

test('[G20] who has which seat is told as of one version, or not at all while the owner cannot be reached', async () => {
  const { state, json } = served();
  const { body } = await json('/api/screenings/41/seats');
  assert.deepEqual(body['live'], { epoch: 2, version: 7, salesOpen: true, status: [0, 1, 2, 3, 0] });
  state.isOwnerAway = true;
  const away = await json('/api/screenings/41/seats');
  assert.deepEqual([away.status, away.body['live'], (away.body['seats'] as unknown[]).length], [200, null, 5]);
});

test('[G20] seats and layout belong together: a record of before the change is read anew, else the seats are left out', async () => {
  const { state, json } = served();
  state.seatMap = 77;
  const { body } = await json('/api/screenings/41/seats');
  assert.deepEqual([body['seatMap'], (body['seats'] as unknown[]).length], [77, 4]);
  assert.notEqual(body['live'], null);
  state.seatMap = 78;
  assert.equal((await json('/api/screenings/41/seats')).body['live'], null);
});

test('[G20] an unknown screening, and whatever is no screening’s number, is 404', async () => {
  const { json } = served();
  for (const path of [
    '42/seats',
    '0/seats',
    '41',
    '41/seats/',
    '-1/seats',
    '1.5/seats',
    '0x29/seats',
    `${'9'.repeat(16)}/seats`,
  ]) {
    assert.equal((await json(`/api/screenings/${path}`)).status, 404, path);
  }
});

test('[G21] only GET and HEAD; everything else is told what is allowed', async () => {
  const { request } = served();
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
    const { status, headers } = await request('/api/screenings/41/seats', method);
    assert.deepEqual([status, headers?.['allow']], [405, 'GET, HEAD'], method);
  }
  for (const path of ['/healthz', '/readyz', '/metrics', '/api/screenings/41/seats', '/']) {
    assert.equal((await request(path, 'HEAD')).status, (await request(path)).status, path);
  }
});

test('[G21] when the database cannot be asked it is 503, logged, and nothing of the cause is told', async () => {
  const { state, request } = served();
  state.failure = new Error('password authentication failed for user "poltrona"');
  for (const path of ['/api/screenings/41/seats', '/metrics']) {
    const { status, body } = await request(path);
    assert.equal(status, 503, path);
    assert.doesNotMatch(String(body), /password/);
  }
  assert.equal(state.logged.length, 2);
});

test('[G22] what is neither the API’s nor the server’s own is the shop’s to answer', async () => {
  const { request } = served();
  for (const path of ['/', '/tickets/1', '/main.js', '/.well-known/other', '//', '/apix'])
    assert.equal((await request(path)).body, `the shop at ${path}`);
  for (const path of ['/api/nothing', '/api/']) assert.equal((await request(path)).status, 404, path);
  assert.equal((await request('/.well-known/keys.json')).body, 'keys');
});

test('[G21] what comes from the API is not kept by any cache', async () => {
  const { request } = served();
  for (const path of ['/api/screenings/41/seats', '/healthz', '/readyz', '/api/nothing']) {
    assert.equal((await request(path)).headers?.['cache-control'], 'no-store', path);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { z } from 'zod';
import { Seals } from '../../storage/sealing.ts';
import { type Answered, type Asked, answered, request } from '../../tests/support/accounts-stage.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { type BuyerPrincipal, type Principal, type StaffPrincipal, VISITOR } from './principal.ts';
import { Problem } from './problem.ts';
import { ApiRouter } from './router.ts';

const BUYER: BuyerPrincipal = { kind: 'buyer', buyer: 'ana', payer: null, isGuest: false, session: 's1' };
const GATE: StaffPrincipal = {
  kind: 'staff',
  who: 'user:1',
  role: 'gate',
  exhibitorId: 1,
  cinemaIds: null,
  permissions: new Set(['tickets:check-in']),
  session: 's2',
};
const KEY: StaffPrincipal = { ...GATE, who: 'key:1', session: null };

const answer = z.unknown();
const common = { summary: 'for the test', tag: 'Test', answer } as const;
const whoAsks = ({ principal }: { principal: Principal }) => ({ body: { who: principal.kind } });

const ENDPOINTS: readonly Endpoint[] = [
  endpoint({ ...common, method: 'GET', path: '/api/open', access: { kind: 'public' }, handle: whoAsks }),
  endpoint({ ...common, method: 'GET', path: '/api/me', access: { kind: 'public', identify: true }, handle: whoAsks }),
  endpoint({ ...common, method: 'POST', path: '/api/open', access: { kind: 'public' }, handle: whoAsks }),
  endpoint({ ...common, method: 'GET', path: '/api/mine', access: { kind: 'buyer' }, handle: whoAsks }),
  endpoint({ ...common, method: 'GET', path: '/api/both', access: { kind: 'signed-in' }, handle: whoAsks }),
  endpoint({
    ...common,
    method: 'POST',
    path: '/api/gates/{gate}',
    access: { kind: 'staff', permission: 'tickets:check-in' },
    params: z.object({ gate: z.coerce.number().int() }),
    query: z.object({ tag: z.string().optional() }),
    body: z.strictObject({ code: z.string().max(4) }),
    handle: ({ params, query, body, address }) => ({ status: 201, body: { params, query, body, address } }),
  }),
  endpoint({
    ...common,
    method: 'POST',
    path: '/api/prepared',
    access: { kind: 'public' },
    prepare: async ({ address }) => ({ prepared: address }),
    handle: (_, prepared) => ({ body: prepared }),
  }),
  endpoint({
    ...common,
    method: 'GET',
    path: '/api/no-transaction',
    access: { kind: 'public' },
    handle: async ({ client }) => ({ body: client }),
  }),
  endpoint({
    ...common,
    method: 'GET',
    path: '/api/no-request-id',
    access: { kind: 'public' },
    handle: ({ requestId }) => ({ body: requestId('') }),
  }),
  endpoint({
    ...common,
    method: 'GET',
    path: '/api/broken',
    access: { kind: 'public' },
    handle: () => {
      throw new Error('secret detail');
    },
  }),
  endpoint({
    ...common,
    method: 'GET',
    path: '/api/value',
    access: { kind: 'public' },
    query: z.object({ state: z.string() }),
    handle: ({ query: { state } }) => {
      throw Object.assign(new Error('invalid input syntax for type date: "529.982.247-25"'), { code: state });
    },
  }),
  endpoint({
    ...common,
    method: 'GET',
    path: '/api/refused',
    access: { kind: 'public' },
    handle: () => {
      throw new Problem(410, 'gone', 'It is gone.', [], { 'retry-after': '9' });
    },
  }),
];

function stage(
  principal: Principal,
  origins: readonly string[] = [],
): {
  ask(method: string, path: string, asked?: Asked): Promise<Answered>;
  router: ApiRouter;
  authenticated: number;
  logged: string[];
  details: unknown[];
} {
  const none = null as unknown as Pool;
  const made = { authenticated: 0, logged: [] as string[], details: [] as unknown[] };
  const router = new ApiRouter({
    endpoints: ENDPOINTS,
    pools: { app: none, accounts: none },
    seals: new Seals(new Uint8Array(32)),
    origins,
    authenticate: async () => {
      made.authenticated++;
      return principal;
    },
    addressOf: ({ remoteAddress }) => remoteAddress,
    log: (message, details) => {
      made.logged.push(message);
      if (message.includes('value')) made.details.push(details);
    },
  });
  const ask = async (method: string, path: string, asked?: Asked) =>
    answered(await router.answer(request(method, path, asked)));
  return Object.assign(made, { ask, router });
}

test('[AP2] who may not ask is told so before anything of the request is looked at', async () => {
  const cases: [Principal, string, string, number, string][] = [
    [VISITOR, 'GET', '/api/mine', 401, 'not-signed-in'],
    [VISITOR, 'GET', '/api/both', 401, 'not-signed-in'],
    [VISITOR, 'POST', '/api/gates/x', 401, 'not-signed-in'],
    [GATE, 'GET', '/api/mine', 403, 'not-a-buyer'],
    [BUYER, 'POST', '/api/gates/x', 403, 'forbidden'],
    [{ ...GATE, permissions: new Set(['catalogue:read']) }, 'POST', '/api/gates/x', 403, 'forbidden'],
    [GATE, 'POST', '/api/gates/x', 400, 'invalid'],
  ];
  for (const [principal, method, path, status, code] of cases) {
    const { json, status: got } = await stage(principal).ask(method, path);
    assert.deepEqual([got, json.code], [status, code], `${principal.kind} ${path}`);
  }
  for (const principal of [BUYER, GATE]) assert.equal((await stage(principal).ask('GET', '/api/both')).status, 200);
  assert.equal((await stage(BUYER).ask('GET', '/api/mine')).json.who, 'buyer');
});

test('[AP3] public reading asks nobody who it is, unless the endpoint wants to know', async () => {
  const made = stage(BUYER);
  assert.equal((await made.ask('GET', '/api/open')).json.who, 'visitor');
  assert.equal(made.authenticated, 0);
  assert.equal((await made.ask('GET', '/api/me')).json.who, 'buyer');
  assert.equal((await made.ask('POST', '/api/open')).json.who, 'buyer');
  assert.equal(made.authenticated, 2);
});

test('[AP4] parameters, query and body are checked, and every fault is named with its place', async () => {
  const made = stage(GATE);
  const good = await made.ask('POST', '/api/gates/7?tag=a', { body: { code: 'ABCD' } });
  assert.deepEqual(
    [good.status, good.json],
    [201, { params: { gate: 7 }, query: { tag: 'a' }, body: { code: 'ABCD' }, address: '203.0.113.7' }],
  );
  const bad = await made.ask('POST', '/api/gates/x?tag=a&tag=b', { body: { code: 'ABCDE', more: 1 } });
  assert.equal(bad.status, 400);
  assert.deepEqual(
    bad.json.fields.map(({ path }: { path: string }) => path),
    ['path.gate', 'query.tag', 'body.code', 'body'],
  );
  const polluted = await made.ask('POST', '/api/gates/7?__proto__=x', { body: { code: 'A' } });
  assert.deepEqual([polluted.status, polluted.json.query], [201, {}]);
  assert.equal((await made.ask('POST', '/api/gates/7')).status, 400, 'no body');
});

test('[AP5] a body is JSON in UTF-8 and says so: a form of another site cannot send it', async () => {
  const made = stage(GATE);
  const ask = (bytes: Uint8Array, type: string) =>
    made.router.answer({ ...request('POST', '/api/gates/7', { headers: { 'content-type': type } }), body: bytes });
  const json = new TextEncoder().encode('{"code":"A"}');
  assert.equal((await ask(json, 'Application/JSON; charset=utf-8'))?.status, 201);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])
    assert.equal((await ask(json, type))?.status, 415, type);
  assert.equal((await ask(new Uint8Array([0x7b, 0xff]), 'application/json'))?.status, 400);
  assert.equal((await ask(new TextEncoder().encode('{"code":'), 'application/json'))?.status, 400);
});

test('[AP6] what changes something and comes from another site is refused, but for API keys, which no browser sends by itself', async () => {
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.test' },
    { origin: 'https://cinema.test.evil.test' },
    { origin: 'null' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { origin: '', 'sec-fetch-site': 'same-site' },
    { origin: 'https://cinema.test', 'sec-fetch-site': 'same-site' },
  ];
  for (const headers of foreign) {
    for (const principal of [VISITOR, BUYER, GATE]) {
      const { status, json } = await stage(principal).ask('POST', '/api/open', { headers });
      assert.deepEqual([status, json.code], [403, 'foreign-origin'], `${principal.kind} ${JSON.stringify(headers)}`);
    }
    assert.equal((await stage(KEY).ask('POST', '/api/open', { headers })).status, 200);
    assert.equal((await stage(BUYER).ask('GET', '/api/me', { headers })).status, 200, 'reading changes nothing');
  }
  for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: '' }])
    assert.equal(
      (await stage(BUYER).ask('POST', '/api/open', { headers: headers as Record<string, string> })).status,
      200,
    );
});

test('[AP6] an origin of the configuration may be another site; then no other one may, not even the own host', async () => {
  const made = stage(BUYER, ['https://shop.test']);
  const shop = { origin: 'https://shop.test', 'sec-fetch-site': 'cross-site' };
  assert.equal((await made.ask('POST', '/api/open', { headers: shop })).status, 200);
  assert.equal((await made.ask('POST', '/api/open')).status, 403);
  assert.equal((await made.ask('POST', '/api/open', { headers: { ...shop, origin: '' } })).status, 403);
});

test('[AP7] a refusal is said with its sentence, code and headers; a failure says nothing of what happened inside', async () => {
  const made = stage(VISITOR);
  const refused = await made.ask('GET', '/api/refused');
  assert.deepEqual(
    [refused.status, refused.json, refused.headers['retry-after']],
    [410, { error: 'It is gone.', code: 'gone' }, '9'],
  );
  const broken = await made.ask('GET', '/api/broken');
  assert.deepEqual([broken.status, broken.json.code], [503, 'unavailable']);
  assert.ok(!JSON.stringify(broken).includes('secret detail'));
  assert.deepEqual(made.logged, ['an API request failed']);
  assert.equal(await made.router.answer(request('GET', '/api/nowhere')), null);
  const wrong = await made.ask('DELETE', '/api/open');
  assert.deepEqual([wrong.status, wrong.headers['allow']], [405, 'GET, POST, HEAD']);
});

test('[AP8] what is prepared before the transaction is handed to the handler', async () => {
  const { json } = await stage(VISITOR).ask('POST', '/api/prepared', { address: '198.51.100.1' });
  assert.deepEqual(json, { prepared: '198.51.100.1' });
});

test('[AP8] a request that is not once-only has neither a transaction nor a request id', async () => {
  const made = stage(VISITOR);
  for (const path of ['/api/no-transaction', '/api/no-request-id'])
    assert.equal((await made.ask('GET', path)).status, 503);
});

test('[AP13] a value that the database cannot take is 400 without its text; other errors of the database stay failures', async () => {
  const made = stage(VISITOR);
  for (const state of ['22021', '22008', '22003', '22P05']) {
    const { status, json } = await made.ask('GET', `/api/value?state=${state}`);
    assert.deepEqual([status, json.code], [400, 'invalid'], state);
    assert.ok(!JSON.stringify(json).includes('529'));
  }
  for (const state of ['23505', '42P01', 'ECONNREFUSED', '22', '220210'])
    assert.equal((await made.ask('GET', `/api/value?state=${state}`)).status, 503, state);
  assert.ok(!JSON.stringify(made.details).includes('529.982'), 'nor does the log have the value');
});

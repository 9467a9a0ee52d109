import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { ran } from '../../tests/support/heard-ports.ts';
import { pages, problem, StandInApi } from '../../tests/support/stand-in-api.ts';

const PAYMENT = {
  ...{ order: 'o1', screening: 4711, provider: 'stripe', phase: 'captured', amountCents: 6_400, capturedCents: 6_400 },
  ...{ refundedCents: 3_200, currency: 'BRL', object: 'pi_1', case: null, failures: 2, lastFailure: 'timeout' },
  ...{ isDisputed: false, dueAt: null, createdAt: '2026-11-25T12:00:00.000Z', updatedAt: '2026-11-25T12:00:09.000Z' },
};
const STEP = {
  ...{ at: '2026-11-25T12:00:01.000Z', step: 'capture', outcome: 'captured', requestKey: 'o1.capture' },
  ...{ providerRequest: 'req_9', object: 'pi_1', cents: 6_400, cause: 'sweep' },
};
const SHOWN = {
  ...{ ...PAYMENT, orderState: 'sold', authorisation: 'ch_1', capture: 'ch_1', declineCode: null, feeCents: 256 },
  ...{ soldCents: 6_400, voidedCents: 3_200, authorisedAt: null, capturedAt: null, disputes: [], facts: [] },
  steps: [STEP],
  refunds: [{ id: 'o1.r1', cents: 3_200, phase: 'done', object: 're_1', reason: null, tries: 1, createdAt: STEP.at }],
  events: [{ id: 'evt_1', type: 'charge.refunded', object: 'pi_1', receivedAt: STEP.at, outcome: null, attempts: 0 }],
  tickets: [{ id: 't1', code: '7KQ2M9XDAA', seat: 3, cents: 3_200, state: 'live' }],
};

test('[PK1] payments are listed with what was taken and sent back, and filtered by what a person has to look at', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/payments': pages('payments', [PAYMENT]) });
  const { environment } = api;
  const list = await ran(['payments', 'list', '--case', 'any', '--since', '12h', '--limit', '5'], { environment });
  assert.equal(list.code, 0, list.errors.join('\n'));
  assert.match(
    list.out.join('\n'),
    /o1 +2026-11-25 12:00:00Z +4711 +stripe +captured +R\$ 64,00 +R\$ 64,00 +R\$ 32,00/,
  );
  const query = api.asked[0]?.query;
  assert.equal(query?.get('case'), 'any');
  assert.ok(Math.abs(Date.parse(query?.get('since') ?? '') - (Date.now() - 12 * 3_600_000)) < 60_000);
  const wrong = await ran(['payments', 'list', '--since', 'yesterday'], { environment });
  assert.deepEqual([wrong.code, api.asked.length], [2, 1]);
});

test('[PK2] one payment is shown with every step, its requests and the provider’s names', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/payments/{order}': { body: { payment: SHOWN } } });
  const { environment } = api;
  const shown = await ran(['payments', 'show', 'o1'], { environment });
  const text = shown.out.join('\n');
  for (const part of [
    /taken +R\$ 64,00/,
    /given back +R\$ 32,00/,
    /failed +2 times in a row, the last time: timeout/,
    /looked after +nothing is left to be done/,
    /capture +captured +R\$ 64,00 +sweep +pi_1 +req_9 +o1\.capture/,
    /o1\.r1 +R\$ 32,00 +done +re_1/,
    /charge\.refunded +evt_1 +not applied yet/,
    /t1 +7KQ2M9XDAA +R\$ 32,00 +live/,
  ])
    assert.match(text, part);
  const json = await ran(['payments', 'show', 'o1', '--json'], { environment });
  assert.deepEqual(JSON.parse(json.out[0] ?? ''), { payment: SHOWN });
});

const CASES = [
  {
    order: 'o1',
    found: 'missed-capture',
    did: ['look'],
    left: 'nothing',
    provider: 'stripe',
    object: 'pi_1',
    cents: 1,
  },
  {
    order: 'o2',
    found: 'no-books',
    did: [],
    left: 'for a person to look at: x',
    provider: null,
    object: null,
    cents: 2,
  },
];

/** Two bites, each with a case. */
function reconciling(t: TestContext): Promise<StandInApi> {
  return StandInApi.start(t, {
    'POST /api/admin/payments/reconcile': ({ body }) => {
      const { after, dryRun } = body as { after: string | null; dryRun: boolean };
      const at = after === null ? 0 : 1;
      const stage = at === 0 ? 'books' : 'unbooked';
      return { body: { dryRun, stage, looked: 3, cases: [CASES[at]], next: at === 0 ? 'more' : null } };
    },
  });
}

test('[PK3] reconcile goes on bite by bite until nothing is left, and ends with 1 when something is for a person', async (t) => {
  const api = await reconciling(t);
  const { environment } = api;
  const done = await ran(['payments', 'reconcile', '--since', '2026-11-25T12:00:00Z'], { environment });
  assert.equal(done.code, 1);
  assert.match(done.out.join('\n'), /o1 +missed-capture +look +nothing.*\no2 +no-books +– +for a person/);
  assert.match(done.out.at(-1) ?? '', /^6 orders were looked at, 2 cases, 1 for a person$/);
  assert.deepEqual(
    api.asked.map(({ body }) => body),
    [null, 'more'].map((after) => ({ since: '2026-11-25T12:00:00.000Z', dryRun: false, after })),
  );
  assert.equal(new Set(api.asked.map(({ headers }) => headers['idempotency-key'])).size, 2);
});

test('[PK3] a rehearsal says so; where all agree the end is good; JSON has every case', async (t) => {
  const api = await reconciling(t);
  const { environment } = api;
  const dry = await ran(['payments', 'reconcile', '--dry-run', '--json'], { environment });
  const report = { dryRun: true, looked: 6, cases: CASES, open: 1 };
  assert.deepEqual([dry.code, JSON.parse(dry.out[0] ?? '')], [1, report]);
  assert.match(
    (await ran(['payments', 'reconcile', '--dry-run'], { environment })).out.at(-1) ?? '',
    /nothing was changed/,
  );
  const agreed = { dryRun: false, stage: 'books', looked: 0, cases: [], next: null };
  api.answer('POST /api/admin/payments/reconcile', { body: agreed });
  const good = await ran(['payments', 'reconcile'], { environment });
  assert.deepEqual([good.code, good.out], [0, ['0 orders were looked at: books, seats and providers agree']]);
});

test('[PK4] the settlement is brought as it is: to stdout, or byte for byte into a file with its totals told', async (t) => {
  const csv = '\ufeffday;net\r\n2026-11-25;1,00\r\ntotal;1,00\r\n';
  const api = await StandInApi.start(t, {
    'GET /api/admin/payments/settlement.csv': { body: csv, headers: { 'content-type': 'text/csv' } },
  });
  const { environment } = api;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-settlement-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'out.csv');
  const days = ['--from', '2026-11-01', '--until', '2026-11-30'];
  const words = ['payments', 'settlement', ...days, '--decimal', 'comma', '--bom'];
  const kept = await ran([...words, '--out', file], { environment });
  assert.deepEqual([kept.code, kept.out], [0, [`1 line written to ${file}`, 'total;1,00']]);
  assert.equal(readFileSync(file, 'utf8'), csv);
  assert.deepEqual(Object.fromEntries(api.asked[0]?.query ?? []), {
    ...{ from: '2026-11-01', until: '2026-11-30', decimal: 'comma', bom: 'yes' },
  });
  const shown = await ran(words, { environment });
  assert.deepEqual(shown.out, [csv.slice(0, -2)]);
  assert.equal((await ran(['payments', 'settlement', '--from', '2026-11-01'], { environment })).code, 2);
  api.answer('GET /api/admin/payments/settlement.csv', problem(400, 'invalid', 'must be 1 to 366 days'));
  const refused = await ran([...words, '--out', path.join(folder, 'none.csv')], { environment });
  assert.notEqual(refused.code, 0);
  assert.throws(() => readFileSync(path.join(folder, 'none.csv')));
});

test('[PK5] disputes, and how far the money of a cancelled screening has gone back', async (t) => {
  const dispute = {
    ...{
      id: 'dp_1',
      order: 'o1',
      screening: 1,
      provider: 'stripe',
      cents: 6_400,
      currency: 'BRL',
      reason: 'fraudulent',
    },
    ...{
      status: 'needs_response',
      outcome: null,
      answerBy: '2026-12-01T00:00:00.000Z',
      openedAt: STEP.at,
      closedAt: null,
    },
  };
  const refunds = {
    screening: 7,
    orders: 3,
    refundedOrders: 2,
    cents: 9_600,
    sentCents: 6_400,
    failed: 1,
    liveOrders: 0,
  };
  const api = await StandInApi.start(t, {
    'GET /api/admin/disputes': pages('disputes', [dispute]),
    'GET /api/admin/screenings/{screening}/refunds': { body: { ...refunds, currency: 'BRL' } },
  });
  const { environment } = api;
  const list = await ran(['payments', 'disputes', '--open'], { environment });
  assert.match(list.out.join('\n'), /dp_1 +o1 +stripe +R\$ 64,00 +fraudulent +needs_response .* 2026-12-01 00:00:00Z/);
  assert.equal(api.asked[0]?.query.get('open'), 'yes');
  const told = await ran(['screenings', 'refunds', '7'], { environment });
  assert.match(told.out.join('\n'), /refunded +2\nowed +R\$ 96,00\nsent back +R\$ 64,00\nrefused +1 by the provider/);
});

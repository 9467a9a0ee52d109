/** The sandbox: each outcome that a buyer may name, and the challenge that decides one of them. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createPool } from '../../storage/database.ts';
import { challengeOf, forgetOldChallenges } from '../../storage/sandbox-challenges.ts';
import { Seals } from '../../storage/sealing.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { ApiRouter } from '../api/router.ts';
import { sandboxEndpoints } from './sandbox-endpoints.ts';

interface ChallengeStage {
  says(order: unknown, outcome: unknown, key?: string): Promise<{ status: number; body: Record<string, unknown> }>;
  /** As the checkout asks. */
  stored(order: string): Promise<string | null>;
}

/** Orders o1 and o2 in payment, o3 sold. */
async function challengeStage(t: TestContext): Promise<ChallengeStage> {
  const database = await testDatabase(t);
  const shard = await connected(t, database, 'shard');
  await shard.query(`insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
    select id, 1, 'b', state, 100, now(), now() from (values ('o1', 'created'), ('o2', 'created'), ('o3', 'sold')) as o (id, state)`);
  const pool = createPool(database, 'app', 'test', 2);
  t.after(() => pool.end());
  const router = new ApiRouter({
    endpoints: sandboxEndpoints(),
    pools: { app: pool, accounts: pool },
    seals: new Seals(Buffer.alloc(32, 9)),
    origins: [],
    authenticate: () => Promise.resolve({ kind: 'visitor' }),
    addressOf: () => '203.0.113.7',
    log: (message, details) => assert.fail(`${message} ${String(details['cause'])}`),
  });
  let count = 0;
  return {
    async says(order, outcome, key = `key-number-${++count}`) {
      const headers: Record<string, string> = { 'content-type': 'application/json', 'idempotency-key': key };
      const response = await router.answer({
        method: 'POST',
        path: '/api/sandbox/challenges',
        query: new URLSearchParams(),
        remoteAddress: '127.0.0.1',
        header: (name) => headers[name],
        body: Buffer.from(JSON.stringify({ order, outcome })),
      });
      return { status: response?.status ?? 0, body: JSON.parse(Buffer.from(response?.body ?? '{}').toString()) };
    },
    stored: (order) => challengeOf(shard, order),
  };
}

test('[SB3] how a challenge went is told once, and the first outcome stands', async (t) => {
  const { says, stored } = await challengeStage(t);
  assert.equal(await stored('o1'), null);
  assert.deepEqual(await says('o1', 'passed', 'key-number-one'), { status: 200, body: { recorded: true } });
  for (const key of ['key-number-one', 'key-number-two']) assert.equal((await says('o1', 'passed', key)).status, 200);
  const other = await says('o1', 'failed');
  assert.deepEqual([other.status, other.body['code']], [409, 'challenge-over']);
  await says('o2', 'failed');
  assert.deepEqual([await stored('o1'), await stored('o2')], ['passed', 'failed']);
});

test('[SB3] only orders in payment have challenges: nothing else is recorded', async (t) => {
  const { says, stored } = await challengeStage(t);
  for (const order of ['o3', 'unknown', 'x'.repeat(128)])
    assert.equal((await says(order, 'passed')).status, 404, order);
  for (const wrong of ['', 'x'.repeat(129), 'sp ace', 7, null]) assert.equal((await says(wrong, 'passed')).status, 400);
  for (const wrong of ['maybe', null, true]) assert.equal((await says('o1', wrong)).status, 400);
  assert.deepEqual([await stored('o1'), await stored('o3')], [null, null]);
});

test('[SB4] challenges of a month ago are forgotten, a few at a time; later ones are still found', async (t) => {
  const config = await testDatabase(t);
  const owner = await connected(t, config, 'migrator');
  await owner.query(`insert into sandbox_challenges (order_id, outcome, created_at) values
    ('old-1', 'passed', now() - interval '31 days'), ('old-2', 'failed', now() - interval '40 days'),
    ('new', 'passed', now() - interval '29 days')`);
  const pool = createPool(config, 'accounts', 'test', 1);
  t.after(() => pool.end());
  const bites = [];
  for (let bite = 0; bite < 3; bite++) bites.push(await forgetOldChallenges(pool, 1));
  assert.deepEqual(bites, [1, 1, 0]);
  assert.deepEqual([await challengeOf(pool, 'new'), await challengeOf(pool, 'old-1')], ['passed', null]);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { screeningIn, sellOrders } from '../tests/support/sold-orders.ts';
import { clientConfig, createPool, type DatabaseConfig } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { JOB_SCHEMA } from './job-schema.ts';
import { queueMessage } from './messages.ts';
import { CONFIRMATION_PRIORITY, queueConfirmationAgain, sweepConfirmations, sweepPool } from './order-confirmations.ts';
import { packageRoot } from './package-root.ts';

interface Stage {
  readonly database: DatabaseConfig;
  /** The login itself. */
  readonly owner: pg.Client;
  readonly accounts: pg.Pool;
  readonly screening: number;
  /** Ids of the messages, and of the jobs that send them. */
  queued(): Promise<{ readonly messages: string[]; readonly jobs: string[] }>;
}

async function stageOf(t: TestContext): Promise<Stage> {
  const database = await testDatabase(t);
  const owner = await connected(t, database, 'migrator');
  const accounts = createPool(database, 'accounts', 'test', 4);
  t.after(() => accounts.end());
  return {
    database,
    owner,
    accounts,
    screening: await screeningIn(owner),
    async queued() {
      const { rows: messages } = await owner.query<{ id: string }>('select id from messages order by id');
      const { rows: jobs } = await owner.query<{ key: string }>(`select key from ${JOB_SCHEMA}.jobs order by key`);
      return { messages: messages.map(({ id }) => id), jobs: jobs.map(({ key }) => key) };
    },
  };
}

/** What is queued when the confirmations of these orders are, and nothing else. */
function queueOf(...orders: readonly string[]): object {
  const messages = orders.map((order) => `order-confirmed:${order}`).sort();
  return { messages, jobs: messages.map((id) => `message:${id}`) };
}

test('[OC1] every order that was sold to somebody with an address is told once, and no other', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'sold', contact: 'buyer-1' },
    { id: 'captured', contact: 'buyer-1', state: 'captured' },
    { id: 'nobody', contact: null },
    ...['created', 'authorised', 'refused', 'cancelled', 'refunded', 'expired'].map((state) => ({
      id: state,
      contact: 'buyer-1',
      state,
    })),
  ]);
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 2,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('captured', 'sold'));
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 0,
    isFull: false,
    refused: [],
  });
  // Whatever becomes of an order afterwards, it is told once.
  await owner.query(`update orders set state = 'captured', updated_at = now() where id = 'sold'`);
  await owner.query(`update orders set state = 'sold', updated_at = now() where id = 'created'`);
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('captured', 'created', 'sold'));
  const { rows } = await owner.query(`select recipient_kind, recipient, params from messages where id like '%:sold'`);
  assert.deepEqual(rows, [{ recipient_kind: 'buyer', recipient: 'buyer-1', params: { order: 'sold' } }]);
  const { rows: jobs } = await owner.query(`select distinct priority from ${JOB_SCHEMA}.jobs`);
  assert.deepEqual(jobs, [{ priority: CONFIRMATION_PRIORITY }]);
});

test('[OC1] orders from before there were confirmations are not told', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [{ id: 'old', contact: 'buyer-1' }]);
  // As the migration found them.
  await owner.query('alter table orders drop confirmation_queued_at; drop index messages_untried_confirmations');
  const file = path.join(packageRoot(), 'storage', 'migrations', '1764000000009_confirmations.sql');
  await owner.query(readFileSync(file, 'utf8'));
  await sellOrders(owner, screening, [{ id: 'new', contact: 'buyer-1' }]);
  await sweepConfirmations(accounts, { limit: 100, sinceMs: null });
  assert.deepEqual(await queued(), queueOf('new'));
});

test('[OC2] sweepers at once take each order once, and together all of them, those sold first before the others', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  const ids = Array.from({ length: 120 }, (_, index) => `o${String(index).padStart(3, '0')}`);
  await sellOrders(
    owner,
    screening,
    ids.map((id) => ({ id, contact: 'buyer-1' })),
  );
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 20, sinceMs: null }), {
    taken: 20,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf(...ids.slice(0, 20)));
  let taken = 0;
  const sweepAll = async (): Promise<void> => {
    for (;;) {
      const swept = await sweepConfirmations(accounts, { limit: 7, sinceMs: null });
      taken += swept.taken;
      if (swept.taken === 0) return;
    }
  };
  await Promise.all([sweepAll(), sweepAll(), sweepAll(), sweepAll()]);
  // One that the others held when it was looked for is taken the next time.
  await sweepAll();
  assert.equal(taken, 100);
  assert.deepEqual(await queued(), queueOf(...ids));
});

test('[OC3] a sweeper that dies in the middle has done nothing, and the next one does all of it', async (t) => {
  const { database, owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'one', contact: 'buyer-1' },
    { id: 'two', contact: 'buyer-1' },
  ]);
  // Somebody asks for the letter of one order just now: the sweep waits for him, its orders marked and not committed.
  const asking = await connected(t, database, 'accounts');
  await asking.query('begin');
  await asking.query(
    `insert into messages (id, kind, recipient_kind, recipient) values ('order-confirmed:two', 'order-confirmed', 'buyer', 'buyer-1')`,
  );
  const dying = createPool(database, 'accounts', 'dying sweeper', 1);
  t.after(() => dying.end());
  const swept = assert.rejects(sweepConfirmations(dying, { limit: 100, sinceMs: null }));
  const superuser = new pg.Client(clientConfig({ ...database, user: 'postgres' }, 'migrator', 'test'));
  await superuser.connect();
  const waiting = `select pid from pg_stat_activity where application_name = 'dying sweeper' and wait_event_type = 'Lock'`;
  while ((await superuser.query(waiting)).rowCount === 0) await new Promise((resolve) => setImmediate(resolve));
  // Meanwhile its orders are locked, and another sweeper does not wait for them.
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 0,
    isFull: false,
    refused: [],
  });
  await superuser.query(`select pg_terminate_backend(pid) from (${waiting}) w`);
  await superuser.end();
  await swept;
  await asking.query('rollback');
  assert.deepEqual(await queued(), queueOf());
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 2,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('one', 'two'));
});

test('[OC3] a message that is there already is not queued again, sent or not, and its order counts as told', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [{ id: 'one', contact: 'buyer-1', seats: [3] }]);
  await inTransaction(accounts, (client) =>
    queueMessage(client, {
      ...{ id: 'order-confirmed:one', kind: 'order-confirmed', params: { order: 'one' } },
      ...{ recipientKind: 'buyer', recipient: 'buyer-1' },
    }),
  );
  await accounts.query(`update messages set state = 'sent'`);
  await owner.query(`select ${JOB_SCHEMA}.complete_jobs(array(select id from ${JOB_SCHEMA}.jobs))`);
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 0,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), { messages: ['order-confirmed:one'], jobs: [] });
});

test('[OC4] an order that is just being changed keeps nobody waiting, and is told afterwards', async (t) => {
  const { database, owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'one', contact: 'buyer-1' },
    { id: 'two', contact: 'buyer-1' },
    { id: 'three', contact: 'buyer-1' },
  ]);
  const journal = await connected(t, database, 'shard');
  await journal.query('begin');
  await journal.query(`update orders set state = 'cancelled' where id = 'one'`);
  await journal.query(`update orders set state = 'captured' where id = 'two'`);
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('three'));
  await journal.query('commit');
  await sweepConfirmations(accounts, { limit: 100, sinceMs: null });
  // Given back before anybody was told: there is nothing to tell.
  assert.deepEqual(await queued(), queueOf('three', 'two'));
});

test('[OC5] so many untried confirmations wait and no more; the other orders wait in their table, and go on in their order', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(
    owner,
    screening,
    ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, contact: 'buyer-1' })),
  );
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 2, sinceMs: null, untriedMax: 3 }), {
    taken: 2,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 2, sinceMs: null, untriedMax: 3 }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 2, sinceMs: null, untriedMax: 3 }), {
    taken: 0,
    isFull: true,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('a', 'b', 'c'));
  // Sent, or tried in vain: room for others either way.
  await accounts.query(`update messages set state = 'sent', attempts = 1 where id like '%:a'`);
  await accounts.query(`update messages set attempts = 1 where id like '%:b'`);
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null, untriedMax: 3 }), {
    taken: 2,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null, untriedMax: 3 }), {
    taken: 0,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('a', 'b', 'c', 'd', 'e'));
});

test('[OC2] a look at what was sold lately takes nothing older, and a look at everything takes the rest', async (t) => {
  const { owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'old', contact: 'buyer-1' },
    { id: 'new', contact: 'buyer-1' },
  ]);
  await owner.query(`update orders set updated_at = now() - interval '90 seconds' where id = 'old'`);
  const sinceMs = Date.now() - 60_000;
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('new'));
  assert.deepEqual(await sweepConfirmations(accounts, { limit: 100, sinceMs: null }), {
    taken: 1,
    isFull: false,
    refused: [],
  });
  assert.deepEqual(await queued(), queueOf('new', 'old'));
});

test('[OC6] who asks for the letter again gets another one; without tickets, address or order there is none', async (t) => {
  const { database, owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'mine', contact: 'buyer-1', seats: [0] },
    { id: 'nobody', contact: null, seats: [1] },
    { id: 'back', contact: 'buyer-1', seats: [2] },
  ]);
  await owner.query(`update tickets set state = 'refunded' where order_id = 'back'`);
  const app = createPool(database, 'app', 'test', 1);
  t.after(() => app.end());
  for (const pool of [accounts, app]) {
    const asked = (order: string) => inTransaction(pool, (client) => queueConfirmationAgain(client, order));
    assert.equal(await asked('mine'), 'queued');
    assert.equal(await asked('nobody'), 'no-contact');
    assert.equal(await asked('back'), 'not-sold');
    assert.equal(await asked('none'), 'unknown');
  }
  // Nobody is confirmed what is cancelled, although the tickets are still live until it is wound up.
  await owner.query(`update screenings set status = 'cancelled'`);
  assert.equal(await inTransaction(app, (client) => queueConfirmationAgain(client, 'mine')), 'not-sold');
  const { messages, jobs } = await queued();
  assert.equal(messages.filter((id) => /^order-confirmed:mine:[\w-]{12}$/.test(id)).length, 2);
  assert.deepEqual([messages.length, jobs.length], [2, 2]);
});

test('[OC11] an order whose message is refused keeps the others from nothing, and is named with the reason’s code', async (t) => {
  const { database, owner, screening, queued } = await stageOf(t);
  await sellOrders(
    owner,
    screening,
    ['a', 'bad', 'c', 'd'].map((id) => ({ id, contact: 'buyer-1' })),
  );
  await owner.query(`alter table messages add constraint no_bad check (id not like '%:bad')`);
  const pool = sweepPool(database);
  t.after(() => pool.end());
  const refused = [{ order: 'bad', code: '23514' }];
  assert.deepEqual(await sweepConfirmations(pool, { limit: 100, sinceMs: null }), { taken: 3, isFull: false, refused });
  assert.deepEqual(await queued(), queueOf('a', 'c', 'd'));
  await owner.query('alter table messages drop constraint no_bad');
  await sweepConfirmations(pool, { limit: 100, sinceMs: null });
  assert.deepEqual(await queued(), queueOf('a', 'bad', 'c', 'd'));
});

test('[OC12] a look that takes too long is ended by PostgreSQL, which gives back its orders', async (t) => {
  const { database, owner, accounts, screening, queued } = await stageOf(t);
  await sellOrders(owner, screening, [
    { id: 'one', contact: 'buyer-1' },
    { id: 'two', contact: 'buyer-1' },
  ]);
  const asking = await connected(t, database, 'accounts');
  await asking.query('begin');
  await asking.query(
    `insert into messages (id, kind, recipient_kind, recipient) values ('order-confirmed:two', 'order-confirmed', 'buyer', 'buyer-1')`,
  );
  const pool = sweepPool(database, 50);
  t.after(() => pool.end());
  await assert.rejects(sweepConfirmations(pool, { limit: 100, sinceMs: null }), { code: '57014' });
  await asking.query('rollback');
  assert.equal((await sweepConfirmations(accounts, { limit: 100, sinceMs: null })).taken, 2);
  assert.deepEqual(await queued(), queueOf('one', 'two'));
});

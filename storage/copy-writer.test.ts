import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Fact } from '../actors/seat-fact.ts';
import { CuttingProxy } from '../tests/support/cutting-proxy.ts';
import { entry, heldFact, TestEntry } from '../tests/support/journal-entries.ts';
import { connected, ownCluster, testDatabase } from '../tests/support/postgres.ts';
import { CopyWriter, type CopyWriterOptions } from './copy-writer.ts';
import type { DatabaseConfig } from './database.ts';
import { CommitRefused, CommitUnknown, JournalRegressed } from './fact-store.ts';
import { JournalBatch } from './journal-batch.ts';
import { migrate } from './migrate.ts';
import { type Projection, projectionsOf } from './projection.ts';

async function writerOn(
  t: TestContext,
  config: DatabaseConfig,
  options: Partial<CopyWriterOptions> = {},
): Promise<CopyWriter> {
  const writer = new CopyWriter(config, {
    name: `test writer ${t.name.slice(0, 20)}`,
    commitDeadlineMs: 5_000,
    reconnectPauseMaxMs: 50,
    onWarning: () => {},
    ...options,
  });
  await writer.open();
  t.after(() => writer.close());
  return writer;
}

async function journalOf(t: TestContext, config: DatabaseConfig): Promise<string[]> {
  const client = await connected(t, config, 'reader');
  const { rows } = await client.query('select screening, version from journal order by screening, version');
  return rows.map((row: { screening: string; version: number }) => `${row.screening}/${row.version}`);
}

test('[I2] a batch of several screenings is stored when commit resolves', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  await writer.commit(new JournalBatch([entry(1, 1, 2), entry(2, 1)]));
  assert.deepEqual(await journalOf(t, config), ['1/1', '1/2', '2/1']);
});

test('[I1] [W1] a duplicate key refuses the whole batch, nothing of it is stored, and the writer goes on', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  await writer.commit(new JournalBatch([entry(1, 1)]));
  const refused = writer.commit(new JournalBatch([entry(2, 1), entry(1, 1), entry(3, 1)]));
  await assert.rejects(refused, (error: unknown) => error instanceof CommitRefused && error.rowsAtFault);
  assert.deepEqual(
    [...(await writer.lastVersions([1, 2, 3]))],
    [
      [1, 1],
      [2, 0],
      [3, 0],
    ],
  );
  await writer.commit(new JournalBatch([entry(2, 1)]));
  assert.deepEqual(await journalOf(t, config), ['1/1', '2/1']);
});

test('[W2] a malformed row refuses the whole batch, and its rows are at fault', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  // An id with a tab in it makes a column too many.
  const malformed = new TestEntry(1, [{ ...heldFact(1), requestId: 'not\tan id' }]);
  await assert.rejects(writer.commit(new JournalBatch([entry(2, 1), malformed])), (error: unknown) => {
    return error instanceof CommitRefused && error.rowsAtFault;
  });
  assert.deepEqual(await journalOf(t, config), []);
});

test('[W3] tickets and orders are stored with their facts, or not at all', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const sale = (order: string, ticket: string): Projection[] => [
    { kind: 'order-created', order, screening: 1, buyer: 'buyer', amountCents: 2000, atMs: 1_764_000_000_000 },
    { kind: 'order-state', order, state: 'sold', atMs: 1_764_000_000_001 },
    {
      kind: 'tickets-sold',
      order,
      screening: 1,
      tickets: [{ ticket, code: `CODE-${ticket}`, seat: 5, type: 1, priceCents: 2000 }],
      atMs: 1_764_000_000_001,
    },
  ];
  await writer.commit(new JournalBatch([new TestEntry(1, [heldFact(1)], sale('o1', 't1'))]));
  // The second guard: seat 5 has a live ticket already, although the version is free.
  const second = writer.commit(new JournalBatch([new TestEntry(1, [heldFact(2)], sale('o2', 't2'))]));
  await assert.rejects(second, (error: unknown) => error instanceof CommitRefused && error.rowsAtFault);
  const client = await connected(t, config, 'reader');
  const { rows } = await client.query(
    'select t.id, t.seat, t.state, o.state as order, o.amount_cents, t.buyer from tickets t join orders o on o.id = t.order_id',
  );
  assert.deepEqual(rows, [{ id: 't1', seat: 5, state: 'live', order: 'sold', amount_cents: '2000', buyer: 'buyer' }]);
  assert.deepEqual(await journalOf(t, config), ['1/1']);
});

test('[PC9] what a sale carries stands in the tables: whose order, which ticket type, what fee; or that nobody told', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const begun: Extract<Fact, { kind: 8 }> = {
    ...{ kind: 8, hold: 1, order: 'o1', payer: 'payer', deadlineMs: 1, contact: 'account-1' },
    lines: [
      { seat: 0, type: 2, priceCents: 1_600, category: 3, feeCents: 80 },
      { seat: 1, type: 1, priceCents: 3_200 },
    ],
  };
  const sold = projectionsOf(
    7,
    [{ kind: 10, order: 'o1', hold: 1, tickets: [] }],
    {
      ...{ code: 0, kind: 'sold', order: 'o1' },
      tickets: begun.lines.map((line) => ({ ticket: `t${line.seat}`, code: `CODE${line.seat}`, ...line })),
    },
    2,
  );
  const { contact: _, ...anonymous } = begun;
  const projections = [
    ...(projectionsOf(7, [begun], { code: 0, kind: 'done' }, 1) ?? []),
    ...(projectionsOf(7, [{ ...anonymous, order: 'o2' }], { code: 0, kind: 'done' }, 1) ?? []),
    ...(sold ?? []),
  ];
  await writer.commit(new JournalBatch([new TestEntry(7, [heldFact(1)], projections)]));
  const client = await connected(t, config, 'reader');
  const orders = await client.query('select id, buyer, contact, amount_cents::int as cents from orders order by id');
  assert.deepEqual(orders.rows, [
    { id: 'o1', buyer: 'payer', contact: 'account-1', cents: 4_880 },
    { id: 'o2', buyer: 'payer', contact: null, cents: 4_880 },
  ]);
  const tickets = await client.query('select id, type, price_cents, category, fee_cents from tickets order by id');
  assert.deepEqual(tickets.rows, [
    { id: 't0', type: 2, price_cents: 1_600, category: 3, fee_cents: 80 },
    { id: 't1', type: 1, price_cents: 3_200, category: null, fee_cents: 0 },
  ]);
});

test('[W4] a seat given back and sold again within one batch, and within two, has one live ticket', async (t) => {
  const config = await testDatabase(t);
  const writer = await writerOn(t, config);
  const sold = (order: string, ticket: string): Projection[] => [
    { kind: 'order-created', order, screening: 1, buyer: 'b', amountCents: 10, atMs: 1 },
    {
      kind: 'tickets-sold',
      order,
      screening: 1,
      tickets: [{ ticket, code: ticket, seat: 0, type: 1, priceCents: 10 }],
      atMs: 1,
    },
    { kind: 'order-state', order, state: 'sold', atMs: 2 },
  ];
  const voided = (order: string, ticket: string): Projection => ({
    kind: 'ticket-state',
    order,
    tickets: [ticket],
    state: 'refunded',
    atMs: 3,
  });
  await writer.commit(
    new JournalBatch([new TestEntry(1, [heldFact(1)], [...sold('a', 'ta'), voided('a', 'ta'), ...sold('b', 'tb')])]),
  );
  await writer.commit(new JournalBatch([new TestEntry(1, [heldFact(2)], [voided('b', 'tb'), ...sold('c', 'tc')])]));
  const client = await connected(t, config, 'reader');
  const { rows } = await client.query(
    'select t.id, t.state, o.state as order from tickets t join orders o on o.id = t.order_id order by 1',
  );
  assert.deepEqual(rows, [
    { id: 'ta', state: 'refunded', order: 'refunded' },
    { id: 'tb', state: 'refunded', order: 'refunded' },
    { id: 'tc', state: 'live', order: 'sold' },
  ]);
});

/** Sends one batch through a proxy that cuts; says how the writer judged it and what is stored. */
async function commitThrough(
  t: TestContext,
  config: DatabaseConfig,
  screening: number,
  cut: (proxy: CuttingProxy) => void,
  projections: readonly Projection[] | null = null,
): Promise<{ judged: 'committed' | 'stored' | 'absent' }> {
  const proxy = await CuttingProxy.start(t, config);
  const writer = await writerOn(t, proxy.config);
  const batch = new JournalBatch([new TestEntry(screening, [heldFact(1), heldFact(2)], projections)]);
  proxy.reset();
  cut(proxy);
  const judged = await writer.commit(batch).then(
    () => 'committed' as const,
    async (error: unknown) => {
      assert.ok(error instanceof CommitUnknown, `not CommitUnknown: ${error}`);
      proxy.reset();
      return writer.readBack(batch);
    },
  );
  await writer.close();
  await proxy.stop();
  return { judged };
}

test('[I2] [W5] the line cut at any byte on the way to PostgreSQL: unknown, and reading back tells the truth', async (t) => {
  const config = await testDatabase(t);
  const client = await connected(t, config, 'reader');
  const measure = await CuttingProxy.start(t, config);
  const writer = await writerOn(t, measure.config);
  measure.reset();
  await writer.commit(new JournalBatch([new TestEntry(1, [heldFact(1), heldFact(2)])]));
  const whole = measure.toServerBytes;
  assert.ok(whole > 100);
  let screening = 2;
  // Every byte near both ends, where the messages begin and end; every seventh between.
  for (let at = 0; at < whole; at += at < 24 || at > whole - 24 ? 1 : 7) {
    const { judged } = await commitThrough(t, config, screening, (proxy) => proxy.cutToServerAfter(at));
    const { rows } = await client.query('select count(*)::int as found from journal where screening = $1', [screening]);
    const found = (rows[0] as { found: number }).found;
    assert.equal(
      found,
      judged === 'absent' ? 0 : 2,
      `cut after ${at} of ${whole} bytes: judged ${judged}, ${found} rows stored`,
    );
    screening++;
  }
});

test('[I2] [W6] the answer lost after CopyDone, or after COMMIT: read back as stored', async (t) => {
  const config = await testDatabase(t);
  const plain = await commitThrough(t, config, 1, (proxy) => proxy.cutToClientAfter(0));
  // The COPY was never asked for: its first answer was cut.
  assert.equal(plain.judged, 'absent');
  const measure = await CuttingProxy.start(t, config);
  const writer = await writerOn(t, measure.config);
  measure.reset();
  await writer.commit(new JournalBatch([entry(2, 1, 2)]));
  const answers = measure.toClientBytes;
  const late = await commitThrough(t, config, 3, (proxy) => proxy.cutToClientAfter(answers - 1));
  assert.equal(late.judged, 'stored');
  const order: Projection[] = [
    { kind: 'order-created', order: 'o', screening: 4, buyer: 'b', amountCents: 1, atMs: 1 },
  ];
  measure.reset();
  await writer.commit(
    new JournalBatch([new TestEntry(5, [heldFact(1), heldFact(2)], [{ ...order[0]!, order: 'p' } as Projection])]),
  );
  const committed = await commitThrough(
    t,
    config,
    4,
    (proxy) => proxy.cutToClientAfter(measure.toClientBytes - 1),
    order,
  );
  assert.equal(committed.judged, 'stored');
});

test('[I6] [W7] no answer in time: the backend of the unknown commit is ended before it is read back', async (t) => {
  const config = await testDatabase(t);
  const blocker = await connected(t, config, 'migrator');
  const writer = await writerOn(t, config, { commitDeadlineMs: 200 });
  await blocker.query('begin');
  await blocker.query('lock table poltrona.journal in access exclusive mode');
  const batch = new JournalBatch([entry(1, 1)]);
  await assert.rejects(writer.commit(batch), CommitUnknown);
  const judged = writer.readBack(batch);
  await blocker.query('rollback');
  assert.equal(await judged, 'absent');
  const { rows } = await blocker.query(
    "select count(*)::int as n from pg_stat_activity where datname = current_database() and query like 'insert into outbox%' and state = 'active'",
  );
  assert.equal((rows[0] as { n: number }).n, 0);
});

test('[W8] PostgreSQL killed under a commit and started again: the writer finds it and goes on', async (t) => {
  const cluster = await ownCluster(t);
  await migrate(cluster.config, { info() {}, warn() {}, error() {} });
  const writer = await writerOn(t, cluster.config);
  await writer.commit(new JournalBatch([entry(1, 1)]));
  const settled = (batch: JournalBatch): Promise<'stored' | 'absent'> =>
    writer.commit(batch).then(
      () => 'stored' as const,
      () => writer.readBack(batch),
    );
  const pending = settled(new JournalBatch([entry(1, 2)]));
  process.kill(cluster.pid, 'SIGKILL');
  const judged = await pending;
  // The killed postmaster's backends serve on until they notice; the commit may meet one of them.
  const again = new JournalBatch([entry(2, 1)]);
  while ((await settled(again)) === 'absent');
  const versions = await writer.lastVersions([1, 2]);
  assert.deepEqual(
    [...versions],
    [
      [1, judged === 'stored' ? 2 : 1],
      [2, 1],
    ],
  );
});

test('[I2] [W9] a database that lost what was acknowledged (a stale standby, a restored backup) stops the writer', async (t) => {
  const config = await testDatabase(t);
  const other = await testDatabase(t);
  const proxy = await CuttingProxy.start(t, config);
  // The proxy makes one address lead to another database, as a fail-over does.
  const writer = await writerOn(t, proxy.config);
  await writer.commit(new JournalBatch([entry(1, 1)]));
  (proxy.config as { database: string }).database = other.database;
  proxy.cutNow();
  const batch = new JournalBatch([entry(1, 2)]);
  await assert.rejects(writer.commit(batch), CommitUnknown);
  await assert.rejects(writer.readBack(batch), JournalRegressed);
});

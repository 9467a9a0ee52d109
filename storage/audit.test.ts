import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import pg from 'pg';
import { evolve } from '../actors/seat-evolve.ts';
import type { Fact, RecordedFact } from '../actors/seat-fact.ts';
import type { Accepted } from '../actors/seat-outcome.ts';
import { initialState } from '../actors/seat-state.ts';
import { writeSnapshot } from '../actors/snapshot.ts';
import { testDatabase } from '../tests/support/postgres.ts';
import { addScreenings, rectangle } from '../tests/support/screenings.ts';
import { auditDatabase } from './audit.ts';
import { type AuditReport, type AuditRule, VIOLATIONS_MAX } from './audit-report.ts';
import { clientConfig, createPool, type DatabaseConfig } from './database.ts';
import { encodeRow } from './fact-codec.ts';
import { ProjectionSet, projectionsOf } from './projection.ts';
import { seatMapFromLayout } from './seat-layout.ts';

const AT_MS = 1_764_000_000_000;
const LINE = { type: 1, priceCents: 3000 } as const;

const claimed: Fact = { kind: 1, holdDeadlineMs: AT_MS };
const held = (hold: number, seats: readonly number[], buyer = 'ana'): Fact => ({
  kind: 4,
  hold,
  buyer,
  seats,
  deadlineMs: AT_MS + 60_000,
});
const begun = (hold: number, order: string, seats: readonly number[], type: 1 | 2 = 1): Fact => ({
  kind: 8,
  hold,
  order,
  payer: 'ana',
  lines: seats.map((seat) => ({ seat, ...LINE, type })),
  deadlineMs: AT_MS,
});
/** The same in the shop: ticket types, fees, and an account to whom it belongs. */
const begunInShop = (hold: number, order: string, seats: readonly number[]): Fact => {
  const fact = begun(hold, order, seats);
  if (fact.kind !== 8) return fact;
  return { ...fact, lines: fact.lines.map((line) => ({ ...line, category: 1, feeCents: 150 })), contact: 'account-1' };
};
const sold = (hold: number, order: string, seats: readonly number[]): Fact => ({
  kind: 10,
  order,
  hold,
  tickets: seats.map((seat) => ({ seat, ticket: `${order}-t${seat}`, code: `${order}-c${seat}` })),
});

const BLOCKED = { kind: 14, seats: [10, 11], reason: 'a “broken” \\ seat' } as const;

/** A good life of one screening of 4 × 5 seats: sales, a declined card, a refund, a check-in, an expiry, a second owner, blocked seats. */
const GOOD: readonly Fact[] = [
  claimed,
  held(2, [0, 1]),
  begun(2, 'o1', [0, 1]),
  sold(2, 'o1', [0, 1]),
  held(5, [2, 3], 'bia'),
  held(5, [4], 'bia'),
  { kind: 6, hold: 5, seats: [3] },
  begun(5, 'o2', [2, 4], 2),
  { kind: 9, order: 'o2', hold: 5, deadlineMs: AT_MS },
  claimed,
  begunInShop(5, 'o3', [2, 4]),
  sold(5, 'o3', [2, 4]),
  { kind: 12, order: 'o3', tickets: ['o3-t4'] },
  held(14, [4]),
  { kind: 7, holds: [14] },
  BLOCKED,
  { kind: 15, seats: [11], reason: '' },
  { kind: 13, ticket: 'o1-t0', gate: 'g' },
  { kind: 3 },
];

/** Versions 1…n; each `claimed` begins the next epoch; every fact has a request id of its own. */
function recorded(facts: readonly Fact[]): RecordedFact[] {
  let epoch = 0;
  return facts.map((fact, index) => {
    if (fact.kind === 1) epoch++;
    const version = index + 1;
    const requestId = fact.kind === 1 || fact.kind === 7 ? null : `request-${version}`;
    return { version, epoch, atMs: AT_MS + index, requestId, fingerprint: 7, fact };
  });
}

/** Writes facts as the engine does, with their projections, in one transaction. */
async function write(client: pg.Client, screening: number, facts: readonly RecordedFact[]): Promise<void> {
  const set = new ProjectionSet();
  const lines = new Map(
    facts.flatMap(({ fact }) =>
      fact.kind === 8 ? fact.lines.map((line) => [`${fact.order} ${line.seat}`, line]) : [],
    ),
  );
  for (const { fact, atMs } of facts) {
    const tickets =
      fact.kind === 10
        ? fact.tickets.map((ticket) => ({ ...ticket, ...(lines.get(`${fact.order} ${ticket.seat}`) ?? LINE) }))
        : [];
    const outcome: Accepted = { code: 0, kind: 'sold', order: '', tickets };
    for (const projection of projectionsOf(screening, [fact], outcome, atMs) ?? []) set.add(projection);
  }
  await client.query('begin');
  for (const fact of facts) {
    const columns = encodeRow(screening, fact).replace(/\n$/, '').split('\t');
    await client.query(
      `insert into journal (screening, version, epoch, at_ms, kind, request_id, fingerprint, body)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      columns.map((column) => (column === '\\N' ? null : column.replaceAll('\\\\', '\\'))),
    );
  }
  await set.write(client);
  await client.query('commit');
}

interface Books {
  readonly config: DatabaseConfig;
  readonly client: pg.Client;
  readonly screenings: readonly number[];
  audit(options?: Parameters<typeof auditDatabase>[1]): Promise<AuditReport>;
}

async function books(t: TestContext, halfQuota = 8): Promise<Books> {
  const config = await testDatabase(t);
  const screenings = await addScreenings(config, { count: 3, rows: 4, columns: 5, halfQuota });
  const client = new pg.Client(clientConfig(config, 'shard', 'audit test'));
  client.on('error', () => {});
  await client.connect();
  t.after(() => client.end().catch(() => {}));
  const pool = createPool(config, 'reader', 'audit test', 1);
  t.after(() => pool.end());
  return { config, client, screenings, audit: (options) => auditDatabase(pool, options) };
}

/** The rules that were found broken, each once, all of them at `screening`. */
function broken(report: AuditReport, screening: number): AuditRule[] {
  assert.equal(report.ok, report.violationCount === 0);
  for (const violation of report.violations) assert.equal(violation.screening, screening, violation.message);
  return [...new Set(report.violations.map(({ rule }) => rule))].sort();
}

test('books in order are found in order, and counted', async (t) => {
  const { client, screenings, audit } = await books(t);
  for (const screening of screenings.slice(0, 1)) await write(client, screening, recorded(GOOD));
  const progress: number[] = [];
  const { elapsedMs, ...report } = await audit({ onProgress: ({ facts }) => progress.push(facts) });
  assert.deepEqual(report, {
    ok: true,
    screenings: 3,
    facts: GOOD.length,
    orders: 3,
    tickets: 4,
    payments: 0,
    acknowledged: 0,
    violations: [],
    violationCount: 0,
  });
  assert.ok(elapsedMs >= 0);
  assert.ok(progress.length > 0);
});

const WRONG_FACTS: readonly [name: string, facts: readonly RecordedFact[], rules: readonly AuditRule[]][] = [
  ['[I1] a seat held twice', recorded([claimed, held(2, [0]), held(3, [0])]), ['replay', 'sold-once']],
  [
    '[I1] a seat sold that the hold had lost',
    recorded([claimed, held(2, [0, 1]), begun(2, 'o1', [0, 1]), { kind: 7, holds: [2] }, sold(2, 'o1', [0, 1])]),
    ['facts', 'replay', 'sold-once'],
  ],
  ['[I1] a version skipped', recorded([claimed, held(2, [0]), held(3, [1])]).toSpliced(1, 1), ['replay', 'versions']],
  [
    '[I1] an epoch that falls',
    recorded([claimed, claimed, held(3, [0])]).map((fact) => (fact.version === 3 ? { ...fact, epoch: 1 } : fact)),
    ['epochs', 'replay'],
  ],
  [
    '[I1] an owner that never announced itself',
    recorded([claimed, held(2, [0])]).map((fact) => (fact.version === 2 ? { ...fact, epoch: 2 } : fact)),
    ['epochs', 'replay'],
  ],
  [
    '[I3] eleven tickets for one buyer',
    recorded([
      claimed,
      held(2, [0, 1, 2, 3, 4, 5]),
      begun(2, 'o1', [0, 1, 2, 3, 4, 5]),
      sold(2, 'o1', [0, 1, 2, 3, 4, 5]),
      held(5, [6, 7, 8, 9, 10]),
      begun(5, 'o2', [6, 7, 8, 9, 10]),
    ]),
    ['ten-per-buyer'],
  ],
  [
    'more half-price tickets than the quota',
    recorded([claimed, held(2, [0, 1, 2]), begun(2, 'o1', [0, 1, 2], 2)]),
    ['half-quota'],
  ],
  ['a hold that nobody opened', recorded([claimed, { kind: 6, hold: 9, seats: [0] }]), ['facts', 'replay']],
  ['a seat that the auditorium does not have', recorded([claimed, held(2, [20])]), ['facts', 'replay']],
];
for (const [name, facts, rules] of WRONG_FACTS) {
  test(`${name} is found`, async (t) => {
    const { client, screenings, audit } = await books(t, 2);
    const [, second = 0] = screenings;
    // By hand, and only the journal: the real tables would refuse some of it.
    for (const fact of facts) {
      const columns = encodeRow(second, fact).replace(/\n$/, '').split('\t');
      await client.query(
        'insert into journal values ($1, $2, $3, $4, $5, $6, $7, $8)',
        columns.map((column) => (column === '\\N' ? null : column)),
      );
    }
    const found = broken(await audit(), second).filter((rule) => rule !== 'projection');
    assert.deepEqual(found, rules);
  });
}

const WRONG_TABLES: readonly [name: string, sql: string, rules: readonly AuditRule[]][] = [
  ['a ticket that is not in the table', `update tickets set screening = -1 where id = 'o1-t1'`, ['projection', 'sums']],
  ['a ticket moved to another seat', `update tickets set seat = 19 where id = 'o1-t1'`, ['projection']],
  ['a refunded ticket that lives on', `update tickets set state = 'live' where id = 'o3-t4'`, ['projection']],
  ['a ticket of another buyer', `update tickets set buyer = 'eve' where id = 'o1-t1'`, ['projection']],
  ['a ticket at another price', `update tickets set price_cents = 1 where id = 'o1-t1'`, ['projection', 'sums']],
  ['an order with another amount', `update orders set amount_cents = 1 where id = 'o1'`, ['sums']],
  ['an order in another state', `update orders set state = 'cancelled' where id = 'o1'`, ['projection']],
  ['an order of another buyer', `update orders set buyer = 'eve' where id = 'o1'`, ['projection']],
  ['[PC9] an order of another account', `update orders set contact = 'eve' where id = 'o3'`, ['projection']],
  ['[PC9] an order that lost its account', `update orders set contact = null where id = 'o3'`, ['projection']],
  ['[PC9] an order that is given to an account', `update orders set contact = 'eve' where id = 'o1'`, ['projection']],
  ['[PC9] a ticket of another type', `update tickets set category = 2 where id = 'o3-t2'`, ['projection']],
  ['[PC9] a ticket that lost its type', `update tickets set category = null where id = 'o3-t2'`, ['projection']],
  ['[PC9] a ticket with another fee', `update tickets set fee_cents = 0 where id = 'o3-t2'`, ['projection', 'sums']],
  [
    'an order that no fact knows',
    `insert into orders select 'o9', screening, buyer, state, amount_cents, created_at, updated_at from orders where id = 'o1'`,
    ['projection'],
  ],
];
for (const [name, sql, rules] of WRONG_TABLES) {
  test(`${name} is found`, async (t) => {
    const { client, screenings, audit } = await books(t);
    const [first = 0] = screenings;
    await write(client, first, recorded(GOOD));
    assert.deepEqual(broken(await audit({ screening: first }), first), []);
    await client.query(sql);
    assert.deepEqual(broken(await audit({ screening: first }), first), rules);
  });
}

/** The actor's state after the first `count` facts, as its snapshot. */
function snapshotAfter(screening: number, count: number, facts = GOOD): string {
  const rules = {
    ...{ seatsPerBuyerMax: 10, holdTtlMs: 1, holdExtensionsMax: 1, extensionMs: 1, paymentTtlMs: 1, retryTtlMs: 1 },
    ...{ halfQuota: 8, halfPolicy: 'limit' as const, isOnSale: true, salesFromMs: null, salesUntilMs: null },
  };
  const state = initialState(screening, seatMapFromLayout(1, rectangle(4, 5)), rules);
  for (const fact of recorded(facts).slice(0, count)) evolve(state, fact);
  return writeSnapshot(state);
}

const SNAPSHOTS: readonly [name: string, version: number, text: (screening: number) => string, rules: AuditRule[]][] = [
  ['of the past is in order', 10, (id) => snapshotAfter(id, 10), []],
  ['of the present is in order', GOOD.length, (id) => snapshotAfter(id, GOOD.length), []],
  ['that cannot be read is found', 10, () => '{"format":1', ['snapshot']],
  ['under another version is found', 11, (id) => snapshotAfter(id, 10), ['snapshot']],
  ['ahead of the journal is found', 20, (id) => snapshotAfter(id, 20, [...GOOD, { kind: 2 }]), ['snapshot']],
  [
    'of other seats is found',
    16,
    (id) => snapshotAfter(id, 16, GOOD.with(15, { ...BLOCKED, seats: [11, 12] })),
    ['snapshot'],
  ],
];
for (const [name, version, text, rules] of SNAPSHOTS) {
  test(`a snapshot ${name}`, async (t) => {
    const { client, screenings, audit } = await books(t);
    const [first = 0] = screenings;
    await write(client, first, recorded(GOOD));
    await client.query('insert into snapshots values ($1, $2, 2, 0, $3)', [first, version, text(first)]);
    assert.deepEqual(broken(await audit(), first), rules);
  });
}

test('facts of a screening that the catalogue does not have are found', async (t) => {
  const { client, audit } = await books(t);
  await write(client, 999, recorded([claimed, held(2, [0])]));
  const report = await audit();
  assert.deepEqual(broken(report, 999), ['facts']);
  assert.equal(report.facts, 2);
});

test('the list of findings is cut off, and their number is not', async (t) => {
  const { client, screenings, audit } = await books(t);
  const again: Fact = { kind: 6, hold: 9, seats: [0] };
  const facts = recorded([claimed, ...Array.from({ length: VIOLATIONS_MAX + 50 }, () => again)]);
  await write(client, screenings[0] ?? 0, facts);
  const report = await audit();
  assert.equal(report.violations.length, VIOLATIONS_MAX);
  assert.ok(report.violationCount > VIOLATIONS_MAX + 50);
});

test('[I2] an acknowledged command that is not in the journal is found, by its line', async (t) => {
  const { client, screenings, audit } = await books(t);
  const [screening = 0] = screenings;
  await write(client, screening, recorded(GOOD));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-history-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const historyFile = path.join(folder, 'history.jsonl');
  const line = (fields: object) => JSON.stringify({ screening, code: 0, seats: [], ...fields });

  const good = [
    line({ requestId: 'request-2', version: 2, seats: [0, 1] }),
    line({ requestId: 'request-2', version: 19, seats: [1] }),
    line({ requestId: 'request-4', version: 4, seats: [0, 1], tickets: ['o1-t0', ['o1-t1', 'code', 1, 1, 3000]] }),
    line({ requestId: 'refused', version: 4, code: 57 }),
    '',
  ];
  writeFileSync(historyFile, good.join('\n'));
  assert.deepEqual(broken(await audit({ historyFile }), screening), []);
  assert.equal((await audit({ historyFile })).acknowledged, 3);

  for (const [wrong, message] of [
    [line({ requestId: 'request-99', version: 3 }), /request-99 \(line 1\).*not in the journal/],
    [line({ requestId: 'request-5', version: 4 }), /not in the journal/],
    [line({ requestId: 'request-2', version: 2, seats: [0, 7] }), /about the seats 0,1, not 7/],
    [line({ requestId: 'request-4', version: 4, tickets: ['o9-t9'] }), /ticket o9-t9 is not in the table/],
  ] as const) {
    writeFileSync(historyFile, wrong);
    const report = await audit({ historyFile });
    assert.deepEqual(broken(report, screening), ['history']);
    assert.match(report.violations[0]?.message ?? '', message);
  }
  writeFileSync(historyFile, `${good[0]}\nnot json`);
  await assert.rejects(audit({ historyFile }), /line 2: not JSON/);
});

test('an audit sees one moment, while the server goes on selling', async (t) => {
  const { client, screenings, audit } = await books(t);
  const [first = 0, second = 0] = screenings;
  await write(client, first, recorded(GOOD));
  let wrote: Promise<void> | null = null;
  const report = await audit({
    onProgress: () => {
      wrote ??= write(client, second, recorded([claimed, held(2, [0])]));
    },
  });
  await wrote;
  assert.equal(report.ok, true);
  assert.equal(report.facts, GOOD.length);
});

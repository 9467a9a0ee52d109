/** The engine of a thread on a real PostgreSQL: that its parts fit, and that it stops without leaving or losing anything. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type pg from 'pg';
import type { Command } from '../actors/seat-command.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import { deadline, until } from '../tests/support/deadline.ts';
import { Heard, Watching } from '../tests/support/heard.ts';
import { connected, testDatabase } from '../tests/support/postgres.ts';
import { begin, COMMON, type Draft, hold, lines } from '../tests/support/screening.ts';
import { addScreenings, addSeatMap, rectangle } from '../tests/support/screenings.ts';
import { ShardEngine } from './shard-engine.ts';
import { SHARDS, shardOf } from './shard-map.ts';

const ANSWER_MS = 5_000;

class Engine {
  readonly engine: ShardEngine;
  readonly failures: unknown[] = [];
  readonly paymentsDue: string[] = [];
  readonly freeSeats: string[] = [];
  readonly logged: string[] = [];
  #tag = 0;

  constructor(
    database: DatabaseConfig,
    thread: number,
    owners: Uint8Array,
    epoch: number,
    links = new Map<number, MessagePort>(),
  ) {
    this.engine = new ShardEngine(
      {
        thread,
        writerName: `engine test ${thread}`,
        database,
        rules: COMMON,
        owners,
        epochs: new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, epoch])),
        links,
        cluster: null,
      },
      {
        decided: () => {},
        committed: () => {},
        fenced: () => {},
        commitUnknown: () => {},
        answersReleased: () => {},
        freeSeats: (screening, freeSeats) => this.freeSeats.push(`${screening} ${freeSeats}`),
        paymentDue: (screening, order) => this.paymentsDue.push(`${screening} ${order}`),
        failed: (cause) => this.failures.push(cause),
        log: (level, message) => this.logged.push(`${level}: ${message}`),
      },
    );
  }

  say(screening: number, draft: Draft, requestId = `request-${this.#tag}`): Heard {
    const heard = new Heard();
    const command = { atMs: 0, ...draft, requestId } as Command;
    this.engine.bus.submit(screening, command, heard, ++this.#tag, Date.now() + ANSWER_MS);
    return heard;
  }

  async does(screening: number, draft: Draft, requestId?: string): Promise<Heard> {
    const heard = requestId === undefined ? this.say(screening, draft) : this.say(screening, draft, requestId);
    await answered([heard]);
    return heard;
  }
}

async function answered(heard: readonly Heard[]): Promise<void> {
  const waiting = (): number => heard.filter(({ answer }) => answer === null).length;
  await until(
    () => waiting() === 0,
    ANSWER_MS,
    () => `${waiting()} commands are not answered`,
  );
}

async function database(t: TestContext): Promise<{ config: DatabaseConfig; screenings: number[]; reader: pg.Client }> {
  const config = await testDatabase(t);
  const screenings = await addScreenings(config, { count: 40, rows: 2, columns: 8 });
  return { config, screenings, reader: await connected(t, config, 'migrator') };
}

async function connectionsOf(reader: pg.Client): Promise<string[]> {
  const { rows } = await reader.query<{ application_name: string }>(
    `select application_name from pg_stat_activity where application_name like 'engine test%' and datname = current_database()`,
  );
  return rows.map((row) => row.application_name);
}

const alone = new Uint8Array(SHARDS);

test('[M29] an engine sells, and what it said is in the journal', async (t) => {
  const { config, screenings, reader } = await database(t);
  const one = new Engine(config, 0, alone, 1);
  await one.engine.start();
  t.after(() => one.engine.stop());
  const [screening = 0] = screenings;
  const watching = new Watching();
  one.engine.bus.subscribe(screening, watching);
  const held = await one.does(screening, hold('ana', [0, 1]));
  await until(
    () => watching.replica?.version === 2,
    ANSWER_MS,
    () => watching.told.join(),
  );
  const { rows } = await reader.query(
    'select version, kind, epoch from poltrona.journal where screening = $1 order by 1',
    [screening],
  );
  assert.deepEqual(rows, [
    { version: 1, kind: 1, epoch: 1 },
    { version: 2, kind: 4, epoch: 1 },
  ]);
  assert.deepEqual([held.accepted('hold').seats, held.answer?.version], [[0, 1], 2]);
  assert.deepEqual([(await one.does(999_999, hold('ana', [0]))).code, one.failures], ['unknownScreening', []]);
});

test('[M29] the next engine on the same database goes on where the last one stopped', async (t) => {
  const { config, screenings } = await database(t);
  const [screening = 0] = screenings;
  const first = new Engine(config, 0, alone, 1);
  await first.engine.start();
  const held = await first.does(screening, hold('ana', [0]), 'request-of-ana');
  await first.does(screening, begin('ana', 2, 'order-1', lines([0])), 'request-begin');
  await first.engine.stop();
  const next = new Engine(config, 0, alone, 2);
  t.after(() => next.engine.stop());
  await next.engine.start();
  // Somebody's payment was under way: it is looked after without anybody asking.
  await until(
    () => next.engine.runtime.liveActor(screening)?.hasPending === false,
    ANSWER_MS,
    () => 'the screening was not woken',
  );
  const again = await next.does(screening, hold('ana', [0]), 'request-of-ana');
  assert.equal(again.accepted('hold').hold, held.accepted('hold').hold);
  assert.equal((await next.does(screening, hold('bia', [0]), 'request-of-bia')).code, 'seatHeld');
});

test('[M30] an engine that stops settles what is on its way, closes its connections, and takes nothing any more', async (t) => {
  const { config, screenings, reader } = await database(t);
  const one = new Engine(config, 0, alone, 1);
  await one.engine.start();
  const heard = screenings.map((screening) => one.say(screening, hold('ana', [0])));
  await answered(heard.slice(0, 1));
  const flying = screenings.map((screening) => one.say(screening, hold('ana', [1])));
  await deadline(one.engine.stop(), ANSWER_MS, () => 'the engine does not stop');
  assert.equal([...heard, ...flying].filter(({ answer }) => answer === null).length, 0, 'not answered');
  const late = one.say(screenings[0] ?? 0, hold('ana', [2]));
  await answered([late]);
  assert.deepEqual([late.code, one.failures], ['unavailable', []]);
  await until(
    async () => (await connectionsOf(reader)).length === 0,
    ANSWER_MS,
    () => 'connections are left',
  );
  // Everybody who heard "yes" has a fact, and the other way round.
  const accepted = [...heard, ...flying].filter(({ code }) => code === 'accepted').length;
  const { rows } = await reader.query<{ count: string }>('select count(*) from poltrona.journal where kind = 4');
  assert.equal(Number(rows[0]?.count), accepted);
});

test('[M30] loads that are under way when an engine stops bring nobody to life', async (t) => {
  const { config, screenings, reader } = await database(t);
  const one = new Engine(config, 0, alone, 1);
  await one.engine.start();
  await one.does(screenings[0] ?? 0, hold('ana', [0]));
  const loading = screenings.slice(1).map((screening) => one.say(screening, hold('ana', [0])));
  await deadline(one.engine.stop(), ANSWER_MS, () => 'the engine does not stop');
  assert.equal(loading.filter(({ answer }) => answer === null).length, 0, 'who waits for a load is answered');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(one.failures, []);
  await until(
    async () => (await connectionsOf(reader)).length === 0,
    ANSWER_MS,
    () => 'connections are left',
  );
});

test('[M31] two threads sell for each other, and one that stops answers the other’s commands', async (t) => {
  const { config, screenings } = await database(t);
  const owners = Uint8Array.from({ length: SHARDS }, (_, shard) => shard % 2);
  const { port1, port2 } = new MessageChannel();
  const here = new Engine(config, 0, owners, 1, new Map([[1, port1]]));
  const there = new Engine(config, 1, owners, 1, new Map([[0, port2]]));
  await Promise.all([here.engine.start(), there.engine.start()]);
  t.after(async () => {
    port1.close();
    await Promise.all([here.engine.stop(), there.engine.stop().catch(() => {})]);
  });
  const theirs = screenings.filter((screening) => owners[shardOf(screening)] === 1);
  assert.ok(theirs.length > 5 && theirs.length < screenings.length);
  const heard = screenings.map((screening) => here.say(screening, hold('ana', [0])));
  await answered(heard);
  assert.ok(heard.every(({ code }) => code === 'accepted'));
  assert.ok(theirs.every((screening) => here.engine.runtime.liveActor(screening) === null));
  await there.engine.stop();
  const late = theirs.map((screening) => here.say(screening, hold('ana', [1])));
  await answered(late);
  assert.deepEqual([new Set(late.map(({ code }) => code)), there.failures], [new Set(['unavailable']), []]);
});

test('[MC12] an engine changes the layout; catalogue and journal agree, and the next engine goes on with it', async (t) => {
  const { config, screenings, reader } = await database(t);
  const [screening = 0] = screenings;
  const seatMap = await addSeatMap(config, screening, rectangle(3, 10));
  const change: Draft = { kind: 'change-map', buyer: 'staff-7', seatMap, halfQuota: 12, map: null };
  const first = new Engine(config, 0, alone, 1);
  await first.engine.start();
  const watching = new Watching();
  first.engine.bus.subscribe(screening, watching);
  await first.does(screening, { kind: 'block', buyer: 'staff-7', seats: [9], reason: 'broken' });
  // Everybody wants something at once; what is decided after the change is about the new seats.
  const crowd = Array.from({ length: 20 }, (_, seat) =>
    first.say(screening, hold('ana', [20 + (seat % 9)]), `r-${seat}`),
  );
  const changed = first.say(screening, change, 'change-1');
  await answered([...crowd, changed]);
  assert.deepEqual([...new Set(crowd.map(({ code }) => code))], ['seatUnknown']);
  assert.equal(changed.code, 'accepted');
  await until(
    () => watching.replica?.seatMap === seatMap,
    ANSWER_MS,
    () => watching.told.join(),
  );
  const held = await first.does(screening, { kind: 'hold', buyer: 'ana', seats: [29], seatMap });
  const { rows } = await reader.query('select seat_map_id, half_quota from poltrona.screenings where id = $1', [
    screening,
  ]);
  assert.deepEqual(rows, [{ seat_map_id: String(seatMap), half_quota: 12 }]);
  assert.deepEqual([first.freeSeats[0], first.freeSeats.at(-1)], [`${screening} 15`, `${screening} 28`]);
  await first.engine.stop();
  const next = new Engine(config, 0, alone, 2);
  t.after(() => next.engine.stop());
  await next.engine.start();
  const again = await next.does(
    screening,
    { kind: 'hold', buyer: 'ana', seats: [29], seatMap },
    held.answer?.requestId,
  );
  assert.equal(again.accepted('hold').hold, held.accepted('hold').hold);
  assert.equal((await next.does(screening, change, 'change-1')).code, 'accepted');
  assert.equal((await next.does(screening, { ...change, halfQuota: 1 }, 'change-2')).code, 'accepted');
  const { state } = next.engine.runtime.liveActor(screening) ?? assert.fail('it is not loaded');
  assert.deepEqual(
    [state.map.seatLabels[10], [...state.seatStatus].join('')],
    ['B1', '000000000003000000000000000001'],
  );
  assert.deepEqual([first.failures, next.failures], [[], []]);
});

test('[SW5] an engine that is told of a change in the catalogue sells by it', async (t) => {
  const { config, screenings } = await database(t);
  const [screening = 0, other = 0] = screenings;
  const one = new Engine(config, 0, alone, 1);
  await one.engine.start();
  t.after(() => one.engine.stop());
  await one.does(screening, hold('ana', [0]));
  const app = await connected(t, config, 'app');
  await app.query(`update screenings set sales_until = now() - interval '1 s' where id = any ($1::bigint[])`, [
    [screening, other],
  ]);
  one.engine.catalogueChanged([screening, other, 999_999]);
  await until(
    () => (one.engine.runtime.liveActor(screening)?.state.rules.salesUntilMs ?? Number.POSITIVE_INFINITY) < Date.now(),
    ANSWER_MS,
    () => 'the rules do not come',
  );
  assert.equal((await one.does(screening, hold('bia', [1]))).code, 'salesClosed');
  // One that was not loaded reads them when it is.
  assert.equal((await one.does(other, hold('bia', [1]))).code, 'salesClosed');
  const begun = await one.does(screening, begin('ana', 2, 'order-1', lines([0])));
  assert.equal(begun.code, 'accepted');
});

test('[MC9] while an import changes the row of a screening its layout stays, and everybody else is sold to', async (t) => {
  const { config, screenings } = await database(t);
  const [screening = 0, ...others] = screenings;
  const seatMap = await addSeatMap(config, screening, rectangle(3, 10));
  const change: Draft = { kind: 'change-map', buyer: 'staff-7', seatMap, halfQuota: 12, map: null };
  const one = new Engine(config, 0, alone, 1);
  await one.engine.start();
  t.after(() => one.engine.stop());
  await one.does(screening, hold('ana', [0]));
  const app = await connected(t, config, 'app');
  await app.query('begin');
  await app.query('update screenings set price_cents = 1');
  assert.equal((await one.does(screening, change)).code, 'unavailable');
  const crowd = others.map((other) => one.say(other, hold('bia', [1])));
  await answered(crowd);
  assert.deepEqual([...new Set(crowd.map(({ code }) => code))], ['accepted']);
  // It was not decided, so that nothing was lost.
  assert.equal((await one.does(screening, hold('bia', [1]))).code, 'accepted');
  await app.query('rollback');
  for (const id of [2, 3]) await one.does(screening, { kind: 'release', buyer: id === 2 ? 'ana' : 'bia', hold: id });
  assert.equal((await one.does(screening, change)).code, 'accepted');
});

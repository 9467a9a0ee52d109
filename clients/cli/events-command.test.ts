import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { CopyWriter } from '../../storage/copy-writer.ts';
import type { DatabaseConfig } from '../../storage/database.ts';
import { type Event, eventOf } from '../../storage/event.ts';
import { JournalBatch } from '../../storage/journal-batch.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { until } from '../../tests/support/deadline.ts';
import { whenRelayed } from '../../tests/support/event-books.ts';
import { heardPorts } from '../../tests/support/heard-ports.ts';
import { entry, heldFact, TestEntry } from '../../tests/support/journal-entries.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { EventRelay } from '../../workers/cluster/event-relay.ts';
import { EventStream } from '../../workers/cluster/event-stream.ts';
import { connectNats, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import { eventLine } from './event-text.ts';
import { registerEvents, type TailFlags, tailEvents } from './events-command.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

function urlOf({ host, port, user, database }: DatabaseConfig): string {
  return `postgres://${user}@/${database}?host=${host}&port=${port}`;
}

function portsOn(database: DatabaseConfig | null, nats: NatsServer | null) {
  return heardPorts({
    environment: {
      // Port 1 answers nobody: a command that must not need a database fails here if it does.
      DATABASE_URL: database === null ? 'postgres://x@127.0.0.1:1/x' : urlOf(database),
      NATS_URL: nats?.url,
    },
  });
}

class Tail {
  readonly #said: ReturnType<typeof portsOn>;
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;

  constructor(t: TestContext, flags: TailFlags, said: ReturnType<typeof portsOn>) {
    this.#said = said;
    this.#ended = tailEvents({ json: true, ...flags }, said.ports, this.#controller.signal);
    this.#ended.catch(() => {});
    t.after(() => this.end());
  }

  get names(): string {
    return this.#said.out
      .map((text) => JSON.parse(text) as Event)
      .map(({ screening, version }) => `${screening}.${version}`)
      .join(' ');
  }

  get errors(): readonly string[] {
    return this.#said.errors;
  }

  async shows(names: string): Promise<void> {
    await until(
      () => this.names.includes(names),
      15_000,
      () => `"${this.names}" instead of "${names}"; ${this.errors.join()}`,
    );
  }

  async end(): Promise<void> {
    this.#controller.abort();
    await this.#ended;
  }
}

async function salesOn(t: TestContext, database: DatabaseConfig) {
  const writer = new CopyWriter(database, {
    name: 'test',
    commitDeadlineMs: 5_000,
    reconnectPauseMaxMs: 50,
    onWarning() {},
  });
  t.after(() => writer.close());
  return (...entries: TestEntry[]): Promise<void> => writer.commit(new JournalBatch(entries));
}

async function relayOn(t: TestContext, database: DatabaseConfig, server: NatsServer): Promise<void> {
  const connection = await connectNats(parseNatsUrl(server.url), 'test relay', QUIET);
  const stream = new EventStream(connection, { answerMs: 1_000 });
  const limits = { idleMs: 10, lockMs: 20, backOffMs: [20, 200] as const };
  const relay = new EventRelay({ database, stream, log: SILENT_LOG, limits });
  relay.start();
  t.after(async () => {
    await relay.stop();
    await connection.close();
  });
}

/** Commits to screening 99 until the tail shows one of them: from then on it shows everything. */
async function whenFollowing(
  tail: Tail,
  commit: (...entries: TestEntry[]) => Promise<void>,
  from = 1,
): Promise<number> {
  let version = from;
  for (; !tail.names.includes('99.'); version++) {
    await commit(entry(99, version));
    await until(
      () => true,
      0,
      () => '',
    );
    await new Promise(setImmediate);
  }
  return version;
}

test('[EV10] without NATS: all screenings as they are committed', async (t) => {
  const database = await testDatabase(t);
  const commit = await salesOn(t, database);
  await commit(entry(1, 1));
  const tail = new Tail(t, {}, portsOn(database, null));
  await whenFollowing(tail, commit);
  await commit(entry(1, 2), entry(2, 1), entry(1, 3));
  await tail.shows('1.2 2.1 1.3');
  assert.ok(!tail.names.includes('1.1 '));
  await tail.end();
  assert.deepEqual(tail.errors, []);
});

test('[EV10] without NATS: one screening from a version on, and only a kind', async (t) => {
  const database = await testDatabase(t);
  const commit = await salesOn(t, database);
  const closed = (version: number) => new TestEntry(1, [{ ...heldFact(version), fact: { kind: 3 } }]);
  await commit(entry(1, 1, 2), closed(3), entry(1, 4), entry(2, 1));
  const tail = new Tail(t, { screening: 1, from: 2 }, portsOn(database, null));
  const kinds = new Tail(t, { screening: 1, from: 2, kind: 'sales-closed' }, portsOn(database, null));
  await tail.shows('1.2 1.3 1.4');
  await commit(entry(2, 2), closed(5), entry(1, 6));
  await tail.shows('1.2 1.3 1.4 1.5 1.6');
  await kinds.shows('1.3 1.5');
  assert.equal(tail.names, '1.2 1.3 1.4 1.5 1.6');
  assert.equal(kinds.names, '1.3 1.5');
});

test('[EV10] with NATS: the past from the journal, then the stream, no version missing and none twice', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const commit = await salesOn(t, database);
  await commit(entry(1, 1, 2, 3));
  const early = new Tail(t, { screening: 1, from: 1 }, portsOn(database, server));
  await early.shows('1.1 1.2 1.3');
  // Nobody relays yet: what it has from the journal will come again in the stream.
  await commit(entry(1, 4), entry(2, 1));
  await relayOn(t, database, server);
  for (let version = 5; version <= 30; version++) await commit(entry(1, version), entry(2, version - 3));
  const versions = (from: number, to: number): string =>
    Array.from({ length: to - from + 1 }, (_, index) => `1.${from + index}`).join(' ');
  const late = new Tail(t, { screening: 1, from: 10 }, portsOn(database, server));
  for (let version = 31; version <= 60; version++) await commit(entry(1, version));
  await early.shows('1.60');
  await late.shows('1.60');
  assert.equal(early.names, versions(1, 60));
  assert.equal(late.names, versions(10, 60));
});

test('[EV10] NATS goes away and loses its files: it is said once, the journal fills what is missing, and it goes on', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const commit = await salesOn(t, database);
  await relayOn(t, database, server);
  await commit(entry(1, 1));
  const tail = new Tail(t, { screening: 1, from: 1 }, portsOn(database, server));
  await tail.shows('1.1');
  await commit(entry(1, 2));
  await tail.shows('1.1 1.2');
  await server.kill();
  await until(
    () => tail.errors.length > 0,
    10_000,
    () => 'nothing is said',
  );
  server.forgetEverything();
  await commit(entry(1, 3), entry(1, 4));
  await server.start();
  await commit(entry(1, 5));
  await tail.shows('1.1 1.2 1.3 1.4 1.5');
  await tail.end();
  assert.equal(tail.names, '1.1 1.2 1.3 1.4 1.5');
  assert.equal(tail.errors.filter((text) => text.startsWith('NATS is away')).length, 1);
  assert.equal(tail.errors.at(-1), 'NATS is back');
});

test('[EV10] what the stream never had, the journal has: a gap is filled before it is seen', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const commit = await salesOn(t, database);
  const connection = await connectNats(parseNatsUrl(server.url), 'test', QUIET);
  t.after(() => connection.close());
  const stream = new EventStream(connection);
  const publish = (...versions: number[]): Promise<void> =>
    stream.publish(versions.map((version) => eventOf(1, heldFact(version))));
  await commit(entry(1, 1));
  const tail = new Tail(t, { screening: 1, from: 1 }, portsOn(database, server));
  await tail.shows('1.1');
  await commit(entry(1, 2, 3, 4, 5, 6));
  await publish(1, 2, 5, 6);
  await tail.shows('1.1 1.2 1.3 1.4 1.5 1.6');
  assert.equal(tail.names, '1.1 1.2 1.3 1.4 1.5 1.6');
});

test('[EV10] with NATS and without a screening no database is needed; a kind is a subject', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const commit = await salesOn(t, database);
  await relayOn(t, database, server);
  await commit(entry(1, 1));
  await whenRelayed(database);
  const tail = new Tail(t, {}, portsOn(null, server));
  const kinds = new Tail(t, { kind: 'sales-closed' }, portsOn(null, server));
  const next = await whenFollowing(tail, commit);
  let closing = next;
  while (kinds.names === '') {
    await commit(entry(99, closing), new TestEntry(99, [{ ...heldFact(closing + 1), fact: { kind: 3 } }]));
    closing += 2;
    await new Promise(setImmediate);
  }
  await commit(entry(1, 2));
  await tail.shows('1.2');
  assert.ok(!tail.names.includes('1.1'));
  assert.ok(
    kinds.names.split(' ').every((name) => (Number(name.slice(3)) - next) % 2 === 1),
    kinds.names,
  );
});

test('[EV10] a server that relays while this one looks at the database: it is said that some will be missing', async (t) => {
  const [database, server] = [await testDatabase(t), await startNats(t)];
  const commit = await salesOn(t, database);
  await relayOn(t, database, server);
  await commit(entry(1, 1));
  await whenRelayed(database);
  const tail = new Tail(t, {}, portsOn(database, null));
  await until(
    () => tail.errors.length > 0,
    5_000,
    () => 'nothing is said',
  );
  assert.match(tail.errors[0] ?? '', /set NATS_URL too/);
});

test('[EV10] a line for people: what happened where, and nothing that a terminal would obey', () => {
  const { ports } = portsOn(null, null);
  const line = (fact: Parameters<typeof eventOf>[1]['fact']): string =>
    eventLine(eventOf(12, { ...heldFact(34), fact }), ports);
  const start = '2025-11-24T16:00:00.034Z  screening 12  version 34  ';
  assert.equal(
    line({ kind: 4, hold: 34, buyer: 'b1', seats: [5, 6], deadlineMs: 1_764_000_600_000 }),
    `${start}held               hold 34, buyer b1, seats 5 6, deadline 2025-11-24T16:10:00.000Z`,
  );
  assert.equal(
    line({ kind: 8, hold: 3, order: 'o', payer: 'p', lines: [{ seat: 1, type: 2, priceCents: 1500 }], deadlineMs: 0 }),
    `${start}payment-begun      hold 3, order o, buyer p, lines seat:1/type:2/price-cents:1500, deadline 1970-01-01T00:00:00.000Z`,
  );
  assert.equal(line({ kind: 2 }), `${start}sales-opened`);
  const hostile = line({ kind: 14, seats: [1], reason: 'a\nb \u001b[31m \u009b31m "c"' });
  assert.equal(hostile, `${start}blocked            seats 1, reason "a\\nb \\u001b[31m ?31m \\"c\\""`);
});

test('[EV10] wrong usage is told, with examples in the help', async () => {
  const said: string[] = [];
  const run = async (...words: string[]): Promise<string> => {
    const { ports } = portsOn(null, null);
    const program = new Command('poltrona');
    registerEvents(program, ports);
    const quiet = (command: Command): void => {
      command
        .exitOverride()
        .configureOutput({ writeOut: (text) => said.push(text), writeErr: (text) => said.push(text) });
      for (const child of command.commands) quiet(child);
    };
    quiet(program);
    said.length = 0;
    await assert.rejects(program.parseAsync(['events', 'tail', ...words], { from: 'user' }));
    return said.join('');
  };
  assert.match(await run('--from', '3'), /--from needs --screening/);
  assert.match(await run('--kind', 'bought'), /There are the kinds owner-changed, /);
  assert.match(await run('--screening', '0'), /A whole number from 1 is needed/);
  assert.match(await run('--help'), /\$ poltrona events tail --screening 4711 --from 1/);
});

test('[EV10] no NATS at its address: one sentence', async () => {
  const said = portsOn(null, null);
  const ports = { ...said.ports, environment: { NATS_URL: 'nats://user:secret@127.0.0.1:1' } };
  await assert.rejects(
    tailEvents({}, ports, new AbortController().signal),
    /^Error: NATS does not answer at 127\.0\.0\.1:1: is NATS_URL right\?$/,
  );
});

/** The command as a process of its own, without the rest of the program. */
const PROCESS = `
  import { Command } from 'commander';
  const { registerEvents } = await import(process.argv[1]);
  const { processPorts } = await import(process.argv[2]);
  const program = new Command('poltrona');
  registerEvents(program, processPorts);
  await program.parseAsync(process.argv.slice(3), { from: 'user' });`;

for (const hasNats of [true, false]) {
  test(`[EV10] Ctrl-C ends it with exit code 0, ${hasNats ? 'with' : 'without'} NATS`, async (t) => {
    const database = await testDatabase(t);
    const server = hasNats ? await startNats(t) : null;
    const commit = await salesOn(t, database);
    await commit(entry(1, 1));
    const files = ['events-command.js', 'ports.js'].map((name) => new URL(name, import.meta.url).href);
    const words = ['events', 'tail', '--screening', '1', '--from', '1'];
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROCESS, ...files, ...words], {
      env: { ...process.env, DATABASE_URL: urlOf(database), NATS_URL: server?.url ?? '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    let out = '';
    let errors = '';
    child.stdout.on('data', (piece: Buffer) => (out += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    await until(
      () => out.includes('version 1  held'),
      15_000,
      () => `${out}${errors}`,
    );
    child.kill('SIGINT');
    assert.equal(await ended, 0, errors);
    assert.equal(errors, '');
  });
}

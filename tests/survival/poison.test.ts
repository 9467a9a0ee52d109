/**
 * A bug in one screening: its facts cannot be replayed, or its memory is wrong and an assertion fires. From outside there is
 * no way to make either (random-commands.test.ts tries), so that the database is damaged by hand here. Whatever
 * happens to that screening, its neighbours on the same thread must not notice.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Received } from '../../server/protocol/server-frame.ts';
import { auditDatabase } from '../../storage/audit.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { shardOf } from '../../workers/shard-map.ts';
import type { Random } from '../simulation/random.ts';
import { until } from '../support/deadline.ts';
import { connected, testDatabase } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { type ServerProcess, startServer } from '../support/server-process.ts';
import { newRequestId, TestClient } from '../support/test-client.ts';
import { Load } from './load.ts';
import { scenario } from './rounds.ts';

const THREADS = 2;

test('[I6] a screening whose facts cannot be replayed is refused, again and again; its neighbours sell, and the log names it', async (t) => {
  const { random } = scenario(t, 1);
  const { database, sick, neighbours } = await threadOf(t);
  const shard = await connected(t, database, 'shard');
  // A seat that the hall does not have.
  await shard.query(
    `insert into journal (screening, version, epoch, at_ms, kind, request_id, fingerprint, body)
     values ($1, 1, 1, 0, 1, null, 0, '[0]'), ($1, 2, 1, 0, 4, 'a-request-of-nobody', 0, '[2,"nobody",[100000],0]')`,
    [sick],
  );
  const server = await startServer(t, { database });
  const load = startLoad(t, server, neighbours, random);
  await load.whenAccepted(50);
  const gone: Received[] = [];
  const client = await TestClient.connect({
    server: () => server.webSocketUrl,
    history: [],
    onMessage: (message) => gone.push(message),
  });
  t.after(() => client.close());
  client.send([{ op: ClientOp.watch, screening: sick, epoch: 0, version: 0 }]);
  const hold = client.command({ op: ClientOp.hold, screening: sick, seats: [0], hold: 0 });
  hold.catch(() => {});
  const { cause } = await server.whenLogged(
    ({ msg, screening }) => msg.includes('could not be loaded') && screening === sick,
  );
  assert.match(JSON.stringify(cause), /100000/);
  // It goes on asking while others buy; the tries get rarer.
  await load.whenAccepted(300);
  await until(
    () => server.said('could not be loaded').length >= 4,
    15_000,
    () => 'it is not tried again',
  );
  const tries = server.said('could not be loaded');
  for (const { screening } of tries) assert.equal(screening, sick);
  const timesMs = tries.slice(0, 4).map(({ time }) => Date.parse(String(time)));
  const pausesMs = timesMs.slice(1).map((time, index) => time - timesMs[index]!);
  t.diagnostic(`pauses between tries: ${pausesMs.join(', ')} ms`);
  assert.ok(pausesMs[2]! > pausesMs[0]!, 'the pauses do not grow: a crash loop');
  assert.equal(client.underWay, 1, 'a screening that cannot be loaded answered');
  assert.deepEqual(
    gone.filter(({ op }) => op === ServerOp.snapshot),
    [],
  );
  client.close();
  await finish(t, server, load, database, sick);
});

test('a poison command stops one actor once: refused as failed, refused again without a reload, the screening and its neighbours go on', async (t) => {
  const { random } = scenario(t, 1);
  const { database, sick, neighbours } = await threadOf(t);
  let server = await startServer(t, { database });
  const options = { server: () => server.webSocketUrl, history: [] };
  const [ana, bia] = await Promise.all([TestClient.connect(options), TestClient.connect(options)]);
  assert.ok(ana !== undefined && bia !== undefined);
  t.after(() => {
    ana.close();
    bia.close();
  });
  assert.equal((await bia.command({ op: ClientOp.hold, screening: sick, seats: [5], hold: 0 })).code, 0);
  assert.equal((await server.stop()).code, 0);

  // A snapshot in which one hold is of two buyers: it can be read, and breaks when one of them lets go of both seats.
  const shard = await connected(t, database, 'shard');
  const { rows } = await shard.query<{ version: number; epoch: number; seatMap: string }>(
    `select max(version) as version, max(epoch) as epoch,
       (select seat_map_id from screenings where id = $1) as "seatMap" from journal where screening = $1`,
    [sick],
  );
  const { version = 0, epoch = 0, seatMap = 0 } = rows[0] ?? {};
  const holds = [ana, bia].map(({ buyer }, seat) => [version, buyer, [seat], 0, [], 0, null]);
  const state = {
    format: 2,
    screening: sick,
    seatMap: Number(seatMap),
    seatCount: 400,
    version,
    epoch,
    salesOpen: true,
    blocked: [],
    holds,
    orders: [],
    answered: [],
  };
  await shard.query('insert into snapshots (screening, version, epoch, at_ms, state) values ($1, $2, $3, 0, $4)', [
    sick,
    version,
    epoch,
    JSON.stringify(state),
  ]);

  server = await startServer(t, { database });
  await Promise.all([ana.whenWelcome(), bia.whenWelcome()]);
  const load = startLoad(t, server, neighbours, random);
  await load.whenAccepted(50);
  const requestId = newRequestId();
  const poison = { op: ClientOp.release, screening: sick, hold: version, seats: [0, 1] } as const;
  assert.equal((await bia.command(poison, requestId)).code, OutcomeCode.failed);
  const line = await server.whenLogged(({ msg }) => msg.includes('an actor stopped on a bug'));
  assert.equal(line['screening'], sick);
  assert.equal(line['requestId'], requestId);
  assert.equal(line['command'], 'release');
  for (let again = 0; again < 20; again++)
    assert.equal((await bia.command(poison, requestId)).code, OutcomeCode.failed);
  assert.equal(server.said('an actor stopped on a bug').length, 1, 'the same command stopped the actor again');
  // The screening itself is back, for everybody who asks for something sensible.
  const held = await ana.command({ op: ClientOp.hold, screening: sick, seats: [7], hold: 0 });
  assert.equal(held.code, OutcomeCode.accepted);
  await load.whenAccepted(300);
  await finish(t, server, load, database, sick);
});

interface OneThread {
  readonly database: DatabaseConfig;
  readonly sick: number;
  /** On the thread of the sick one, all of them. */
  readonly neighbours: readonly number[];
}

async function threadOf(t: TestContext): Promise<OneThread> {
  const database = await testDatabase(t);
  const [sick, ...others] = await addScreenings(database, { count: 24, rows: 20, columns: 20 });
  assert.ok(sick !== undefined);
  const threadOfScreening = (screening: number): number => shardOf(screening) % THREADS;
  const neighbours = others.filter((screening) => threadOfScreening(screening) === threadOfScreening(sick));
  assert.ok(neighbours.length > 3);
  return { database, sick, neighbours };
}

function startLoad(t: TestContext, server: ServerProcess, screenings: readonly number[], random: Random): Load {
  const load = new Load({ clients: 8, screenings, seatCount: 400, server: () => server.webSocketUrl, random });
  t.after(() => load.abandon());
  return load;
}

/** The audit finds what we did to one screening, and nothing else; the server stops as always. */
async function finish(
  t: TestContext,
  server: ServerProcess,
  load: Load,
  database: DatabaseConfig,
  sick: number,
): Promise<void> {
  await load.stop();
  // The longest a neighbour had to wait is bounded by its client's deadline; nobody was told that it failed.
  assert.deepEqual(
    load.history.filter(({ answer }) => answer?.code === OutcomeCode.failed),
    [],
  );
  assert.equal(server.hasExited, false);
  const pool = createPool(database, 'reader', 'survival audit', 1);
  const { violations } = await auditDatabase(pool);
  await pool.end();
  assert.ok(violations.length > 0, 'the audit does not see the damage');
  assert.deepEqual(
    violations.filter(({ screening }) => screening !== sick),
    [],
  );
  t.diagnostic(`${load.accepted} accepted; the audit says: ${violations[0]?.message}`);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
}

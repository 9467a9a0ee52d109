import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { CuttingProxy } from '../../tests/support/cutting-proxy.ts';
import { deadline } from '../../tests/support/deadline.ts';
import { testDatabase } from '../../tests/support/postgres.ts';
import { createPool, type DatabaseConfig } from '../database.ts';
import { inTransaction } from '../in-transaction.ts';
import { SILENT_LOG } from '../log.ts';
import { addKey, revokeKey } from './api-keys.ts';
import { COOKIE_LIVES_MAX_MS, SessionEnds } from './session-ends.ts';
import { addSession, endSession, endSessionsOf, findSession, newSessionId, sessionName } from './sessions.ts';

/** Names as they are told, to be waited for. */
class Told {
  readonly names: string[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  readonly note = (name: string): void => {
    this.names.push(name);
    for (const { count, resolve } of this.#waiting) if (this.names.length >= count) resolve();
  };

  async atLeast(count: number): Promise<string[]> {
    const told = new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
    if (this.names.length < count) await deadline(told, 10_000, () => `told of ${this.names.length} ends`);
    return this.names;
  }
}

async function follow(
  t: TestContext,
  database: DatabaseConfig,
  more: { endsMax?: number; nowMs?: () => number } = {},
): Promise<{ ends: SessionEnds; told: Told }> {
  const told = new Told();
  const ends = new SessionEnds({ database, log: SILENT_LOG, onEnded: told.note, nowMs: Date.now, retryMs: 1, ...more });
  await ends.start();
  t.after(() => ends.stop());
  return { ends, told };
}

async function session(pool: pg.Pool, subject: string): Promise<string> {
  const id = newSessionId();
  await inTransaction(pool, (client) => addSession(client, id, 'buyer', subject, new Date(Date.now() + 3_600_000)));
  return sessionName(id);
}

function poolOf(t: TestContext, config: DatabaseConfig): pg.Pool {
  const pool = createPool(config, 'accounts', 'test', 4);
  t.after(() => pool.end());
  return pool;
}

test('[AC30] the end of a session is told to every node in its transaction, and known there without a query', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const [one, two] = await Promise.all([follow(t, config), follow(t, config)]);
  const names = [await session(pool, 'ana'), await session(pool, 'ana'), await session(pool, 'bea')];
  assert.equal(two.ends.isEnded(names[0] ?? '', Date.now()), false);
  assert.equal(await endSession(pool, names[2] ?? ''), true);
  assert.equal(await endSession(pool, names[2] ?? ''), false, 'once');
  await inTransaction(pool, (client) => endSessionsOf(client, 'buyer', 'ana'));
  for (const { ends, told } of [one, two]) {
    assert.deepEqual((await told.atLeast(3)).slice().sort(), names.slice().sort());
    for (const name of names) assert.equal(ends.isEnded(name, Date.now()), true);
  }
  assert.equal(await findSession(pool, names[0] ?? ''), null);
});

test('[AC30] what is rolled back has not ended', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const { ends, told } = await follow(t, config);
  const [kept, ended] = [await session(pool, 'ana'), await session(pool, 'bea')];
  await inTransaction(pool, (client) => endSessionsOf(client, 'buyer', 'ana'), false);
  await endSession(pool, ended);
  assert.deepEqual(await told.atLeast(1), [ended]);
  assert.equal(ends.isEnded(kept, Date.now()), false);
});

test('[AC31] a node that starts, or comes back after a broken line, learns what ended meanwhile', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const before = await session(pool, 'ana');
  await endSession(pool, before);
  const proxy = await CuttingProxy.start(t, config);
  const { ends, told } = await follow(t, proxy.config);
  assert.deepEqual(told.names, [before]);
  assert.equal(ends.isCurrent, true);

  const missed = await session(pool, 'bea');
  proxy.refuseConnections();
  proxy.cutNow();
  await endSession(pool, missed);
  assert.equal(ends.isEnded(before, Date.now()), true, 'what it knew it still knows');
  proxy.reset();
  assert.deepEqual(await told.atLeast(2), [before, missed], 'and each is told once');
});

test('[AC31] it can be stopped while it looks for the database, and at once', async (t) => {
  const config = await testDatabase(t);
  // Takes every connection, and says nothing.
  const sockets = new Set<Socket>();
  let isMute: () => void = () => {};
  const muted = new Promise<void>((resolve) => {
    isMute = resolve;
  });
  const mute = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    isMute();
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const { port } = mute.address() as AddressInfo;
  const ends = new SessionEnds({
    database: { ...config, host: '127.0.0.1', port },
    ...{ log: SILENT_LOG, onEnded: () => {}, nowMs: Date.now, retryMs: 1 },
  });
  const started = assert.rejects(ends.start(), /the line is gone/);
  await muted;
  await ends.stop();
  await deadline(started, 10_000, () => 'it still waits for the database');
});

test('[AC32] at the bound the oldest ends are dropped, and with them the belief in all cookies of that time', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const startMs = Date.now();
  let nowMs = startMs;
  const { ends, told } = await follow(t, config, { endsMax: 4, nowMs: () => nowMs });
  const names: string[] = [];
  for (let count = 1; count <= 5; count++) {
    const name = await session(pool, `buyer-${count}`);
    names.push(name);
    nowMs = startMs + count * 3_600_000;
    await endSession(pool, name);
    await told.atLeast(count);
  }
  const issuedMs = startMs - 1;
  for (const name of names) assert.equal(ends.isEnded(name, issuedMs), true);
  assert.equal(ends.isEnded('a session of that time that never ended', issuedMs), true);
  assert.equal(ends.isEnded('a session with a new cookie', nowMs), false);
  // Those that are still remembered need no belief.
  assert.equal(ends.isEnded(names[4] ?? '', nowMs), true);
});

test('[AC32] ends whose cookies have expired are forgotten first, and cost nobody anything', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const startMs = Date.now();
  let nowMs = startMs;
  const { ends, told } = await follow(t, config, { endsMax: 2, nowMs: () => nowMs });
  for (const count of [1, 2, 3]) {
    await endSession(pool, await session(pool, `buyer-${count}`));
    await told.atLeast(count);
    nowMs += COOKIE_LIVES_MAX_MS / 2 + 1;
  }
  assert.equal(ends.isEnded('a session of that time', startMs), false);
});

test('[AC32] a node that starts with more ends than it can remember believes old cookies no more', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const names = [await session(pool, 'a'), await session(pool, 'b'), await session(pool, 'c')];
  for (const name of names) await endSession(pool, name);
  const { ends } = await follow(t, config, { endsMax: 2 });
  assert.equal(ends.isEnded(names[0] ?? '', Date.now() - 1_000), true, 'not remembered, not believed');
  assert.equal(ends.isEnded('a new one', Date.now() + 600_000), false);
});

test('[AC33] a revoked key is told in the same way', async (t) => {
  const config = await testDatabase(t);
  const pool = poolOf(t, config);
  const { told } = await follow(t, config);
  const everything = { role: 'administrator', exhibitorId: null, cinemaIds: null, scopes: null, expiresAt: null };
  const { id } = await inTransaction(pool, (client) => addKey(client, { name: 'k', createdBy: 'test', ...everything }));
  assert.equal(await inTransaction(pool, (client) => revokeKey(client, id)), true);
  assert.deepEqual(await told.atLeast(1), [`key:${id}`]);
});

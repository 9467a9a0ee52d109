/** Membership with a real NATS and real time, where the simulation's store might be kinder than the real one. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { until } from '../../tests/support/deadline.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { SHARDS } from '../shard-map.ts';
import { Membership } from './membership.ts';
import { monotonicMs } from './monotonic.ts';
import { connectNats, parseNatsUrl } from './nats-connection.ts';
import { LEASE_STREAM, natsLeaseStore } from './nats-lease-store.ts';
import { NO_LOAD } from './node-record.ts';

const LEASE_MS = 1_500;
const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

async function start(t: TestContext, server: NatsServer, node: string, epochs: Int32Array) {
  const connection = await connectNats(parseNatsUrl(server.url), node, QUIET);
  const running = { lapses: 0, connection };
  const membership = new Membership(
    { node, name: node, build: 'test', threads: 1, leaseMs: LEASE_MS, startedMs: Date.now() },
    {
      leases: natsLeaseStore(connection, { leaseMs: LEASE_MS, log: () => {} }),
      allocateEpochs: (shards) => Promise.resolve(new Map(shards.map((shard) => [shard, ++epochs[shard]!]))),
      assign: () => Promise.resolve(),
      release: () => Promise.resolve(),
      ownersChanged: () => {},
      clockHeard: () => {},
      canStore: () => true,
      leaseValidUntil: (untilMs) => {
        if (untilMs === 0) running.lapses++;
      },
      load: () => NO_LOAD,
      monotonicMs,
      nowMs: Date.now,
      after: (ms, callback) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      log: () => {},
    },
  );
  await membership.start();
  t.after(async () => {
    await membership.leave();
    await connection.close();
  });
  return Object.assign(running, { membership });
}

test('[LE18][LE19] two nodes share the shards through a lost bucket, a pause and a restart of a real NATS', async (t) => {
  const server = await startNats(t);
  const epochs = new Int32Array(SHARDS);
  const ana = await start(t, server, 'ana-1', epochs);
  const bia = await start(t, server, 'bia-2', epochs);
  const owned = (): number[] => [ana.membership.state.owned, bia.membership.state.owned];
  const isShared = () => owned().join() === '128,128' && ana.membership.state.orphaned === 0;
  const told = () => `${owned()}`;
  await until(isShared, 5_000, told);
  const before = [...epochs];
  await (await jetstreamManager(ana.connection)).streams.delete(LEASE_STREAM);
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
  server.signal('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS / 3));
  server.signal('SIGCONT');
  await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
  assert.ok(isShared(), told());
  assert.deepEqual([[...epochs], ana.lapses, bia.lapses], [before, 0, 0]);
  await server.kill();
  await until(() => ana.lapses > 0 && bia.lapses > 0 && owned().join() === '0,0', 5_000, told);
  server.forgetEverything();
  await server.start();
  await until(isShared, 10_000, told);
  for (const [shard, epoch] of before.entries()) assert.ok(epochs[shard]! > epoch);
  await ana.membership.leave();
  await until(() => bia.membership.state.owned === SHARDS, 2_000, told);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { deadline, until } from '../../tests/support/deadline.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { WrongRevision } from './lease-store.ts';
import { connectNats, parseNatsUrl } from './nats-connection.ts';
import { LEASE_STREAM, natsLeaseStore } from './nats-lease-store.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

async function store(t: TestContext, server: NatsServer, leaseMs = 2_000) {
  const connection = await connectNats(parseNatsUrl(server.url), 'test', QUIET);
  t.after(() => connection.close());
  const logged: string[] = [];
  const leases = natsLeaseStore(connection, { leaseMs, log: (_, message) => void logged.push(message) });
  const heard: string[] = [];
  leases.watch((node, text) => heard.push(`${node}=${text}`));
  const whenHeard = (text: string) =>
    until(
      () => heard.includes(text),
      5_000,
      () => `${text} not in ${heard}`,
    );
  return { leases, heard, whenHeard, connection, logged };
}

test('[LE27] a lease is made, read, listed, written over at its revision only, and deleted', async (t) => {
  const { leases } = await store(t, await startNats(t));
  assert.equal(await leases.get('ana'), null);
  assert.deepEqual(await leases.list(), []);
  const first = await leases.write('ana', 'one', 0);
  await assert.rejects(leases.write('ana', 'two', 0), WrongRevision);
  const second = await leases.write('ana', 'two', first);
  await assert.rejects(leases.write('ana', 'three', first), WrongRevision);
  assert.deepEqual(await leases.get('ana'), { revision: second, text: 'two' });
  await leases.write('bia', 'x', 0);
  assert.deepEqual([...(await leases.list())].sort(), ['ana', 'bia']);
  await leases.delete('ana');
  const deleted = await leases.get('ana');
  assert.equal(deleted?.text, null);
  // It may come back, over the mark that the deletion left.
  await leases.write('ana', 'four', deleted?.revision ?? 0);
});

test('[LE27] everybody hears every write and deletion', async (t) => {
  const server = await startNats(t);
  const near = await store(t, server);
  const far = await store(t, server);
  await far.connection.flush();
  await near.leases.write('ana', 'one', 0);
  await near.leases.delete('ana');
  await far.whenHeard('ana=null');
  assert.deepEqual(far.heard, ['ana=one', 'ana=null']);
});

test('[LE27] a key that is not written again is gone after the lease', async (t) => {
  const { leases } = await store(t, await startNats(t), 500);
  await leases.write('ana', 'one', 0);
  await until(
    async () => (await leases.get('ana')) === null,
    5_000,
    () => 'still there',
  );
  assert.deepEqual(await leases.list(), []);
});

test('[LE27] keys live as long as the longest lease of all nodes', async (t) => {
  const server = await startNats(t);
  const near = await store(t, server, 1_000);
  const far = await store(t, server, 4_000);
  await near.leases.write('ana', 'one', 0);
  await far.leases.write('bia', 'one', 0);
  const manager = await jetstreamManager(near.connection);
  assert.equal((await manager.streams.info(LEASE_STREAM)).config.max_age, 4e9);
  assert.equal(far.logged.length, 1);
});

test('[LE18] a bucket that was deleted is made again, and writes of others are heard as before', async (t) => {
  const server = await startNats(t);
  const near = await store(t, server);
  const far = await store(t, server);
  await far.connection.flush();
  const revision = await near.leases.write('ana', 'one', 0);
  await (await jetstreamManager(near.connection)).streams.delete(LEASE_STREAM);
  // The first attempt finds it missing, the next one makes it.
  await near.leases.write('ana', 'two', revision).catch(() => {});
  await assert.rejects(near.leases.write('ana', 'two', revision), WrongRevision);
  assert.equal(await near.leases.get('ana'), null);
  await near.leases.write('ana', 'three', 0);
  await far.whenHeard('ana=three');
});

test('[LE19] a NATS that was killed, and lost everything, is found again by itself', async (t) => {
  const server = await startNats(t);
  const near = await store(t, server, 1_000);
  const far = await store(t, server, 1_000);
  await near.leases.write('ana', 'one', 0);
  await server.kill();
  await assert.rejects(deadline(near.leases.get('ana'), 2_000, () => 'no answer'));
  server.forgetEverything();
  await server.start();
  await until(
    async () => {
      try {
        const stored = await near.leases.get('ana');
        await near.leases.write('ana', 'two', stored?.revision ?? 0);
        return far.heard.includes('ana=two');
      } catch {
        return false;
      }
    },
    10_000,
    () => `${far.heard}`,
  );
});

test('[LE19] a frozen NATS answers nothing, and after it goes on nothing is missing', async (t) => {
  const server = await startNats(t);
  const { leases } = await store(t, server, 1_000);
  await leases.write('ana', 'one', 0);
  const answers = () =>
    leases.get('ana').then(
      () => true,
      () => false,
    );
  server.signal('SIGSTOP');
  // A signal arrives when it arrives.
  await until(
    async () => !(await answers()),
    5_000,
    () => 'it still answers',
  );
  server.signal('SIGCONT');
  await until(answers, 5_000, () => 'no answer');
  assert.equal((await leases.get('ana'))?.text, 'one');
});

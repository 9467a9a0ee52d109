/**
 * deploy/nats.conf and deploy/nats-cluster.conf on a real nats-server: what a node needs it may do, and nobody else may.
 * Ports, the folder and, for a server older than 2.10, the line `sync_interval` are the test's own.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { packageRoot } from '../../storage/package-root.ts';
import { deadline, until } from '../support/deadline.ts';
import { freePort } from '../support/nats.ts';
import { programPath } from '../support/programs.ts';

const PASSWORDS = {
  NATS_NODE_PASSWORD: 'nodesecret',
  NATS_READER_PASSWORD: 'readersecret',
  NATS_ROUTE_PASSWORD: 'routesecret',
};
const SUBJECT = 'poltrona.shard.17.4';
const DEADLINE_MS = 10_000;

interface Started {
  readonly port: number;
  kill(): Promise<void>;
}

function isOld(): boolean {
  const [, major = '0', minor = '0'] =
    /v(\d+)\.(\d+)/.exec(spawnSync(programPath('nats-server'), ['-v'], { encoding: 'utf8' }).stdout) ?? [];
  return Number(major) * 1000 + Number(minor) < 2010;
}

/** The shipped files in a folder of the test's own, with the places of this machine. */
function configure(ports: { readonly client: number; readonly monitor: number; readonly cluster: number }): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-nats-conf-'));
  // Last of all: what is told to `t.after` is done in the order of telling, and the servers are started later.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['nats.conf', 'nats-cluster.conf']) {
    const shipped = readFileSync(path.join(packageRoot(), 'deploy', name), 'utf8');
    const text = shipped
      .replace('0.0.0.0:4222', `127.0.0.1:${ports.client}`)
      .replace('127.0.0.1:8222', `127.0.0.1:${ports.monitor}`)
      .replace('0.0.0.0:6222', `127.0.0.1:${ports.cluster}`)
      .replace('/var/lib/nats', path.join(folder, 'store'))
      .replace(/^ *sync_interval: always\n/m, (line) => (isOld() ? '' : line));
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

async function start(
  t: TestContext,
  file: string,
  port: number,
  environment: Readonly<Record<string, string>>,
): Promise<Started> {
  const child: ChildProcess = spawn(programPath('nats-server'), ['-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...PASSWORDS, ...environment },
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  };
  t.after(kill);
  await until(
    () => {
      assert.equal(child.exitCode, null, log);
      return log.includes('Server is ready');
    },
    DEADLINE_MS,
    () => log,
  );
  return { port, kill };
}

async function startShipped(t: TestContext): Promise<Started> {
  const [client, monitor, cluster] = [await freePort(), await freePort(), await freePort()];
  const folder = configure({ client, monitor, cluster });
  return start(t, path.join(folder, 'nats.conf'), client, {});
}

async function login(t: TestContext, port: number, user: 'node' | 'reader'): Promise<NatsConnection> {
  const connection = await connect({
    port,
    user,
    pass: user === 'node' ? PASSWORDS.NATS_NODE_PASSWORD : PASSWORDS.NATS_READER_PASSWORD,
    reconnect: false,
    ...(user === 'reader' ? { inboxPrefix: '_INBOX_reader' } : {}),
  });
  t.after(() => connection.close());
  return connection;
}

/** Permissions are told as an error of the connection. Resolves with the subject that was refused. */
async function refusal(connection: NatsConnection, attempt: () => void): Promise<string> {
  const told = (async () => {
    for await (const status of connection.status()) if (status.type === 'error') return status.error.message;
    return 'closed';
  })();
  attempt();
  await connection.flush();
  return deadline(told, DEADLINE_MS, () => 'nothing was refused');
}

async function makeEvents(node: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(node);
  await manager.streams.add({ name: 'poltrona-events', subjects: ['poltrona.events.>'] });
  await manager.consumers.add('poltrona-events', { durable_name: 'mail', ack_policy: AckPolicy.Explicit });
}

test('[D11] a node may do what nodes do: commands, answers, leases, events', async (t) => {
  const { port } = await startShipped(t);
  const [a, b] = [await login(t, port, 'node'), await login(t, port, 'node')];
  a.subscribe(SUBJECT, { callback: (_error, message) => void message.respond('sold') });
  await a.flush();
  assert.equal((await b.request(SUBJECT, 'sell', { timeout: DEADLINE_MS })).string(), 'sold');
  const bucket = await new Kvm(a).create('poltrona-nodes', { ttl: 3_000, history: 1, allow_direct: false });
  const revision = await bucket.create('node.a', 'up');
  assert.ok((await bucket.update('node.a', 'draining', revision)) > revision);
  await assert.rejects(bucket.update('node.a', 'up', revision), /wrong last sequence/);
  const watch = await (await new Kvm(b).open('poltrona-nodes')).watch();
  for await (const entry of watch) {
    assert.equal(entry.string(), 'draining');
    break;
  }
  await bucket.delete('node.a');
  await makeEvents(a);
  const published = await jetstream(a).publish('poltrona.events.sold', '{}', { msgID: '1.1' });
  assert.equal(published.seq, 1);
  const tail = await jetstream(b).consumers.get('poltrona-events');
  const first = await tail.next({ expires: DEADLINE_MS });
  assert.equal(first?.subject, 'poltrona.events.sold');
});

test('[D11] a node removes no stream, and nothing that is not Poltrona\u2019s', async (t) => {
  const { port } = await startShipped(t);
  const node = await login(t, port, 'node');
  await makeEvents(node);
  assert.match(await refusal(node, () => node.publish('$JS.API.STREAM.DELETE.poltrona-events')), /STREAM\.DELETE/);
  assert.match(await refusal(node, () => node.publish('orders.created')), /orders\.created/);
  assert.match(await refusal(node, () => node.subscribe('>')), /">"/);
});

test('[D12] nobody comes in without a name and its password', async (t) => {
  const { port } = await startShipped(t);
  const attempts = [
    {},
    { user: 'node' },
    { user: 'node', pass: 'wrong' },
    { user: 'root', pass: PASSWORDS.NATS_NODE_PASSWORD },
    { token: 'x' },
  ];
  for (const credentials of attempts) {
    await assert.rejects(connect({ port, reconnect: false, ...credentials }), /authorization violation/i);
  }
});

test('[D12] a reader gets the events that an operator let it have, and can send no command', async (t) => {
  const { port } = await startShipped(t);
  const node = await login(t, port, 'node');
  await makeEvents(node);
  await new Kvm(node).create('poltrona-nodes');
  await jetstream(node).publish('poltrona.events.sold', '{"seat":1}');
  const reader = await login(t, port, 'reader');
  const mail = await jetstream(reader).consumers.get('poltrona-events', 'mail');
  const event = await mail.next({ expires: DEADLINE_MS });
  assert.deepEqual(event?.json(), { seat: 1 });
  assert.equal(await event?.ackAck(), true);
  for (const subject of [
    SUBJECT,
    'poltrona.events.sold',
    '$KV.poltrona-nodes.node.a',
    '_INBOX.x',
    '$JS.API.CONSUMER.CREATE.poltrona-events',
    '$JS.API.STREAM.CREATE.X',
  ]) {
    assert.ok((await refusal(reader, () => reader.publish(subject, '{}'))).includes(subject), subject);
  }
  for (const subject of ['>', 'poltrona.>', SUBJECT, '_INBOX.>']) {
    assert.ok((await refusal(reader, () => reader.subscribe(subject))).includes(subject), subject);
  }
});

test('[D12] its numbers are told to its own machine only', () => {
  assert.match(readFileSync(path.join(packageRoot(), 'deploy/nats.conf'), 'utf8'), /^http: "127\.0\.0\.1:8222"$/m);
});

test('[D13] what NATS has acknowledged is on its disk', () => {
  const text = readFileSync(path.join(packageRoot(), 'deploy/nats.conf'), 'utf8');
  assert.match(text, /^jetstream \{\n(?: {2}.*\n)* {2}sync_interval: always\n/m);
});

test('[D13] of three servers one may fail: leases and events go on', async (t) => {
  const ports: { client: number; monitor: number; cluster: number }[] = [];
  for (let i = 0; i < 3; i++)
    ports.push({ client: await freePort(), monitor: await freePort(), cluster: await freePort() });
  const route = (i: number): string => `nats://route:${PASSWORDS.NATS_ROUTE_PASSWORD}@127.0.0.1:${ports[i]!.cluster}`;
  const servers = await Promise.all(
    ports.map((each, i) =>
      start(t, path.join(configure(each), 'nats-cluster.conf'), each.client, {
        NATS_NAME: `n${i}`,
        NATS_ROUTE_A: route(0),
        NATS_ROUTE_B: route(1),
        NATS_ROUTE_C: route(2),
      }),
    ),
  );
  const node = await connect({
    servers: ports.map(({ client }) => `127.0.0.1:${client}`),
    user: 'node',
    pass: PASSWORDS.NATS_NODE_PASSWORD,
    reconnectTimeWait: 50,
    maxReconnectAttempts: -1,
  });
  t.after(() => node.close());
  /** The three have to agree on a leader first, and again after each loss. */
  const whenLed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    let result: { value: Result } | null = null;
    let last: unknown;
    await until(
      async () => {
        result = await work().then(
          (value) => ({ value }),
          (cause: unknown) => {
            last = cause;
            return null;
          },
        );
        return result !== null;
      },
      30_000,
      () => `no leader: ${String(last)}`,
    );
    return result!.value;
  };
  const bucket = await whenLed(() => new Kvm(node).create('poltrona-nodes', { replicas: 3, ttl: 60_000 }));
  await whenLed(() => bucket.put('node.a', 'before'));
  await servers[0]!.kill();
  await whenLed(() => bucket.put('node.b', 'after'));
  const kept = await whenLed(() => bucket.get('node.a'));
  assert.equal(kept?.string(), 'before');
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Command } from 'commander';
import { heardPorts } from '../../tests/support/heard-ports.ts';
import { type NatsServer, startNats } from '../../tests/support/nats.ts';
import { connectNats, type NatsConnection, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import { natsLeaseStore } from '../../workers/cluster/nats-lease-store.ts';
import { serveControl } from '../../workers/cluster/node-control.ts';
import { NO_LOAD, type NodeRecord, writeRecord } from '../../workers/cluster/node-record.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { registerNodes } from './nodes-command.ts';

const QUIET = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };

async function nodes(server: NatsServer | null, ...words: readonly string[]) {
  const { ports, out, errors, exit } = heardPorts({ environment: server === null ? {} : { NATS_URL: server.url } });
  const program = new Command().exitOverride();
  registerNodes(program, ports);
  await program.parseAsync(['node', 'poltrona', 'nodes', ...words]);
  return { out, errors, code: exit.code };
}

/** Nodes that only write their records and obey; `ana` owns the first shards, `bia` the others. */
async function twoNodes(t: TestContext) {
  const server = await startNats(t);
  const connection = await connectNats(parseNatsUrl(server.url), 'test', QUIET);
  t.after(() => connection.close());
  const store = natsLeaseStore(connection, { leaseMs: 60_000, log: () => {} });
  const revisions = new Map<string, number>();
  const write = async (record: NodeRecord): Promise<void> => {
    const { node } = record;
    revisions.set(node, await store.write(node, writeRecord(record), revisions.get(node) ?? 0));
  };
  const ana = record('ana-111111', 0, 100);
  const bia = record('bia-222222', 100, SHARDS - 1);
  await write(ana);
  await write(bia);
  return { server, connection, store, write, ana, bia };
}

function record(node: string, from: number, to: number): NodeRecord {
  const claims = Array.from({ length: to - from }, (_, index) => ({
    shard: from + index,
    thread: index % 2,
    epoch: 7,
    sinceMs: Date.UTC(2026, 11, 24, 20, 15, 3),
  }));
  const load = { ...NO_LOAD, connections: 1_234, cpu: 0.5 };
  const name = node.split('-')[0]!;
  return { ...COMMON, node, name, load, claims };
}

const COMMON = {
  version: 1,
  build: '1.2.3',
  state: 'up',
  threads: 2,
  leaseMs: 60_000,
  startedMs: Date.UTC(2026, 11, 24),
  clockMs: 1,
} as const;

function obeying(connection: NatsConnection, node: string, drained: () => Promise<void>) {
  const heard: string[] = [];
  serveControl(connection, node, {
    drain: () => {
      heard.push('drain');
      return drained();
    },
    resume: () => void heard.push('resume'),
    state: { node: 'draining', owned: 100 },
  });
  return heard;
}

test('[LE25] nodes shows who is there, what each owns, and how busy it is; a shard without an owner is exit code 1', async (t) => {
  const { server, write, bia } = await twoNodes(t);
  const { out, code } = await nodes(server);
  assert.match(out[0] ?? '', /^NODE +STATE +BUILD +UP SINCE +THREADS +SHARDS +EPOCHS +CONNECTIONS/);
  assert.match(out[1] ?? '', /^ana-111111 +up +1\.2\.3 +2026-12-24T00:00:00Z +2 +100 +7 +1,234 +0 +0 +0 +50 %$/);
  assert.match(out[2] ?? '', /^bia-222222 +up +1\.2\.3 +\S+ +2 +155 /);
  assert.deepEqual([out.slice(3), code], [['2 nodes; nobody owns 1 shard'], 1]);
  await write({ ...record('bia-222222', 100, SHARDS), startedMs: bia.startedMs });
  const whole = await nodes(server);
  assert.deepEqual([whole.out.at(-1), whole.code], ['2 nodes, all 256 shards owned', 0]);
});

test('[LE25] nodes --shards tells each shard’s owner, epoch, and since when', async (t) => {
  const { server } = await twoNodes(t);
  const { out } = await nodes(server, '--shards');
  assert.ok(out.includes('    0  ana-111111       0      7  2026-12-24T20:15:03Z'), out.slice(3, 8).join('\n'));
  assert.equal(out.filter((line) => line.includes('T20:15:03Z')).length, SHARDS - 1);
});

test('[LE25] nodes --json is one line of JSON; one that left is not in it', async (t) => {
  const { server, store, ana } = await twoNodes(t);
  await store.delete('bia-222222');
  const { out } = await nodes(server, '--json');
  assert.equal(out.length, 1);
  assert.deepEqual(JSON.parse(out[0] ?? ''), { nodes: [ana], shards: SHARDS, owned: 100 });
});

test('[LE26] drain reaches that node, by its name or its id or their beginning, and waits until it owns nothing', async (t) => {
  const { server, connection, write, ana } = await twoNodes(t);
  const heard = obeying(connection, 'ana-111111', () => write({ ...ana, clockMs: 2, claims: [] }));
  const drained = await nodes(server, 'drain', 'ana');
  assert.equal(drained.code, 0);
  assert.match(drained.out.join(), /^ana-111111 is drained: it owns nothing/);
  assert.deepEqual((await nodes(server, 'resume', 'ana-1')).out, ['ana-111111 takes its part again']);
  assert.deepEqual(heard, ['drain', 'resume']);
});

test('[LE26] a node that nobody can relieve says so, with exit code 1', async (t) => {
  const { server, connection, write, bia } = await twoNodes(t);
  await write({ ...bia, clockMs: 2, state: 'draining' });
  obeying(connection, 'ana-111111', () => Promise.resolve());
  const { code, out } = await nodes(server, 'drain', 'ana');
  assert.deepEqual([code, out], [1, ['ana-111111 keeps 100 shards: no other node can take them']]);
});

test('[LE26] what is no node, is several, or does not answer, is told as it is', async (t) => {
  const { server, write, bia } = await twoNodes(t);
  await assert.rejects(nodes(server, 'drain', 'zoe'), /there is no node "zoe"; there are ana-111111, bia-222222/);
  await assert.rejects(nodes(server, 'resume', 'ana'), /ana-111111 does not answer/);
  await write({ ...bia, node: 'bia-333333' });
  await assert.rejects(nodes(server, 'drain', 'bia'), /"bia" means bia-222222 and bia-333333|"bia" means bia-3/);
  await assert.rejects(nodes(null), /NATS_URL is not set/);
  await server.kill();
  await assert.rejects(nodes(server), /NATS cannot be reached: .*is NATS_URL right\?/);
});

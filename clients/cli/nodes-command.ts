/**
 * `poltrona nodes`: who is there, what each owns, since when, in which epochs, and how busy it is; and how one is told to give its
 * shards away. What is shown is what the nodes themselves wrote into their leases.
 */
import type { Command } from 'commander';
import type { NatsConnection } from '../../workers/cluster/nats-connection.ts';
import type { NodeRecord } from '../../workers/cluster/node-record.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { type CliPorts, counted, number, painter } from './ports.ts';
import { type Column, tableText } from './table.ts';

const EXAMPLES = `
Examples:
  $ poltrona nodes
  $ poltrona nodes --shards
  $ poltrona nodes drain box-1
  $ poltrona nodes resume box-1

NODE is a node's id or its name, or the beginning of either, as long as it means one node. The nodes are found through
NATS_URL; without it there is one node, to which everything belongs.`;

/** A node that lives answers within milliseconds. */
const ANSWER_MS = 3_000;
/** How often a drain is looked at, milliseconds, and how long: hand-over of everything takes some seconds. */
const LOOK_MS = 250;
const DRAIN_MS = 60_000;

interface NodesFlags {
  readonly json?: true;
  readonly shards?: true;
}

const COLUMNS: readonly Column<NodeRecord>[] = [
  { head: 'NODE', cell: ({ node }) => node },
  { head: 'STATE', cell: ({ state }) => state },
  { head: 'BUILD', cell: ({ build }) => build, isExtra: true },
  { head: 'UP SINCE', cell: ({ startedMs }) => moment(startedMs), isExtra: true },
  { head: 'THREADS', cell: ({ threads }) => String(threads), isNumber: true },
  { head: 'SHARDS', cell: ({ claims }) => String(claims.length), isNumber: true },
  { head: 'EPOCHS', cell: epochsOf, isNumber: true },
  { head: 'CONNECTIONS', cell: ({ load }) => number(load.connections), isNumber: true },
  { head: 'SCREENINGS', cell: ({ load }) => number(load.actors), isNumber: true },
  { head: 'DECISIONS/S', cell: ({ load }) => number(load.decisionsPerSecond), isNumber: true },
  { head: 'QUEUE', cell: ({ load }) => number(load.queued), isNumber: true },
  { head: 'CPU', cell: ({ load }) => `${Math.round(load.cpu * 100)} %`, isNumber: true },
];

interface OwnedShard {
  readonly node: string;
  readonly shard: number;
  readonly thread: number;
  readonly epoch: number;
  readonly sinceMs: number;
}

const SHARD_COLUMNS: readonly Column<OwnedShard>[] = [
  { head: 'SHARD', cell: ({ shard }) => String(shard), isNumber: true },
  { head: 'NODE', cell: ({ node }) => node },
  { head: 'THREAD', cell: ({ thread }) => String(thread), isNumber: true },
  { head: 'EPOCH', cell: ({ epoch }) => String(epoch), isNumber: true },
  { head: 'SINCE', cell: ({ sinceMs }) => moment(sinceMs) },
];

/** Adds `nodes`, `nodes drain` and `nodes resume` to `program`. */
export function registerNodes(program: Command, ports: CliPorts): void {
  const group = program
    .command('nodes')
    .description('show the nodes and what they own')
    .option('--json', 'print one line of JSON')
    .option('--shards', 'also list each shard with its thread, epoch and since when')
    .addHelpText('after', EXAMPLES)
    .action((flags: NodesFlags) => withNats(ports, async ({ records }) => show(await records(), flags, ports)));
  group
    .command('drain <node>')
    .description('have a node give its shards to the others and take none, and go on as a gateway')
    .option('--json', 'print the end as one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((node: string, flags: NodesFlags) => withNats(ports, (nats) => drain(node, flags, ports, nats)));
  group
    .command('resume <node>')
    .description('end a drain: the node takes its part again')
    .option('--json', 'print the end as one line of JSON')
    .addHelpText('after', EXAMPLES)
    .action((node: string, flags: NodesFlags) => withNats(ports, (nats) => resume(node, flags, ports, nats)));
}

interface Nats {
  readonly connection: NatsConnection;
  /** Of all nodes that are alive, by name and id. */
  records(): Promise<NodeRecord[]>;
}

async function withNats(ports: CliPorts, act: (nats: Nats) => Promise<void> | void): Promise<void> {
  const url = ports.environment['NATS_URL']?.trim() ?? '';
  if (url === '') throw new Error('NATS_URL is not set: this is one node alone, to which everything belongs');
  const { connectNats, parseNatsUrl } = await import('../../workers/cluster/nats-connection.ts');
  const { listNodes } = await import('../../workers/cluster/node-list.ts');
  const quiet = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };
  const connection = await connectNats(parseNatsUrl(url), 'poltrona command line', quiet).catch((cause: unknown) => {
    throw new Error(`NATS cannot be reached: ${(cause as Error).message}; is NATS_URL right?`);
  });
  try {
    await act({ connection, records: () => listNodes(connection, ANSWER_MS) });
  } finally {
    await connection.close();
  }
}

function show(records: readonly NodeRecord[], flags: NodesFlags, ports: CliPorts): void {
  if (flags.json === true) {
    ports.out(JSON.stringify({ nodes: records, shards: SHARDS, owned: owned(records) }));
    return;
  }
  if (records.length === 0) {
    ports.out('no node is alive');
    ports.exit(1);
    return;
  }
  const paint = painter(ports);
  for (const line of tableText(records, COLUMNS, ports)) ports.out(line);
  const missing = SHARDS - owned(records);
  ports.out(
    missing === 0
      ? `${counted(records.length, 'node', 'nodes')}, all ${SHARDS} shards owned`
      : paint(
          'yellow',
          `${counted(records.length, 'node', 'nodes')}; nobody owns ${counted(missing, 'shard', 'shards')}`,
        ),
  );
  if (flags.shards === true) showShards(records, ports);
  if (missing > 0) ports.exit(1);
}

function showShards(records: readonly NodeRecord[], ports: CliPorts): void {
  const claims = records
    .flatMap(({ node, claims }) => claims.map((claim) => ({ node, ...claim })))
    .sort((one, other) => one.shard - other.shard);
  ports.out('');
  for (const line of tableText(claims, SHARD_COLUMNS, ports)) ports.out(line);
}

async function drain(word: string, flags: NodesFlags, ports: CliPorts, { connection, records }: Nats): Promise<void> {
  const { askNode } = await import('../../workers/cluster/node-control.ts');
  const { node, claims } = choose(word, await records());
  await askNode(connection, node, 'drain', ANSWER_MS).catch(notAnswered(node));
  const startedMs = performance.now();
  let left = claims.length;
  while (left > 0) {
    const now = await records();
    left = now.find((record) => record.node === node)?.claims.length ?? 0;
    if (ports.isTerminal && flags.json !== true) ports.error(`${node}: ${counted(left, 'shard', 'shards')} left`);
    if (left === 0) break;
    if (!now.some((record) => record.node !== node && record.state === 'up')) {
      end(
        flags,
        ports,
        1,
        { node, state: 'draining', left },
        `${node} keeps ${left} shards: no other node can take them`,
      );
      return;
    }
    if (performance.now() - startedMs > DRAIN_MS) {
      end(
        flags,
        ports,
        1,
        { node, state: 'draining', left },
        `${node} still has ${left} shards; it goes on giving them away`,
      );
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const text = `${node} is drained: it owns nothing and goes on as a gateway. Stop it, or: poltrona nodes resume ${node}`;
  end(flags, ports, 0, { node, state: 'draining', left: 0 }, text);
}

async function resume(word: string, flags: NodesFlags, ports: CliPorts, { connection, records }: Nats): Promise<void> {
  const { askNode } = await import('../../workers/cluster/node-control.ts');
  const { node } = choose(word, await records());
  const { state } = await askNode(connection, node, 'resume', ANSWER_MS).catch(notAnswered(node));
  end(flags, ports, 0, { node, state }, `${node} takes its part again`);
}

function end(flags: NodesFlags, ports: CliPorts, code: number, told: object, text: string): void {
  ports.out(flags.json === true ? JSON.stringify(told) : text);
  ports.exit(code);
}

/** @throws when it means none, or several. */
function choose(word: string, records: readonly NodeRecord[]): NodeRecord {
  const exact = records.filter(({ node, name }) => node === word || name === word);
  const found =
    exact.length > 0 ? exact : records.filter(({ node, name }) => node.startsWith(word) || name.startsWith(word));
  const [only, second] = found;
  const there = records.map(({ node }) => node).join(', ');
  if (only === undefined)
    throw new Error(`there is no node "${word}"; there ${there === '' ? 'is none at all' : `are ${there}`}`);
  if (second !== undefined)
    throw new Error(`"${word}" means ${found.map(({ node }) => node).join(' and ')}: name one of them`);
  return only;
}

function notAnswered(node: string): (cause: unknown) => never {
  return (cause) => {
    throw new Error(
      `${node} does not answer: ${(cause as Error).message}. Its lease may not have run out yet; look again`,
    );
  };
}

function owned(records: readonly NodeRecord[]): number {
  return new Set(records.flatMap(({ claims }) => claims.map(({ shard }) => shard))).size;
}

function epochsOf({ claims }: NodeRecord): string {
  if (claims.length === 0) return '-';
  const epochs = claims.map(({ epoch }) => epoch);
  const [low, high] = [Math.min(...epochs), Math.max(...epochs)];
  return low === high ? String(low) : `${low}-${high}`;
}

function moment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

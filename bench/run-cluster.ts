/**
 * `cluster`: two nodes behind HAProxy on this machine, with everything else on it too. How much they sell when every command is
 * for the node it came to, when every command crosses NATS, and when it is as it happens; against one node alone behind the
 * same HAProxy. Then a node goes, in three ways, and the buyers' longest wait for an answer is taken.
 *
 * All figures are of one run, the kinds of load taken in turn and the medians compared: what the machine does besides
 * meets all of them.
 */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../tests/simulation/random.ts';
import { launchHaproxy } from '../tests/support/haproxy.ts';
import { Load } from '../tests/survival/load.ts';
import { BenchDatabase } from './bench-database.ts';
import { benchFolder } from './bench-folder.ts';
import { ClusterNodes } from './cluster-nodes.ts';
import { audit } from './engine-load.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';
import { runLoad } from './load-process.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { createProgramme } from './programme.ts';
import { type Reporter, round } from './result.ts';
import { HOST, ServerProcess } from './server-process.ts';

const ROUNDS = 3;
const HISTORY_SAMPLE = 64;
const KINDS = ['one_node', 'local', 'crossing', 'balanced'] as const;
type Kind = (typeof KINDS)[number];

/** Where half of the load goes, and for which screenings. */
interface Half {
  readonly port: number;
  readonly ids: readonly number[];
}

export async function runCluster(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  try {
    const configuration = await database.asAdmin((client) => configurationOf({ ...options, threads: 1 }, client));
    const throughput = await measureThroughput(database, options, reporter);
    reporter.result({ bench: 'cluster', part: 'throughput', ...throughput, configuration });
    let isClean = throughput.audit === 'ok';
    for (const departure of ['kill -9', 'SIGSTOP for three leases', 'drain by SIGTERM'] as const) {
      const figures = await measureDeparture(database, departure, options, reporter);
      reporter.result({ bench: 'cluster', part: departure, ...figures, configuration });
      isClean &&= figures.audit === 'ok';
    }
    return isClean;
  } finally {
    await database.stop();
  }
}

async function measureThroughput(database: BenchDatabase, options: BenchOptions, reporter: Reporter) {
  const alone = await database.create('alone', true);
  const shared = await database.create('shared', true);
  const firstAlone = await createProgramme(alone, options.screenings, options.seats);
  const firstShared = await createProgramme(shared, options.screenings, options.seats);
  const histories: { readonly file: string; readonly isAlone: boolean }[] = [];
  const server = await ServerProcess.start({ database: alone, threads: 1 });
  const aloneDoor = await launchHaproxy({
    nodes: [server.port],
    environment: { BALANCER_CONNECTIONS_PER_ADDRESS: '60000' },
  });
  const cluster = await ClusterNodes.start(shared);
  const rates: Record<Kind, number[]> = { one_node: [], local: [], crossing: [], balanced: [] };
  const problems: unknown[] = [];
  let crossing = 0;
  try {
    const [ofFirst = [], ofSecond = []] = await cluster.ownedBy(firstShared, options.screenings);
    const everything = Array.from({ length: options.screenings }, (_, index) => firstAlone + index);
    const half = Math.floor(options.screenings / 2);
    const [first, second] = cluster.doors.map(({ port }) => port) as [number, number];
    const common = cluster.common?.port ?? 0;
    const halves: Record<Kind, readonly [Half, Half]> = {
      one_node: [
        { port: aloneDoor.port, ids: everything.slice(0, half) },
        { port: aloneDoor.port, ids: everything.slice(half) },
      ],
      local: [
        { port: first, ids: ofFirst },
        { port: second, ids: ofSecond },
      ],
      crossing: [
        { port: first, ids: ofSecond },
        { port: second, ids: ofFirst },
      ],
      balanced: [
        { port: common, ids: ofFirst },
        { port: common, ids: ofSecond },
      ],
    };
    for (let round = 0; round < (options.smoke ? 1 : ROUNDS); round++) {
      for (const kind of KINDS) {
        reporter.progress(`cluster: ${kind}, round ${round + 1}`);
        await database.settle();
        const before = kind === 'crossing' ? await cluster.crossed() : 0;
        const results = await Promise.all(
          halves[kind].map((part, index) => {
            const file = `${benchFolder('cluster')}-${round}-${kind}-${index}.jsonl`;
            histories.push({ file, isAlone: kind === 'one_node' });
            return runLoad(planOf(options, part, file));
          }),
        );
        if (kind === 'crossing') crossing += (await cluster.crossed()) - before;
        rates[kind].push(results.reduce((sum, { accepted, measuredSeconds }) => sum + accepted / measuredSeconds, 0));
        problems.push(...results.flatMap(problemsOf));
      }
    }
  } finally {
    await aloneDoor.stop();
  }
  const ends = [await cluster.stop(), (await server.stop()) === 0 ? null : 'the single node did not end well'];
  const verdicts = [...ends.map((end) => end ?? 'ok')];
  // One look at each database, with all that its clients were told.
  for (const config of [alone, shared]) {
    const told = `${benchFolder('cluster')}-told.jsonl`;
    for (const { file, isAlone } of histories) {
      if (isAlone !== (config === alone)) continue;
      appendFileSync(told, readFileSync(file));
      rmSync(file, { force: true });
    }
    reporter.progress('cluster: audit');
    verdicts.push(await audit(config, told));
    rmSync(told, { force: true });
  }
  const [alonePerS, local, crossed, balanced] = KINDS.map((kind) => median(rates[kind])) as [
    number,
    number,
    number,
    number,
  ];
  return {
    one_node_per_s: round(alonePerS),
    local_per_s: round(local),
    crossing_per_s: round(crossed),
    balanced_per_s: round(balanced),
    crossing_to_local: round(crossed / local),
    local_to_one_node: round(local / alonePerS),
    balanced_to_one_node: round(balanced / alonePerS),
    crossing_commands: crossing,
    problems,
    audit: verdicts.find((verdict) => verdict !== 'ok') ?? 'ok',
  };
}

function planOf(options: BenchOptions, { port, ids }: Half, historyFile: string): LoadPlan {
  return {
    host: HOST,
    port,
    connections: Math.max(1, Math.floor(options.connections / 2)),
    mode: 'closed',
    inFlight: options.inFlight,
    ratePerSecond: 0,
    frameCommands: options.frameCommands,
    firstScreening: 0,
    ids,
    screenings: ids.length,
    seats: options.seats,
    warmSeconds: options.warmSeconds,
    seconds: options.seconds,
    historyEvery: HISTORY_SAMPLE,
    historyFile,
  };
}

function problemsOf({ errors, refused, unanswered }: LoadResult): unknown[] {
  return [
    ...errors,
    ...(unanswered > 0 ? [`${unanswered} unanswered`] : []),
    ...(Object.keys(refused).length > 0 ? [refused] : []),
  ];
}

/** Buyers who repeat and reconnect, through the common HAProxy; one node goes, and they all want to go on. */
async function measureDeparture(
  database: BenchDatabase,
  departure: 'kill -9' | 'SIGSTOP for three leases' | 'drain by SIGTERM',
  options: BenchOptions,
  reporter: Reporter,
) {
  reporter.progress(`cluster: ${departure}`);
  const config = await database.create(`gone_${departure.replace(/\W+/g, '_').toLowerCase()}`, true);
  const screenings = options.smoke ? 20 : 200;
  const first = await createProgramme(config, screenings, 400);
  const cluster = await ClusterNodes.start(config);
  const load = new Load({
    clients: options.smoke ? 8 : 48,
    screenings: Array.from({ length: screenings }, (_, index) => first + index),
    seatCount: 400,
    server: () => cluster.common?.webSocketUrl ?? '',
    random: new Random(20261123),
    patienceMs: 1_500,
  });
  const [, victim] = cluster.nodes;
  if (victim === undefined) throw new Error('there is no second node');
  let gapMs = 0;
  let calmGapMs = 0;
  try {
    await load.whenAccepted(200);
    load.measureGaps();
    await load.whenAccepted(200);
    calmGapMs = load.longestGapMs;
    load.measureGaps();
    if (departure === 'kill -9') await victim.kill();
    else if (departure === 'drain by SIGTERM') await victim.stop();
    else {
      victim.signal('SIGSTOP');
      await delay(9_000);
      victim.signal('SIGCONT');
    }
    await load.whenAccepted(500);
    // Who waits for the last shards to be taken is still waiting.
    await delay(2_000);
    gapMs = load.longestGapMs;
    await load.stop();
  } finally {
    victim.signal('SIGCONT');
    load.abandon();
  }
  if (departure === 'SIGSTOP for three leases') await cluster.stop();
  else await cluster.abandon();
  return {
    longest_gap_ms: round(gapMs),
    longest_gap_before_ms: round(calmGapMs),
    lease_ms: 3_000,
    accepted: load.accepted,
    audit: await audit(config),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/**
 * `search`: how long people wait for an answer of /api/search at a fixed rate of requests, with a chain's programme loaded in a
 * real server: with a catalogue that stays as it is, and with one in which prices change all the time. Hardly any two queries
 * are alike, so that nothing is answered from a cache. Sampled answers are laid beside SQL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { commonRules } from '../server/rules.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import { BenchDatabase, withClient } from './bench-database.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { type Reporter, round } from './result.ts';
import { stopWhenInterrupted } from './run-parts.ts';
import { createSearchCatalogue } from './search-catalogue.ts';
import { addProbe, SearchChanges } from './search-changes.ts';
import { checkSamples } from './search-check.ts';
import type { SearchLoadLine, SearchLoadPlan, SearchLoadResult } from './search-load-plan.ts';
import { HOST, ServerProcess } from './server-process.ts';

const RATE = 5_000;
const RATE_SMOKE = 200;
/** Answers that are checked. */
const SAMPLES = 300;
const SEED = 20_261_125;
const CATALOGUE_DEADLINE_MS = 60_000;
const FAULTS_SHOWN = 5;

/** What is measured: a quiet catalogue, and one in which so many screenings change in a second. */
const PARTS = [
  { part: 'a quiet catalogue', changesPerSecond: 0 },
  { part: 'while prices change', changesPerSecond: 500 },
];

/** A server and its programme. */
interface Stage {
  readonly options: BenchOptions;
  readonly config: DatabaseConfig;
  readonly server: ServerProcess;
  readonly startMs: number;
}

export async function runSearch(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  let server: ServerProcess | null = null;
  try {
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const config = await database.create('search', true);
    const startMs = Date.now();
    reporter.progress(`search: a programme of ${options.screenings} screenings`);
    await createSearchCatalogue(config, options.screenings, startMs);
    await withClient(config, addProbe);
    await database.settle();
    const { threads, profileFolder } = options;
    server = await ServerProcess.start({ database: config, threads, profileFolder });
    await untilSearchable(server.port);
    let isClean = true;
    for (const { part, changesPerSecond } of PARTS) {
      const figures = await measure({ options, config, server, startMs }, changesPerSecond, reporter);
      reporter.result({ bench: 'search', part, ...figures, configuration });
      isClean &&= figures.audit === 'ok';
    }
    // In order, so that a processor profile is written.
    await server.stop();
    server = null;
    return isClean;
  } finally {
    await server?.kill();
    await database.stop();
  }
}

async function measure({ options, config, server, startMs }: Stage, changesPerSecond: number, reporter: Reporter) {
  const rate = options.rate ?? (options.smoke ? RATE_SMOKE : RATE);
  reporter.progress(`search: open loop, ${rate} a second, ${changesPerSecond} changes a second`);
  const changes = changesPerSecond === 0 ? null : await SearchChanges.start(config, server.port, changesPerSecond);
  let cpuSeconds = 0;
  const { seconds, warmSeconds, connections, screenings } = options;
  const sampleEvery = Math.max(1, Math.floor((rate * seconds) / SAMPLES));
  const { samples, latency, p99ByKind, ...load } = await runLoad(
    {
      host: HOST,
      port: server.port,
      connections,
      rate,
      seconds,
      warmSeconds,
      seed: SEED,
      screenings,
      startMs,
      sampleEvery,
    },
    (phase) => {
      cpuSeconds = server.cpuSeconds() - (phase === 'measuring' ? 0 : cpuSeconds);
    },
  ).catch(async (cause: unknown) => {
    await changes?.stop().catch(() => {});
    throw cause;
  });
  const changed = await changes?.stop();
  const { salesAfterStartMs } = commonRules(0);
  const faults = await withClient(config, (client) =>
    checkSamples(client, samples, salesAfterStartMs, changes !== null),
  );
  for (const fault of faults.slice(0, FAULTS_SHOWN)) reporter.progress(fault);
  const isClean =
    faults.length === 0 && samples.length > 0 && Object.keys(load.errors).length === 0 && load.unanswered === 0;
  const bytes = samples.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  return {
    offered_per_s: rate,
    answered_per_s: round(load.answered / load.measuredSeconds),
    errors: load.errors,
    unanswered: load.unanswered,
    p50_ms: latency.p50_ms,
    p90_ms: latency.p90_ms,
    p99_ms: latency.p99_ms,
    p99_9_ms: latency.p99_9_ms,
    max_ms: latency.max_ms,
    p99_ms_by_kind: p99ByKind,
    backlog_max: load.backlogMax,
    distinct_queries: load.distinct,
    ...changed,
    answers_checked: samples.length,
    answers_not_empty: samples.filter(({ body }) => !body.startsWith('{"films":[]')).length,
    body_bytes_mean: round(bytes / Math.max(1, samples.length)),
    server_cpu_us_per_request: round((cpuSeconds * 1e6) / Math.max(1, load.answered)),
    server_resident_mb: round(server.residentBytes() / 2 ** 20),
    generator_cores: round(load.generatorCores),
    audit: isClean ? 'ok' : `${faults.length} of ${samples.length} answers are not what SQL says`,
  };
}

/** Resolves when the server has read its catalogue. */
async function untilSearchable(port: number): Promise<void> {
  const untilMs = performance.now() + CATALOGUE_DEADLINE_MS;
  while ((await fetch(`http://${HOST}:${port}/api/search`)).status !== 200)
    if (performance.now() > untilMs) throw new Error('the server does not read its catalogue');
}

async function runLoad(
  plan: SearchLoadPlan,
  onPhase: (phase: 'measuring' | 'ending') => void,
): Promise<SearchLoadResult> {
  const program = fileURLToPath(new URL('./search-load-main.js', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopped = stopWhenInterrupted(async () => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  let result: SearchLoadResult | null = null;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as SearchLoadLine;
    if ('phase' in line) onPhase(line.phase);
    else result = line.result;
  }
  const [code] = await closed;
  stopped();
  if (result === null) throw new Error(`the load generator ended with code ${code}`);
  return result;
}

/**
 * `screen`: a screening that a thousand people look at, one of them in a real browser on a slow phone, while seats change all the
 * time. How long after its commit a change is on the screen, whether frames keep coming, and whether memory stays as it is.
 *
 * All clocks are this machine's. The commit lies between the moment at which a change is sent and the one at which its answer
 * is there: both are the beginning of a latency here, so that the truth lies between the two.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BenchDatabase } from './bench-database.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { createProgramme } from './programme.ts';
import { type Reporter, round } from './result.ts';
import { stopWhenInterrupted } from './run-parts.ts';
import type { ScreenChange, ScreenLoadLine, ScreenLoadPlan } from './screen-load-plan.ts';
import { type PageMemory, type PageTimes, ScreenPage } from './screen-page.ts';
import { HOST, ServerProcess } from './server-process.ts';

const SLOWDOWN = 4;
const RATE = 50;
const SEATS_TO_A_ROW = 40;
/** Samples of the memory in a run; each is a pause. */
const MEMORY_SAMPLES = 30;
/** Frames that took longer than two of sixty a second would. */
const LONG_MS = 34;
const LAST_FRAMES_MS = 2_000;

export async function runScreen(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  let server: ServerProcess | null = null;
  try {
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const config = await database.create('screen', true);
    const screening = await createProgramme(config, 1, options.seats, SEATS_TO_A_ROW);
    const { threads, profileFolder } = options;
    server = await ServerProcess.start({ database: config, threads, profileFolder });
    const figures = await measure(server, screening, options, reporter);
    reporter.result({ bench: 'screen', part: 'a slow phone', ...figures, configuration });
    await server.stop();
    server = null;
    return figures.audit === 'ok';
  } finally {
    await server?.kill();
    await database.stop();
  }
}

async function measure(server: ServerProcess, screening: number, options: BenchOptions, reporter: Reporter) {
  const rate = options.rate ?? RATE;
  const seconds = options.minutes === null ? options.seconds : options.minutes * 60;
  const page = await ScreenPage.open(`http://${HOST}:${server.port}`, screening, SLOWDOWN);
  const watched = new Watched();
  const plan = { port: server.port, screening, seats: options.seats, watchers: options.connections - 1, rate };
  let stopLoad = async (): Promise<void> => {};
  try {
    reporter.progress(`screen: ${options.connections} watchers, ${rate} changes a second, ${seconds} s`);
    stopLoad = await startLoad(plan, (line) => watched.load(line));
    await delay(options.warmSeconds * 1_000);
    await page.times();
    const memory: (PageMemory & { readonly atMs: number })[] = [];
    const sample = async (): Promise<void> => {
      memory.push({ atMs: performance.now(), ...(await page.memory()) });
    };
    await sample();
    watched.begin();
    const startMs = performance.now();
    const serverCpu = server.cpuSeconds();
    const everyMs = (seconds * 1_000) / MEMORY_SAMPLES;
    while (performance.now() - startMs < seconds * 1_000) {
      await delay(Math.min(1_000, seconds * 100));
      watched.page(await page.times());
      // A short run is not disturbed; nor does it say anything about memory.
      if (options.minutes !== null && performance.now() - startMs > memory.length * everyMs) await sample();
    }
    const measuredSeconds = (performance.now() - startMs) / 1_000;
    const cpu = server.cpuSeconds() - serverCpu;
    watched.end();
    await delay(LAST_FRAMES_MS);
    watched.page(await page.times());
    await sample();
    return {
      ...watched.figures(measuredSeconds),
      heap_mb_first: round((memory[0]?.heapBytes ?? 0) / 2 ** 20),
      heap_mb_last: round((memory.at(-1)?.heapBytes ?? 0) / 2 ** 20),
      heap_kb_per_minute: round(slopePerMinute(memory.map(({ atMs, heapBytes }) => [atMs, heapBytes / 1024]))),
      nodes: [memory[0]?.nodes, memory.at(-1)?.nodes],
      listeners: [memory[0]?.listeners, memory.at(-1)?.listeners],
      memory_samples: memory.length,
      server_cores: round(cpu / measuredSeconds),
      load_average: round(os.loadavg()[0] ?? 0),
      slowdown: SLOWDOWN,
    };
  } finally {
    await page.close();
    await stopLoad();
  }
}

/** Lays what the changers were answered beside what the page painted. */
class Watched {
  readonly #fromSent = new LatencyHistogram();
  readonly #fromAnswer = new LatencyHistogram();
  readonly #frames = new LatencyHistogram();
  /** Changes that are not on the screen yet, by version. */
  #waiting: ScreenChange[] = [];
  #longFrames = 0;
  #seconds = { refused: 0, waited: 0, frames: 0, closed: 0 };
  #changes = 0;
  #isCounting = false;

  begin(): void {
    this.#isCounting = true;
  }

  /** What has begun is waited for; nothing new is counted. */
  end(): void {
    this.#isCounting = false;
  }

  load(line: Extract<ScreenLoadLine, { readonly is: 'second' }>): void {
    if (!this.#isCounting) return;
    const { refused, waited, frames, closed } = this.#seconds;
    this.#seconds = {
      refused: refused + line.refused,
      waited: waited + line.waited,
      frames: frames + line.frames,
      closed: closed + line.closed,
    };
    this.#changes += line.changes.length;
    this.#waiting.push(...line.changes);
  }

  #seen: (readonly [number, number])[] = [];

  page({ frames, seen }: PageTimes): void {
    for (const ms of this.#isCounting ? frames : []) {
      this.#frames.record(ms);
      if (ms > LONG_MS) this.#longFrames++;
    }
    // What the changers were told comes a second later than what was seen.
    this.#seen.push(...seen);
    this.#waiting = this.#waiting.filter(([version, sentMs, answeredMs]) => {
      const found = this.#seen.find(([painted]) => painted >= version);
      if (found === undefined) return true;
      this.#fromSent.record(found[1] - sentMs);
      this.#fromAnswer.record(found[1] - answeredMs);
      return false;
    });
    this.#seen = this.#seen.slice(-SEEN_KEPT);
  }

  figures(measuredSeconds: number) {
    const { refused, waited, frames, closed } = this.#seconds;
    const [sent, answered, frame] = [this.#fromSent, this.#fromAnswer, this.#frames];
    const isClean = closed === 0 && refused === 0 && this.#waiting.length === 0 && this.#changes > 0;
    return {
      changes: this.#changes,
      changes_per_s: round(this.#changes / measuredSeconds),
      refused,
      changes_late: waited,
      sent_to_screen_p50_ms: round(sent.percentile(0.5)),
      sent_to_screen_p95_ms: round(sent.percentile(0.95)),
      sent_to_screen_p99_ms: round(sent.percentile(0.99)),
      answer_to_screen_p50_ms: round(answered.percentile(0.5)),
      answer_to_screen_p95_ms: round(answered.percentile(0.95)),
      answer_to_screen_p99_ms: round(answered.percentile(0.99)),
      frames_per_s: round(frame.count / measuredSeconds),
      frame_p50_ms: round(frame.percentile(0.5)),
      frame_p95_ms: round(frame.percentile(0.95)),
      frame_p99_ms: round(frame.percentile(0.99)),
      frame_max_ms: round(frame.percentile(1)),
      frames_over_34_ms: this.#longFrames,
      frames_to_watchers_per_s: round(frames / measuredSeconds),
      audit: isClean ? 'ok' : `${this.#waiting.length} not seen, ${refused} refused, ${closed} connections closed`,
    };
  }
}

/** Versions of the last ten seconds at twice the usual rate. */
const SEEN_KEPT = 1_000;

/** Least squares over (milliseconds, value). */
function slopePerMinute(points: readonly (readonly [atMs: number, value: number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [middle, average] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [at]) => sum + (at - middle) ** 2, 0);
  const common = points.reduce((sum, [at, value]) => sum + (at - middle) * (value - average), 0);
  return spread === 0 ? 0 : (common / spread) * 60_000;
}

/** Resolves when everybody watches; the result ends them. */
async function startLoad(
  plan: ScreenLoadPlan,
  onSecond: (line: Extract<ScreenLoadLine, { readonly is: 'second' }>) => void,
): Promise<() => Promise<void>> {
  const program = fileURLToPath(new URL('./screen-load-main.js', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  const forget = stopWhenInterrupted(stop);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as ScreenLoadLine;
      if (line.is === 'ready') resolve();
      else onSecond(line);
    });
    void exited.then(([code]) => reject(new Error(`those who watch ended with code ${code}`)));
  });
  return async () => {
    forget();
    await stop();
  };
}

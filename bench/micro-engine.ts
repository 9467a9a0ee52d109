/**
 * What holds the steps together, without sockets and without PostgreSQL: the runtime with a journal whose store
 * agrees at once, and the line between two threads.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import { noMaps } from '../actors/seat-map.ts';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { Journal } from '../storage/journal.ts';
import type { Asker } from '../workers/asker.ts';
import { RUNTIME_LIMITS, ShardRuntime } from '../workers/shard-runtime.ts';
import { type LinkPort, ThreadLink } from '../workers/thread-link.ts';
import { hall, holdCommand, idSource, RULES } from './micro-actor.ts';
import { type MicroResult, measureAsync } from './micro-measure.ts';

const SCREENINGS = 500;
const BUYER = 'bench-micro-buyer-001';

/** Counts accepted answers and says when all that were expected have come. */
class Counter implements Asker {
  accepted = 0;
  /** The hold of each tag's last answer. */
  readonly holds = new Map<number, number>();
  #missing = 0;
  #done: () => void = () => {};

  expect(answers: number): Promise<void> {
    this.#missing = answers;
    return new Promise((resolve) => (this.#done = resolve));
  }

  answered(tag: number, _requestId: string, answer: { readonly code: number; readonly hold?: number }): void {
    if (answer.code === OutcomeCode.accepted) this.accepted++;
    this.holds.set(tag, answer.hold ?? 0);
    if (--this.#missing === 0) this.#done();
  }
}

function runtimeWithoutDatabase(): ShardRuntime {
  const map = hall();
  const journal = new Journal(
    {
      commit: () => Promise.resolve(),
      readBack: () => Promise.resolve('stored'),
      lastVersions: () => Promise.resolve(new Map()),
    },
    {
      committed() {},
      fenced() {},
      unknown() {},
      rejected() {},
      lost() {},
      released: () => runtime.publishChanges(),
      failed() {},
    },
    { soon: (callback) => void setImmediate(callback), nowMs: () => performance.now() },
  );
  const runtime: ShardRuntime = new ShardRuntime({
    journal,
    loader: {
      load: () => Promise.resolve({ snapshot: null, facts: [], map, maps: noMaps, rules: RULES }),
      rules: () => Promise.resolve(new Map()),
      loadMap: () => Promise.resolve(null),
      saveSnapshot: () => Promise.resolve(),
    },
    ownership: { epochOf: () => 1, deposed: () => Promise.resolve() },
    limits: RUNTIME_LIMITS,
    nowMs: Date.now,
    paymentDue() {},
    decided() {},
    log() {},
  });
  return runtime;
}

/** Yields name and figure. */
export async function* microEngine(seconds: number): AsyncGenerator<readonly [string, MicroResult]> {
  const runtime = runtimeWithoutDatabase();
  const nextId = idSource('benchmicroengine');
  const counter = new Counter();
  yield [
    'engine without PostgreSQL and sockets: hold and release, 1,000 decisions to a commit',
    await measureAsync(seconds, SCREENINGS * 2, async () => {
      const before = counter.accepted;
      const held = counter.expect(SCREENINGS);
      for (let screening = 1; screening <= SCREENINGS; screening++) {
        runtime.submit(screening, holdCommand(nextId(), BUYER, 7), counter, screening, Number.MAX_SAFE_INTEGER);
      }
      await held;
      const released = counter.expect(SCREENINGS);
      for (let screening = 1; screening <= SCREENINGS; screening++) {
        const hold = counter.holds.get(screening) ?? 0;
        const release = { kind: 'release', requestId: nextId(), buyer: BUYER, atMs: 0, hold } as const;
        runtime.submit(screening, release, counter, screening, Number.MAX_SAFE_INTEGER);
      }
      await released;
      return counter.accepted - before;
    }),
  ];

  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./micro-link-thread.js', import.meta.url), {
    workerData: port2,
    transferList: [port2],
  });
  const endOfTurn = (callback: () => void): void => void setImmediate(callback);
  const nobodyAsks = { submit() {}, subscribe() {}, unsubscribe() {}, forgetSubscriber() {} };
  const link = new ThreadLink(port1 as unknown as LinkPort, { server: nobodyAsks, nowMs: Date.now, endOfTurn });
  for (const together of [1, 64, 1024]) {
    yield [
      `bus: to another thread and back, ${together} to a turn`,
      await measureAsync(seconds, together, async () => {
        const before = counter.accepted;
        const all = counter.expect(together);
        const deadlineMs = Date.now() + 5_000;
        for (let i = 0; i < together; i++) link.submit(i + 1, holdCommand(nextId(), BUYER, 7), counter, i, deadlineMs);
        await all;
        return counter.accepted - before;
      }),
    ];
  }
  link.close();
  port1.close();
  await worker.terminate();
}

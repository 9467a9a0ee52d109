/**
 * A world in one thread: a database, a few nodes that all believe they own everything, clients that repeat what was
 * not answered, and time that passes only when told to. The nodes run the real journal and the real runtime; what is
 * faked is what can fail: the line to the database, the clock, the process.
 */
import type { Command } from '../../actors/seat-command.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import type { ScreeningRules } from '../../actors/seat-state.ts';
import { CommitRefused, CommitUnknown, type FactStore } from '../../storage/fact-store.ts';
import { Journal } from '../../storage/journal.ts';
import type { JournalBatch } from '../../storage/journal-batch.ts';
import type { RecoveredScreening } from '../../storage/recovery.ts';
import type { Asker } from '../../workers/asker.ts';
import { SoleOwnership } from '../../workers/ownership.ts';
import type { ScreeningLoader } from '../../workers/screening-loader.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { RUNTIME_LIMITS, ShardRuntime } from '../../workers/shard-runtime.ts';
import { FakeDatabase } from './fake-database.ts';
import type { Random } from './random.ts';

export const RULES: ScreeningRules = {
  seatsPerBuyerMax: 10,
  holdTtlMs: 60_000,
  holdExtensionsMax: 1,
  extensionMs: 30_000,
  paymentTtlMs: 60_000,
  retryTtlMs: 30_000,
  halfQuota: 3,
  halfPolicy: 'limit',
  isOnSale: true,
  salesFromMs: null,
  salesUntilMs: null,
};

/** Deliberate faults: each must be caught (simulation.test.ts). */
export type Mutation =
  | 'none'
  | 'acknowledge before commit'
  | 'no owner-changed fact'
  | 'no request-id window'
  | 'a version skipped'
  | 'stale rows skipped instead of refused';

interface Timed {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void;
}

export class World {
  readonly random: Random;
  readonly mutation: Mutation;
  /** The first is the one with which every screening begins. */
  readonly maps: readonly SeatMap[];
  readonly database = new FakeDatabase();
  readonly nodes: SimulatedNode[] = [];
  /** True time, ms. Nodes' clocks differ from it. */
  nowMs = 1_000_000;
  readonly #agenda: Timed[] = [];
  #order = 0;

  constructor(random: Random, mutation: Mutation, maps: readonly SeatMap[]) {
    this.random = random;
    this.mutation = mutation;
    this.maps = maps;
  }

  mapOf(id: number | null): SeatMap {
    return this.maps.find((map) => map.id === id) ?? this.maps[0]!;
  }

  after(delayMs: number, act: () => void): void {
    this.#agenda.push({ atMs: this.nowMs + delayMs, order: this.#order++, act });
  }

  /** The next event, if any is due within `withinMs`; time moves to it. */
  step(withinMs: number): boolean {
    let next: Timed | undefined;
    for (const timed of this.#agenda) {
      if (next === undefined || timed.atMs < next.atMs || (timed.atMs === next.atMs && timed.order < next.order))
        next = timed;
    }
    if (next === undefined || next.atMs > this.nowMs + withinMs) return false;
    this.#agenda.splice(this.#agenda.indexOf(next), 1);
    this.nowMs = Math.max(this.nowMs, next.atMs);
    next.act();
    return true;
  }

  get hasEvents(): boolean {
    return this.#agenda.length > 0;
  }
}

/** Lets every promise that waits for nothing but its turn go on. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 25; turn++) await Promise.resolve();
}

/** One process: dies and is born again, with a clock of its own. */
export class SimulatedNode {
  readonly #world: World;
  readonly #clockOffsetMs: number;
  /** Raised at each crash: what the old process still had on its way is not heard any more. */
  #life = 0;
  runtime: ShardRuntime;
  journal: Journal;
  isDown = false;
  failures: unknown[] = [];

  constructor(world: World, clockOffsetMs: number) {
    this.#world = world;
    this.#clockOffsetMs = clockOffsetMs;
    [this.journal, this.runtime] = this.#start();
  }

  nowMs(): number {
    return this.#world.nowMs + this.#clockOffsetMs;
  }

  submit(screening: number, command: Command, asker: Asker): void {
    const life = this.#life;
    this.runtime.submit(
      screening,
      command,
      // A dead process answers nobody.
      { answered: (...answer) => life === this.#life && asker.answered(...answer) },
      0,
      this.nowMs() + 5_000,
    );
  }

  crash(): void {
    this.#life++;
    [this.journal, this.runtime] = this.#start();
  }

  tick(): void {
    this.runtime.tick();
  }

  #start(): [Journal, ShardRuntime] {
    const world = this.#world;
    const life = this.#life;
    const alive = (): boolean => life === this.#life;
    const epoch = world.database.nextEpoch(this.#clockOffsetMs);
    let runtime: ShardRuntime | null = null;
    const journal = new Journal(
      new FlakyStore(world, alive),
      {
        committed: () => {},
        fenced: () => {},
        unknown: () => {},
        rejected: (_screening, cause) => this.failures.push(cause),
        lost: () => {},
        released: () => runtime?.publishChanges(),
        failed: (cause) => this.failures.push(cause),
      },
      { soon: (callback) => world.after(0, () => alive() && callback()), nowMs: () => world.nowMs },
    );
    runtime = new ShardRuntime({
      journal,
      loader: this.#loader(alive, epoch),
      ownership: new SoleOwnership(
        new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, epoch])),
        () => Promise.resolve(world.database.nextEpoch(this.#clockOffsetMs)),
        (cause) => this.failures.push(cause),
      ),
      limits: { ...RUNTIME_LIMITS, restMs: 20, restMaxMs: 200 },
      nowMs: () => this.nowMs(),
      paymentDue: () => {},
      decided: () => {},
      log: (level, message, details) => {
        // Time jumps here by a minute at once, past the deadline of whatever loads.
        const isGivenUp = /not loaded within/.test(String(details['cause']));
        if (level === 'error' && !isGivenUp) this.failures.push(new Error(message, { cause: details['cause'] }));
      },
    });
    return [journal, runtime];
  }

  #loader(alive: () => boolean, epoch: number): ScreeningLoader {
    const world = this.#world;
    return {
      load: (screening) =>
        new Promise<RecoveredScreening>((resolve) => {
          world.after(world.random.below(20), () => {
            if (!alive()) return;
            let facts = [...world.database.factsOf(screening)];
            if (world.mutation === 'no request-id window') facts = facts.map((fact) => ({ ...fact, requestId: null }));
            const last = facts.at(-1);
            if (world.mutation === 'no owner-changed fact' && last !== undefined) {
              facts[facts.length - 1] = { ...last, epoch: Math.max(last.epoch, epoch) };
            }
            const maps = new Map(world.maps.map((map) => [map.id, map]));
            resolve({ map: world.mapOf(null), maps, rules: RULES, snapshot: null, facts });
          });
        }),
      rules: (screenings) => Promise.resolve(new Map(screenings.map((screening) => [screening, RULES]))),
      loadMap: (_screening, id) =>
        new Promise((resolve) => world.after(world.random.below(20), () => alive() && resolve(world.mapOf(id)))),
      saveSnapshot: () => Promise.resolve(),
    };
  }
}

/** The line to the database: slow, and now and then cut, before or after the commit. */
class FlakyStore implements FactStore {
  readonly #world: World;
  readonly #alive: () => boolean;

  constructor(world: World, alive: () => boolean) {
    this.#world = world;
    this.#alive = alive;
  }

  commit(batch: JournalBatch): Promise<void> {
    const { random, database, mutation } = this.#world;
    const fate = random.next();
    const delayMs = random.below(15);
    if (mutation === 'acknowledge before commit') {
      this.#world.after(delayMs, () => this.#alive() && random.chance(0.7) && tryCommit(database, batch));
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      this.#world.after(delayMs, () => {
        // A process that died before its batch reached PostgreSQL; else the batch is committed all the same.
        if (!this.#alive() && fate < 0.5) return;
        if (fate < 0.04) {
          reject(new CommitUnknown('cut on the way there'));
          return;
        }
        try {
          if (mutation === 'a version skipped') skipOne(database, batch, this.#world);
          else if (mutation === 'stale rows skipped instead of refused') storeNew(database, batch);
          else database.commit(batch);
        } catch (cause) {
          reject(cause);
          return;
        }
        if (fate < 0.1) reject(new CommitUnknown('cut on the way back'));
        else this.#world.after(random.below(10), resolve);
      });
    });
  }

  readBack(batch: JournalBatch): Promise<'stored' | 'absent'> {
    return this.#later(() => {
      const first = batch.entries.find((entry) => entry.facts.length > 0);
      const fact = first?.facts[0];
      return first !== undefined && fact !== undefined && this.#world.database.has(first.screening, fact)
        ? 'stored'
        : 'absent';
    });
  }

  lastVersions(screenings: readonly number[]): Promise<Map<number, number>> {
    return this.#later(
      () => new Map(screenings.map((screening) => [screening, this.#world.database.lastVersion(screening)])),
    );
  }

  #later<Result>(look: () => Result): Promise<Result> {
    return new Promise((resolve) => this.#world.after(this.#world.random.below(30), () => resolve(look())));
  }
}

function tryCommit(database: FakeDatabase, batch: JournalBatch): void {
  try {
    database.commit(batch);
  } catch (cause) {
    if (!(cause instanceof CommitRefused)) throw cause;
  }
}

/** ON CONFLICT DO NOTHING: what is taken is left out, the rest goes in. */
function storeNew(database: FakeDatabase, batch: JournalBatch): void {
  for (const { screening, facts } of batch.entries) {
    const stored = database.journal.get(screening) ?? [];
    database.journal.set(screening, stored);
    for (const fact of facts) {
      if (stored.some(({ version }) => version === fact.version)) continue;
      stored.push(fact);
    }
  }
}

/** A batch of which a row in the middle gets lost. */
function skipOne(database: FakeDatabase, batch: JournalBatch, world: World): void {
  database.commit(batch);
  if (!world.random.chance(0.05)) return;
  const { screening } = world.random.pick(batch.entries);
  const facts = database.journal.get(screening);
  if (facts !== undefined && facts.length > 1) facts.splice(facts.length - 2, 1);
}

/**
 * The shards of this node on their way in and out. In: epochs from PostgreSQL, then the thread listens, and only then is the
 * shard ours for others to see. Out: the thread settles and forgets while the others still see it as ours, and only then may
 * one of them take it; whoever has lost the right to a shard drops it the other way round.
 *
 * A shard that is on its way is left alone until it has arrived. Nothing waits for ever: what takes too long is given up
 * and logged, and if the thread should still write, the journal's key stops it.
 */
import { type ClusterTime, within } from './cluster-time.ts';
import type { Claim } from './shard-owner.ts';

const TAKE_PAUSE_FIRST_MS = 250;
const TAKE_PAUSE_MAX_MS = 5_000;
/** So many failures one after the other, and others should take what would be ours. */
const FAILURES_UNFIT = 2;

export interface ShardMovesPorts extends ClusterTime {
  allocateEpochs(shards: readonly number[]): Promise<ReadonlyMap<number, number>>;
  assign(claims: readonly Claim[]): Promise<void>;
  release(shards: readonly number[]): Promise<void>;
  /** Asked again after each step of taking: the lease holds, and nobody else claims the shard. */
  mayTake(shard: number): boolean;
  /** What is owned has changed, or something on its way has arrived. */
  changed(): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

export interface Wish {
  readonly shard: number;
  readonly thread: number;
}

export class ShardMoves {
  readonly #ports: ShardMovesPorts;
  readonly #deadlineMs: number;
  readonly #owned = new Map<number, Claim>();
  readonly #arriving = new Set<number>();
  /** Still owned, but on the way out. */
  readonly #leaving = new Set<number>();
  /** Not owned any more; the threads are not done with them yet. */
  readonly #dropping = new Set<number>();
  /** Raised when everything is lost. */
  #generation = 0;
  #isTaking = false;
  #failures = 0;
  #notBeforeMs = 0;

  constructor(deadlineMs: number, ports: ShardMovesPorts) {
    this.#deadlineMs = deadlineMs;
    this.#ports = ports;
  }

  get owned(): ReadonlyMap<number, Claim> {
    return this.#owned;
  }

  get isGiving(): boolean {
    return this.#leaving.size > 0;
  }

  /** Nothing is here and nothing is on its way. */
  get isEmpty(): boolean {
    return this.#owned.size + this.#arriving.size + this.#dropping.size === 0;
  }

  get isFit(): boolean {
    return this.#failures < FAILURES_UNFIT;
  }

  isMoving(shard: number): boolean {
    return this.#arriving.has(shard) || this.#leaving.has(shard) || this.#dropping.has(shard);
  }

  /** Whether `take` would begin: one batch at a time, and a pause after a failure. */
  get canTake(): boolean {
    return !this.#isTaking && this.#ports.monotonicMs() >= this.#notBeforeMs;
  }

  /** With no wishes it only tries whether PostgreSQL can be asked. */
  take(wishes: readonly Wish[]): void {
    if (!this.canTake) return;
    this.#isTaking = true;
    for (const { shard } of wishes) this.#arriving.add(shard);
    void this.#take(wishes).finally(() => {
      this.#isTaking = false;
      for (const { shard } of wishes) this.#arriving.delete(shard);
      this.#ports.changed();
    });
  }

  async #take(wishes: readonly Wish[]): Promise<void> {
    const generation = this.#generation;
    const claims = await this.#allocate(wishes);
    if (claims.length === 0 || this.#generation !== generation) return;
    try {
      await within(this.#ports, this.#deadlineMs, 'assigning shards', this.#ports.assign(claims));
    } catch (cause) {
      this.#failed('shards could not be assigned; trying again', cause);
      this.#forget(claims.map(({ shard }) => shard));
      return;
    }
    this.#failures = 0;
    const late = claims.filter(({ shard }) => this.#generation !== generation || !this.#ports.mayTake(shard));
    for (const claim of claims) if (!late.includes(claim)) this.#owned.set(claim.shard, claim);
    this.#forget(late.map(({ shard }) => shard));
  }

  async #allocate(wishes: readonly Wish[]): Promise<Claim[]> {
    const shards = wishes.map(({ shard }) => shard);
    try {
      const epochs = await within(
        this.#ports,
        this.#deadlineMs,
        'allocating epochs',
        this.#ports.allocateEpochs(shards),
      );
      if (wishes.length === 0) this.#failures = 0;
      const sinceMs = this.#ports.nowMs();
      return wishes.flatMap(({ shard, thread }) => {
        const epoch = epochs.get(shard);
        return epoch === undefined || !this.#ports.mayTake(shard) ? [] : [{ shard, thread, epoch, sinceMs }];
      });
    } catch (cause) {
      this.#failed('epochs could not be had; trying again', cause);
      return [];
    }
  }

  #failed(message: string, cause: unknown): void {
    const pauseMs = Math.min(TAKE_PAUSE_FIRST_MS * 2 ** this.#failures, TAKE_PAUSE_MAX_MS);
    this.#failures++;
    this.#notBeforeMs = this.#ports.monotonicMs() + pauseMs;
    this.#ports.log('warn', message, { cause });
  }

  /** Gives shards up in peace: they are ours until the threads are done with them. */
  give(shards: readonly number[]): void {
    const going = shards.filter((shard) => this.#owned.has(shard) && !this.#leaving.has(shard));
    if (going.length === 0) return;
    for (const shard of going) this.#leaving.add(shard);
    void this.#release(going).then(() => {
      for (const shard of going) {
        this.#leaving.delete(shard);
        this.#owned.delete(shard);
      }
      this.#ports.changed();
    });
  }

  /** Gives shards up at once: the right to them is lost. */
  drop(shards: readonly number[]): void {
    const lost = shards.filter((shard) => this.#owned.delete(shard));
    // For those that were leaving the threads have been told.
    this.#forget(lost.filter((shard) => !this.#leaving.has(shard)));
  }

  /** Everything, also what is just arriving. */
  dropAll(): void {
    this.#generation++;
    this.drop([...this.#owned.keys()]);
  }

  #forget(shards: readonly number[]): void {
    if (shards.length === 0) return;
    for (const shard of shards) this.#dropping.add(shard);
    void this.#release(shards).then(() => {
      for (const shard of shards) this.#dropping.delete(shard);
      this.#ports.changed();
    });
  }

  async #release(shards: readonly number[]): Promise<void> {
    try {
      await within(this.#ports, this.#deadlineMs, 'releasing shards', this.#ports.release(shards));
    } catch (cause) {
      this.#ports.log('error', 'shards were not released in order; going on without', { shards, cause });
    }
  }
}

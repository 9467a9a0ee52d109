/**
 * Who watches what on this thread. Each watched screening has one replica here, fed by the owner's deltas, so
 * that opening a seat map never costs the owner anything, and one frame is encoded for all watchers of it.
 *
 * A delta that does not follow on the replica means that something was missed: the replica is fetched anew, and the
 * watchers get a fresh snapshot. Nothing is ever silently left out: a watcher too slow to take a frame is closed by the
 * socket layer and starts over.
 */
import type { OutcomeCode } from '../actors/seat-outcome.ts';
import type { Bus } from '../workers/bus.ts';
import { type SeatDelta, SeatReplica, type SeatSnapshot } from '../workers/seat-replica.ts';
import type { Subscriber } from '../workers/shard-runtime.ts';

export interface Watcher {
  /** A whole frame, the same bytes for every watcher. */
  sendFrame(frame: Uint8Array): void;
  /** The screening is not watched any more; `frame` says so to the client. */
  watchEnded(screening: number, frame: Uint8Array): void;
}

export interface WatchFrames {
  snapshot(replica: SeatSnapshot): Uint8Array;
  delta(delta: SeatDelta): Uint8Array;
  gone(screening: number, code: OutcomeCode): Uint8Array;
}

interface Watch {
  replica: SeatReplica | null;
  readonly watchers: Set<Watcher>;
}

export class SeatWatch implements Subscriber {
  readonly #bus: Bus;
  readonly #frames: WatchFrames;
  readonly #watches = new Map<number, Watch>();

  constructor(bus: Bus, frames: WatchFrames) {
    this.#bus = bus;
    this.#frames = frames;
  }

  get watchedScreenings(): number {
    return this.#watches.size;
  }

  /** Begins to watch. A watcher whose own replica is at exactly this epoch and version gets no second snapshot. */
  watch(screening: number, watcher: Watcher, epoch: number, version: number): void {
    const watch = this.#watches.get(screening);
    if (watch === undefined) {
      this.#watches.set(screening, { replica: null, watchers: new Set([watcher]) });
      this.#bus.subscribe(screening, this);
      return;
    }
    watch.watchers.add(watcher);
    const { replica } = watch;
    if (replica !== null && (replica.epoch !== epoch || replica.version !== version)) {
      watcher.sendFrame(this.#frames.snapshot(replica));
    }
  }

  unwatch(screening: number, watcher: Watcher): void {
    const watch = this.#watches.get(screening);
    if (!watch?.watchers.delete(watcher) || watch.watchers.size > 0) return;
    this.#watches.delete(screening);
    this.#bus.unsubscribe(screening, this);
  }

  snapshotTaken(snapshot: SeatSnapshot): void {
    const watch = this.#watches.get(snapshot.screening);
    if (watch === undefined) return;
    watch.replica = new SeatReplica(snapshot);
    this.#tell(watch, this.#frames.snapshot(watch.replica));
  }

  seatsChanged(delta: SeatDelta): void {
    const watch = this.#watches.get(delta.screening);
    // Until the first snapshot there is nothing to apply it to.
    if (watch === undefined || watch.replica === null) return;
    if (watch.replica.apply(delta)) {
      this.#tell(watch, this.#frames.delta(delta));
      return;
    }
    watch.replica = null;
    this.#bus.unsubscribe(delta.screening, this);
    this.#bus.subscribe(delta.screening, this);
  }

  gone(screening: number, code: OutcomeCode): void {
    const watch = this.#watches.get(screening);
    if (watch === undefined) return;
    this.#watches.delete(screening);
    const frame = this.#frames.gone(screening, code);
    for (const watcher of watch.watchers) watcher.watchEnded(screening, frame);
  }

  /** The committed seat map that this thread has at hand; null when nobody here watches it. */
  replicaOf(screening: number): SeatSnapshot | null {
    return this.#watches.get(screening)?.replica ?? null;
  }

  #tell(watch: Watch, frame: Uint8Array): void {
    for (const watcher of watch.watchers) watcher.sendFrame(frame);
  }
}

/**
 * The screenings that are watched over this session: one replica each, however many listeners. It survives connections:
 * after each new one every screening is watched anew, from nothing, since a snapshot is a hundred bytes and certainty is worth
 * more. Until it has come, listeners know that what they show may be stale.
 */
import type { ClientRequest } from '../../server/protocol/client-messages.ts';
import { ClientOp } from '../../server/protocol/opcodes.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Delta, Gone, Snapshot } from '../../server/protocol/server-frame.ts';
import { retryDelayMs } from './backoff.ts';
import { SeatReplica, type Seats } from './seat-replica.ts';
import type { Cancel, Surroundings } from './surroundings.ts';

export type SeatsEvent =
  /** All seats, for the first time or anew. */
  | { readonly is: 'snapshot'; readonly seats: Seats }
  /** `changed`: the seats that the server named; their status is in `seats`. */
  | { readonly is: 'changed'; readonly seats: Seats; readonly changed: readonly number[] }
  /** The connection is lost, or something was missed; a snapshot will follow. */
  | { readonly is: 'stale' }
  /** It cannot be watched; nothing more will come. */
  | { readonly is: 'gone'; readonly code: number };

export type SeatsListener = (event: SeatsEvent) => void;

/** As many as the server allows on one connection; with the hello they fit into one frame. */
export const WATCHES_MAX = 32;

export interface WatchPorts {
  readonly surroundings: Surroundings;
  /** False without a connection; the watch is then part of the next greeting. */
  send(requests: readonly ClientRequest[]): boolean;
  /** Calls code that is not ours. */
  tell(listener: SeatsListener, event: SeatsEvent): void;
}

interface Watched {
  readonly listeners: Set<SeatsListener>;
  replica: SeatReplica | null;
  /** The server of this connection was asked for it. */
  isRequested: boolean;
  /** The replica is known to follow the server's. */
  isCurrent: boolean;
  tries: number;
  cancelRetry: Cancel | null;
}

export class WatchedSeats {
  readonly #ports: WatchPorts;
  readonly #watched = new Map<number, Watched>();

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** A listener that comes late is told what is known already, in the same turn. @throws RangeError above WATCHES_MAX screenings. */
  add(screening: number, listener: SeatsListener): void {
    const present = this.#watched.get(screening);
    if (present !== undefined) {
      present.listeners.add(listener);
      if (present.replica !== null) this.#ports.tell(listener, { is: 'snapshot', seats: present.replica });
      if (present.replica !== null && !present.isCurrent) this.#ports.tell(listener, { is: 'stale' });
      return;
    }
    if (this.#watched.size >= WATCHES_MAX) throw new RangeError(`at most ${WATCHES_MAX} screenings can be watched`);
    const listeners = new Set([listener]);
    const isRequested = this.#ports.send([watchRequest(screening)]);
    this.#watched.set(screening, {
      listeners,
      replica: null,
      isRequested,
      isCurrent: false,
      tries: 0,
      cancelRetry: null,
    });
  }

  remove(screening: number, listener: SeatsListener): void {
    const watched = this.#watched.get(screening);
    if (!watched?.listeners.delete(listener) || watched.listeners.size > 0) return;
    this.#forget(screening, watched);
    this.#ports.send([{ op: ClientOp.unwatch, screening }]);
  }

  seatsOf(screening: number): Seats | null {
    return this.#watched.get(screening)?.replica ?? null;
  }

  /** What a new connection begins with. */
  greeting(): ClientRequest[] {
    for (const watched of this.#watched.values()) watched.isRequested = true;
    return [...this.#watched.keys()].map(watchRequest);
  }

  /** The greeting was answered; what was added since is asked for now. */
  opened(): void {
    const late = [...this.#watched].filter(([, { isRequested }]) => !isRequested);
    if (late.length === 0) return;
    this.#ports.send(late.map(([screening]) => watchRequest(screening)));
    for (const [, watched] of late) watched.isRequested = true;
  }

  snapshot(snapshot: Snapshot): void {
    const watched = this.#watched.get(snapshot.screening);
    if (watched === undefined) return;
    watched.replica = new SeatReplica(snapshot);
    watched.isCurrent = true;
    watched.tries = 0;
    this.#tell(watched, { is: 'snapshot', seats: watched.replica });
  }

  delta(delta: Delta): void {
    const watched = this.#watched.get(delta.screening);
    // While a snapshot is on its way, a delta has nothing to follow on.
    if (watched === undefined || watched.replica === null || !watched.isCurrent) return;
    const { replica } = watched;
    const applied = replica.apply(delta);
    if (applied === 'applied') {
      const changed = delta.changes.map((change) => change >> 2);
      this.#tell(watched, { is: 'changed', seats: replica, changed });
    } else if (applied === 'gap') {
      this.#markStale(watched);
      this.#ports.send([watchRequest(delta.screening)]);
    }
  }

  gone({ screening, code }: Gone): void {
    const watched = this.#watched.get(screening);
    if (watched === undefined) return;
    if (code === OutcomeCode.unknownScreening || code === OutcomeCode.forbidden) {
      this.#forget(screening, watched);
      this.#tell(watched, { is: 'gone', code });
      return;
    }
    this.#markStale(watched);
    watched.tries++;
    watched.cancelRetry?.();
    const delayMs = retryDelayMs(watched.tries, this.#ports.surroundings.random());
    watched.cancelRetry = this.#ports.surroundings.after(delayMs, () => {
      watched.cancelRetry = null;
      this.#ports.send([watchRequest(screening)]);
    });
  }

  down(): void {
    for (const watched of this.#watched.values()) {
      watched.cancelRetry?.();
      watched.cancelRetry = null;
      watched.isRequested = false;
      this.#markStale(watched);
    }
  }

  close(): void {
    for (const [screening, watched] of this.#watched) this.#forget(screening, watched);
  }

  #markStale(watched: Watched): void {
    if (!watched.isCurrent) return;
    watched.isCurrent = false;
    this.#tell(watched, { is: 'stale' });
  }

  #forget(screening: number, watched: Watched): void {
    watched.cancelRetry?.();
    this.#watched.delete(screening);
  }

  #tell(watched: Watched, event: SeatsEvent): void {
    for (const listener of [...watched.listeners]) this.#ports.tell(listener, event);
  }
}

function watchRequest(screening: number): ClientRequest {
  return { op: ClientOp.watch, screening, epoch: 0, version: 0 };
}

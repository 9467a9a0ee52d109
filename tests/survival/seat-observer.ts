/**
 * Somebody who watches the seat maps while everything breaks: applies snapshots and deltas as docs/protocol.md says, and
 * remembers what it was shown at every version. Afterwards the journal is replayed, and must have shown the same: what
 * was never committed must never have been seen (promise I2), and no delta may have been missed on the way.
 */
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import type { Delta, Received, Snapshot } from '../../server/protocol/server-frame.ts';
import { TestClient } from '../support/test-client.ts';

interface Replica {
  epoch: number;
  version: number;
  status: Uint8Array;
}

export interface Sight {
  readonly epoch: number;
  /** A digit per seat. */
  readonly status: string;
}

export class SeatObserver {
  /** By screening, then by version. */
  readonly seen = new Map<number, Map<number, Sight>>();
  readonly #replicas = new Map<number, Replica>();
  readonly #client: TestClient;
  readonly #screenings: readonly number[];
  /** What it was told that cannot be. */
  readonly contradictions: string[] = [];
  snapshots = 0;
  deltas = 0;

  constructor(screenings: readonly number[], server: () => string) {
    this.#screenings = screenings;
    this.#client = new TestClient({
      server,
      history: [],
      onMessage: (message) => this.#told(message),
      onWelcome: () => {
        for (const screening of screenings) this.#watch(screening);
      },
    });
    this.#client.start();
  }

  /** The version that is known of a screening; 0 when nothing is. */
  versionOf(screening: number): number {
    return this.#replicas.get(screening)?.version ?? 0;
  }

  get screenings(): readonly number[] {
    return this.#screenings;
  }

  close(): void {
    this.#client.close();
  }

  #watch(screening: number): void {
    const { epoch, version } = this.#replicas.get(screening) ?? { epoch: 0, version: 0 };
    this.#client.send([{ op: ClientOp.watch, screening, epoch, version }]);
  }

  #told(message: Received): void {
    switch (message.op) {
      case ServerOp.snapshot:
        this.#snapshot(message);
        return;
      case ServerOp.delta:
        this.#delta(message);
        return;
      case ServerOp.gone:
        setTimeout(() => this.#watch(message.screening), 50).unref();
        return;
    }
  }

  #snapshot({ screening, epoch, version, status }: Snapshot): void {
    this.snapshots++;
    this.#replicas.set(screening, { epoch, version, status });
    this.#remember(screening);
  }

  #delta({ screening, epoch, fromVersion, version, changes }: Delta): void {
    const replica = this.#replicas.get(screening);
    if (replica === undefined || replica.version !== fromVersion || epoch < replica.epoch) {
      this.#replicas.delete(screening);
      this.#watch(screening);
      return;
    }
    this.deltas++;
    replica.epoch = epoch;
    replica.version = version;
    for (const change of changes) replica.status[change >> 2] = change & 3;
    this.#remember(screening);
  }

  #remember(screening: number): void {
    const { epoch, version, status } = this.#replicas.get(screening)!;
    let sights = this.seen.get(screening);
    if (sights === undefined) {
      sights = new Map();
      this.seen.set(screening, sights);
    }
    const sight: Sight = { epoch, status: status.join('') };
    const before = sights.get(version);
    if (before !== undefined && before.status !== sight.status) {
      this.contradictions.push(`screening ${screening} looked different twice at version ${version}`);
    }
    sights.set(version, sight);
  }
}

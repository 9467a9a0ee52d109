/**
 * The committed seat map of one screening, as its watchers see it: kept by the owner's thread, and by each
 * thread with watchers, which applies the deltas. A change that is not committed is never in it (promise I2).
 */

/** One commit's changes to one screening. `changes`: `seat << 2 | status` each, the last one of a seat counts. */
export interface SeatDelta {
  readonly screening: number;
  readonly epoch: number;
  readonly fromVersion: number;
  readonly version: number;
  readonly salesOpen: boolean;
  readonly changes: readonly number[];
}

export interface SeatSnapshot {
  readonly screening: number;
  readonly epoch: number;
  readonly version: number;
  readonly salesOpen: boolean;
  /** Per seat: 0 free, 1 held, 2 sold, 3 blocked. */
  readonly status: Uint8Array;
}

export class SeatReplica implements SeatSnapshot {
  readonly screening: number;
  epoch: number;
  version: number;
  salesOpen: boolean;
  readonly status: Uint8Array;

  constructor(snapshot: SeatSnapshot) {
    this.screening = snapshot.screening;
    this.epoch = snapshot.epoch;
    this.version = snapshot.version;
    this.salesOpen = snapshot.salesOpen;
    this.status = snapshot.status.slice();
  }

  /** False, and nothing done, when the delta does not follow on what is here: the replica must be fetched anew. */
  apply(delta: SeatDelta): boolean {
    // What a snapshot has brought already.
    if (delta.version <= this.version && delta.epoch === this.epoch) return true;
    if (delta.fromVersion !== this.version || delta.epoch < this.epoch) return false;
    this.epoch = delta.epoch;
    this.version = delta.version;
    this.salesOpen = delta.salesOpen;
    for (const change of delta.changes) this.status[change >> 2] = change & 3;
    return true;
  }
}

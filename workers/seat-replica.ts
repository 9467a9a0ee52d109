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
  /** Id of the layout whose seats are meant; 0: it comes from a node of an older build, which does not say. */
  readonly seatMap: number;
  readonly epoch: number;
  readonly version: number;
  readonly salesOpen: boolean;
  /** Per seat: 0 free, 1 held, 2 sold, 3 blocked. */
  readonly status: Uint8Array;
}

export class SeatReplica implements SeatSnapshot {
  readonly screening: number;
  readonly seatMap: number;
  epoch: number;
  version: number;
  salesOpen: boolean;
  readonly status: Uint8Array;
  /** How many seats are free: counted along, because asking every seat after each commit would cost more than the commit's own changes. */
  freeSeats = 0;

  constructor(snapshot: SeatSnapshot) {
    this.screening = snapshot.screening;
    this.seatMap = snapshot.seatMap;
    this.epoch = snapshot.epoch;
    this.version = snapshot.version;
    this.salesOpen = snapshot.salesOpen;
    this.status = snapshot.status.slice();
    for (const status of this.status) if (status === 0) this.freeSeats++;
  }

  /** `seat << 2 | status`. */
  change(change: number): void {
    const before = this.status[change >> 2];
    if (before === undefined) return;
    if (before === 0) this.freeSeats--;
    if ((change & 3) === 0) this.freeSeats++;
    this.status[change >> 2] = change & 3;
  }

  /** False, and nothing done, when the delta does not follow on what is here: the replica must be fetched anew. */
  apply(delta: SeatDelta): boolean {
    // What a snapshot has brought already.
    if (delta.version <= this.version && delta.epoch === this.epoch) return true;
    if (delta.fromVersion !== this.version || delta.epoch < this.epoch) return false;
    this.epoch = delta.epoch;
    this.version = delta.version;
    this.salesOpen = delta.salesOpen;
    for (const change of delta.changes) this.change(change);
    return true;
  }
}

/**
 * The seats of one screening as this client knows them: a snapshot, and then deltas that follow on each other. It never
 * guesses: a delta that does not follow says that something was missed, and a new snapshot is needed.
 */
import type { Delta, Snapshot } from '../../server/protocol/server-frame.ts';

/** What the listeners see. Do not change `status`. */
export interface Seats {
  readonly screening: number;
  /** Id of the seat map on which they are numbered. When it is another one than is drawn, fetch the seat map again. 0: an older server, which does not say. */
  readonly seatMap: number;
  readonly epoch: number;
  readonly version: number;
  readonly salesOpen: boolean;
  /** Per seat: 0 free, 1 held, 2 sold, 3 blocked. */
  readonly status: Uint8Array;
}

/** `old`: known already, or from an owner that is no longer one; nothing to do. */
export type Applied = 'applied' | 'old' | 'gap';

export class SeatReplica implements Seats {
  readonly screening: number;
  readonly seatMap: number;
  epoch: number;
  version: number;
  salesOpen: boolean;
  readonly status: Uint8Array;

  constructor(snapshot: Snapshot) {
    this.screening = snapshot.screening;
    this.seatMap = snapshot.seatMap;
    this.epoch = snapshot.epoch;
    this.version = snapshot.version;
    this.salesOpen = snapshot.salesOpen;
    this.status = snapshot.status;
  }

  /** Applies all of the delta or nothing. */
  apply(delta: Delta): Applied {
    if (delta.epoch < this.epoch || (delta.epoch === this.epoch && delta.version < this.version)) return 'old';
    if (delta.fromVersion !== this.version)
      return delta.epoch === this.epoch && delta.version === this.version ? 'old' : 'gap';
    if (delta.changes.some((change) => change >> 2 >= this.status.length)) return 'gap';
    for (const change of delta.changes) this.status[change >> 2] = change & 3;
    this.epoch = delta.epoch;
    this.version = delta.version;
    this.salesOpen = delta.salesOpen;
    return 'applied';
  }
}

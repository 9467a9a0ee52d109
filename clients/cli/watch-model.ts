/** What somebody who watches a screening knows: its room, the seats, what changed since he looked, and the line to the server. */
import type { ConnectionState } from '../sdk/index.ts';
import { countSeats, type RoomPlan, SEAT_STATUSES, type SeatCounts, type SeatStatus } from './room-plan.ts';

export interface SeatChange {
  readonly label: string;
  readonly from: SeatStatus;
  readonly to: SeatStatus;
}

/** Changes only by `take` and `furnish`; those who show it ask it. */
export class WatchModel {
  room: RoomPlan;
  /** The layout that `room` is; 0: the server does not say. */
  seatMap: number;
  /** Per seat; null until the first snapshot. */
  status: Uint8Array | null = null;
  salesOpen = true;
  version = 0;
  /** False from the moment that something may have been missed until all is known again. */
  isCurrent = false;
  connection: ConnectionState = { is: 'connecting', tries: 0 };
  /** Seats that changed since `seen`. */
  readonly recent = new Set<number>();
  #soldAtFirst: number | null = null;

  constructor(room: RoomPlan, seatMap: number) {
    this.room = room;
    this.seatMap = seatMap;
  }

  /** Another layout: what is known of seats is not about these. */
  furnish(room: RoomPlan, seatMap: number): void {
    this.room = room;
    this.seatMap = seatMap;
    this.status = null;
    this.recent.clear();
  }

  /** Whether what the server tells is about the seats of `room`. */
  fits(seats: { readonly status: Uint8Array; readonly seatMap: number }): boolean {
    const isSame = seats.seatMap === 0 || this.seatMap === 0 || seats.seatMap === this.seatMap;
    return isSame && seats.status.length === this.room.seats.length;
  }

  get counts(): SeatCounts | null {
    return this.status === null ? null : countSeats(this.status);
  }

  /** Sold since the watch began; less than none when orders were given back. */
  get soldSince(): number {
    return (this.counts?.sold ?? 0) - (this.#soldAtFirst ?? 0);
  }

  /** Nobody can buy anything any more. A held seat may still come back. */
  get isSoldOut(): boolean {
    const { counts } = this;
    return counts !== null && this.isCurrent && counts.free === 0 && counts.held === 0;
  }

  /** Takes what the server says now; resolves with what is different, in the order of the seats. */
  take(seats: { readonly status: Uint8Array; readonly salesOpen: boolean; readonly version: number }): SeatChange[] {
    const before = this.status;
    const changes: SeatChange[] = [];
    for (const [index, now] of seats.status.entries()) {
      const then = before?.[index];
      if (then === undefined || then === now) continue;
      this.recent.add(index);
      changes.push({ label: this.room.seats[index]?.label ?? String(index), from: nameOf(then), to: nameOf(now) });
    }
    // A copy: the replica goes on changing its own.
    this.status = seats.status.slice();
    this.salesOpen = seats.salesOpen;
    this.version = seats.version;
    this.isCurrent = true;
    this.#soldAtFirst ??= countSeats(this.status).sold;
    return changes;
  }

  seen(): void {
    this.recent.clear();
  }
}

function nameOf(status: number): SeatStatus {
  return SEAT_STATUSES[status] ?? 'blocked';
}

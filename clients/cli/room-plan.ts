/** The seats of a screening as the server tells them: where each is, of what kind, and who has how many. */
import { SeatKind } from '../../actors/seat-map.ts';
import type { Row } from './http-client.ts';

export interface PlannedSeat {
  /** Index into the room's rows, and column of its grid, 0-based. */
  readonly row: number;
  readonly column: number;
  /** A SeatKind. */
  readonly kind: number;
  /** "F12" */
  readonly label: string;
}

export interface RoomPlan {
  /** Labels, from the screen backwards. */
  readonly rows: readonly string[];
  /** In the order that `status` has. */
  readonly seats: readonly PlannedSeat[];
}

/** What a seat is, in the order of the server's numbers. */
export const SEAT_STATUSES = ['free', 'held', 'sold', 'blocked'] as const;
export type SeatStatus = (typeof SEAT_STATUSES)[number];
export type SeatCounts = Readonly<Record<SeatStatus, number>>;

/** Kinds other than the regular one, as they are called in a legend. */
export const KIND_NAMES: Readonly<Record<number, string>> = {
  [SeatKind.couple]: 'couple',
  [SeatKind.companion]: 'companion',
  [SeatKind.wheelchair]: 'wheelchair',
  [SeatKind.reducedMobility]: 'reduced mobility',
  [SeatKind.obese]: 'wide (obese)',
};

/** Null when the answer has no seats, or not such as we know. */
export function roomOf(answer: Row): RoomPlan | null {
  const { rows, seats } = answer;
  if (!Array.isArray(rows) || !Array.isArray(seats)) return null;
  const planned: PlannedSeat[] = [];
  for (const seat of seats as readonly unknown[]) {
    if (!Array.isArray(seat)) return null;
    const [row, column, kind, label] = seat as readonly unknown[];
    if (!isIndex(row) || !isIndex(column) || !isIndex(kind) || row >= rows.length) return null;
    planned.push({ row, column, kind, label: String(label) });
  }
  return { rows: rows.map(String), seats: planned };
}

/** Per seat a number of SEAT_STATUSES; null while nobody can tell. */
export function statusOf(answer: Row): readonly number[] | null {
  const live = answer['live'];
  const status = typeof live === 'object' && live !== null ? (live as Row)['status'] : null;
  return Array.isArray(status) ? (status as number[]) : null;
}

/** How many seats have each status; an unknown one counts as free. */
export function countSeats(status: ArrayLike<number>): SeatCounts {
  const counts = { free: 0, held: 0, sold: 0, blocked: 0 };
  for (let seat = 0; seat < status.length; seat++) counts[SEAT_STATUSES[status[seat] ?? 0] ?? 'free']++;
  return counts;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 65_536;
}

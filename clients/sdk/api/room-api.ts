/**
 * The room of a screening: where its seats are, of what kind, and what a full ticket costs on each. Who has which seat is not
 * asked here but watched (`Session.watch`), since it would be old before it is drawn.
 */
import type { ApiClient } from './http.ts';

export interface RoomSeat {
  /** Index into `rowLabels`. */
  readonly row: number;
  /** In the room's grid, from the left; a column that is missing is an aisle. */
  readonly column: number;
  /** 0 regular, 1 couple, 2 companion, 3 wheelchair, 4 reduced mobility, 5 obese. */
  readonly kind: number;
  /** What is written on it: "F12". */
  readonly label: string;
  /** Of a full ticket, without fees. */
  readonly priceCents: number;
}

/** A seat's index in `seats` is its number everywhere else: in commands, deltas and tickets. */
export interface Room {
  readonly screening: number;
  readonly title: string;
  readonly cinema: string;
  readonly auditorium: string;
  /** The cinema's own clock: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  readonly projection: string;
  /** dub, leg (subtitled), nac (Brazilian). */
  readonly language: string;
  readonly currency: string;
  readonly status: 'scheduled' | 'closed' | 'cancelled';
  /** Id of the layout on which seats are numbered; `Seats.seatMap` says when it is another one. */
  readonly seatMap: number;
  /** From the screen backwards. */
  readonly rowLabels: readonly string[];
  readonly seats: readonly RoomSeat[];
}

interface RoomAnswer extends Omit<Room, 'screening' | 'rowLabels' | 'seats'> {
  readonly id: number;
  readonly priceCents: number;
  readonly seatPrices: Readonly<Record<string, number>> | null;
  readonly rows: readonly string[];
  readonly seats: readonly (readonly [row: number, column: number, kind: number, label: string])[];
}

/** The room of a screening. @throws ApiProblem (status 404: there is no such screening), ApiUnreachable */
export async function room(client: ApiClient, screening: number, signal?: AbortSignal): Promise<Room> {
  const found = await client.ask<RoomAnswer>(
    `/api/screenings/${screening}/seats`,
    signal === undefined ? {} : { signal },
  );
  const { title, cinema, auditorium, startsLocal, projection, language, currency, status, seatMap, rows } = found;
  const seats = found.seats.map(([row, column, kind, label]): RoomSeat => {
    return { row, column, kind, label, priceCents: found.seatPrices?.[kind] ?? found.priceCents };
  });
  const of = { title, cinema, auditorium, startsLocal, projection, language, currency, status, seatMap };
  return { screening: found.id, ...of, rowLabels: rows, seats };
}

/** Rooms for tests, drawn as in the demo programme: `.` regular, `C` couple, `c` companion, `w` wheelchair, a space for an aisle. */
import type { RoomSeat } from '../../../sdk/api/room-api.ts';
import { RoomGeometry } from './room-geometry.ts';

const KINDS = '.CcwmO';

/** Rows are A, B… from the screen; seats are numbered from the left. */
export function drawnRoom(drawing: readonly string[]) {
  const seats = drawing.flatMap((line, row): RoomSeat[] =>
    [...line.matchAll(/\S/g)].map(({ 0: sign, index }, rank) => {
      const label = `${String.fromCharCode(65 + row)}${rank + 1}`;
      return { row, column: index, kind: KINDS.indexOf(sign), label, priceCents: 3200 };
    }),
  );
  const seatOf = (label: string): number => seats.findIndex((seat) => seat.label === label);
  return { seats, geometry: new RoomGeometry(seats, drawing.length), seatOf };
}

/** Small seat maps for tests, drawn as text: '.' a regular seat, 'c' couple, 'w' wheelchair, 'k' companion, '_' or ' ' no seat. The first line is next to the screen. */
import { SeatKind, type SeatMap } from '../../actors/seat-map.ts';

const KIND_OF: Readonly<Record<string, SeatKind>> = {
  '.': SeatKind.regular,
  c: SeatKind.couple,
  w: SeatKind.wheelchair,
  k: SeatKind.companion,
  r: SeatKind.reducedMobility,
  o: SeatKind.obese,
};

let nextId = 1;

export function seatMapOf(drawing: readonly string[]): SeatMap {
  const rows: number[] = [];
  const columns: number[] = [];
  const kinds: number[] = [];
  const labels: string[] = [];
  const rowLabels = drawing.map((_, row) => String.fromCharCode(65 + row));
  drawing.forEach((line, row) => {
    [...line].forEach((mark, column) => {
      const kind = KIND_OF[mark];
      if (kind === undefined) return;
      rows.push(row);
      columns.push(column);
      kinds.push(kind);
      labels.push(`${rowLabels[row]}${column + 1}`);
    });
  });
  return {
    id: nextId++,
    seatCount: rows.length,
    rowLabels,
    seatRow: Uint16Array.from(rows),
    seatColumn: Uint16Array.from(columns),
    seatKind: Uint8Array.from(kinds),
    seatLabels: labels,
  };
}

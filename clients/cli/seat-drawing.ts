/**
 * A room drawn as text: the screen on top, the rows named on both sides, aisles as gaps. Every mark differs from the others
 * in shape, colours only help. Two columns of the terminal for a seat; one where there is no room for two; and where
 * there is none for that either, a line of numbers for each row.
 */
import { SeatKind } from '../../actors/seat-map.ts';
import type { Colour } from './ports.ts';
import {
  countSeats,
  KIND_NAMES,
  type PlannedSeat,
  type RoomPlan,
  SEAT_STATUSES,
  type SeatStatus,
} from './room-plan.ts';
import { harmless, padText, textWidth } from './text-width.ts';

export interface DrawingStyle {
  /** Width to draw in; null: as wide as it is. */
  readonly columns: number | null;
  /** False where the terminal knows ASCII only. */
  readonly isUnicode: boolean;
  paint(colour: Colour, text: string): string;
}

interface Mark {
  readonly unicode: string;
  readonly ascii: string;
  readonly colour: Colour;
}

const MARKS: Readonly<Record<SeatStatus, Mark>> = {
  free: { unicode: '○', ascii: 'o', colour: 'green' },
  held: { unicode: '◐', ascii: '+', colour: 'yellow' },
  sold: { unicode: '■', ascii: '#', colour: 'red' },
  blocked: { unicode: '×', ascii: 'x', colour: 'dim' },
};

/** Free seats of a kind of their own: what is asked about them is what they are. */
const KIND_LETTERS: Readonly<Record<number, string>> = {
  [SeatKind.couple]: 'C',
  [SeatKind.companion]: 'A',
  [SeatKind.wheelchair]: 'W',
  [SeatKind.reducedMobility]: 'M',
  [SeatKind.obese]: 'B',
};

/** Between entries of the legend. */
const GAP = '   ';
/** Between a row's name and its seats. */
const MARGIN = 2;

/** `status`: per seat; null when only the plan is known. `recent`: seats to be noticed. */
export function drawRoom(
  room: RoomPlan,
  status: ArrayLike<number> | null,
  style: DrawingStyle,
  recent: ReadonlySet<number> = new Set(),
): string[] {
  const columns = room.seats.map(({ column }) => column);
  const first = columns.length === 0 ? 0 : Math.min(...columns);
  const across = columns.length === 0 ? 0 : Math.max(...columns) - first + 1;
  const names = room.rows.map(harmless);
  const nameWidth = Math.max(0, ...names.map(textWidth));
  const beside = 2 * (nameWidth + MARGIN);
  const fits = (perSeat: number): boolean => style.columns === null || beside + width(across, perSeat) <= style.columns;
  const perSeat = fits(2) ? 2 : fits(1) ? 1 : 0;
  if (perSeat === 0) return numbersOfRows(room, names, status);
  const lines = names.map(() => new Array<string>(across).fill(' '));
  for (const [index, seat] of room.seats.entries()) {
    const mark = markOf(seat, status === null ? 0 : (status[index] ?? 0), style);
    (lines[seat.row] ?? [])[seat.column - first] = recent.has(index) ? style.paint('inverse', mark) : mark;
  }
  const screenWidth = width(across, perSeat);
  const indent = ' '.repeat(nameWidth + MARGIN);
  return [
    `${indent}${style.paint('dim', screenOf(screenWidth, style.isUnicode))}`,
    '',
    ...lines.map((marks, row) => {
      const name = names[row] ?? '';
      const left = padText(name, nameWidth, 'left');
      return `${left}${' '.repeat(MARGIN)}${marks.join(perSeat === 2 ? ' ' : '')}${' '.repeat(MARGIN)}${name}`.trimEnd();
    }),
  ];
}

/** What the marks of this room mean; as many lines as the width makes of it. */
export function legendOf(room: RoomPlan, style: DrawingStyle): string[] {
  const kinds = [...new Set(room.seats.map(({ kind }) => kind))]
    .filter((kind) => KIND_LETTERS[kind] !== undefined)
    .sort((one, other) => one - other);
  const entries = [
    ...SEAT_STATUSES.map((status) => ({ mark: drawn(MARKS[status], style), name: ` ${status}` })),
    ...kinds.map((kind) => ({
      mark: style.paint('cyan', KIND_LETTERS[kind] ?? ''),
      name: ` ${KIND_NAMES[kind]}, free`,
    })),
  ];
  const lines: string[] = [];
  let width = Number.POSITIVE_INFINITY;
  for (const { mark, name } of entries) {
    const needed = 1 + name.length;
    const isNew = width + GAP.length + needed > (style.columns ?? Number.MAX_SAFE_INTEGER);
    if (isNew) lines.push(mark + name);
    else lines[lines.length - 1] += GAP + mark + name;
    width = isNew ? needed : width + GAP.length + needed;
  }
  return lines;
}

/** "189 seats: 120 free, 6 held, 60 sold, 3 blocked" */
export function countsText(seatCount: number, status: ArrayLike<number> | null): string {
  if (status === null) return `${seatCount} seats; who has which cannot be told at this moment`;
  const counts = countSeats(status);
  return `${seatCount} seats: ${SEAT_STATUSES.map((name) => `${counts[name]} ${name}`).join(', ')}`;
}

/** Whether the terminal understands more than ASCII, by what the environment says of it. */
export function isUnicodeTerminal(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

function markOf({ kind }: PlannedSeat, status: number, style: DrawingStyle): string {
  const letter = KIND_LETTERS[kind];
  if (status === 0 && letter !== undefined) return style.paint('cyan', letter);
  return drawn(MARKS[SEAT_STATUSES[status] ?? 'blocked'], style);
}

function drawn({ unicode, ascii, colour }: Mark, style: DrawingStyle): string {
  return style.paint(colour, style.isUnicode ? unicode : ascii);
}

function width(across: number, perSeat: number): number {
  return perSeat === 2 ? Math.max(0, 2 * across - 1) : across;
}

function screenOf(columns: number, isUnicode: boolean): string {
  const name = columns >= 12 ? ' screen ' : '';
  const line = isUnicode ? '─' : '-';
  const left = Math.max(0, Math.floor((columns - name.length - 2) / 2));
  const right = Math.max(0, columns - name.length - 2 - left);
  const [begin, end] = isUnicode ? ['╭', '╮'] : ['/', '\\'];
  return `${begin}${line.repeat(left)}${name}${line.repeat(right)}${end}`;
}

function numbersOfRows(room: RoomPlan, names: readonly string[], status: ArrayLike<number> | null): string[] {
  return names.map((name, row) => {
    const own = room.seats.flatMap((seat, index) => (seat.row === row ? [status?.[index] ?? 0] : []));
    return `${name}  ${countsText(own.length, status === null ? null : own)}`;
  });
}

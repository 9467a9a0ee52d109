/**
 * The auditoriums of the demo programme, drawn. The screen is above the first row, left is the left of somebody who
 * looks at it, and a space is an aisle or no seat.
 *
 *   .  regular      C  couple            w  wheelchair space    c  companion of a wheelchair
 *   m  reduced mobility                  O  obese
 */
import { SeatKind } from '../actors/seat-map.ts';
import { rowLabel } from './import/derived-layout.ts';
import type { SeatLayout } from './seat-layout.ts';

const KINDS: Readonly<Record<string, SeatKind>> = {
  '.': SeatKind.regular,
  C: SeatKind.couple,
  w: SeatKind.wheelchair,
  c: SeatKind.companion,
  m: SeatKind.reducedMobility,
  O: SeatKind.obese,
};

/** Row upon row from the screen backwards; seats are numbered from the left. @throws Error at an unknown sign. */
export function layoutFromDrawing(drawing: readonly string[]): SeatLayout {
  return {
    rows: drawing.map((_, row) => rowLabel(row)),
    seats: drawing.flatMap((line, row) => {
      const columns = [...line.matchAll(/\S/g)];
      return columns.map(({ 0: sign, index }, rank) => {
        const kind = KINDS[sign];
        if (kind === undefined) throw new Error(`row ${rowLabel(row)} of a drawing has the unknown sign "${sign}"`);
        return [row, index, kind, `${rowLabel(row)}${rank + 1}`] as const;
      });
    }),
  };
}

export interface DemoCinema {
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly timeZone: string;
  readonly auditoriums: readonly { readonly name: string; readonly drawing: readonly string[] }[];
}

const BIG = [
  '  cw wc........cw wc  ',
  ' .cw wc........cw wc. ',
  '...O O..........O O...',
  '...m m..........m m...',
  ...Array<string>(10).fill('.... ............ ....'),
  'CCCC CCCCCCCCCCCC CCCC',
];

const SOFAS = ['wc mO O. cw', ...Array<string>(4).fill('.. .. .. ..'), 'CC CC CC CC'];

const ONE_AISLE = [
  '....cw wc....',
  '....cw m.....',
  '.....O O.....',
  '.....m O.....',
  ...Array<string>(6).fill('...... ......'),
];

const WIDENING = ['  wc..cw  ', ' .m....O. ', ' .m....O. ', ...Array<string>(5).fill('..........'), 'CC..CC..CC'];

export const DEMO_CINEMAS: readonly DemoCinema[] = [
  {
    name: 'Cine Poltrona Paulista',
    city: 'São Paulo',
    state: 'SP',
    timeZone: 'America/Sao_Paulo',
    auditoriums: [
      { name: 'Sala 1', drawing: BIG },
      { name: 'Sala 2 VIP', drawing: SOFAS },
    ],
  },
  {
    name: 'Cine Poltrona Rio Negro',
    city: 'Manaus',
    state: 'AM',
    timeZone: 'America/Manaus',
    auditoriums: [
      { name: 'Sala 1', drawing: ONE_AISLE },
      { name: 'Sala 2', drawing: WIDENING },
    ],
  },
];

/**
 * The import of screenings: a line says what runs, in which auditorium, and when it starts by the clock of the cinema.
 * A file is about the screenings that it names. Those that are not in it stay; they are cancelled by a person, with a
 * reason, because somebody may have bought a ticket.
 *
 * The cells are read by screenings-columns.ts; screenings-judge.ts says what becomes of a line, screenings-merge.ts
 * writes it.
 */
import { lockProgramme } from '../screening-plan.ts';
import { lacksStart, SCREENING_COLUMNS, SCREENING_DERIVED, whenItStarts } from './screenings-columns.ts';
import { judgeScreenings } from './screenings-judge.ts';
import { refuseSoldMeanwhile, storeScreenings } from './screenings-merge.ts';
import type { TableKind } from './table-kind.ts';

/** Three months of a chain of 600 auditoriums. */
const ROWS_MAX = 200_000;

export const screeningsKind: TableKind = {
  name: 'screenings',
  columns: SCREENING_COLUMNS,
  derived: SCREENING_DERIVED,
  lacks: lacksStart,
  finish: whenItStarts,
  judge: async (work) => {
    // Until the end of the transaction: two imports at once would each see the auditorium free.
    await lockProgramme(work.client);
    await judgeScreenings(work, true);
  },
  merge: storeScreenings,
  last: refuseSoldMeanwhile,
  isPartialByDefault: false,
  olderExport: 'warn',
  rowsMax: ROWS_MAX,
};

/**
 * The import of seat maps: each becomes the next version of its auditorium's, unless that has the same content already.
 * Whose map it is stands in the file, or is told beside it (settings): `auditorium`, a registration or our own number;
 * or `name` with `cinema`, and then an administrator's import makes them when they are missing (`timeZone`).
 *
 * Sold seats are indexes into a seat map. So the maps that are there are never changed, and screenings that were
 * announced with an older one get the new one by their actors or not at all (storage/layout-changes.ts).
 */

import { contentHash } from './auditorium-layouts.ts';
import { text } from './cell-values.ts';
import { FileRefused } from './file-refused.ts';
import { seatMapsOf } from './seat-map-document.ts';
import { judgeSeatMaps, storeSeatMaps } from './seatmaps-merge.ts';
import type { CellParser, DocumentReading, DraftRow, ImportSettings, TableColumn, TableKind } from './table-kind.ts';

const ROWS_MAX = 5_000;
const NAME_CHARS_MAX = 300;

/** The rows come from a document: no cell is ever read. */
const unread: CellParser = (found) => found;
const name = text(NAME_CHARS_MAX);

const column = (title: string, type: string, parse: CellParser = unread): TableColumn => {
  return { name: title, heading: title, aliases: [], type, parse };
};

export const seatmapsKind: TableKind = {
  name: 'seatmaps',
  columns: [column('auditorium', 'text', name), column('cinema', 'text', name)],
  derived: [
    { name: 'seat_count', type: 'integer' },
    { name: 'row_count', type: 'integer' },
    { name: 'content_hash', type: 'text' },
    { name: 'layout', type: 'jsonb' },
  ],
  lacks: () => 'the form of a JSON document (seat maps are no tables)',
  document: { rows: rowsOf },
  judge: judgeSeatMaps,
  merge: storeSeatMaps,
  isPartialByDefault: false,
  olderExport: 'warn',
  rowsMax: ROWS_MAX,
};

function rowsOf(document: unknown, draft: (line: number) => DraftRow, { name: file, settings }: DocumentReading): void {
  const maps = seatMapsOf(document, file);
  const target = targetOf(settings);
  if (target !== null && maps.length > 1)
    throw new FileRefused(
      `${file} holds ${maps.length} seat maps: whose each one is has to stand in the file, as "auditorium"`,
    );
  for (const [index, { auditorium, cinema, read }] of maps.entries()) {
    const row = draft(index + 1);
    const whose = target ?? { auditorium, cinema };
    for (const key of ['auditorium', 'cinema'] as const) setName(row, key, whose[key]);
    if ('fault' in read) {
      row.reject(null, read.fault);
      continue;
    }
    for (const warning of read.warnings) row.warn(null, warning.kind, warning.text);
    row.set('seat_count', read.layout.seats.length);
    row.set('row_count', read.layout.rows.length);
    row.set('content_hash', contentHash(read.layout));
    row.set('layout', JSON.stringify(read.layout));
  }
}

function setName(row: DraftRow, key: 'auditorium' | 'cinema', value: string | null): void {
  if (value === null && key === 'auditorium')
    row.reject(key, 'whose seat map it is does not stand in the file: write "auditorium", or say it beside the file');
  else if (value !== null && value.length > NAME_CHARS_MAX)
    row.reject(key, `it is longer than ${NAME_CHARS_MAX} characters`);
  else row.set(key, value);
}

/** null: the file says it. */
function targetOf({
  auditorium,
  name: called,
  cinema,
}: ImportSettings): { auditorium: string; cinema: string | null } | null {
  if (auditorium !== undefined) return { auditorium, cinema: null };
  if (called !== undefined && cinema !== undefined) return { auditorium: called, cinema };
  if (called === undefined && cinema === undefined) return null;
  throw new FileRefused('say whose seat map it is: auditorium (a number), or name with cinema');
}

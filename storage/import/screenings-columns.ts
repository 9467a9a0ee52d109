/**
 * What a file of screenings can say, and how it is read. Pure. A start stays a wall time of the cinema until the
 * cinema's zone is known (screenings-places.ts); it comes in one column or in two.
 */
import type { CopyValue } from '../copy-rows.ts';
import { cents, clock, code, date, localDateTime, oneOf, quoted, text } from './cell-values.ts';
import { type CellParser, type DraftRow, isProblem, type TableColumn } from './table-kind.ts';

const NAME_CHARS_MAX = 300;
const PROJECTION_CHARS_MAX = 20;

/** What is stored: dubbed, with subtitles, spoken in Portuguese from the beginning. */
export type ScreeningLanguage = 'dub' | 'leg' | 'nac';

const LANGUAGES: Readonly<Record<string, ScreeningLanguage>> = {
  ...{ dub: 'dub', dublado: 'dub', dublada: 'dub', dubbed: 'dub' },
  ...{ leg: 'leg', legendado: 'leg', legendada: 'leg', sub: 'leg', subtitled: 'leg', 'original com legendas': 'leg' },
  ...{ nac: 'nac', nacional: 'nac', português: 'nac', orig: 'nac', original: 'nac', national: 'nac' },
};

/** ANCINE's letters: regular, before the release, festival, private. */
const MODALITIES: Readonly<Record<string, string>> = {
  ...{ a: 'A', regular: 'A', normal: 'A' },
  ...{ b: 'B', 'pré-estreia': 'B', preview: 'B', 'pre-release': 'B' },
  ...{ c: 'C', mostra: 'C', festival: 'C', 'mostra/festival': 'C' },
  ...{ d: 'D', privada: 'D', private: 'D' },
};

const OFFSET = /(?<=[\dh])\s*(?:Z|([+-])([01]\d):?([0-5]\d))$/i;

/** "2026-12-24T20:30", and after a blank the minutes that the cinema is ahead of UTC, where the cell has an offset. */
export const start: CellParser = (found, warn) => {
  const offset = /\dT|\d [\dh:]+/i.test(found) ? OFFSET.exec(found) : null;
  if (offset === null) return localDateTime(found, warn);
  const wall = localDateTime(found.slice(0, offset.index), warn);
  if (wall === null || isProblem(wall)) return wall;
  const [, sign, hours = '0', minutes = '0'] = offset;
  return `${wall} ${(sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))}`;
};

/** Upper case, because price rules name it too: "3D", "IMAX", "4DX". */
export const projection: CellParser = (found) => {
  const name = found.toUpperCase();
  if (name.length <= PROJECTION_CHARS_MAX && /^[0-9A-Z][0-9A-Z +-]*$/.test(name)) return name;
  return { problem: `${quoted(found)} is no projection: write 2D, 3D, IMAX or the like` };
};

const column = (
  name: string,
  aliases: readonly string[],
  parse: CellParser,
  more: Partial<TableColumn> = {},
): TableColumn => ({ name, heading: name, aliases, parse, type: 'text', ...more });

export const SCREENING_COLUMNS: readonly TableColumn[] = [
  column('auditorium', ['sala', 'registro_sala', 'nome_sala', 'screen', 'room'], text(NAME_CHARS_MAX), {
    needed: 'value',
  }),
  column('cinema', ['complexo', 'registro_complexo', 'nome_complexo', 'theater', 'site'], text(NAME_CHARS_MAX)),
  column(
    'film',
    ['filme', 'obra', 'cpb', 'roe', 'cpb/roe', 'numero_obra', 'work_number', 'título', 'title'],
    text(NAME_CHARS_MAX),
    { needed: 'value' },
  ),
  column('starts', ['start', 'início', 'data e hora', 'data_hora_inicio', 'starts_at', 'starts_local'], start),
  column('date', ['data', 'dia', 'day'], date),
  column('time', ['hora', 'horário'], clock()),
  column('language', ['idioma', 'áudio', 'audio', 'versão'], oneOf(LANGUAGES, 'dub, leg, nac')),
  column('projection', ['projeção', 'formato', 'format'], projection),
  column(
    'modality',
    ['modalidade'],
    oneOf(MODALITIES, 'A (regular), B (before the release), C (festival), D (private)'),
  ),
  column('sales_from', ['vendas de', 'início das vendas'], localDateTime, { type: 'timestamp' }),
  column('sales_until', ['vendas até', 'fim das vendas'], localDateTime, { type: 'timestamp' }),
  column('price', ['preço', 'valor', 'inteira', 'full price'], cents, { type: 'integer' }),
  column('code', ['código', 'código da sessão', 'sessão', 'session'], code),
];

/** Set by `whenItStarts`. */
export const SCREENING_DERIVED: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'wall', type: 'timestamp' },
  { name: 'utc_offset', type: 'integer' },
];

/** What a file must have beside the needed columns; null: it has it. */
export function lacksStart(present: ReadonlySet<string>): string | null {
  return present.has('starts') || (present.has('date') && present.has('time'))
    ? null
    : 'a column starts, or the two columns date and time';
}

/** Brings the start together, out of one column or two. */
export function whenItStarts(row: DraftRow): void {
  const [starts, day, time] = [row.get('starts'), row.get('date'), row.get('time')];
  if (typeof starts !== 'string') {
    const blank = day === null && time === null ? 'starts' : day === null ? 'date' : time === null ? 'time' : null;
    if (blank !== null) row.reject(blank, 'it is blank: when does the screening start?');
    setWall(row, `${day}T${time}`, null);
    return;
  }
  const [wall = '', offset] = starts.split(' ');
  if ((day !== null && !wall.startsWith(`${day}T`)) || (time !== null && !wall.endsWith(`T${time}`)))
    row.reject('starts', 'it names another moment than the columns date and time');
  setWall(row, wall, offset === undefined ? null : Number(offset));
}

function setWall(row: DraftRow, wall: CopyValue, offset: number | null): void {
  row.set('wall', wall);
  row.set('utc_offset', offset);
}

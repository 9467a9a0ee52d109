/**
 * One sheet of an Excel workbook as rows of texts: the first that is shown, or the one that was asked for. Dates and times come as ISO
 * text, numbers with a point, a formula as its result. What is hostile is refused before the reader sees it
 * (workbook-archive.ts, sheet-scan.ts).
 */
import { readFile } from 'node:fs/promises';
import { readSheet } from 'read-excel-file/universal';
import { FileRefused } from '../file-refused.ts';
import type { FileBytes } from './file-bytes.ts';
import { refuseOddXml, scanSheet } from './sheet-scan.ts';
import type { Cell, SourceRow, SourceWish, TableSource } from './source.ts';
import { storedArchive, WorkbookArchive } from './workbook-archive.ts';

const WORKBOOK = 'xl/workbook.xml';
const RELATIONS = 'xl/_rels/workbook.xml.rels';
const PIECE_ROWS = 1_000;
/** A time of day is a moment of Excel's day 0, which is at the end of 1899, or in files from old Macs in 1904. */
const FIRST_YEAR = 1905;

interface Sheet {
  readonly name: string;
  readonly number: number;
  readonly path: string;
  readonly isHidden: boolean;
}

/** @throws FileRefused */
export async function openXlsx(file: FileBytes, wish: SourceWish): Promise<TableSource> {
  if (file.isCompressed) throw new FileRefused(`${file.name} is a workbook inside gzip: send the workbook itself`);
  const archive = new WorkbookArchive(await readFile(file.path), file.name);
  refuseOthers(archive, file.name);
  const relations = relationsOf(archive);
  const sheet = chosen(sheetsOf(archive, relations), wish);
  const data = await read(archive, relations, sheet, file.name);
  const first = data.findIndex((row) => row.some((cell) => cell !== ''));
  const header = data[first];
  if (header === undefined) throw new FileRefused(`the sheet "${sheet.name}" of ${file.name} is empty`);
  return {
    form: 'table',
    format: {
      format: 'xlsx',
      isCompressed: false,
      encoding: 'utf-8',
      separator: null,
      sheet: sheet.name,
      unit: 'row',
    },
    header: header.map(String),
    async *rows(onRead) {
      for (let from = first + 1; from < data.length; from += PIECE_ROWS) {
        const rows: SourceRow[] = [];
        for (const [index, cells] of data.slice(from, from + PIECE_ROWS).entries()) {
          if (cells.some((cell) => cell !== '')) rows.push({ line: from + index + 1, cells });
        }
        yield rows;
        onRead(Math.min(1, (from + PIECE_ROWS) / data.length));
      }
    },
  };
}

function refuseOthers(archive: WorkbookArchive, name: string): void {
  if (archive.has(WORKBOOK)) return;
  const what = archive.has('xl/workbook.bin')
    ? 'a binary workbook (.xlsb): save it as .xlsx'
    : archive.has('content.xml')
      ? 'a LibreOffice document: save it as .xlsx or as CSV'
      : 'a zip archive and no Excel workbook: unpack it first';
  throw new FileRefused(`${name} is ${what}`);
}

/** Ids of the workbook's parts to their paths. */
function relationsOf(archive: WorkbookArchive): ReadonlyMap<string, { readonly type: string; readonly path: string }> {
  const xml = archive.read(RELATIONS)?.toString('utf8') ?? '';
  return new Map(
    tags(xml, 'Relationship').map((attributes) => {
      const target = attributes.get('Target') ?? '';
      const path = target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`;
      return [attributes.get('Id') ?? '', { type: attributes.get('Type') ?? '', path }];
    }),
  );
}

type Relations = ReturnType<typeof relationsOf>;

function sheetsOf(archive: WorkbookArchive, relations: Relations): Sheet[] {
  const xml = archive.read(WORKBOOK)?.toString('utf8') ?? '';
  return tags(xml, 'sheet').map((attributes, index) => {
    const id = [...attributes].find(([name]) => name.endsWith(':id'))?.[1] ?? '';
    const isHidden = (attributes.get('state') ?? 'visible') !== 'visible';
    return { name: attributes.get('name') ?? '', number: index + 1, path: relations.get(id)?.path ?? '', isHidden };
  });
}

function chosen(sheets: readonly Sheet[], { sheet, name }: SourceWish): Sheet {
  const found =
    sheet === null
      ? (sheets.find((one) => !one.isHidden) ?? sheets[0])
      : (sheets.find((one) => one.name === sheet) ?? sheets.find((one) => String(one.number) === sheet));
  if (found !== undefined) return found;
  const names = sheets.map((one) => `"${one.name}"`).slice(0, 20);
  throw new FileRefused(
    sheets.length === 0 ? `${name} has no sheets` : `${name} has no sheet "${sheet}"; it has ${names.join(', ')}`,
  );
}

async function read(archive: WorkbookArchive, relations: Relations, sheet: Sheet, name: string): Promise<Cell[][]> {
  const where = `the sheet "${sheet.name}" of ${name}`;
  const xml = archive.read(sheet.path);
  if (xml === null) throw new FileRefused(`${where} is missing in the file: open it in Excel and save it again`);
  scanSheet(xml.toString('utf8'), where);
  const entries = new Map([[sheet.path, xml]]);
  const others = [...relations.values()].filter(({ type }) => /\/(sharedStrings|styles)$/.test(type));
  for (const path of [WORKBOOK, RELATIONS, ...others.map((other) => other.path)]) {
    const bytes = archive.read(path);
    if (bytes !== null) entries.set(path, bytes);
  }
  for (const bytes of entries.values()) refuseOddXml(bytes.toString('utf8'), where);
  try {
    const rows = await readSheet(new Blob([new Uint8Array(storedArchive(entries))]), sheet.number);
    return rows.map((row) => row.map((cell) => textOf(cell as unknown)));
  } catch (cause) {
    const { row, column } = /row (?<row>\d+), col (?<column>\d+)/.exec((cause as Error).message)?.groups ?? {};
    const cell = row === undefined ? '' : ` (row ${row}, column ${column})`;
    throw new FileRefused(`${where} cannot be read${cell}: open it in Excel and save it again`, { cause });
  }
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return dateText(cell);
  // Excel calculates with fifteen digits and shows fewer: 0.1 + 0.2 is 0.3.
  if (typeof cell === 'number') return String(Number(cell.toPrecision(15)));
  return String(cell);
}

/** A date, a time of day or both, as it stands on the sheet: no zone is meant. */
function dateText(date: Date): string {
  const rounded = new Date(Math.round(date.getTime() / 1000) * 1000);
  if (Number.isNaN(rounded.getTime())) return '';
  const [day = '', clock = ''] = rounded.toISOString().split('T');
  const time = clock.slice(0, 8);
  if (rounded.getUTCFullYear() < FIRST_YEAR) return time.endsWith(':00') ? time.slice(0, 5) : time;
  return time === '00:00:00' ? day : `${day}T${time}`;
}

/** Attributes of all tags of a name, whatever their prefix. */
function tags(xml: string, name: string): ReadonlyMap<string, string>[] {
  const tag = new RegExp(`<(?:\\w+:)?${name}(?=[\\s/>])([^<>]*)>`, 'g');
  return [...xml.matchAll(tag)].map(
    ([, attributes = '']) =>
      new Map(
        [...attributes.matchAll(/([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, key = '', double, single]) => [
          key,
          unescaped(double ?? single ?? ''),
        ]),
      ),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(#x?)?(\w+);/g, (whole, number: string | undefined, code: string) => {
    if (number === undefined) return ENTITIES[code] ?? whole;
    const point = Number.parseInt(code, number === '#x' ? 16 : 10);
    return point > 0 && point < 0x110000 ? String.fromCodePoint(point) : whole;
  });
}

/** Which column of a file is which of the kind: by its heading, whatever its case, accents and punctuation. */
import { bare } from './cell-values.ts';
import { FileRefused } from './file-refused.ts';
import type { ImportWarning } from './import-report.ts';
import type { TableColumn, TableKind } from './table-kind.ts';

/** Headings shown in a message; a file can have hundreds. */
const SHOWN = 12;
/** Edits between a heading and one that is understood, for "did you mean". */
const DISTANCE_MAX = 2;

export interface TableHeader {
  /** For each column of the file: what it is; null: nothing that is known. */
  readonly columns: readonly (TableColumn | null)[];
  readonly present: ReadonlySet<string>;
  /** What the file calls a column of the kind. */
  headingOf(name: string): string;
  readonly read: readonly string[];
  readonly ignored: readonly string[];
  readonly warnings: readonly ImportWarning[];
}

/** @throws FileRefused with what is missing and what was found. */
export function readHeader(kind: TableKind, found: readonly string[], fileName: string): TableHeader {
  const known = headings(kind);
  const columns = found.map((heading) => known.get(bare(heading)) ?? null);
  const names = columns.flatMap((column) => (column === null ? [] : [column.name]));
  const present = new Set(names);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    const both = found.filter((_, index) => columns[index]?.name === twice).map((heading) => heading.trim());
    throw new FileRefused(
      `${fileName} has the column ${kind.columns.find(({ name }) => name === twice)?.heading} twice: ${both.join(', ')}`,
    );
  }
  refuseMissing(kind, present, found, fileName);
  const passedOver = new Set(kind.passedOver?.map(bare));
  const ignored = found.filter(
    (heading, index) => columns[index] === null && heading.trim() !== '' && !passedOver.has(bare(heading)),
  );
  const headingOf = (name: string): string =>
    found[columns.findIndex((column) => column?.name === name)]?.trim() ?? name;
  return {
    columns,
    present,
    headingOf,
    read: found.filter((_, index) => columns[index] !== null).map((heading) => heading.trim()),
    ignored,
    warnings: ignored.map((heading) => ignoredWarning(heading, known, present)),
  };
}

function headings({ columns }: TableKind): ReadonlyMap<string, TableColumn> {
  const known = new Map<string, TableColumn>();
  for (const column of columns) {
    for (const heading of [column.name, column.heading, ...column.aliases]) known.set(bare(heading), column);
  }
  return known;
}

function refuseMissing(
  kind: TableKind,
  present: ReadonlySet<string>,
  found: readonly string[],
  fileName: string,
): void {
  const missing = kind.columns.filter(({ name, needed }) => needed !== undefined && !present.has(name));
  const lacks = missing.length > 0 ? missing.map(({ heading }) => heading).join(', ') : kind.lacks?.(present);
  if (lacks === undefined || lacks === null) return;
  const shown = found.slice(0, SHOWN).map((heading) => heading.trim().slice(0, 60));
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  const hints = found
    .filter((heading) => heading.trim() !== '')
    .flatMap((heading) => {
      const meant = nearest(bare(heading), headings(kind));
      return meant !== null && !present.has(meant.name)
        ? [`"${heading.trim().slice(0, 60)}" for ${meant.heading}?`]
        : [];
    });
  throw new FileRefused(
    `${fileName} is no table of ${kind.name}: it lacks ${lacks}; its columns are ${shown.join(', ')}${more}` +
      `${hints.length === 0 ? '' : ` (is ${hints.slice(0, 3).join(' ')})`}`,
  );
}

function ignoredWarning(
  heading: string,
  known: ReadonlyMap<string, TableColumn>,
  present: ReadonlySet<string>,
): ImportWarning {
  const meant = nearest(bare(heading), known);
  const hint = meant !== null && !present.has(meant.name) ? `; did you mean ${meant.heading}?` : '';
  const text = `the column "${heading.trim().slice(0, 60)}" is not known and was passed over${hint}`;
  return { line: null, column: heading.trim().slice(0, 60), kind: 'unknown-column', text };
}

function nearest(heading: string, known: ReadonlyMap<string, TableColumn>): TableColumn | null {
  let best: TableColumn | null = null;
  let least = Math.min(DISTANCE_MAX, Math.floor(heading.length / 3)) + 1;
  for (const [candidate, column] of known) {
    const distance = editDistance(heading.slice(0, 40), candidate, least);
    if (distance < least) [best, least] = [column, distance];
  }
  return best;
}

/** Letters to add, drop or change (Levenshtein); `limit` when it is that or more. */
function editDistance(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return Math.min(limit, row[other.length] ?? limit);
}

/**
 * The report of an import as a person reads it: the sums first, then what was left out and what to look at, each kind
 * once with the lines it is about. Everything in full is in the JSON.
 */
import { notKeptSentence } from '../../storage/import/import-history.ts';
import type { FileReport, ImportWarning, LineRange } from '../../storage/import/import-report.ts';
import { type CliPorts, counted, number, painter } from './ports.ts';
import { harmless } from './text-width.ts';

const LINES_SHOWN = 5;
/** Different reasons shown without --verbose. */
const REASONS_SHOWN = 20;

/** What the warnings of a kind say together. Others are shown by the text of their first one. */
const KINDS: Readonly<Record<string, string>> = {
  'few-wheelchair': 'fewer wheelchair spaces than Decreto 9.404/2018 asks for',
  'few-reduced-mobility': 'fewer seats for disability or reduced mobility than Decreto 9.404/2018 asks for',
  'few-obese': 'fewer seats for obese people than Decreto 9.404/2018 asks for',
  'not-a-count': 'a number of seats that is none, taken as not declared',
  disagrees: 'a cinema or exhibitor described otherwise than in an earlier line, which counts',
  'plan-kept': 'a new number of seats; the imported seat map is kept',
};

/**
 * Its lines. `isVerbose`: every reason and every line that the report has, however many there are, and which ones made something
 * new or changed something.
 */
export function reportText(report: FileReport, ports: CliPorts, isVerbose: boolean): string[] {
  const changed = isVerbose ? changedText(report, ports) : [];
  return [...headline(report, ports), ...detailsText(report), ...changed, ...remarks(report, ports, isVerbose)];
}

function headline(report: FileReport, ports: CliPorts): string[] {
  const paint = painter(ports);
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  const line = (name: string, count: number): string => `  ${name.padEnd(11)}${number(count).padStart(7)}`;
  const verdict = report.notKept === 'rehearsal' ? 'a rehearsal: nothing was kept' : notKeptSentence(report);
  return [
    `${paint('bold', harmless(report.file))}: ${counted(report.rows, 'row', 'rows')} in ${seconds} s`,
    ...(verdict === null ? [] : [paint('yellow', verdict)]),
    paint('green', line('created', report.created)),
    line('updated', report.updated),
    paint('dim', line('unchanged', report.unchanged)),
    report.rejected === 0 ? line('rejected', 0) : paint('yellow', line('rejected', report.rejected)),
  ];
}

/** "line 2-40, 43": of a file that is all new, one range. */
function changedText(report: FileReport, ports: CliPorts): string[] {
  const { created, updated } = report;
  // A server that is older tells neither.
  const { createdLines = [], updatedLines = [] } = report as Partial<FileReport>;
  return [...rangesText('Created', createdLines, created), ...rangesText('Updated', updatedLines, updated)];

  function rangesText(head: string, ranges: readonly LineRange[], all: number): string[] {
    if (ranges.length === 0) return [];
    const told = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
    const words = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
    const more = all > told ? ` and ${number(all - told)} more` : '';
    return ['', painter(ports)('bold', head), `  ${unitOf(report)} ${words}${more}`];
  }
}

/** Figures of the kind's own: numbers, and pairs of created and updated. */
function detailsText({ details }: FileReport): string[] {
  const lines = Object.entries(details).flatMap(([name, value]) => {
    const spoken = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    if (typeof value === 'number') return value === 0 ? [] : [`${spoken.padEnd(13)}${number(value).padStart(7)}`];
    if (typeof value === 'string') return [`${spoken.padEnd(13)}${harmless(value)}`];
    const { created, updated } = (value ?? {}) as { created?: unknown; updated?: unknown };
    if (typeof created !== 'number' || typeof updated !== 'number' || created + updated === 0) return [];
    return [`${spoken.padEnd(13)}${number(created).padStart(7)} new ${number(updated).padStart(7)} changed`];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function remarks(report: FileReport, ports: CliPorts, isVerbose: boolean): string[] {
  const paint = painter(ports);
  const rejected = grouped(report.rejectedRows, ({ column, reason }) => `${column ?? 'the row'}: ${reason}`);
  const warned = grouped(report.warnings, (warning) =>
    isVerbose ? sentence(warning) : (KINDS[warning.kind] ?? sentence(warning)),
  );
  const unit = unitOf(report);
  const lost = report.rejections - report.rejectedRows.length;
  const unheard = report.warningCount - report.warnings.length;
  return [
    ...(rejected.size === 0 ? [] : ['', paint('bold', 'Rejected'), ...listed(rejected, unit, isVerbose)]),
    ...(lost > 0 ? [`  … and ${number(lost)} more`] : []),
    ...(warned.size === 0 ? [] : ['', paint('bold', 'To look at'), ...listed(warned, unit, isVerbose)]),
    ...(unheard > 0 ? [`  … and ${number(unheard)} more`] : []),
  ];
}

/** What the numbers count. Of a server that is older there may be no format. */
function unitOf({ format }: FileReport): string {
  return (format as { readonly unit?: string } | undefined)?.unit ?? 'line';
}

function listed(groups: ReadonlyMap<string, readonly number[]>, unit: string, isVerbose: boolean): string[] {
  const shown = isVerbose ? [...groups] : [...groups].slice(0, REASONS_SHOWN);
  const more = groups.size - shown.length;
  return [
    ...shown.map(([what, lines]) => harmless(`  ${what} ${place(lines, unit, isVerbose)}`.trimEnd())),
    ...(more > 0 ? [`  … and ${number(more)} more: --verbose lists them`] : []),
  ];
}

function sentence({ column, text }: ImportWarning): string {
  return column === null ? text : `${column}: ${text}`;
}

function grouped<Note extends { readonly line: number | null }>(
  notes: readonly Note[],
  nameOf: (note: Note) => string,
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const note of notes) {
    const name = nameOf(note);
    const lines = groups.get(name) ?? [];
    if (note.line !== null) lines.push(note.line);
    groups.set(name, lines);
  }
  return groups;
}

function place(lines: readonly number[], unit: string, isVerbose: boolean): string {
  if (lines.length === 0) return '';
  const shown = isVerbose ? lines : lines.slice(0, LINES_SHOWN);
  const more = lines.length - shown.length;
  return `(${unit} ${shown.join(', ')}${more > 0 ? ` and ${number(more)} more` : ''})`;
}

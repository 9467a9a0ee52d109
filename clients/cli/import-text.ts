/**
 * Reports of imports as a person reads them: the sums first, then what was left out and what to look at, each kind
 * once with the lines it is about. Everything in full is in the JSON.
 */
import path from 'node:path';
import type {
  AuditoriumsReport,
  ImportReport,
  ImportWarning,
  SeatMapReport,
} from '../../storage/import/import-report.ts';
import { type CliPorts, counted, number, painter } from './ports.ts';

const LINES_SHOWN = 5;

/** What the warnings of a kind say together. Others are shown by the text of their first one. */
const KINDS: Readonly<Record<string, string>> = {
  'few-wheelchair': 'fewer wheelchair spaces than Decreto 9.404/2018 asks for',
  'few-reduced-mobility': 'fewer seats for disability or reduced mobility than Decreto 9.404/2018 asks for',
  'few-obese': 'fewer seats for obese people than Decreto 9.404/2018 asks for',
  'not-a-count': 'a number of seats that is none, taken as not declared',
  disagrees: 'a cinema or exhibitor described otherwise than in an earlier line, which counts',
  'plan-kept': 'a new number of seats; the imported seat map is kept',
};

export function auditoriumsText(report: AuditoriumsReport, ports: CliPorts, isVerbose: boolean): string[] {
  const { exhibitors, cinemas, auditoriums } = report;
  const changed = (what: string, { created, updated }: { created: number; updated: number }): string =>
    `${what.padEnd(13)}${number(created).padStart(7)} new ${number(updated).padStart(7)} changed`;
  return [
    ...headline(report, ports),
    '',
    changed('exhibitors', exhibitors),
    changed('cinemas', cinemas),
    changed('auditoriums', auditoriums),
    `${'seat maps'.padEnd(13)}${number(report.seatMaps).padStart(7)} new`,
    ...(report.notInFile === 0
      ? []
      : [
          `${counted(report.notInFile, 'auditorium', 'auditoriums')} of the register not in this file: left as they are`,
        ]),
    ...details(report, ports, isVerbose),
  ];
}

export function seatMapText(report: SeatMapReport, ports: CliPorts): string[] {
  const { auditoriumName, cinemaName, auditorium, seatCount, rowCount, version } = report;
  const room = `${auditoriumName}, ${cinemaName} (auditorium ${auditorium})`;
  const what = report.unchanged === 1 ? 'has this seat map already' : 'has a new seat map';
  return [
    `${room} ${what}: ${counted(seatCount, 'seat', 'seats')} in ${counted(rowCount, 'row', 'rows')}, version ${version}`,
    ...(report.dryRun ? [painter(ports)('yellow', 'a rehearsal: nothing was kept')] : []),
    ...details(report, ports, true),
  ];
}

function headline(report: ImportReport, ports: CliPorts): string[] {
  const paint = painter(ports);
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  const line = (name: string, count: number): string => `  ${name.padEnd(11)}${number(count).padStart(7)}`;
  return [
    `${paint('bold', path.basename(report.file))}: ${counted(report.rows, 'row', 'rows')} in ${seconds} s`,
    ...(report.dryRun ? [paint('yellow', 'a rehearsal: nothing was kept')] : []),
    paint('green', line('created', report.created)),
    line('updated', report.updated),
    paint('dim', line('unchanged', report.unchanged)),
    report.skipped === 0 ? line('skipped', 0) : paint('yellow', line('skipped', report.skipped)),
  ];
}

function details(report: ImportReport, ports: CliPorts, isVerbose: boolean): string[] {
  const paint = painter(ports);
  const skipped = grouped(report.skippedRows, ({ column, reason }) => `${column ?? 'the row'}: ${reason}`);
  const warned = grouped(report.warnings, (warning) =>
    isVerbose ? sentence(warning) : (KINDS[warning.kind] ?? sentence(warning)),
  );
  const shorten = isVerbose ? Number.POSITIVE_INFINITY : LINES_SHOWN;
  return [
    ...(skipped.size === 0 ? [] : ['', paint('bold', 'Skipped')]),
    ...[...skipped].map(([what, lines]) => `  ${what} ${place(lines, shorten)}`.trimEnd()),
    ...(warned.size === 0 ? [] : ['', paint('bold', 'To look at')]),
    ...[...warned].map(([what, lines]) => `  ${what} ${place(lines, shorten)}`.trimEnd()),
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

function place(lines: readonly number[], shown: number): string {
  if (lines.length === 0) return '';
  const some = lines.slice(0, shown).join(', ');
  const more = lines.length - shown;
  return `(line ${some}${more > 0 ? ` and ${number(more)} more` : ''})`;
}

/** `poltrona screenings …`: make a day's programme, and see what is on. */
import { type Command, InvalidArgumentError } from 'commander';
import type pg from 'pg';
import { listScreenings, type ScreeningSummary } from '../../storage/catalogue.ts';
import { generateProgramme, type ProgrammeReport } from '../../storage/programme.ts';
import { isDate } from '../../storage/programme-slots.ts';
import { positive } from './import-command.ts';
import { type CliPorts, counted, number, painter } from './ports.ts';
import { withDatabase } from './with-database.ts';

interface GenerateFlags {
  readonly date: string;
  readonly auditoriums?: number;
  readonly seed: number;
  readonly withDemand?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

interface ListFlags {
  readonly date?: string;
  readonly limit: number;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona screenings generate --date 2026-12-24 --auditoriums 20
  $ poltrona screenings generate --date 2026-12-24 --with-demand --json > demand.json
  $ poltrona screenings list --date 2026-12-24 --limit 50`;

/** Adds `screenings generate` and `screenings list` to `program`. */
export function registerScreenings(program: Command, ports: CliPorts): void {
  const group = program
    .command('screenings')
    .description('make a programme, and see what is on')
    .addHelpText('after', EXAMPLES);
  group
    .command('generate')
    .description("make a day's programme of invented films for the working auditoriums; making it again adds nothing")
    .requiredOption('--date <date>', 'the day, in each cinema’s own time: 2026-12-24', date)
    .option('--auditoriums <number>', 'for so many auditoriums only, those with the lowest ids', positive)
    .option('--seed <number>', 'another seed, another programme', seed, 1)
    .option('--with-demand', 'also tell how many people each screening draws')
    .option('--dry-run', 'show what would be added, and add nothing')
    .option('--json', 'print the report as one line of JSON, and nothing else')
    .addHelpText('after', EXAMPLES)
    .action((flags: GenerateFlags) => generate(flags, ports));
  group
    .command('list')
    .description('list screenings by start: those to come, or those of a day')
    .option('--date <date>', 'this day, in each cinema’s own time', date)
    .option('--limit <number>', 'at most so many', positive, 20)
    .option('--json', 'print one line of JSON, and nothing else')
    .action((flags: ListFlags) => list(flags, ports));
}

async function generate(flags: GenerateFlags, ports: CliPorts): Promise<void> {
  const report = await withDatabase(ports, 'app', (pool) =>
    generateProgramme(pool, {
      date: flags.date,
      seed: flags.seed,
      dryRun: flags.dryRun === true,
      withDemand: flags.withDemand === true,
      ...(flags.auditoriums === undefined ? {} : { auditoriumsMax: flags.auditoriums }),
    }),
  );
  if (flags.json === true) ports.out(JSON.stringify(report));
  else for (const line of programmeText(report, ports)) ports.out(line);
}

function programmeText(report: ProgrammeReport, ports: CliPorts): string[] {
  const paint = painter(ports);
  const line = (name: string, count: number): string => `  ${name.padEnd(13)}${number(count).padStart(7)}`;
  const rooms = counted(report.auditoriums, 'auditorium', 'auditoriums');
  return [
    `${paint('bold', report.date)}: ${counted(report.planned, 'screening', 'screenings')} in ${rooms}, ${(report.elapsedMs / 1000).toFixed(1)} s`,
    ...(report.dryRun ? [paint('yellow', 'a rehearsal: nothing was kept')] : []),
    paint('green', line('created', report.created)),
    line('already there', report.existing),
    line('overlapping', report.overlapping),
    ...(report.auditoriums > 0
      ? []
      : ['there is no working auditorium: import some first, with "poltrona import auditoriums"']),
    ...demandText(report),
  ];
}

function demandText({ demand }: ProgrammeReport): string[] {
  if (demand === null || demand.length === 0) return [];
  const people = demand.reduce((sum, screening) => sum + screening.demand, 0);
  const share = (matches: number): string => `${((100 * matches) / demand.length).toFixed(1)} %`;
  const empty = demand.filter((screening) => screening.demand === 0).length;
  const small = demand.filter((screening) => screening.demand < 20).length;
  const full = demand.filter((screening) => screening.demand === screening.seats).length;
  return [
    '',
    `they draw ${counted(people, 'person', 'people')}: nobody comes to ${share(empty)}, fewer than 20 to ${share(small)}; ${share(full)} are full`,
  ];
}

async function list(flags: ListFlags, ports: CliPorts): Promise<void> {
  // One more than asked for, to know whether there are more.
  const found = await withDatabase(ports, 'reader', (pool) => screeningsOf(pool, flags.date ?? null, flags.limit + 1));
  const shown = found.slice(0, flags.limit);
  if (flags.json === true) {
    ports.out(JSON.stringify({ screenings: shown, more: found.length > shown.length }));
    return;
  }
  if (shown.length === 0) ports.out('no screenings; make some with "poltrona screenings generate --date …"');
  else for (const line of table(shown, ports)) ports.out(line);
  if (found.length > shown.length) ports.out('… and more: use --limit');
}

const PAGE = 1000;
const DAY_MS = 86_400_000;

/** By start. A day is meant in each cinema's own time, and so begins and ends at several instants. */
async function screeningsOf(pool: pg.Pool, day: string | null, limit: number): Promise<ScreeningSummary[]> {
  const midnight = day === null ? Date.now() : Date.parse(`${day}T00:00Z`);
  const window =
    day === null
      ? { fromMs: midnight, toMs: midnight + 3650 * DAY_MS }
      : { fromMs: midnight - DAY_MS, toMs: midnight + 2 * DAY_MS };
  const found: ScreeningSummary[] = [];
  for (let afterId = 0; found.length < limit; ) {
    const page = await listScreenings(pool, { ...window, afterId, limit: PAGE });
    found.push(...page.filter(({ startsLocal }) => day === null || startsLocal.startsWith(day)));
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) break;
    afterId = last.id;
  }
  return found.slice(0, limit);
}

function table(screenings: readonly ScreeningSummary[], ports: CliPorts): string[] {
  const heads = ['screening', 'starts there', 'cinema', 'auditorium', 'film', 'seats', 'full price'];
  const rows = screenings.map((screening) => [
    String(screening.id),
    screening.startsLocal.slice(0, 16).replace('T', ' '),
    cut(screening.cinema, 28),
    cut(screening.auditorium, 24),
    cut(screening.title, 32),
    String(screening.seatCount),
    `${(screening.priceCents / 100).toFixed(2)} ${screening.currency}`,
  ]);
  const isNumber = [true, false, false, false, false, true, true];
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [painter(ports)('bold', line(heads)), ...rows.map(line)];
}

function cut(text: string, chars: number): string {
  return text.length <= chars ? text : `${text.slice(0, chars - 1)}…`;
}

function date(text: string): string {
  if (!isDate(text)) throw new InvalidArgumentError('A day like 2026-12-24 is needed.');
  return text;
}

function seed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}

/** `poltrona screenings generate`: a day's programme of invented films, made in the database itself. */
import { type Command, InvalidArgumentError } from 'commander';
import type { ProgrammeReport } from '../../storage/programme.ts';
import { date, positive } from './option-values.ts';
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

/** Adds `generate` to the group `screenings`. */
export function registerProgramme(group: Command, examples: string, ports: CliPorts): void {
  group
    .command('generate')
    .description("make a day's programme of invented films for the working auditoriums; making it again adds nothing")
    .requiredOption('--date <date>', 'the day, in each cinema’s own time: 2026-12-24', date)
    .option('--auditoriums <number>', 'for so many auditoriums only, those with the lowest ids', positive)
    .option('--seed <number>', 'another seed, another programme', seed, 1)
    .option('--with-demand', 'also tell how many people each screening draws')
    .option('--dry-run', 'show what would be added, and add nothing')
    .option('--json', 'print the report as one line of JSON, and nothing else')
    .addHelpText('after', examples)
    .action((flags: GenerateFlags) => generate(flags, ports));
}
async function generate(flags: GenerateFlags, ports: CliPorts): Promise<void> {
  const { generateProgramme } = await import('../../storage/programme.ts');
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

function seed(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}

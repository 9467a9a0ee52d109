/** `poltrona import …`: the register of auditoriums, and real seat maps. */
import { type Command, InvalidArgumentError } from 'commander';
import { importAuditoriums } from '../../storage/import/import-auditoriums.ts';
import type { ImportOptions } from '../../storage/import/import-report.ts';
import { importSeatMap, type SeatMapTarget, TargetUnclear } from '../../storage/import/import-seat-map.ts';
import { SEAT_MAP_BYTES_MAX } from '../../storage/import/seat-map-file.ts';
import { inspectTextFile } from '../../storage/import/text-lines.ts';
import { auditoriumsText, seatMapText } from './import-text.ts';
import type { CliPorts } from './ports.ts';
import { progressBar } from './progress.ts';
import { withDatabase } from './with-database.ts';

interface ImportFlags {
  readonly json?: true;
  readonly dryRun?: true;
  readonly verbose?: true;
}

interface SeatMapFlags extends ImportFlags {
  readonly auditorium?: number;
  readonly name?: string;
  readonly cinema?: string;
  readonly timeZone: string;
}

const AUDITORIUMS_EXAMPLES = `
Examples:
  $ poltrona import auditoriums salas.csv --dry-run   what would change?
  $ poltrona import auditoriums salas.csv             import it
  $ poltrona import auditoriums salas.csv --json | jq '.skippedRows[]'`;

const SEAT_MAP_EXAMPLES = `
Examples:
  $ poltrona import seatmap sala-7.json --auditorium 5003332
  $ poltrona import seatmap sala-7.json --name "Sala 7" --cinema "Cine Exemplo"`;

/** Adds `import auditoriums` and `import seatmap` to `program`. */
export function registerImport(program: Command, ports: CliPorts): void {
  const group = program.command('import').description('bring auditoriums and seat maps into the catalogue');
  group
    .command('auditoriums')
    .description("import ANCINE's register of auditoriums (CSV as published); importing it again changes nothing")
    .argument('<file>', 'the CSV')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--json', 'print the report as one line of JSON, and nothing else')
    .option('--verbose', 'list every line that was skipped or is to be looked at')
    .addHelpText('after', AUDITORIUMS_EXAMPLES)
    .action((file: string, flags: ImportFlags) => auditoriums(file, flags, ports));
  group
    .command('seatmap')
    .description('import the real seat map of one auditorium (JSON with lines and seats), as a new version')
    .argument('<file>', 'the JSON')
    .option('--auditorium <number>', "the auditorium: ANCINE's number, or our id", positive)
    .option('--name <name>', 'or its name, together with --cinema; made when it is missing')
    .option('--cinema <name>', 'the name of its cinema')
    .option('--time-zone <zone>', 'the zone of a cinema that is made', 'America/Sao_Paulo')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--json', 'print the report as one line of JSON, and nothing else')
    .addHelpText('after', SEAT_MAP_EXAMPLES)
    .action((file: string, flags: SeatMapFlags) => seatMap(file, flags, ports));
}

async function auditoriums(file: string, flags: ImportFlags, ports: CliPorts): Promise<void> {
  // Before a PostgreSQL is started in vain. The import looks again, for itself.
  await inspectTextFile(file);
  const report = await withDatabase(ports, 'app', async (pool) => {
    const progress = progressBar(ports, flags.json !== true);
    try {
      return await importAuditoriums(pool, file, { ...optionsOf(flags, ports), onProgress: progress.show });
    } finally {
      progress.stop();
    }
  });
  if (flags.json === true) ports.out(JSON.stringify(report));
  else for (const line of auditoriumsText(report, ports, flags.verbose === true)) ports.out(line);
}

async function seatMap(file: string, flags: SeatMapFlags, ports: CliPorts): Promise<void> {
  const target = targetOf(flags);
  await inspectTextFile(file, SEAT_MAP_BYTES_MAX);
  const report = await withDatabase(ports, 'app', (pool) => importSeatMap(pool, file, target, optionsOf(flags, ports)));
  if (flags.json === true) ports.out(JSON.stringify(report));
  else for (const line of seatMapText(report, ports)) ports.out(line);
}

function optionsOf(flags: ImportFlags, ports: CliPorts): ImportOptions {
  return { who: ports.who, dryRun: flags.dryRun === true };
}

function targetOf({ auditorium, name, cinema, timeZone }: SeatMapFlags): SeatMapTarget {
  if (auditorium !== undefined && name === undefined && cinema === undefined)
    return { by: 'number', number: auditorium };
  if (auditorium === undefined && name !== undefined && cinema !== undefined) {
    const named = { name: name.trim(), cinema: cinema.trim() };
    if (named.name !== '' && named.cinema !== '') return { by: 'name', ...named, timeZone };
  }
  throw new TargetUnclear('say whose seat map it is: --auditorium NUMBER, or --name NAME with --cinema NAME');
}

/** A whole number from 1, for an option. */
export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('A whole number from 1 is needed.');
  return value;
}

/**
 * `poltrona import …`: files into the catalogue. By the server that is logged in to, so that it goes on when this terminal is closed;
 * else into the database itself. Which of the two is said on stderr.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { FileRefused } from '../../storage/import/file-refused.ts';
import type { FileReport } from '../../storage/import/import-report.ts';
import { openFileBytes } from '../../storage/import/source/file-bytes.ts';
import { KIND_NAMES, type KindName } from '../../storage/import/table-kind.ts';
import { importByServer } from './import-by-server.ts';
import { reportText } from './import-text.ts';
import { idempotencyKey, positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { checkRejected, writeRejected } from './rejected-file.ts';
import { chosenServer } from './with-server.ts';

export interface ImportFlags {
  readonly json?: true;
  readonly dryRun?: true;
  readonly partial?: boolean;
  readonly olderOk?: true;
  readonly sheet?: string;
  readonly verbose?: true;
  readonly rejected?: string;
  readonly server?: string;
  readonly database?: true;
  readonly wait?: boolean;
  readonly idempotencyKey?: string;
}

/** One file, and how it is to be taken. */
export interface ImportWanted {
  readonly kind: KindName;
  readonly file: string;
  /** What a kind is told beside the file. */
  readonly settings: Readonly<Record<string, string>>;
  readonly flags: ImportFlags;
}

interface SeatMapFlags extends ImportFlags {
  readonly auditorium?: number;
  readonly name?: string;
  readonly cinema?: string;
  readonly timeZone?: string;
}

const DESCRIPTIONS: Readonly<Record<KindName, string>> = {
  films: 'import films',
  prices: 'import price tables, by weekday, hour, seat kind and projection',
  screenings: 'import screenings: film, auditorium, start on the clock of the cinema',
  auditoriums: "import ANCINE's register of auditoriums, as it is published",
  seatmaps: 'import seat maps as new versions: ours, those of the real rooms, or seating plans of pretix',
};

const EXAMPLES = `
Examples:
  $ poltrona import auditoriums salas.csv --dry-run     what would change?
  $ poltrona import films films.xlsx                    import it
  $ poltrona import screenings week.csv.gz --partial    what is right in it, and a list of the rest
  $ poltrona import screenings week.csv --rejected wrong.csv
  $ poltrona import prices prices.json --json | jq '.rejectedRows[]'
  $ poltrona import seatmap sala-7.json --auditorium 5003332
  $ poltrona import seatmap sala-7.json --name "Sala 7" --cinema "Cine Exemplo"

CSV (any separator, UTF-8 or Latin-1), JSON, XLSX, each also as .gz. The same file again changes nothing. With a
row at fault nothing is imported, unless --partial; the register of auditoriums is published with some, and is taken
without them. By the server that is logged in to, or --server; without one, or with --database, into the database
itself. Ctrl-C cancels and leaves nothing half done; repeating the command while it still runs follows it.`;

/** Adds `import KIND` to `program`. */
export function registerImport(program: Command, ports: CliPorts): void {
  const group = program
    .command('import')
    .description('bring films, prices, screenings, auditoriums and seat maps into the catalogue')
    .addHelpText('after', EXAMPLES);
  for (const kind of KIND_NAMES) {
    const command = importOptions(group.command(kind))
      .description(DESCRIPTIONS[kind])
      .argument('<file>', 'the file')
      .addHelpText('after', EXAMPLES);
    if (kind === 'seatmaps') {
      command
        .alias('seatmap')
        .option('--auditorium <number>', "whose: ANCINE's number, or our id", positive)
        .option('--name <name>', 'or its name, together with --cinema; made when it is missing')
        .option('--cinema <name>', 'the name of its cinema')
        .option('--time-zone <zone>', 'the zone of a cinema that is made')
        .action((file: string, flags: SeatMapFlags) => run({ kind, file, flags, settings: targetOf(flags) }, ports));
    } else {
      command.action((file: string, flags: ImportFlags) => run({ kind, file, flags, settings: {} }, ports));
    }
  }
}

function importOptions(command: Command): Command {
  return command
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--partial', 'take the good rows of a file with bad ones')
    .option('--no-partial', 'refuse a file with bad rows, also of a kind that is published with some')
    .option('--older-ok', 'take it although a newer one was imported before')
    .option('--sheet <name>', 'of a workbook: name or number of the sheet')
    .option('--verbose', 'list every line that was rejected, created, updated or is to be looked at')
    .option('--rejected <file>', 'write the rejected lines with their reasons into this CSV')
    .option('--server <address>', 'by another server than the current one')
    .option('--database', 'into the database itself, not by a server')
    .option('--no-wait', 'do not wait for the server; "poltrona imports show" tells how it went')
    .option('--idempotency-key <text>', 'the same for a repetition: it is imported once at most', idempotencyKey)
    .option('--json', 'print the report as one line of JSON, and nothing else');
}

async function run(wanted: ImportWanted, ports: CliPorts): Promise<void> {
  const { flags, file } = wanted;
  // Before a PostgreSQL is started or a server asked in vain.
  if (!existsSync(file)) throw new FileRefused(`there is no file ${file}`);
  await openFileBytes(file, path.basename(file));
  if (flags.rejected !== undefined) checkRejected(flags.rejected, file);
  const server = flags.database === true ? null : chosenServer(ports, flags);
  ports.error(server === null ? 'importing into the database itself' : `importing by ${server.address}`);
  const report = await (server === null ? intoDatabase(wanted, ports) : importByServer(wanted, server, ports));
  if (report === null) return;
  tellReport(report, flags, ports);
  exitByReport(report, ports);
}

async function intoDatabase(wanted: ImportWanted, ports: CliPorts): Promise<FileReport> {
  const { importIntoDatabase } = await import('./import-into-database.ts');
  return importIntoDatabase(wanted, ports);
}

/** Shows a finished import. */
export function tellReport(
  report: FileReport,
  flags: Pick<ImportFlags, 'json' | 'verbose' | 'rejected'>,
  ports: CliPorts,
): void {
  if (flags.json === true) ports.out(JSON.stringify(report));
  else for (const line of reportText(report, ports, flags.verbose === true)) ports.out(line);
  if (flags.rejected !== undefined) writeRejected(flags.rejected, report, ports);
}

/** For a fault of the file: a rehearsal that was not kept did what it was to do. */
export function exitByReport({ notKept }: FileReport, ports: CliPorts): void {
  if (notKept === 'rejected-rows' || notKept === 'older-file') ports.exit(1);
}

function targetOf({ auditorium, name, cinema, timeZone }: SeatMapFlags): Record<string, string> {
  const zone: Record<string, string> = timeZone === undefined ? {} : { timeZone };
  if (auditorium !== undefined && name === undefined && cinema === undefined)
    return { auditorium: String(auditorium), ...zone };
  if (auditorium === undefined && name === undefined && cinema === undefined) return zone;
  if (auditorium === undefined && name !== undefined && cinema !== undefined) {
    const named = { name: name.trim(), cinema: cinema.trim() };
    if (named.name !== '' && named.cinema !== '') return { ...named, ...zone };
  }
  throw new FileRefused('say whose seat map it is: --auditorium NUMBER, or --name NAME with --cinema NAME');
}

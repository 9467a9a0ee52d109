/** `poltrona screenings …`: what is on, and everything that is done to one screening. What touches seats is done by a server. */
import type { Command } from 'commander';
import { count, money, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showListOf } from './list-command.ts';
import { date } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { registerProgramme } from './programme-command.ts';
import { registerScreeningChanges } from './screening-changes.ts';
import { registerScreeningRefunds } from './screening-refunds.ts';
import { registerScreeningShow } from './screening-show.ts';
import { type Column, tableText } from './table.ts';
import { withDatabase } from './with-database.ts';
import { chosenServer, show, withServer } from './with-server.ts';

interface ScreeningsFlags extends ListFlags {
  readonly date?: string;
  readonly cinema?: string;
  readonly film?: string;
  readonly status?: string;
  readonly search?: string;
  readonly database?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona screenings list --date 2026-12-24 --limit 50
  $ poltrona screenings list --cinema 77 --film 12 --json
  $ poltrona screenings show 4711
  $ poltrona screenings create --auditorium 31 --film 12 --starts 2026-12-24T20:30
  $ poltrona screenings reschedule 4711 2026-12-24T21:00 --why "projector repaired at 20:40"
  $ poltrona screenings close 4711 --why "sold at the door only"
  $ poltrona screenings cancel 4711 --why "the projector is broken"
  $ poltrona screenings refunds 4711
  $ poltrona screenings generate --date 2026-12-24 --with-demand --json > demand.json

"list" asks the server that is logged in to; with --database, or without a server, the database itself, as "generate" does.`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'screening', cell: (screening) => text(screening, 'id'), isNumber: true },
  { head: 'starts there', cell: (screening) => wallTime(screening, 'startsLocal') },
  { head: 'cinema', cell: (screening) => text(screening, 'cinema.name', 'cinema'), isLong: true },
  { head: 'auditorium', cell: (screening) => text(screening, 'auditorium.name', 'auditorium'), isLong: true },
  { head: 'film', cell: (screening) => text(screening, 'film.title', 'title', 'film'), isLong: true },
  { head: 'status', cell: (screening) => unusual(text(screening, 'status')) },
  { head: 'left', cell: (screening) => count(screening, 'seatsLeft'), isNumber: true },
  { head: 'seats', cell: (screening) => count(screening, 'seatCount'), isNumber: true },
  { head: 'full price', cell: (screening) => money(screening, 'priceCents'), isNumber: true },
  { head: 'projection', cell: (screening) => text(screening, 'projection'), isExtra: true },
  { head: 'language', cell: (screening) => text(screening, 'language'), isExtra: true },
];

/** Adds the group `screenings` to `program`. */
export function registerScreenings(program: Command, ports: CliPorts): void {
  const group = program
    .command('screenings')
    .description('see what is on, and plan, move, close, open and cancel screenings')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list screenings by start: those to come, or those of a day')
    .option('--date <date>', 'this day, in each cinema’s own time', date)
    .option('--cinema <number>', 'only in this cinema')
    .option('--film <number>', 'only of this film')
    .option('--status <status>', 'only scheduled, closed or cancelled ones')
    .option('--search <words>', 'only those with these words in film, cinema or auditorium')
    .option('--database', 'read the database itself, not a server')
    .addHelpText('after', EXAMPLES)
    .action((flags: ScreeningsFlags, command: Command) => list(flags, command, ports));
  registerScreeningShow(group, EXAMPLES, ports);
  registerScreeningChanges(group, EXAMPLES, ports);
  registerScreeningRefunds(group, EXAMPLES, ports);
  registerProgramme(group, EXAMPLES, ports);
}

const NONE =
  'no screenings; make some with "poltrona screenings create …", "poltrona import screenings FILE" or "poltrona screenings generate --date …"';

async function list(flags: ScreeningsFlags, command: Command, ports: CliPorts): Promise<void> {
  const { cinema, film, status, search } = flags;
  if (flags.database !== true && chosenServer(ports, flags) !== null) {
    const query = { date: flags.date, cinema, film, status, q: search };
    const wanted = { path: '/api/admin/screenings', plural: 'screenings', query, columns: COLUMNS, none: NONE };
    await withServer(ports, flags, (api) => showListOf(api, wanted, flags, ports));
    return;
  }
  if (cinema !== undefined || film !== undefined || status !== undefined || search !== undefined)
    command.error('error: --cinema, --film, --status and --search need a server: "poltrona login https://…"');
  const { screeningsOf } = await import('./screenings-in-database.ts');
  // One more than asked for, to know whether there are more.
  const found = await withDatabase(ports, 'reader', (pool) => screeningsOf(pool, flags.date ?? null, flags.limit + 1));
  const screenings = found.slice(0, flags.limit);
  const more = found.length > screenings.length;
  show(ports, flags, { screenings, more }, () => {
    if (screenings.length === 0) return [NONE];
    const rows = screenings.map((screening): Row => ({ ...screening }));
    return [...tableText(rows, COLUMNS, ports), ...(more ? ['… and more: use --limit'] : [])];
  });
}

function unusual(status: string): string {
  return status === 'scheduled' ? '' : status;
}

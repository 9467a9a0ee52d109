/** `poltrona cinemas …`: the cinemas and their auditoriums. They come in with "poltrona import auditoriums". */
import type { Command } from 'commander';
import { count, rowAt, rowsAt, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { type Column, factsText, tableText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface CinemasFlags extends ListFlags {
  readonly search?: string;
  readonly city?: string;
}

const EXAMPLES = `
Examples:
  $ poltrona cinemas list --city Recife
  $ poltrona cinemas list --search iguatemi --json
  $ poltrona cinemas show 77
  $ poltrona cinemas conflicts`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'cinema', cell: (cinema) => text(cinema, 'id'), isNumber: true },
  { head: 'name', cell: (cinema) => text(cinema, 'name'), isLong: true },
  {
    head: 'city',
    cell: (cinema) => [text(cinema, 'city'), text(cinema, 'state')].filter((part) => part !== '').join(', '),
    isLong: true,
  },
  {
    head: 'auditoriums',
    cell: (cinema) => count(cinema, 'auditoriums'),
    isNumber: true,
    isExtra: true,
  },
  { head: 'exhibitor', cell: (cinema) => text(cinema, 'exhibitor.name', 'exhibitorName'), isLong: true, isExtra: true },
];

const AUDITORIUM_COLUMNS: readonly Column<Row>[] = [
  { head: 'auditorium', cell: (room) => text(room, 'id'), isNumber: true },
  { head: 'name', cell: (room) => text(room, 'name'), isLong: true },
  { head: 'code', cell: (room) => text(room, 'code'), isExtra: true },
  { head: 'ANCINE', cell: (room) => text(room, 'ancineId'), isExtra: true },
  { head: 'seats', cell: (room) => count(room, 'seatCount'), isNumber: true },
  { head: 'layouts', cell: (room) => count(room, 'layouts'), isNumber: true, isExtra: true },
  { head: 'to come', cell: (room) => count(room, 'screenings'), isNumber: true },
  { head: 'status', cell: (room) => text(room, 'status') },
];

const CONFLICT_COLUMNS: readonly Column<Row>[] = [
  { head: 'screening', cell: (conflict) => text(conflict, 'screening'), isNumber: true },
  { head: 'starts there', cell: (conflict) => wallTime(conflict, 'startsLocal') },
  { head: 'cinema', cell: (conflict) => text(conflict, 'cinema.name'), isLong: true },
  { head: 'auditorium', cell: (conflict) => text(conflict, 'auditorium.name'), isLong: true },
  { head: 'film', cell: (conflict) => text(conflict, 'film'), isLong: true, isExtra: true },
  { head: 'layout', cell: (conflict) => text(conflict, 'version'), isNumber: true },
  { head: 'wanted', cell: (conflict) => text(conflict, 'wantedVersion'), isNumber: true },
  { head: 'sold', cell: (conflict) => count(conflict, 'ticketsSold'), isNumber: true },
  { head: 'reason', cell: (conflict) => text(conflict, 'reason'), isExtra: true },
];

/** Adds `cinemas list`, `cinemas show` and `cinemas conflicts` to `program`. */
export function registerCinemas(program: Command, ports: CliPorts): void {
  const group = program
    .command('cinemas')
    .description('the cinemas and their auditoriums')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list cinemas')
    .option('--search <words>', 'only those with these words in the name')
    .option('--city <city>', 'only those of a city')
    .addHelpText('after', EXAMPLES)
    .action((flags: CinemasFlags) => {
      const query = { q: flags.search, city: flags.city };
      const none = 'no cinemas; bring some in with "poltrona import auditoriums FILE"';
      return showList({ path: '/api/admin/cinemas', plural: 'cinemas', query, columns: COLUMNS, none }, flags, ports);
    });
  serverOptions(group.command('show'))
    .description('show one cinema with its auditoriums')
    .argument('<cinema>', 'its number')
    .addHelpText('after', EXAMPLES)
    .action((cinema: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/cinemas/${encodeURIComponent(cinema)}`);
        show(ports, flags, answer, () => cinemaText(answer, ports));
      }),
    );
  listOptions(group.command('conflicts'))
    .description('screenings to come that kept an old layout, because somebody has seats on it')
    .option('--auditorium <number>', 'only of this auditorium', positive)
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags & { readonly auditorium?: number }) => {
      const query = { auditorium: flags.auditorium };
      const none = 'no conflicts: every screening to come has the newest layout of its auditorium';
      const list = { path: '/api/admin/layout-conflicts', plural: 'conflicts', query, columns: CONFLICT_COLUMNS, none };
      return showList(list, flags, ports);
    });
}

function cinemaText(answer: Row, ports: CliPorts): string[] {
  const cinema = rowAt(answer, 'cinema') ?? answer;
  const auditoriums = [...rowsAt(answer, 'auditoriums'), ...rowsAt(answer, 'cinema.auditoriums')];
  return [
    ...factsText(
      [
        ['cinema', text(cinema, 'id')],
        ['name', text(cinema, 'name')],
        ['code', text(cinema, 'code')],
        ['exhibitor', text(cinema, 'exhibitor.name', 'exhibitorName')],
        ['address', text(cinema, 'address')],
        ['city', [text(cinema, 'city'), text(cinema, 'state')].filter((part) => part !== '').join(', ')],
        ['time zone', text(cinema, 'timeZone')],
        ['phone', text(cinema, 'phone')],
      ],
      ports,
    ),
    '',
    ...(auditoriums.length === 0 ? ['no auditoriums'] : tableText(auditoriums, AUDITORIUM_COLUMNS, ports)),
  ];
}

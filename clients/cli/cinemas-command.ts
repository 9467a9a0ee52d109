/** `poltrona cinemas …`: the cinemas and their auditoriums. They come in with "poltrona import auditoriums". */
import type { Command } from 'commander';
import { count, rowAt, rowsAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
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
  $ poltrona cinemas show 77`;

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
    cell: (cinema) => count(cinema, 'auditoriumCount', 'auditoriums'),
    isNumber: true,
    isExtra: true,
  },
  { head: 'seats', cell: (cinema) => count(cinema, 'seatCount'), isNumber: true, isExtra: true },
  { head: 'exhibitor', cell: (cinema) => text(cinema, 'exhibitor.name', 'exhibitorName'), isLong: true, isExtra: true },
];

const AUDITORIUM_COLUMNS: readonly Column<Row>[] = [
  { head: 'auditorium', cell: (room) => text(room, 'id'), isNumber: true },
  { head: 'name', cell: (room) => text(room, 'name'), isLong: true },
  { head: 'code', cell: (room) => text(room, 'code'), isExtra: true },
  { head: 'ANCINE', cell: (room) => text(room, 'ancineNumber', 'ancine', 'registration'), isExtra: true },
  { head: 'seats', cell: (room) => count(room, 'seatCount', 'seats'), isNumber: true },
  { head: 'status', cell: (room) => text(room, 'status') },
];

/** Adds `cinemas list` and `cinemas show` to `program`. */
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

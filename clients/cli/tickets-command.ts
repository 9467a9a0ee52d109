/** `poltrona tickets …`: tickets by screening or code, and letting people in. */
import type { Command } from 'commander';
import { amount, instant, money, rowAt, rowsAt, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import type { CliPorts } from './ports.ts';
import { type ChangeFlags, change, changeOptions } from './staff-change.ts';
import { type Column, factsText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface TicketsFlags extends ListFlags {
  readonly screening?: string;
  readonly state?: string;
}

interface CheckInFlags extends ChangeFlags {
  readonly gate: string;
}

const EXAMPLES = `
Examples:
  $ poltrona tickets list --screening 4711 --state live
  $ poltrona tickets show 7KQ2M9XD
  $ poltrona tickets check-in 7KQ2M9XD --gate "room 3"`;

export const TICKET_COLUMNS: readonly Column<Row>[] = [
  { head: 'ticket', cell: (ticket) => text(ticket, 'id') },
  { head: 'code', cell: (ticket) => text(ticket, 'code') },
  { head: 'seat', cell: (ticket) => text(ticket, 'seat') },
  { head: 'type', cell: (ticket) => typeText(ticket) },
  { head: 'state', cell: (ticket) => text(ticket, 'state') },
  { head: 'price', cell: (ticket) => money(ticket, 'priceCents'), isNumber: true },
  { head: 'let in', cell: (ticket) => instant(ticket, 'usedAt'), isExtra: true },
  { head: 'order', cell: (ticket) => text(ticket, 'order'), isExtra: true },
];

/** Adds `tickets list | show | check-in` to `program`. */
export function registerTickets(program: Command, ports: CliPorts): void {
  const group = program.command('tickets').description('tickets, and letting people in').addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list tickets')
    .option('--screening <number>', 'only of this screening')
    .option('--state <state>', 'only live, used, cancelled or refunded ones')
    .addHelpText('after', EXAMPLES)
    .action((flags: TicketsFlags) => {
      const query = { screening: flags.screening, state: flags.state };
      return showList(
        { path: '/api/admin/tickets', plural: 'tickets', query, columns: TICKET_COLUMNS, none: 'no tickets' },
        flags,
        ports,
      );
    });
  serverOptions(group.command('show'))
    .description('show one ticket')
    .argument('<ticket>', 'its code or id')
    .addHelpText('after', EXAMPLES)
    .action((ticket: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(pathOf(ticket));
        show(ports, flags, answer, () => ticketText(answer, ports));
      }),
    );
  changeOptions(group.command('check-in'))
    .description('let the holder of a ticket in; a second time is refused')
    .argument('<ticket>', 'its code or id')
    .requiredOption('--gate <name>', 'where')
    .addHelpText('after', EXAMPLES)
    .action((ticket: string, flags: CheckInFlags) =>
      change(ports, flags, `${pathOf(ticket)}/check-in`, { gate: flags.gate }, (answer) => [
        `let in: ${text(answer, 'ticket.seat') || ticket}`,
      ]),
    );
}

/** Of the classes that the seats' owner counts (actors/seat-command.ts). */
const TYPES: Readonly<Record<number, string>> = {
  1: 'full',
  2: 'half, in the quota',
  3: 'half, outside of it',
  4: 'courtesy',
  5: 'promotional',
};

function typeText(ticket: Row): string {
  const type = amount(ticket, 'type');
  return type === null ? '' : (TYPES[type] ?? String(type));
}

/** What the gate asks for: one of these. */
function documentsOf(ticket: Row): string {
  const documents = rowsAt(ticket, 'kinds').map((kind) => text(kind, 'documentEn', 'document'));
  return [...new Set(documents)].filter((document) => document !== '').join('; ');
}

function pathOf(ticket: string): string {
  return `/api/admin/tickets/${encodeURIComponent(ticket)}`;
}

function ticketText(answer: Row, ports: CliPorts): string[] {
  const ticket = rowAt(answer, 'ticket') ?? answer;
  return factsText(
    [
      ['ticket', text(ticket, 'id')],
      ['code', text(ticket, 'code')],
      ['state', text(ticket, 'state')],
      ['seat', text(ticket, 'seat')],
      ['type', typeText(ticket)],
      ['document', documentsOf(ticket)],
      ['price', money(ticket, 'priceCents')],
      ['screening', text(ticket, 'screening')],
      ['film', text(ticket, 'film')],
      ['cinema', text(ticket, 'cinema.name')],
      ['auditorium', text(ticket, 'auditorium')],
      ['starts', wallTime(ticket, 'startsLocal')],
      ['let in', instant(ticket, 'usedAt')],
      ['order', text(ticket, 'order')],
    ],
    ports,
  );
}

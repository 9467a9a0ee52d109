/** `poltrona orders …`: what was bought, and giving it back. */
import type { Command } from 'commander';
import { count, instant, money, rowAt, rowsAt, text, wallTime } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { several } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { consequences } from './screening-changes.ts';
import { type GraveFlags, graveChange, graveOptions } from './staff-change.ts';
import { type Column, factsText, tableText } from './table.ts';
import { TICKET_COLUMNS } from './tickets-command.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface OrdersFlags extends ListFlags {
  readonly screening?: string;
  readonly code?: string;
  readonly state?: string;
  readonly buyer?: string;
}

interface GiveBackFlags extends GraveFlags {
  readonly tickets?: readonly string[];
}

const EXAMPLES = `
Examples:
  $ poltrona orders list --screening 4711
  $ poltrona orders list --code 7KQ2-M9XD
  $ poltrona orders show 0198c1f2
  $ poltrona orders refund 0198c1f2 --why "the film stopped after an hour"
  $ poltrona orders refund 0198c1f2 --tickets 31,32 --why "fell ill"`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'order', cell: (order) => text(order, 'id') },
  { head: 'screening', cell: (order) => text(order, 'screening'), isNumber: true },
  { head: 'film', cell: (order) => text(order, 'film'), isLong: true, isExtra: true },
  { head: 'cinema', cell: (order) => text(order, 'cinema.name'), isLong: true, isExtra: true },
  { head: 'starts there', cell: (order) => wallTime(order, 'startsLocal'), isExtra: true },
  { head: 'state', cell: (order) => text(order, 'state') },
  { head: 'tickets', cell: (order) => count(order, 'tickets'), isNumber: true },
  { head: 'total', cell: (order) => money(order, 'totalCents'), isNumber: true },
  { head: 'begun', cell: (order) => instant(order, 'createdAt') },
  { head: 'buyer', cell: (order) => text(order, 'buyer'), isLong: true, isExtra: true },
];

/** Adds `orders list | show | cancel | refund` to `program`. */
export function registerOrders(program: Command, ports: CliPorts): void {
  const group = program
    .command('orders')
    .description('what was bought, and giving it back')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list orders, those of the latest screenings first')
    .option('--screening <number>', 'only of this screening')
    .option('--code <code>', 'the one that has the ticket with this code')
    .option('--state <state>', 'only created, authorised, sold, captured, expired, refused, cancelled or refunded ones')
    .option('--buyer <id>', 'only of this buyer')
    .addHelpText('after', EXAMPLES)
    .action((flags: OrdersFlags) => {
      const { screening, code, state, buyer } = flags;
      const query = { screening, code, state, buyer };
      return showList(
        { path: '/api/admin/orders', plural: 'orders', query, columns: COLUMNS, none: 'no orders' },
        flags,
        ports,
      );
    });
  serverOptions(group.command('show'))
    .description('show one order with its tickets')
    .argument('<order>', 'its id')
    .addHelpText('after', EXAMPLES)
    .action((order: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(pathOf(order));
        show(ports, flags, answer, () => orderText(answer, ports));
      }),
    );
  for (const [name, done, description] of [
    ['cancel', 'cancelled', 'cancel an order or some of its tickets; the seats are free again'],
    ['refund', 'refunded', 'pay an order or some of its tickets back; the seats are free again'],
  ] as const) {
    graveOptions(group.command(name))
      .description(description)
      .argument('<order>', 'its id')
      .option('--tickets <ids>', 'only these: ids as "orders show" has them', several)
      .addHelpText('after', EXAMPLES)
      .action((order: string, flags: GiveBackFlags) => giveBack(order, name, done, flags, ports));
  }
}

function giveBack(order: string, name: string, done: string, flags: GiveBackFlags, ports: CliPorts): Promise<void> {
  const path = `${pathOf(order)}/${name}`;
  const body = { tickets: flags.tickets, why: flags.why };
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const answer = await api.look(path, { ...body, dryRun: true });
      return { answer, lines: [`order ${order} would be ${done}: ${consequences(answer)}`] };
    },
    act: (api, key) => api.post(path, body, key),
    done: (answer) => [`order ${order} is ${done}: ${consequences(answer)}`],
  });
}

function pathOf(order: string): string {
  return `/api/admin/orders/${encodeURIComponent(order)}`;
}

function orderText(answer: Row, ports: CliPorts): string[] {
  const order = rowAt(answer, 'order') ?? answer;
  const tickets = rowsAt(order, 'tickets');
  return [
    ...factsText(
      [
        ['order', text(order, 'id')],
        ['state', text(order, 'state')],
        ['screening', text(order, 'screening')],
        ['film', text(order, 'film')],
        ['cinema', text(order, 'cinema.name')],
        ['starts', wallTime(order, 'startsLocal')],
        ['begun', instant(order, 'createdAt')],
        ['buyer', text(order, 'buyer')],
        ['total', money(order, 'totalCents')],
      ],
      ports,
    ),
    '',
    ...(tickets.length === 0 ? ['no tickets'] : tableText(tickets, TICKET_COLUMNS, ports)),
  ];
}

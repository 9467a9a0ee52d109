/** `poltrona payments …`: what was paid, what became of it, and whether the books agree with seats and providers. */
import type { Command } from 'commander';
import { amount, instant, money, moneyText, rowAt, rowsAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { moment } from './option-values.ts';
import { registerReconcile } from './payments-reconcile.ts';
import { registerSettlement } from './payments-settlement.ts';
import type { CliPorts } from './ports.ts';
import { type Column, factsText, tableText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface PaymentsFlags extends ListFlags {
  readonly phase?: string;
  readonly case?: string;
  readonly screening?: string;
  readonly since?: string;
}

interface DisputesFlags extends ListFlags {
  readonly open?: true;
}

const EXAMPLES = `
Examples:
  $ poltrona payments list --case any
  $ poltrona payments show 0198c1f2
  $ poltrona payments reconcile --dry-run
  $ poltrona payments reconcile --since 7d
  $ poltrona payments settlement --from 2026-11-01 --until 2026-11-30 --out november.csv
  $ poltrona payments disputes --open`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'order', cell: (payment) => text(payment, 'order') },
  { head: 'begun', cell: (payment) => instant(payment, 'createdAt') },
  { head: 'screening', cell: (payment) => text(payment, 'screening'), isNumber: true, isExtra: true },
  { head: 'with', cell: (payment) => text(payment, 'provider') },
  { head: 'phase', cell: (payment) => text(payment, 'phase') },
  { head: 'amount', cell: (payment) => money(payment, 'amountCents'), isNumber: true },
  { head: 'taken', cell: (payment) => money(payment, 'capturedCents'), isNumber: true },
  { head: 'sent back', cell: (payment) => moneyOr(payment, 'refundedCents'), isNumber: true },
  { head: 'case', cell: (payment) => text(payment, 'case') },
  { head: 'looked after', cell: (payment) => instant(payment, 'dueAt'), isExtra: true },
  { head: 'last failure', cell: (payment) => text(payment, 'lastFailure'), isLong: true, isExtra: true },
];

const DISPUTE_COLUMNS: readonly Column<Row>[] = [
  { head: 'dispute', cell: (dispute) => text(dispute, 'id') },
  { head: 'order', cell: (dispute) => text(dispute, 'order') },
  { head: 'with', cell: (dispute) => text(dispute, 'provider') },
  { head: 'amount', cell: (dispute) => money(dispute, 'cents'), isNumber: true },
  { head: 'reason', cell: (dispute) => text(dispute, 'reason'), isLong: true },
  { head: 'status', cell: (dispute) => text(dispute, 'outcome', 'status'), isLong: true },
  { head: 'opened', cell: (dispute) => instant(dispute, 'openedAt') },
  { head: 'answer by', cell: (dispute) => instant(dispute, 'answerBy') },
];

/** Adds `payments list | show | disputes | reconcile | settlement` to `program`. */
export function registerPayments(program: Command, ports: CliPorts): void {
  const group = program
    .command('payments')
    .description('what was paid and sent back, and whether the books agree')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list payments, the newest first')
    .option(
      '--phase <phase>',
      'only created, waiting, approved, authorising, authorised, declined, captured or cancelled ones',
    )
    .option('--case <case>', 'only those that a person has to look at for this; "any": for whatever it is')
    .option('--screening <number>', 'only of this screening')
    .option('--since <time>', 'only those begun since then: 2026-11-25T12:00:00Z, or 30m, 12h, 7d ago', moment)
    .addHelpText('after', EXAMPLES)
    .action((flags: PaymentsFlags) => {
      const { phase, screening, since } = flags;
      const query = { phase, case: flags.case, screening, since };
      const none = 'no payments';
      return showList({ path: '/api/admin/payments', plural: 'payments', query, columns: COLUMNS, none }, flags, ports);
    });
  serverOptions(group.command('show'))
    .description('show the payment of an order: every step, with the provider’s names for it')
    .argument('<order>', 'its id')
    .addHelpText('after', EXAMPLES)
    .action((order: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/payments/${encodeURIComponent(order)}`);
        show(ports, flags, answer, () => paymentText(rowAt(answer, 'payment') ?? answer, ports));
      }),
    );
  listOptions(group.command('disputes'))
    .description('list payments that a buyer’s bank takes back, or wants to; they are answered at the provider’s desk')
    .option('--open', 'only those that are not decided')
    .addHelpText('after', EXAMPLES)
    .action((flags: DisputesFlags) => {
      const query = { open: flags.open === true ? 'yes' : undefined };
      const columns = DISPUTE_COLUMNS;
      return showList(
        { path: '/api/admin/disputes', plural: 'disputes', query, columns, none: 'no disputes' },
        flags,
        ports,
      );
    });
  registerReconcile(group, EXAMPLES, ports);
  registerSettlement(group, EXAMPLES, ports);
}

function paymentText(payment: Row, ports: CliPorts): string[] {
  const currency = text(payment, 'currency') || 'BRL';
  const cents = (row: Row, path: string): string => {
    const value = amount(row, path);
    return value === null ? '' : moneyText(value, currency);
  };
  const part = (title: string, rows: readonly Row[], columns: readonly Column<Row>[]): string[] =>
    rows.length === 0 ? [] : ['', title, ...tableText(rows, columns, ports)];
  return [
    ...factsText(
      [
        ['order', text(payment, 'order')],
        ['screening', text(payment, 'screening')],
        ['seats', text(payment, 'orderState')],
        ['with', text(payment, 'provider')],
        ['phase', text(payment, 'phase')],
        ['amount', cents(payment, 'amountCents')],
        ['taken', cents(payment, 'capturedCents')],
        ['sent back', cents(payment, 'refundedCents')],
        ['sold', cents(payment, 'soldCents')],
        ['given back', cents(payment, 'voidedCents')],
        ['fee', cents(payment, 'feeCents')],
        ['object', text(payment, 'object')],
        ['authorisation', text(payment, 'authorisation')],
        ['capture', text(payment, 'capture')],
        ['declined because', text(payment, 'declineCode')],
        ['case', text(payment, 'case')],
        ['failed', failuresText(payment)],
        ['begun', instant(payment, 'createdAt')],
        ['reserved', instant(payment, 'authorisedAt')],
        ['taken at', instant(payment, 'capturedAt')],
        ['looked after', instant(payment, 'dueAt') || 'nothing is left to be done'],
      ],
      ports,
    ),
    ...part('Steps', rowsAt(payment, 'steps'), [
      { head: 'at', cell: (step) => instant(step, 'at') },
      { head: 'step', cell: (step) => text(step, 'step') },
      { head: 'outcome', cell: (step) => text(step, 'outcome') },
      { head: 'amount', cell: (step) => cents(step, 'cents'), isNumber: true },
      { head: 'by', cell: (step) => text(step, 'cause') },
      { head: 'object', cell: (step) => text(step, 'object'), isLong: true },
      { head: 'request', cell: (step) => text(step, 'providerRequest'), isLong: true },
      { head: 'key', cell: (step) => text(step, 'requestKey'), isLong: true, isExtra: true },
    ]),
    ...part('Refunds', rowsAt(payment, 'refunds'), [
      { head: 'refund', cell: (refund) => text(refund, 'id') },
      { head: 'amount', cell: (refund) => cents(refund, 'cents'), isNumber: true },
      { head: 'phase', cell: (refund) => text(refund, 'phase') },
      { head: 'object', cell: (refund) => text(refund, 'object'), isLong: true },
      { head: 'wanted', cell: (refund) => instant(refund, 'createdAt') },
      { head: 'done', cell: (refund) => instant(refund, 'doneAt') },
      { head: 'reason', cell: (refund) => text(refund, 'reason'), isLong: true },
    ]),
    ...part(
      'Disputes',
      rowsAt(payment, 'disputes'),
      DISPUTE_COLUMNS.filter(({ head }) => head !== 'order' && head !== 'with'),
    ),
    ...part('Webhooks', rowsAt(payment, 'events'), [
      { head: 'received', cell: (event) => instant(event, 'receivedAt') },
      { head: 'type', cell: (event) => text(event, 'type'), isLong: true },
      { head: 'event', cell: (event) => text(event, 'id'), isLong: true },
      { head: 'outcome', cell: (event) => text(event, 'outcome') || 'not applied yet' },
    ]),
    ...part('Tickets', rowsAt(payment, 'tickets'), [
      { head: 'ticket', cell: (ticket) => text(ticket, 'id'), isLong: true },
      { head: 'code', cell: (ticket) => text(ticket, 'code') },
      { head: 'paid', cell: (ticket) => cents(ticket, 'cents'), isNumber: true },
      { head: 'state', cell: (ticket) => text(ticket, 'state') },
    ]),
  ];
}

function failuresText(payment: Row): string {
  const times = amount(payment, 'failures') ?? 0;
  return times === 0 ? '' : `${times} times in a row, the last time: ${text(payment, 'lastFailure')}`;
}

function moneyOr(payment: Row, path: string): string {
  return amount(payment, path) === 0 ? '' : money(payment, path);
}

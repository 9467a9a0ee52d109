/** `poltrona prices …`: the price tables. They come in with "poltrona import prices". */
import type { Command } from 'commander';
import { count, money, rowAt, rowsAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import type { CliPorts } from './ports.ts';
import { KIND_NAMES } from './room-plan.ts';
import { type Column, factsText, tableText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

const EXAMPLES = `
Examples:
  $ poltrona prices list
  $ poltrona prices show 3
  $ poltrona prices show 3 --json | jq .priceTable.rules`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'table', cell: (table) => text(table, 'id'), isNumber: true },
  { head: 'code', cell: (table) => text(table, 'code') },
  { head: 'name', cell: (table) => text(table, 'name'), isLong: true },
  { head: 'exhibitor', cell: (table) => text(table, 'exhibitor.name'), isLong: true, isExtra: true },
  { head: 'cinema', cell: (table) => text(table, 'cinema.name') || 'all', isLong: true },
  { head: 'from', cell: (table) => text(table, 'validFrom') },
  { head: 'until', cell: (table) => text(table, 'validUntil') },
  { head: 'rules', cell: (table) => count(table, 'rules'), isNumber: true },
  { head: 'status', cell: (table) => text(table, 'status'), isExtra: true },
];

const DAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Adds `prices list` and `prices show` to `program`. */
export function registerPrices(program: Command, ports: CliPorts): void {
  const group = program.command('prices').description('the price tables').addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list price tables')
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags) => {
      const none = 'no price tables; bring some in with "poltrona import prices FILE"';
      const list = { path: '/api/admin/price-tables', plural: 'priceTables', query: {}, columns: COLUMNS, none };
      return showList(list, flags, ports);
    });
  serverOptions(group.command('show'))
    .description('show one price table with its rules')
    .argument('<table>', 'its number')
    .addHelpText('after', EXAMPLES)
    .action((table: string, flags: ServerFlags) =>
      withServer(ports, flags, async (api) => {
        const answer = await api.get(`/api/admin/price-tables/${encodeURIComponent(table)}`);
        show(ports, flags, answer, () => tableFacts(rowAt(answer, 'priceTable') ?? answer, ports));
      }),
    );
}

function tableFacts(table: Row, ports: CliPorts): string[] {
  const currency = text(table, 'currency');
  const rules = rowsAt(table, 'rules').map((rule): Row => ({ ...rule, currency }));
  return [
    ...factsText(
      COLUMNS.filter(({ head }) => head !== 'rules').map(({ head, cell }) => [head, cell(table)] as const),
      ports,
    ),
    '',
    ...(rules.length === 0 ? ['no rules'] : tableText(rules, RULE_COLUMNS, ports)),
    'of the rules that fit, the one with the most conditions counts',
  ];
}

const RULE_COLUMNS: readonly Column<Row>[] = [
  { head: 'days', cell: daysText },
  { head: 'from', cell: (rule) => text(rule, 'from').slice(0, 5) },
  { head: 'until', cell: (rule) => text(rule, 'until').slice(0, 5) },
  { head: 'projection', cell: (rule) => text(rule, 'projection') || 'any' },
  { head: 'seats', cell: seatsText },
  { head: 'full price', cell: (rule) => money(rule, 'priceCents'), isNumber: true },
];

function daysText({ weekdays }: Row): string {
  if (!Array.isArray(weekdays) || weekdays.length === 7) return 'every day';
  return weekdays.map((day: unknown) => DAYS[Number(day)] ?? '').join(' ');
}

function seatsText({ seatKind }: Row): string {
  if (typeof seatKind !== 'number') return 'any';
  return seatKind === 0 ? 'regular' : (KIND_NAMES[seatKind] ?? String(seatKind));
}

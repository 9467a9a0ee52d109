/** `poltrona club …`: the plans of the cinema club, which people pay for each month. */
import { type Command, InvalidArgumentError } from 'commander';
import { nanoid } from 'nanoid';
import { amount, count, moneyText, rowAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { cents, positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { type ChangeFlags, change, changeOptions, type GraveFlags, graveChange, graveOptions } from './staff-change.ts';
import type { Column } from './table.ts';

interface AddFlags extends GraveFlags {
  readonly name: string;
  readonly nameEn?: string;
  readonly month: number;
  readonly tickets: number;
  readonly ticket: number;
}

const EXAMPLES = `
Examples:
  $ poltrona club add clube --name "Clube Poltrona" --month 29.90 --tickets 3 --ticket 15 --why "launch of the club"
  $ poltrona club list
  $ poltrona club withdraw clube --why "replaced by ouro" --dry-run`;

const PATH = '/api/admin/club/plans';
const CODE = /^[a-z0-9-]{1,40}$/;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'plan', cell: (plan) => text(plan, 'code') },
  { head: 'name', cell: (plan) => text(plan, 'name'), isLong: true },
  { head: 'a month', cell: (plan) => money(plan, 'monthCents'), isNumber: true },
  { head: 'tickets', cell: (plan) => count(plan, 'ticketsPerMonth'), isNumber: true },
  { head: 'each', cell: (plan) => money(plan, 'ticketCents'), isNumber: true },
  { head: 'members', cell: (plan) => count(plan, 'members'), isNumber: true },
  { head: 'state', cell: (plan) => (plan['isOffered'] === true ? 'offered' : stateOf(plan)) },
];

/** Adds `club list`, `add`, `offer` and `withdraw` to `program`. */
export function registerClub(program: Command, ports: CliPorts): void {
  const group = program.command('club').description('the plans of the cinema club').addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list the plans with their members')
    .addHelpText('after', EXAMPLES)
    .action((flags: ListFlags) => {
      const none = 'no plans; "poltrona club add" makes one';
      return showList({ path: PATH, plural: 'plans', query: {}, columns: COLUMNS, none }, flags, ports);
    });
  graveOptions(group.command('add'))
    .description('offer a plan; what it costs and gives does not change afterwards')
    .argument('<code>', 'its short name: a-z, 0-9 and "-"', codeOf)
    .requiredOption('--name <name>', 'as members read it, in Portuguese')
    .option('--name-en <name>', 'in English; the same unless said')
    .requiredOption('--month <amount>', 'what a month costs: 29.90', cents)
    .requiredOption('--tickets <count>', 'tickets of a month at the members’ price, 1 to 31', positive)
    .requiredOption('--ticket <amount>', 'what a member pays for each of them: 15', cents)
    .addHelpText('after', EXAMPLES)
    .action((code: string, flags: AddFlags) => add(code, flags, ports));
  changeOptions(group.command('offer'))
    .description('make a plan at Stripe, where "add" was interrupted before it did')
    .argument('<code>', 'of the plan', codeOf)
    .addHelpText('after', EXAMPLES)
    .action((code: string, flags: ChangeFlags) =>
      change(ports, flags, `${PATH}/${code}/offer`, {}, () => [`${code}: offered`]),
    );
  graveOptions(group.command('withdraw'))
    .description('offer a plan no longer; its members stay')
    .argument('<code>', 'of the plan', codeOf)
    .addHelpText('after', EXAMPLES)
    .action((code: string, flags: GraveFlags) =>
      graveChange(ports, flags, {
        foresee: async () => ({
          answer: { plan: code },
          lines: [`nobody can join "${code}" any more; its members stay, and pay each month until they leave`],
        }),
        act: (api, key) => api.post(`${PATH}/${code}/withdraw`, { why: flags.why }, key),
        done: (answer) => [`${code}: withdrawn, ${count(rowAt(answer, 'plan') ?? answer, 'members')} members`],
      }),
    );
}

function add(code: string, flags: AddFlags, ports: CliPorts): Promise<void> {
  const { name, nameEn = name, month: monthCents, tickets: ticketsPerMonth, ticket: ticketCents, why } = flags;
  const plan = { code, name, nameEn, monthCents, ticketsPerMonth, ticketCents };
  const money = (value: number): string => moneyText(value, 'BRL');
  return graveChange(ports, flags, {
    foresee: async () => ({
      answer: { plan },
      lines: [`${name}: ${money(monthCents)} a month, ${ticketsPerMonth} tickets for ${money(ticketCents)} each`],
    }),
    act: async (api, key) => {
      await api.post(PATH, { ...plan, why }, key);
      // Two steps, since Stripe is asked in no transaction of ours; the second can be said again by itself.
      return api.post(`${PATH}/${code}/offer`, {}, nanoid());
    },
    done: () => [`${code}: offered`],
  });
}

function money(plan: Row, name: string): string {
  return moneyText(amount(plan, name) ?? 0, text(plan, 'currency'));
}

function stateOf(plan: Row): string {
  return text(plan, 'status') === 'active' ? 'not at Stripe: "club offer"' : 'withdrawn';
}

function codeOf(written: string): string {
  if (!CODE.test(written)) throw new InvalidArgumentError('1 to 40 characters out of a-z, 0-9 and "-" are needed.');
  return written;
}

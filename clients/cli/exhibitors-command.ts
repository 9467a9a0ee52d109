/** `poltrona exhibitors …`: the exhibitors and their service fees. They come in with "poltrona import auditoriums". */
import { type Command, InvalidArgumentError } from 'commander';
import { amount, count, moneyText, rowAt, text } from './answer-fields.ts';
import type { ApiClient, Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import { cents, positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { NoSuchThing } from './server-errors.ts';
import { type GraveFlags, graveChange, graveOptions } from './staff-change.ts';
import type { Column } from './table.ts';

interface ExhibitorsFlags extends ListFlags {
  readonly search?: string;
}

interface FeeFlags extends GraveFlags {
  readonly percent?: number;
  readonly fixed?: number;
}

const EXAMPLES = `
Examples:
  $ poltrona exhibitors list --search aurora
  $ poltrona exhibitors set-fee 7 --percent 5 --why "contract of 2026"
  $ poltrona exhibitors set-fee 7 --percent 0 --fixed 2.50 --why "fixed fee from now on" --dry-run`;

const PATH = '/api/admin/exhibitors';
/** More than there are in the country; looked through for one. */
const EXHIBITORS_MAX = 10_000;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'exhibitor', cell: (exhibitor) => text(exhibitor, 'id'), isNumber: true },
  { head: 'name', cell: (exhibitor) => text(exhibitor, 'name'), isLong: true },
  { head: 'code', cell: (exhibitor) => text(exhibitor, 'code'), isExtra: true },
  { head: 'ANCINE', cell: (exhibitor) => text(exhibitor, 'ancineId'), isExtra: true },
  { head: 'cinemas', cell: (exhibitor) => count(exhibitor, 'cinemas'), isNumber: true },
  { head: 'service fee', cell: feeText },
];

/** Adds `exhibitors list` and `exhibitors set-fee` to `program`. */
export function registerExhibitors(program: Command, ports: CliPorts): void {
  const group = program
    .command('exhibitors')
    .description('the exhibitors and their service fees')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list exhibitors')
    .option('--search <words>', 'only those with these words in the name')
    .addHelpText('after', EXAMPLES)
    .action((flags: ExhibitorsFlags) => {
      const none = 'no exhibitors; bring some in with "poltrona import auditoriums FILE"';
      const list = { path: PATH, plural: 'exhibitors', query: { q: flags.search }, columns: COLUMNS, none };
      return showList(list, flags, ports);
    });
  graveOptions(group.command('set-fee'))
    .description('set what comes on top of each ticket that costs something; what is left out stays')
    .argument('<exhibitor>', 'its number', positive)
    .option('--percent <percent>', 'a part of the price: 5, 5.25', percent)
    .option('--fixed <amount>', 'a fixed sum: 2.50', cents)
    .addHelpText('after', EXAMPLES)
    .action((exhibitor: number, flags: FeeFlags) => setFee(exhibitor, flags, ports));
}

function setFee(exhibitor: number, flags: FeeFlags, ports: CliPorts): Promise<void> {
  const { percent: serviceFeePercent, fixed: serviceFeeCents, why } = flags;
  if (serviceFeePercent === undefined && serviceFeeCents === undefined)
    throw new Error('say --percent, --fixed or both: nothing was changed');
  const change = {
    ...(serviceFeePercent === undefined ? {} : { serviceFeePercent }),
    ...(serviceFeeCents === undefined ? {} : { serviceFeeCents }),
  };
  return graveChange(ports, flags, {
    foresee: async (api) => {
      const before = await exhibitorCalled(api, exhibitor);
      const line = `${text(before, 'name')} (${count(before, 'cinemas')} cinemas): ${feeText(before)} → ${feeText({ ...before, ...change })}`;
      return { answer: { exhibitor: before, change }, lines: [`${line}; orders that were begun keep their fee`] };
    },
    act: (api) => api.patch(`${PATH}/${exhibitor}`, { ...change, why }),
    done: (answer) => {
      const after = rowAt(answer, 'exhibitor') ?? answer;
      return [`${text(after, 'name')}: ${feeText(after)}`];
    },
  });
}

async function exhibitorCalled(api: ApiClient, exhibitor: number): Promise<Row> {
  const { rows } = await api.list(PATH, 'exhibitors', {}, EXHIBITORS_MAX);
  const found = rows.find((row) => amount(row, 'id') === exhibitor);
  if (found === undefined)
    throw new NoSuchThing(`there is no exhibitor ${exhibitor} among yours: "poltrona exhibitors list" shows them`);
  return found;
}

function feeText(exhibitor: Row): string {
  const part = amount(exhibitor, 'serviceFeePercent') ?? 0;
  const fixed = amount(exhibitor, 'serviceFeeCents') ?? 0;
  const said = [...(part > 0 ? [`${part} %`] : []), ...(fixed > 0 ? [moneyText(fixed, 'BRL')] : [])];
  return said.length === 0 ? 'none' : said.join(' + ');
}

/** "5", "5.25" or "5,25". */
function percent(written: string): number {
  const value = Number(written.replace(',', '.'));
  if (!/^\d{1,3}(?:[.,]\d{1,2})?$/.test(written) || value > 100)
    throw new InvalidArgumentError('A percentage from 0 to 100 with two decimals at most is needed.');
  return value;
}

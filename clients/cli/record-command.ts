/** `poltrona actions`: the record of what was done by hand, by whom and why. Nobody can change it. */
import type { Command } from 'commander';
import { instant, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import type { CliPorts } from './ports.ts';
import type { Column } from './table.ts';

interface ActionsFlags extends ListFlags {
  readonly target?: string;
  readonly who?: string;
}

const EXAMPLES = `
Examples:
  $ poltrona actions
  $ poltrona actions --target screening:4711
  $ poltrona actions --who key:3 --limit 200 --json`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'at', cell: (action) => instant(action, 'at') },
  { head: 'who', cell: (action) => text(action, 'who') },
  { head: 'what', cell: (action) => text(action, 'action') },
  { head: 'of', cell: (action) => text(action, 'target') },
  { head: 'why', cell: (action) => text(action, 'why'), isLong: true },
  { head: 'details', cell: detailsText, isLong: true, isExtra: true },
];

/** Adds `actions` to `program`. */
export function registerRecord(program: Command, ports: CliPorts): void {
  listOptions(program.command('actions'))
    .description('the record of what was done by hand, by whom and why; the newest first')
    .option('--target <what>', 'only what concerned this: screening:4711, user:12, order:…')
    .option('--who <who>', 'only what this one did: user:12, key:3')
    .addHelpText('after', EXAMPLES)
    .action((flags: ActionsFlags) => {
      const query = { target: flags.target, who: flags.who };
      return showList(
        { path: '/api/admin/actions', plural: 'actions', query, columns: COLUMNS, none: 'nothing was done' },
        flags,
        ports,
      );
    });
}

function detailsText(action: Row): string {
  const { details } = action;
  if (typeof details !== 'object' || details === null) return '';
  return Object.entries(details)
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

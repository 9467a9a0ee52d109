/** `poltrona imports …`: what was imported when, by whom, and what came of it. */
import type { Command } from 'commander';
import { nanoid } from 'nanoid';
import { amount, count, instant, rowAt, text } from './answer-fields.ts';
import type { Row } from './http-client.ts';
import { exitByReport, tellReport } from './import-command.ts';
import { followImport, isFinished, reportOf } from './import-follow.ts';
import { type ListFlags, listOptions, showList } from './list-command.ts';
import type { CliPorts } from './ports.ts';
import { progressBar } from './progress.ts';
import { checkRejected } from './rejected-file.ts';
import { type ChangeFlags, change, changeOptions } from './staff-change.ts';
import { type Column, factsText } from './table.ts';
import { chosenServer, type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface ImportsFlags extends ListFlags {
  readonly kind?: string;
}

interface WhyFlags extends ChangeFlags {
  readonly why: string;
}

interface ResumeFlags extends WhyFlags {
  readonly wait: boolean;
}

interface ShowFlags extends ServerFlags {
  readonly verbose?: true;
  readonly rejected?: string;
}

const EXAMPLES = `
Examples:
  $ poltrona imports list --kind screenings
  $ poltrona imports show 12
  $ poltrona imports show 12 --rejected wrong.csv
  $ poltrona imports cancel 12 --why "the wrong week"
  $ poltrona imports resume 12 --why "the database is back"`;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'import', cell: (row) => text(row, 'id'), isNumber: true },
  { head: 'kind', cell: (row) => text(row, 'kind') },
  { head: 'file', cell: (row) => text(row, 'file'), isLong: true },
  { head: 'status', cell: statusText },
  { head: 'created', cell: (row) => count(row, 'created'), isNumber: true },
  { head: 'updated', cell: (row) => count(row, 'updated'), isNumber: true },
  { head: 'unchanged', cell: (row) => count(row, 'unchanged'), isNumber: true, isExtra: true },
  { head: 'rejected', cell: (row) => count(row, 'rejected'), isNumber: true },
  { head: 'begun', cell: (row) => instant(row, 'startedAt') },
  { head: 'by', cell: (row) => text(row, 'who'), isExtra: true },
];

const PATH = '/api/admin/imports';

/** Adds `imports list | show | cancel | resume` to `program`. */
export function registerImports(program: Command, ports: CliPorts): void {
  const group = program
    .command('imports')
    .description('what was imported, and what came of it')
    .addHelpText('after', EXAMPLES);
  listOptions(group.command('list'))
    .description('list imports, the newest first')
    .option('--kind <kind>', 'only of this kind: films, prices, screenings …')
    .addHelpText('after', EXAMPLES)
    .action((flags: ImportsFlags) => {
      const query = { kind: flags.kind };
      return showList({ path: PATH, plural: 'imports', query, columns: COLUMNS, none: 'no imports' }, flags, ports);
    });
  serverOptions(group.command('show'))
    .description('show one import: how far it is, or its report')
    .argument('<import>', 'its number')
    .option('--verbose', 'list every line that was rejected, created, updated or is to be looked at')
    .option('--rejected <file>', 'write the rejected lines with their reasons into this CSV')
    .addHelpText('after', EXAMPLES)
    .action((id: string, flags: ShowFlags) => showImport(id, flags, ports));
  changeOptions(group.command('cancel'))
    .description('stop an import that is under way; nothing of it is kept')
    .argument('<import>', 'its number')
    .requiredOption('--why <reason>', 'the reason, for the record')
    .addHelpText('after', EXAMPLES)
    .action((id: string, flags: WhyFlags) =>
      change(ports, flags, `${pathOf(id)}/cancel`, { why: flags.why }, (answer) => [
        `import ${id}: ${text(rowAt(answer, 'import') ?? answer, 'status') || 'cancelled'}`,
      ]),
    );
  changeOptions(group.command('resume'))
    .description('begin an import again that was cancelled, failed or cut off')
    .argument('<import>', 'its number')
    .requiredOption('--why <reason>', 'the reason, for the record')
    .option('--no-wait', 'do not wait for its end')
    .addHelpText('after', EXAMPLES)
    .action((id: string, flags: ResumeFlags) => resume(id, flags, ports));
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

async function showImport(id: string, flags: ShowFlags, ports: CliPorts): Promise<void> {
  if (flags.rejected !== undefined) checkRejected(flags.rejected, null);
  await withServer(ports, flags, async (api) => {
    const answer = await api.get(pathOf(id));
    const row = rowAt(answer, 'import') ?? answer;
    if (text(row, 'status') === 'done' || rowAt(row, 'report') !== null) {
      const report = await reportOf(api, pathOf(id), row);
      if (flags.json !== true) for (const line of importText(row, ports)) ports.out(line);
      tellReport(report, flags, ports);
    } else show(ports, flags, answer, () => importText(row, ports));
  });
}

async function resume(id: string, flags: ResumeFlags, ports: CliPorts): Promise<void> {
  const answer = await withServer(ports, flags, (api) =>
    api.post(`${pathOf(id)}/resume`, { why: flags.why }, flags.idempotencyKey ?? nanoid()),
  );
  const row = rowAt(answer, 'import') ?? answer;
  // A new line of the history, or the old one again: as the server has it.
  const resumed = text(row, 'id') || id;
  const server = chosenServer(ports, flags);
  if (server === null || flags.wait === false || isFinished(row)) {
    show(ports, flags, answer, () => [
      `import ${resumed} is under way: "poltrona imports show ${resumed}" tells how it goes`,
    ]);
    return;
  }
  const progress = progressBar(ports, flags.json !== true);
  try {
    const report = await followImport(server, resumed, progress.show, ports);
    progress.stop();
    tellReport(report, flags, ports);
    exitByReport(report, ports);
  } finally {
    progress.stop();
  }
}

function statusText(row: Row): string {
  const status = text(row, 'status');
  const words = [
    status === 'running' ? `${Math.floor(100 * (amount(row, 'progress') ?? 0))} %` : status,
    row['dryRun'] === true ? 'rehearsal' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

function importText(row: Row, ports: CliPorts): string[] {
  return [
    ...factsText(
      [
        ['import', text(row, 'id')],
        ['kind', text(row, 'kind')],
        ['file', text(row, 'file')],
        ['SHA-256', text(row, 'fileHash')],
        ['status', [statusText(row), text(row, 'phase')].filter((part) => part !== '').join(', ')],
        ['begun', instant(row, 'startedAt')],
        ['ended', instant(row, 'finishedAt')],
        ['by', text(row, 'who')],
        ['error', text(row, 'error')],
      ],
      ports,
    ),
    '',
  ];
}

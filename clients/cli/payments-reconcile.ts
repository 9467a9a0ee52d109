/**
 * `poltrona payments reconcile`: compares books, seats and providers, and puts right what does not agree. The server does it bite by
 * bite; what was found is told as it comes, and an interruption leaves nothing half done. Exit code 1 when something is left for
 * a person.
 */
import type { Command } from 'commander';
import { nanoid } from 'nanoid';
import { amount, moneyText, rowsAt, text } from './answer-fields.ts';
import type { ApiClient, Row } from './http-client.ts';
import { moment } from './option-values.ts';
import { type CliPorts, counted } from './ports.ts';
import { progressBar } from './progress.ts';
import { type Column, tableText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

interface ReconcileFlags extends ServerFlags {
  readonly since?: string;
  readonly dryRun?: true;
}

const PATH = '/api/admin/payments/reconcile';
/** In the order in which the server goes through them. */
const STAGES: readonly (readonly [stage: string, words: string])[] = [
  ['books', 'our open books'],
  ['recent', 'our books of late'],
  ['listed', 'what the providers list'],
  ['looked', 'what they took, one by one'],
  ['unbooked', 'sales without books'],
];
/** A provider that is slow is waited for by the server, milliseconds. */
const BITE_MS = 300_000;

const COLUMNS: readonly Column<Row>[] = [
  { head: 'order', cell: (found) => text(found, 'order') },
  { head: 'found', cell: (found) => text(found, 'found') },
  { head: 'did', cell: (found) => text(found, 'did') || '–' },
  { head: 'left', cell: (found) => text(found, 'left'), isLong: true },
  { head: 'with', cell: (found) => text(found, 'provider') },
  { head: 'object', cell: (found) => text(found, 'object'), isLong: true },
  { head: 'amount', cell: (found) => moneyText(amount(found, 'cents') ?? 0, 'BRL'), isNumber: true },
];

/** Adds `reconcile` to the group `payments`. */
export function registerReconcile(group: Command, examples: string, ports: CliPorts): void {
  serverOptions(group.command('reconcile'))
    .description('compare the books with seats and providers, and put right what does not agree')
    .option(
      '--since <time>',
      'compare what the providers have since then: 2026-11-25T12:00:00Z, or 30m, 12h, 7d ago; a day unless given',
      moment,
    )
    .option('--dry-run', 'change nothing, and say what would be done first')
    .addHelpText('after', examples)
    .action((flags: ReconcileFlags) => reconcile(flags, ports));
}

function reconcile(flags: ReconcileFlags, ports: CliPorts): Promise<void> {
  return withServer(ports, flags, async (api, signal) => {
    const progress = progressBar(ports, flags.json !== true);
    const cases: Row[] = [];
    let looked = 0;
    try {
      for (let after: string | null = null; ; ) {
        signal.throwIfAborted();
        const bite = await nextBite(api, flags, after);
        looked += amount(bite, 'looked') ?? 0;
        cases.push(...rowsAt(bite, 'cases'));
        const stage = STAGES.findIndex(([name]) => name === text(bite, 'stage'));
        progress.show(
          `${STAGES[stage]?.[1] ?? 'more'}: ${counted(looked, 'order', 'orders')}`,
          (stage + 1) / STAGES.length,
        );
        const before: string | null = after;
        after = text(bite, 'next') || null;
        // The same place twice would go on for ever.
        if (after === null || after === before) break;
      }
    } finally {
      progress.stop();
    }
    const isDryRun = flags.dryRun === true;
    const open = cases.filter(isForAPerson);
    show(ports, flags, { dryRun: isDryRun, looked, cases, open: open.length }, () =>
      linesOf(cases, open.length, looked, isDryRun, ports),
    );
    if (open.length > 0) ports.exit(1);
  });
}

async function nextBite(api: ApiClient, { since, dryRun }: ReconcileFlags, after: string | null): Promise<Row> {
  const json = { since, dryRun: dryRun === true, after };
  const call = { method: 'POST', path: PATH, json, idempotencyKey: nanoid(), timeoutMs: BITE_MS } as const;
  return (await api.ask(dryRun === true ? call : { ...call, isChange: true })).body;
}

function isForAPerson(found: Row): boolean {
  return /^(for a person|failed)/.test(text(found, 'left'));
}

function linesOf(cases: readonly Row[], open: number, looked: number, isDryRun: boolean, ports: CliPorts): string[] {
  const head = `${counted(looked, 'order was', 'orders were')} looked at`;
  if (cases.length === 0) return [`${head}: books, seats and providers agree`];
  const what = isDryRun ? 'nothing was changed; ' : '';
  return [
    ...tableText(cases, COLUMNS, ports),
    '',
    `${head}, ${what}${counted(cases.length, 'case', 'cases')}, ${open === 0 ? 'none' : String(open)} for a person`,
  ];
}

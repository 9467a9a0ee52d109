/**
 * `poltrona audit`: were the promises kept? Exit code 0 when they were, 1 when not (the first screening at fault is
 * named), 2 when it could not be found out.
 */
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { AuditOptions, AuditReport } from '../../storage/audit.ts';
import type { Log } from '../../storage/log.ts';
import { whileReached } from './with-database.ts';

const EXAMPLES = `
Examples:
  $ poltrona audit
  $ poltrona audit --screening 4711
  $ poltrona audit --json | jq .violations`;

interface AuditFlags {
  readonly json?: true;
  readonly history?: string;
  readonly screening?: number;
}

/** Where the command reads and writes; the process's own by default. */
export interface AuditPorts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  out(text: string): void;
  error(text: string): void;
  exit(code: number): void;
}

const processPorts: AuditPorts = {
  environment: process.env,
  isTerminal: process.stderr.isTTY === true,
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
  exit: (code) => {
    process.exitCode = code;
  },
};

/** Adds the command `audit` to `program`. */
export function registerAudit(program: Command, ports: AuditPorts = processPorts): void {
  program
    .command('audit')
    .description('check that no seat was sold twice, that nothing acknowledged is missing, and that the tables agree')
    .option('--json', 'print the report as one line of JSON, and nothing else')
    .addHelpText('after', EXAMPLES)
    .option('--history <file>', 'also look for every acknowledged command in this file of JSON lines')
    .option('--screening <id>', 'only this screening', screeningId)
    .action((flags: AuditFlags) => run(flags, ports));
}

async function run(flags: AuditFlags, ports: AuditPorts): Promise<void> {
  try {
    const report = await audit(flags, ports);
    if (flags.json === true) ports.out(JSON.stringify(report));
    else for (const line of linesOf(report)) ports.out(line);
    ports.exit(report.ok ? 0 : 1);
  } catch (cause) {
    ports.error(`the audit could not be made: ${cause instanceof Error ? cause.message : String(cause)}`);
    ports.exit(2);
  }
}

async function audit(flags: AuditFlags, ports: AuditPorts): Promise<AuditReport> {
  const warn = (_details: object, message: string): void => ports.error(message);
  const log: Log = { info: () => {}, warn, error: warn };
  const [{ auditDatabase }, { createPool }, { reachDatabase }] = await Promise.all([
    import('../../storage/audit.ts'),
    import('../../storage/database.ts'),
    import('../../storage/reach-database.ts'),
  ]);
  return whileReached(reachDatabase(ports.environment, log), 'interrupted', ports, async ({ config }) => {
    const pool = createPool(config, 'reader', 'poltrona audit', 1);
    const bar = ports.isTerminal && flags.json !== true ? newBar() : null;
    try {
      const onProgress: AuditOptions['onProgress'] = ({ screenings, screeningsTotal, facts }) => {
        bar?.setTotal(screeningsTotal);
        bar?.update(screenings, { facts: facts.toLocaleString('en') });
      };
      return await auditDatabase(pool, {
        onProgress,
        ...(flags.history === undefined ? {} : { historyFile: flags.history }),
        ...(flags.screening === undefined ? {} : { screening: flags.screening }),
      });
    } catch (cause) {
      // An empty database: the role or the tables are not there yet.
      const { code } = cause as { code?: string };
      if (code === '42P01' || code === '22023' || code === '28000') {
        throw new Error('this database was never prepared: start the server once', { cause });
      }
      throw cause;
    } finally {
      bar?.stop();
      await pool.end();
    }
  });
}

function newBar(): SingleBar {
  const bar = new SingleBar({
    format: 'audit {bar} {value} of {total} screenings, {facts} facts',
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: true,
    stopOnComplete: false,
  });
  bar.start(0, 0, { facts: '0' });
  return bar;
}

/** The report as a person reads it: what was looked at, and what is wrong. */
function linesOf(report: AuditReport): string[] {
  const { screenings, facts, orders, tickets, acknowledged, violations, violationCount, elapsedMs } = report;
  const lines = [
    `${screenings} screenings, ${facts} facts, ${orders} orders, ${tickets} tickets, ${(elapsedMs / 1000).toFixed(1)} s`,
  ];
  if (acknowledged > 0) lines.push(`${acknowledged} acknowledged commands looked for`);
  if (report.ok) return [...lines, 'ok'];
  lines.push(`NOT OK: ${violationCount} findings, the first at screening ${violations[0]?.screening}`);
  for (const { screening, version, rule, message } of violations) {
    lines.push(`  screening ${screening}${version === null ? '' : `, version ${version}`}: ${rule}: ${message}`);
  }
  if (violationCount > violations.length) lines.push(`  … and ${violationCount - violations.length} more`);
  return lines;
}

function screeningId(text: string): number {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw new Error(`--screening ${text}: a screening's number is needed`);
  return id;
}

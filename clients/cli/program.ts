/**
 * The commands of `poltrona` and how they end. Exit codes: 0 done; 1 the answer is no (a file was refused, an audit found
 * something); 2 it could not be done (wrong usage, no database). An error is one sentence that says what to do;
 * POLTRONA_DEBUG=1 adds where it came from. With --json it is also told as JSON, on stdout.
 */
import { Command, CommanderError } from 'commander';
import { TargetUnclear } from '../../storage/import/import-seat-map.ts';
import { FileRefused } from '../../storage/import/text-lines.ts';
import { packageVersion } from '../../storage/package-root.ts';
import { registerAudit } from './audit-command.ts';
import { registerEvents } from './events-command.ts';
import { registerImport } from './import-command.ts';
import { registerNodes } from './nodes-command.ts';
import type { CliPorts } from './ports.ts';
import { registerScreenings } from './screenings-command.ts';

const HELP = `
Examples:
  $ poltrona import auditoriums salas.csv
  $ poltrona screenings generate --date 2026-12-24
  $ poltrona screenings list
  $ poltrona nodes
  $ poltrona events tail
  $ poltrona audit

The database is the one of DATABASE_URL, or else the embedded one of this installation, whether its server runs or not.
Exit codes: 0 done; 1 the answer is no (a file was refused, an audit found something); 2 it could not be done.
Environment: DATABASE_URL, POLTRONA_FOLDER, NATS_URL (nodes, events), POLTRONA_DEBUG=1 (tell where an error came from), NO_COLOR.`;

/** Runs one command line (without "node" and the script); resolves with the exit code. */
export async function runProgram(words: readonly string[], ports: CliPorts): Promise<number> {
  let exitCode = 0;
  const told: CliPorts = {
    ...ports,
    exit: (code) => {
      exitCode = code;
    },
  };
  const program = new Command('poltrona')
    .description('Poltrona sells cinema seats. These are the commands for whoever runs it.')
    .version(packageVersion(), '--version', 'display the version')
    .addHelpText('after', HELP);
  registerImport(program, told);
  registerScreenings(program, told);
  registerNodes(program, told);
  registerEvents(program, told);
  registerAudit(program, told);
  quietEverywhere(program, told);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    return refuse(cause, words.includes('--json'), ports);
  }
}

/** Commander prints and exits by itself, command by command; we want its words and its errors. */
function quietEverywhere(command: Command, ports: CliPorts): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows how)')
    .configureOutput({
      writeOut: (text) => ports.out(text.trimEnd()),
      writeErr: (text) => ports.error(text.trimEnd()),
      getOutHasColors: () => ports.hasColours,
      getErrHasColors: () => false,
    });
  for (const child of command.commands) quietEverywhere(child, ports);
}

function refuse(cause: unknown, isJson: boolean, ports: CliPorts): number {
  const message = sentenceOf(cause);
  if (isJson) ports.out(JSON.stringify({ error: message }));
  ports.error(message);
  if ((ports.environment['POLTRONA_DEBUG'] ?? '') !== '' && cause instanceof Error) {
    ports.error(cause.stack ?? '');
    if (cause.cause instanceof Error) ports.error(`caused by ${cause.cause.stack}`);
  }
  return cause instanceof FileRefused || cause instanceof TargetUnclear ? 1 : 2;
}

/** By system or PostgreSQL error code: what to do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing answers there: is PostgreSQL running, and is DATABASE_URL right?',
  ENOTFOUND: 'there is no such host: is DATABASE_URL right?',
  ETIMEDOUT: 'it did not answer in time: is DATABASE_URL right, and does a firewall stand between?',
  '28P01': 'the password is wrong: correct DATABASE_URL',
  '28000': 'PostgreSQL does not let this user in: correct DATABASE_URL, or its pg_hba.conf',
  '3D000': 'create that database first, or correct DATABASE_URL',
  '42501': 'the database user lacks a right: start the server once with a user that may create roles',
  '53100': 'the disk of the database is full: make room, and run the command again',
};

function sentenceOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Several addresses were tried; each says much the same.
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { message, code } = first as { message: string; code?: string };
  const advice = code === undefined ? undefined : ADVICE[code];
  return advice === undefined ? message : `${message}; ${advice}`;
}

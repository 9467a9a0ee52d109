/**
 * The commands of `poltrona` and how they end. Exit codes: 0 done; 1 the answer is no (a file was refused, an audit found
 * something, the server says that there is no such thing); 2 it could not be done (wrong usage, no server, no database);
 * 130 interrupted. An error is one sentence that says what to do; POLTRONA_DEBUG=1 adds where it came from. With --json
 * it is also told as JSON, on stdout.
 */
import { Command, CommanderError } from 'commander';
import { FileRefused } from '../../storage/import/file-refused.ts';
import { packageVersion } from '../../storage/package-root.ts';
import { registerAudit } from './audit-command.ts';
import { registerBuyers } from './buyers-command.ts';
import { registerCinemas } from './cinemas-command.ts';
import { registerClub } from './club-command.ts';
import { registerCompletion } from './completion-command.ts';
import { AddressTaken } from './create-administrator.ts';
import { registerEvents } from './events-command.ts';
import { registerExhibitors } from './exhibitors-command.ts';
import { registerFilms } from './films-command.ts';
import { registerImport } from './import-command.ts';
import { registerImports } from './imports-command.ts';
import { INTERRUPTED, Interrupted } from './interruption.ts';
import { registerKeys } from './keys-command.ts';
import { registerLogin } from './login-command.ts';
import { registerMessages } from './messages-command.ts';
import { registerNodes } from './nodes-command.ts';
import { registerOrders } from './orders-command.ts';
import { registerPayments } from './payments-command.ts';
import type { CliPorts } from './ports.ts';
import { registerPrices } from './prices-command.ts';
import { registerRecord } from './record-command.ts';
import { registerScreenings } from './screenings-command.ts';
import { registerSeats } from './seats-command.ts';
import { FateUnknown, NoSuchThing, ServerRefusal } from './server-errors.ts';
import { NotConfirmed } from './staff-change.ts';
import { registerTicketKeys } from './ticket-keys-command.ts';
import { registerTickets } from './tickets-command.ts';
import { registerUsers } from './users-command.ts';
import { registerWatch } from './watch-command.ts';

const HELP = `
Two ways to work:
  With a server: "poltrona login https://…" once, then films, cinemas, exhibitors, prices, screenings, seats,
  orders, payments, tickets, buyers, users, keys, messages, actions, imports, watch. What touches seats is decided where
  they are sold, and every change leaves a record.
  Beside the database (DATABASE_URL, or else the embedded one of this installation, whether its server runs
  or not): users create-administrator, ticket-keys, screenings generate, audit, events; nodes through NATS.
  "import" and "screenings list" go to the server that is logged in to, else to the database; --database
  forces it.

Examples:
  $ poltrona login https://cinema.example
  $ poltrona import films films.csv --dry-run
  $ poltrona screenings list --date 2026-12-24
  $ poltrona screenings show 4711
  $ poltrona watch 4711
  $ poltrona audit

What cannot be taken back says what it will do and asks; scripts say --yes. Every list takes --limit, every
command --json.
Exit codes: 0 done; 1 the answer is no (a file was refused, an audit found something, there is no such thing);
2 it could not be done (wrong usage, no server, no database, no right to it); 130 interrupted.
Environment: POLTRONA_SERVER, POLTRONA_KEY, XDG_CONFIG_HOME, DATABASE_URL, POLTRONA_FOLDER, POLTRONA_SECRET_KEY,
NATS_URL (nodes, events), POLTRONA_DEBUG=1 (tell where an error came from), NO_COLOR, NODE_EXTRA_CA_CERTS.`;

/** Runs one command line (without "node" and the script); resolves with the exit code. */
export async function runProgram(words: readonly string[], ports: CliPorts): Promise<number> {
  let exitCode = 0;
  const exit = (code: number): void => {
    exitCode = code;
  };
  // No copy: the width of a terminal is asked anew each time.
  const program = createProgram(Object.create(ports, { exit: { value: exit } }) as CliPorts);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (cause) {
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    return refuse(cause, words.includes('--json'), ports);
  }
}

/** All commands, ready to parse. */
export function createProgram(ports: CliPorts): Command {
  const program = new Command('poltrona')
    .description('Poltrona sells cinema seats. These are the commands for whoever runs it.')
    .version(packageVersion(), '--version', 'display the version')
    .addHelpText('after', HELP);
  registerLogin(program, ports);
  registerImport(program, ports);
  registerImports(program, ports);
  registerFilms(program, ports);
  registerCinemas(program, ports);
  registerClub(program, ports);
  registerExhibitors(program, ports);
  registerPrices(program, ports);
  registerScreenings(program, ports);
  registerSeats(program, ports);
  registerOrders(program, ports);
  registerPayments(program, ports);
  registerTickets(program, ports);
  registerTicketKeys(program, ports);
  registerBuyers(program, ports);
  registerUsers(program, ports);
  registerKeys(program, ports);
  registerMessages(program, ports);
  registerRecord(program, ports);
  registerWatch(program, ports);
  registerNodes(program, ports);
  registerEvents(program, ports);
  registerAudit(program, ports);
  registerCompletion(program, ports);
  quietEverywhere(program, ports);
  return program;
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
  const code = cause instanceof ServerRefusal && cause.code !== '' ? { code: cause.code } : {};
  if (isJson) ports.out(JSON.stringify({ error: message, ...code }));
  ports.error(message);
  if ((ports.environment['POLTRONA_DEBUG'] ?? '') !== '' && cause instanceof Error) {
    ports.error(cause.stack ?? '');
    if (cause.cause instanceof Error) ports.error(`caused by ${cause.cause.stack}`);
  }
  return exitCodeOf(cause);
}

/** Answers, and no failures to answer. */
const NO = [FileRefused, NoSuchThing, AddressTaken];

function exitCodeOf(cause: unknown): number {
  if (cause instanceof Interrupted || (cause instanceof FateUnknown && cause.isInterrupted)) return INTERRUPTED;
  if (NO.some((kind) => cause instanceof kind)) return 1;
  if (cause instanceof NotConfirmed) return cause.wasAsked ? 1 : 2;
  return cause instanceof ServerRefusal && cause.isAboutTheThing ? 1 : 2;
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

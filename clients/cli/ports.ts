/** Where a command reads and writes: the process's own, or a test's. */
import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditPorts } from './audit-command.ts';
import { readLine, readSecret } from './standard-input.ts';

export interface CliPorts extends AuditPorts {
  /** Whether people look at the answers (stdout), so that they may have colours. `isTerminal` is about stderr, for progress. */
  readonly hasColours: boolean;
  /** For the history of imports. */
  readonly who: string;
  /** Width of the terminal that shows the answers; null: nobody looks, and nothing is cut. */
  readonly columns: number | null;
  /** Its height; null as well. */
  readonly rows: number | null;
  /** Something for that terminal as it is, without an end of line. */
  draw(text: string): void;
  /** Somebody sits there who can be asked. */
  readonly isAskable: boolean;
  /** The next line of stdin, after a question on stderr. @throws Interrupted when there is none. */
  ask(question: string): Promise<string>;
  /** The same without an echo; a pipe's line is taken without a question. */
  askSecret(question: string): Promise<string>;
  /** Between two tries. @throws AbortError when `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

export const processPorts: CliPorts = {
  environment: process.env,
  isTerminal: process.stderr.isTTY === true,
  hasColours: process.stdout.isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
  who: userName(),
  get columns() {
    return process.stdout.isTTY === true ? process.stdout.columns || 80 : null;
  },
  get rows() {
    return process.stdout.isTTY === true ? process.stdout.rows || 24 : null;
  },
  draw: (text) => void process.stdout.write(text),
  isAskable: process.stdin.isTTY === true && process.stderr.isTTY === true,
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
  exit: (code) => {
    process.exitCode = code;
  },
  ask: readLine,
  askSecret: readSecret,
  pause: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/** `sudo` hides who it really was; in a container the user may have no name. */
function userName(): string {
  try {
    const { username } = os.userInfo();
    const asked = process.env['SUDO_USER'] ?? '';
    return asked === '' ? username : `${asked} as ${username}`;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}

const COLOURS = { bold: 1, dim: 2, inverse: 7, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof COLOURS;

/** node:util's styleText asks process.stdout whether it may; which Node versions do so differs, and tests have another stdout. */
export function painter(ports: Pick<CliPorts, 'hasColours'>): (colour: Colour, text: string) => string {
  return (colour, text) => (ports.hasColours ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text);
}

/** 6246 → "6,246" */
export function number(value: number): string {
  return value.toLocaleString('en');
}

/** `one` row, `many` rows. */
export function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** Ports of the command line that hear everything: no terminal, nobody to ask, no waiting. */
import type { CliPorts } from '../../clients/cli/ports.ts';
import { runProgram } from '../../clients/cli/program.ts';

export interface Heard {
  readonly ports: CliPorts;
  readonly out: string[];
  readonly errors: string[];
  /** Pauses between tries, milliseconds. */
  readonly pauses: number[];
  /** What was sent to the terminal as it is. */
  readonly drawn: string[];
  readonly exit: { code: number };
}

/** Ports that hear; `changes` in place of the ordinary. */
export function heardPorts(changes: Partial<CliPorts> = {}): Heard {
  const heard = {
    out: [] as string[],
    errors: [] as string[],
    pauses: [] as number[],
    drawn: [] as string[],
    exit: { code: 0 },
  };
  const ports: CliPorts = {
    // Port 1 answers nobody: a command that must not need a database fails here if it does.
    environment: { DATABASE_URL: 'postgres://x@127.0.0.1:1/x' },
    isTerminal: false,
    hasColours: false,
    who: 'tester',
    columns: null,
    rows: null,
    draw: (text) => heard.drawn.push(text),
    isAskable: false,
    out: (text) => heard.out.push(text),
    error: (text) => heard.errors.push(text),
    exit: (code) => {
      heard.exit.code = code;
    },
    ask: (question) => Promise.reject(new Error(`nobody is there to be asked: ${question}`)),
    askSecret: (question) => Promise.reject(new Error(`nobody is there to be asked: ${question}`)),
    pause: (ms, signal) => {
      heard.pauses.push(ms);
      return signal?.aborted === true ? Promise.reject(new Error('aborted')) : Promise.resolve();
    },
    ...changes,
  };
  return { ports, ...heard };
}

export interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly errors: readonly string[];
  readonly pauses: readonly number[];
}

/** Runs `poltrona` with `words`, as if nobody were looking unless `changes` say otherwise. */
export async function ran(words: readonly string[], changes: Partial<CliPorts> = {}): Promise<Ran> {
  const { ports, out, errors, pauses } = heardPorts(changes);
  return { code: await runProgram(words, ports), out, errors, pauses };
}

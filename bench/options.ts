/** The command line of `npm run bench`. Everything has a default; what was used is part of each result. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const BENCH_NAMES = [
  'copy',
  'seats',
  'peers',
  'micro',
  'recover',
  'cluster',
  'search',
  'import',
  'screen',
  'paid',
] as const;
export type BenchName = (typeof BENCH_NAMES)[number];

export interface BenchOptions {
  readonly name: BenchName;
  /** Length of each measurement. */
  readonly seconds: number;
  /** Load before each measurement that is not counted. */
  readonly warmSeconds: number;
  /** Open loop: commands a second; none: the usual rates. */
  readonly rate: number | null;
  readonly json: boolean;
  readonly save: boolean;
  readonly screenings: number;
  /** Seats of each screening. */
  readonly seats: number;
  readonly connections: number;
  /** Closed loop: commands under way on each connection. */
  readonly inFlight: number;
  /** Messages in one frame of the load; browsers send one. */
  readonly frameCommands: number;
  /** Shard threads of the server, each with one journal writer. */
  readonly threads: number;
  readonly historyFile: string | null;
  /** Where V8's processor profiles of the server's threads go; null: not wanted. Profiling costs speed. */
  readonly profileFolder: string | null;
  /** Small enough for every build: figures mean nothing, the audit does. */
  readonly smoke: boolean;
  /** screen: a long run, which looks at the memory; null: `seconds`. */
  readonly minutes: number | null;
}

export const USAGE = `npm run bench -- NAME [options]

  copy     what PostgreSQL takes of the engine's rows by COPY: the ceiling
  seats    the server end to end over WebSocket: its most, and its latencies at fixed rates
  peers    the same seats sold by row locks, by conditional updates, by Redis, by the engine; and the ratios
  micro    one step at a time: decide, codec, bus, journal row
  cluster  two nodes behind HAProxy: local, across NATS, and how long buyers wait when a node goes
  search   /api/search at a fixed rate, with 50,000 screenings loaded
  import   the register, and 50,000 screenings, into a fresh catalogue; and the same files again
  screen   a seat map in a real browser, slowed down, with a thousand watchers: change to screen, frames, memory
  paid     whole purchases with a card and with PayPal, against stand-ins of the providers; money and seats agree
  recover  start, first touch, memory, and a killed server's way back

  --seconds N           length of each measurement (5; paid: 30)
  --rate PER_S          seats: one open loop at this rate instead of 15,000 and 40,000; paid: purchases (200)
  --screenings N        (2000)      --seats N       seats of each (200)
  --connections N       (64)        --in-flight N   commands under way on each, closed loop (256)
  --frame-commands N    commands in one WebSocket frame (1)
  --threads N           the server's threads (cores)
  --minutes N           screen: so long, with samples of the memory
  --history FILE        keep every acknowledged command (else a sample is checked and thrown away)
  --profile FOLDER      write processor profiles of the server's threads (slower)
  --json                one line of JSON for each result, nothing else
  --save                add the lines to bench/results/NAME.jsonl
  --smoke               tiny sizes: does it still run, and is the audit clean?

DATABASE_URL: use this server (databases are created and dropped on it) instead of a private embedded one.`;

/** @throws with a sentence for the command line. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      rate: { type: 'string' },
      screenings: { type: 'string' },
      seats: { type: 'string' },
      connections: { type: 'string' },
      'in-flight': { type: 'string' },
      'frame-commands': { type: 'string' },
      threads: { type: 'string' },
      minutes: { type: 'string' },
      history: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
    },
  });
  const name = BENCH_NAMES.find((known) => known === positionals[0]);
  if (name === undefined || positionals.length !== 1) {
    throw new Error(`a benchmark is one of ${BENCH_NAMES.join(', ')}`);
  }
  const number = (option: keyof typeof values, usual: number, min: number, max: number): number => {
    const text = values[option];
    if (text === undefined) return usual;
    const value = Number(text);
    if (!(value >= min && value <= max)) throw new Error(`--${option} must be a number from ${min} to ${max}`);
    return value;
  };
  const whole = (option: keyof typeof values, usual: number, min: number, max: number): number =>
    Math.floor(number(option, usual, min, max));
  const { smoke } = values;
  return {
    name,
    seconds: number('seconds', smoke ? 0.5 : name === 'paid' ? 30 : 5, 0.1, 3600),
    warmSeconds: smoke ? 0.2 : 3,
    rate: values.rate === undefined ? null : whole('rate', 0, 1, 10_000_000),
    json: values.json,
    save: values.save,
    screenings: whole('screenings', smoke ? 40 : name === 'search' ? 50_000 : 2000, 1, 60_000),
    seats: whole('seats', smoke ? 50 : name === 'screen' ? 1000 : 200, 1, 4096),
    connections: whole('connections', smoke ? 8 : name === 'screen' ? 1000 : 64, 1, 20_000),
    inFlight: whole('in-flight', smoke ? 16 : 256, 1, 4096),
    frameCommands: whole('frame-commands', 1, 1, 64),
    threads: whole('threads', availableParallelism(), 1, 64),
    historyFile: values.history ?? null,
    profileFolder: values.profile ?? null,
    smoke,
    minutes: values.minutes === undefined ? null : number('minutes', 0, 0.1, 1440),
  };
}

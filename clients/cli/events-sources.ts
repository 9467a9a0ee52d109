/** Where `poltrona events tail` has its events from: the stream in NATS, or the database. */
import type pg from 'pg';
import { createPool } from '../../storage/database.ts';
import type { Event } from '../../storage/event.ts';
import { eventsAfter, isRelayed, lastVersionOf, OutboxTail } from '../../storage/event-history.ts';
import type { Log } from '../../storage/log.ts';
import { reachDatabase } from '../../storage/reach-database.ts';
import { EventFollower } from '../../workers/cluster/event-follower.ts';
import { connectNats, type NatsConnection, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import type { CliPorts } from './ports.ts';

export interface Wanted {
  /** null: all of them. */
  readonly screening: number | null;
  /** First version; null: what comes from now on. */
  readonly from: number | null;
  readonly kind: string | null;
}

const LOOK_EVERY_MS = 200;
const PAGE = 1_000;
/** Screenings whose last version is remembered, to leave out what the stream repeats. */
const REMEMBERED_MAX = 100_000;

/** From the database alone, by asking again and again. */
export async function* eventsOfDatabase(wanted: Wanted, ports: CliPorts, signal: AbortSignal): AsyncGenerator<Event> {
  const database = await openDatabase(ports);
  const steady = new Steady('the database', ports);
  try {
    const { pool } = database;
    const more = await look(pool, wanted, ports);
    while (!signal.aborted) {
      const events = await more().then(steady.succeeded, steady.failed);
      for (const event of events) {
        if (signal.aborted) return;
        yield event;
      }
      if (events.length === 0) await pause(LOOK_EVERY_MS, signal);
    }
  } finally {
    await database.close();
  }
}

async function look(pool: pg.Pool, { screening, from }: Wanted, ports: CliPorts): Promise<() => Promise<Event[]>> {
  if (screening === null) {
    if (await isRelayed(pool)) {
      ports.error('a server publishes its events to NATS: set NATS_URL too, or some will be missing here');
    }
    const tail = await OutboxTail.open(pool);
    return () => tail.next(performance.now());
  }
  let last = from === null ? await lastVersionOf(pool, screening) : from - 1;
  return async () => {
    const events = await eventsAfter(pool, screening, last, PAGE);
    last = events.at(-1)?.version ?? last;
    return events;
  };
}

/** From the stream; one screening with what the stream does not have from the journal. */
export async function* eventsOfNats(
  url: string,
  wanted: Wanted,
  ports: CliPorts,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  const steady = new Steady('NATS', ports);
  const connection = await connect(url, steady);
  const closeOnAbort = (): void => void connection.close();
  try {
    const follower = new EventFollower(connection, steady.failed);
    const place = await follower.end();
    signal.addEventListener('abort', closeOnAbort, { once: true });
    if (wanted.screening === null) {
      yield* withoutRepetitions(follower.follow(place, wanted.kind, signal), steady);
    } else {
      // All kinds: a version that is filtered out would look like one that is missing.
      yield* ofScreening(wanted.screening, wanted.from, follower.follow(place, null, signal), steady, ports);
    }
  } finally {
    signal.removeEventListener('abort', closeOnAbort);
    await connection.close();
  }
}

async function connect(url: string, steady: Steady): Promise<NatsConnection> {
  const address = parseNatsUrl(url);
  try {
    return await connectNats(address, 'poltrona events tail', {
      disconnected: () => void steady.failed(new Error('the line is gone')),
      reconnected: () => {},
      closed: () => {},
      warning: () => {},
    });
  } catch (cause) {
    throw new Error(`NATS does not answer at ${address.servers.join(', ')}: is NATS_URL right?`, { cause });
  }
}

async function* withoutRepetitions(events: AsyncIterable<Event>, steady: Steady): AsyncGenerator<Event> {
  const lasts = new Map<number, number>();
  for await (const event of events) {
    steady.succeeded([]);
    if (event.version <= (lasts.get(event.screening) ?? 0)) continue;
    lasts.delete(event.screening);
    lasts.set(event.screening, event.version);
    if (lasts.size > REMEMBERED_MAX) lasts.delete(lasts.keys().next().value as number);
    yield event;
  }
}

/** The stream's place was taken before the journal is read here: what is not in the one is in the other. */
async function* ofScreening(
  screening: number,
  from: number | null,
  events: AsyncIterable<Event>,
  steady: Steady,
  ports: CliPorts,
): AsyncGenerator<Event> {
  const database = await openDatabase(ports);
  try {
    const { pool } = database;
    let last = from === null ? await lastVersionOf(pool, screening) : from - 1;
    if (from !== null) {
      for await (const event of journalUpTo(pool, screening, last, Number.POSITIVE_INFINITY)) {
        last = event.version;
        yield event;
      }
    }
    for await (const event of events) {
      steady.succeeded([]);
      if (event.screening !== screening || event.version <= last) continue;
      for await (const missed of journalUpTo(pool, screening, last, event.version - 1)) yield missed;
      last = event.version;
      yield event;
    }
  } finally {
    await database.close();
  }
}

/** The facts after `after`, up to and with `last`, as far as there are any. */
async function* journalUpTo(pool: pg.Pool, screening: number, after: number, last: number): AsyncGenerator<Event> {
  for (let version = after; version < last; ) {
    const events = await eventsAfter(pool, screening, version, Math.min(PAGE, last - version));
    yield* events;
    const newest = events.at(-1);
    if (newest === undefined) return;
    version = newest.version;
  }
}

/** Says once that something is away, and once that it is back. */
class Steady {
  readonly #name: string;
  readonly #ports: CliPorts;
  #isAway = false;

  constructor(name: string, ports: CliPorts) {
    this.#name = name;
    this.#ports = ports;
  }

  readonly succeeded = (events: Event[]): Event[] => {
    if (this.#isAway) this.#ports.error(`${this.#name} is back`);
    this.#isAway = false;
    return events;
  };

  readonly failed = (cause: unknown): Event[] => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (!this.#isAway) this.#ports.error(`${this.#name} is away (${reason}); waiting for it`);
    this.#isAway = true;
    return [];
  };
}

async function openDatabase(ports: CliPorts): Promise<{ pool: pg.Pool; close(): Promise<void> }> {
  const warn = (_details: object, message: string): void => ports.error(message);
  const log: Log = { info: () => {}, warn, error: warn };
  const database = await reachDatabase(ports.environment, log);
  const pool = createPool(database.config, 'reader', 'poltrona events tail reads', 1);
  return {
    pool,
    close: async () => {
      await pool.end();
      await database.close();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

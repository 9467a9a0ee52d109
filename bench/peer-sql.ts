/**
 * The two usual ways to sell a seat with a database alone, on the same PostgreSQL, for comparison:
 * - row lock: BEGIN; SELECT … FOR UPDATE; UPDATE; INSERT; COMMIT;
 * - conditional update: one statement that updates the seat if it is free and inserts the booking if it did.
 *
 * They are given what serves them best: prepared statements, a primary key that is the lookup, room on the pages for
 * updates in place, no contention at all (the walks of the engine's load), no network in between, as many connections
 * and client threads as bring the most. What they leave out that the engine does (limit per buyer, request ids that
 * make a repetition harmless, deadlines) is in their favour.
 */
import { Worker } from 'node:worker_threads';
import type { DatabaseConfig } from '../storage/database.ts';
import { type BenchDatabase, withClient } from './bench-database.ts';
import type { BenchOptions } from './options.ts';
import type { SqlPeerKind, SqlPeerLoad, SqlPeerTally } from './peer-sql-thread.ts';

const TRIAL_SECONDS = 0.7;
/** Tables that are quickly made anew for each trial. */
const TRIAL_SCREENINGS = 200;
const SEATS_PER_BUYER = 10;

export interface SqlPeerResult {
  readonly perSecond: number;
  readonly connections: number;
  readonly clientThreads: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** All trials: commands a second by connections and client threads. */
  readonly trials: Readonly<Record<string, number>>;
}

/** Finds the number of connections and client threads that serves `kind` best, then measures with them. */
export async function measureSqlPeer(
  database: BenchDatabase,
  config: DatabaseConfig,
  options: BenchOptions,
  kind: SqlPeerKind,
): Promise<SqlPeerResult> {
  const choices = options.smoke ? [{ connections: 4, clientThreads: 1 }] : CHOICES;
  const trialScreenings = Math.min(options.screenings, TRIAL_SCREENINGS);
  const trials: Record<string, number> = {};
  let best = { connections: 0, clientThreads: 1, perSecond: 0 };
  for (const choice of choices) {
    const { perSecond } = await run(config, { ...options, screenings: trialScreenings }, kind, choice, TRIAL_SECONDS);
    trials[`${choice.connections}/${choice.clientThreads}`] = Math.round(perSecond);
    if (perSecond > best.perSecond) best = { ...choice, perSecond };
  }
  await database.settle();
  const result = await run(config, options, kind, best, options.seconds);
  return { ...result, connections: best.connections, clientThreads: best.clientThreads, trials };
}

const CHOICES = [4, 8, 16, 32].flatMap((connections) =>
  [1, 2].map((clientThreads) => ({ connections, clientThreads })),
);

async function run(
  config: DatabaseConfig,
  options: BenchOptions,
  kind: SqlPeerKind,
  choice: { readonly connections: number; readonly clientThreads: number },
  seconds: number,
): Promise<{ perSecond: number; p50Ms: number; p99Ms: number }> {
  await makeTables(config, options);
  const { screenings, seats } = options;
  const plan = {
    firstScreening: 1,
    screenings,
    seats,
    connections: choice.connections,
    seatsPerBuyer: SEATS_PER_BUYER,
  };
  const tallies = await Promise.all(
    Array.from({ length: choice.clientThreads }, (_, thread) =>
      runThread({ config, kind, plan, thread, threads: choice.clientThreads, warmSeconds: 0.3, seconds }),
    ),
  );
  return {
    perSecond: tallies.reduce((sum, tally) => sum + tally.perSecond, 0),
    p50Ms: Math.max(...tallies.map((tally) => tally.p50Ms)),
    p99Ms: Math.max(...tallies.map((tally) => tally.p99Ms)),
  };
}

function runThread(load: SqlPeerLoad): Promise<SqlPeerTally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./peer-sql-thread.js', import.meta.url), { workerData: load });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

async function makeTables(config: DatabaseConfig, { screenings, seats }: BenchOptions): Promise<void> {
  await withClient(config, async (client) => {
    await client.query('create schema if not exists poltrona');
    await client.query('drop table if exists seats, bookings');
    await client.query(
      `create table seats (screening bigint, seat integer, status smallint not null default 0, buyer text, held_until timestamptz,
         primary key (screening, seat)) with (fillfactor = 60)`,
    );
    await client.query(
      `create table bookings (id bigint generated always as identity primary key, screening bigint not null, seat integer not null,
         kind smallint not null, request_id text not null, buyer text not null, at timestamptz not null default now())`,
    );
    await client.query(
      'insert into seats (screening, seat) select s, n - 1 from generate_series(1, $1::int) as s, generate_series(1, $2::int) as n',
      [screenings, seats],
    );
    await client.query('vacuum analyze seats');
  });
}

/** No seat held twice, none released that was not held, and the seats are what the bookings say. "ok" or what broke. */
export async function auditSqlPeer(config: DatabaseConfig): Promise<string> {
  return withClient(config, async (client) => {
    await client.query('analyze seats, bookings');
    // Both sides summed up and then joined whole: left to itself, the planner compares each seat with all bookings, for minutes.
    await client.query('set enable_nestloop = off');
    const { rows } = await client.query<{ screening: string; seat: number }>(
      `with booked as materialized (
         select screening, seat, sum(case kind when 1 then 1 else -1 end)::int as held from bookings group by screening, seat)
       select screening, seat from seats left join booked using (screening, seat)
       where status <> coalesce(held, 0) or coalesce(held, 0) not in (0, 1)`,
    );
    const wrong = rows[0];
    return wrong === undefined
      ? 'ok'
      : `seat ${wrong.seat} of screening ${wrong.screening} is not what its bookings say`;
  });
}

/** One client thread of a SQL peer: its connections, each of which sends one command after another. */
import { parentPort, workerData } from 'node:worker_threads';
import type pg from 'pg';
import type { DatabaseConfig } from '../storage/database.ts';
import { connect } from './bench-database.ts';
import { requestIdOf } from './command-frames.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { SeatWalk, type WalkPlan } from './seat-walk.ts';

export type SqlPeerKind = 'row-lock' | 'conditional-update';

export interface SqlPeerLoad {
  readonly config: DatabaseConfig;
  readonly kind: SqlPeerKind;
  readonly plan: WalkPlan;
  /** This thread has the connections whose number modulo `threads` is `thread`. */
  readonly thread: number;
  readonly threads: number;
  readonly warmSeconds: number;
  readonly seconds: number;
}

export interface SqlPeerTally {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface SeatCommand {
  readonly screening: number;
  readonly seat: number;
  readonly isHold: boolean;
  readonly requestId: string;
  readonly buyer: string;
}

const LOCK = 'select status, buyer from seats where screening = $1 and seat = $2 for update';
const CHANGE = `update seats set status = $3, buyer = $4, held_until = now() + interval '8 minutes' where screening = $1 and seat = $2`;
const BOOK = 'insert into bookings (screening, seat, kind, request_id, buyer) values ($1, $2, $3, $4, $5)';
const HOLD_IF_FREE = `with taken as (update seats set status = 1, buyer = $4, held_until = now() + interval '8 minutes'
    where screening = $1 and seat = $2 and status = 0 returning screening, seat)
  insert into bookings (screening, seat, kind, request_id, buyer) select screening, seat, 1, $3, $4 from taken`;
const RELEASE_IF_MINE = `with freed as (update seats set status = 0, buyer = null, held_until = null
    where screening = $1 and seat = $2 and status = 1 and buyer = $4 returning screening, seat)
  insert into bookings (screening, seat, kind, request_id, buyer) select screening, seat, 2, $3, $4 from freed`;

/** Two round trips: what needs no answer in between is sent together. */
async function withRowLock(client: pg.Client, command: SeatCommand): Promise<boolean> {
  const { screening, seat, isHold, requestId, buyer } = command;
  const [, { rows }] = await Promise.all([
    client.query('begin'),
    client.query<{ status: number; buyer: string | null }>({ name: 'lock', text: LOCK, values: [screening, seat] }),
  ]);
  const found = rows[0];
  if (found === undefined || (isHold ? found.status !== 0 : found.buyer !== buyer)) {
    await client.query('rollback');
    return false;
  }
  await Promise.all([
    client.query({ name: 'change', text: CHANGE, values: [screening, seat, isHold ? 1 : 0, isHold ? buyer : null] }),
    client.query({ name: 'book', text: BOOK, values: [screening, seat, isHold ? 1 : 2, requestId, buyer] }),
    client.query('commit'),
  ]);
  return true;
}

async function withConditionalUpdate(client: pg.Client, command: SeatCommand): Promise<boolean> {
  const { screening, seat, isHold, requestId, buyer } = command;
  const { rowCount } = await client.query({
    name: isHold ? 'hold' : 'release',
    text: isHold ? HOLD_IF_FREE : RELEASE_IF_MINE,
    values: [screening, seat, requestId, buyer],
  });
  return rowCount === 1;
}

async function runConnection(
  load: SqlPeerLoad,
  index: number,
  clock: Clock,
  latency: LatencyHistogram,
): Promise<number> {
  const client = await connect(load.config, 'migrator', `peer ${index}`, true);
  const walk = new SeatWalk(load.plan, index);
  const execute = load.kind === 'row-lock' ? withRowLock : withConditionalUpdate;
  const prefix = `benchpeer${String(index).padStart(7, '0')}`;
  const buyer = `bench-peer-buyer-${String(index).padStart(4, '0')}`;
  let counted = 0;
  for (let sequence = 0; ; sequence++) {
    const { spot } = walk;
    const screening = walk.screeningOf(spot);
    const seat = walk.seatOf(spot);
    const isHold = walk.sent(spot);
    const startedMs = performance.now();
    if (startedMs >= clock.endMs) break;
    const isDone = await execute(client, { screening, seat, isHold, requestId: requestIdOf(prefix, sequence), buyer });
    const endedMs = performance.now();
    if (!isDone) throw new Error(`seat ${seat} of screening ${screening} was refused, and nobody else wants it`);
    walk.answered(spot, true, 1);
    if (endedMs < clock.measureFromMs || endedMs >= clock.endMs) continue;
    counted++;
    latency.record(endedMs - startedMs);
  }
  await client.end();
  return counted;
}

interface Clock {
  readonly measureFromMs: number;
  readonly endMs: number;
}

const load = workerData as SqlPeerLoad;
const latency = new LatencyHistogram();
const measureFromMs = performance.now() + load.warmSeconds * 1000;
const clock: Clock = { measureFromMs, endMs: measureFromMs + load.seconds * 1000 };
const own = Array.from({ length: load.plan.connections }, (_, index) => index).filter(
  (index) => index % load.threads === load.thread,
);
const counts = await Promise.all(own.map((index) => runConnection(load, index, clock, latency)));
const tally: SqlPeerTally = {
  perSecond: counts.reduce((sum, count) => sum + count, 0) / load.seconds,
  p50Ms: latency.percentile(0.5),
  p99Ms: latency.percentile(0.99),
};
parentPort?.postMessage(tally);

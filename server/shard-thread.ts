/**
 * A shard thread: engine below, gateway above, one event loop for both. Started by the main thread, which says when to
 * listen and when to drain.
 *
 * Draining: not ready, no new connections, no new commands; the answers of what is under way go out, and payments under way come to
 * their end. Then, when all
 * threads have come so far: the sockets are closed with "service restart", the engine stops and writes snapshots.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { loadScreening, type ScreeningRecord } from '../storage/catalogue.ts';
import { WRITER_PREFIX } from '../storage/copy-writer.ts';
import { packageRoot } from '../storage/package-root.ts';
import { loadOfferPlace, type OfferPlace, offerAt } from '../storage/ticket-offer.ts';
import { listTicketTypes, type TicketTypeRow } from '../storage/ticket-types.ts';
import { monotonicMs } from '../workers/cluster/monotonic.ts';
import { parseNatsUrl } from '../workers/cluster/nats-address.ts';
import type { NatsConnection } from '../workers/cluster/nats-connection.ts';
import type { Claim } from '../workers/cluster/shard-owner.ts';
import type { ThreadCluster } from '../workers/cluster/thread-cluster.ts';
import { ShardEngine } from '../workers/shard-engine.ts';
import { JSON_BYTES_MAX } from './api/router.ts';
import { Checkout } from './checkout.ts';
import { busMetrics } from './cluster-metrics.ts';
import type { Connection } from './connection.ts';
import { ConnectionCount } from './connection-count.ts';
import { COMMAND_DEADLINE_MS, Gateway } from './gateway.ts';
import { createRoutes } from './http-routes.ts';
import { createLog } from './log.ts';
import { collectThreadMetrics, countDecision, createThreadCounters, observe, renderAll } from './metrics.ts';
import { ThreadPayments } from './payments/thread-payments.ts';
import { FRAME_BYTES_MAX } from './protocol/limits.ts';
import { RecordCache } from './record-cache.ts';
import { commonRules, SEATS_PER_BUYER_MAX } from './rules.ts';
import { SeatsLeftTeller } from './search/seats-left.ts';
import { ThreadSearch } from './search/thread-search.ts';
import { pricesOf } from './seat-prices.ts';
import { SeatWatch } from './seat-watch.ts';
import { seatsNow } from './seats-now.ts';
import { SessionTokens } from './session-token.ts';
import { ShopPages } from './shop-pages.ts';
import type { SocketServer } from './socket/socket-port.ts';
import { CloseCode } from './socket/socket-port.ts';
import { createSocketServer } from './socket/socket-server.ts';
import { type StaffAnswer, type StaffCommand, StaffCommands } from './staff-commands.ts';
import { ThreadApi } from './thread-api.ts';
import { ThreadBoard } from './thread-board.ts';
import type { FromThread, ThreadStart, ToThread } from './thread-messages.ts';
import { watchFrames } from './watch-frames.ts';

const start = workerData as ThreadStart;
const { config, thread } = start;
const main = parentPort;
if (main === null) throw new Error('a shard thread is started by server/main.ts');

const log = createLog({ level: config.logLevel, thread });
const counters = createThreadCounters();
const tell = (message: FromThread): void => main.postMessage(message);

/** A slow phone may lag by a few hundred seat changes; a megabyte behind is a reader that does not read. */
const BACKLOG_BYTES_MAX = 1_048_576;
const IDLE_SECONDS = 120;
/** How long answers under way are waited for at a drain, milliseconds: the life of a command. */
const DRAIN_MS = COMMAND_DEADLINE_MS;

/** Over how long visitors are sent to other nodes, milliseconds: all at once would be a storm for those. */
const SEND_AWAY_MS = 1_500;
/** Prices younger than this are not read again because a buyer was shown others, milliseconds: one read a second and screening. */
const DOUBTS_MS = 1_000;
/** How often this thread writes its line on the board, milliseconds. */
const BOARD_MS = 250;

const after = (delayMs: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};
const seatsLeft = new SeatsLeftTeller({ tell: (bytes) => tell({ kind: 'seats-left', bytes }), after });

/** By actors of this thread, refusals included. */
let decisions = 0;
let isDraining = false;
let isStopping = false;
let socketServer: SocketServer | null = null;

const board = new ThreadBoard(start.board);
/** Null for one node alone, and until the engine is there. */
let cluster: ThreadCluster | null = null;
const connection = await connectToOthers();
const engine = new ShardEngine(
  {
    thread,
    // The end of the name is what makes it unique; PostgreSQL cuts names at 63 characters.
    writerName: `${WRITER_PREFIX}${start.processName.slice(-36)} ${thread}`,
    database: start.database,
    rules: commonRules(config.holdSeconds),
    owners: start.owners,
    epochs: start.epochs,
    links: start.links,
    cluster:
      connection === null || start.node === null
        ? null
        : {
            node: start.node,
            connection,
            leaseValidUntilMs: () => board.leaseValidUntilMs,
            isLeaving: () => board.isLeaving,
            deposed: (shard, seenEpoch) => tell({ kind: 'deposed', shard, seenEpoch }),
          },
  },
  {
    decided: (command, code) => {
      decisions++;
      countDecision(counters, command.kind, code);
    },
    committed: (rows, elapsedMs) => {
      observe(counters.commitSeconds, elapsedMs / 1000);
      observe(counters.batchRows, rows);
    },
    fenced: (screenings) => {
      counters.fenced += screenings;
    },
    commitUnknown: () => {
      counters.unknownCommits++;
    },
    answersReleased: () => gateway.flush(),
    freeSeats: (screening, free) => seatsLeft.changed(screening, free),
    paymentDue: (screening, order) => checkout.overdue(screening, order),
    failed: (cause) => {
      log.fatal({ cause }, 'the journal cannot go on');
      tell({ kind: 'failed', reason: cause instanceof Error ? cause.message : String(cause) });
    },
    log: (level, message, details) => log[level](details, message),
  },
);
cluster = engine.cluster;
const records = new RecordCache<ScreeningRecord>((id) => loadScreening(engine.pool, id), Date.now);
/** Beside the record, since only purchases ask: the fee and the ticket types, of whose changes nobody is told. */
const places = new RecordCache<OfferPlace>((id) => loadOfferPlace(engine.pool, id), Date.now);
/** Once for all screenings, under the id 0: for each it would be the same list ten thousand times. */
const ticketTypes = new RecordCache<readonly TicketTypeRow[]>(() => listTicketTypes(engine.pool), Date.now);
const staff = new StaffCommands({ bus: engine.bus, deadlineMs: COMMAND_DEADLINE_MS, nowMs: Date.now, after });
const payments = await ThreadPayments.open({
  ...{ config, database: start.database, secretKey: start.secretKey, staff, log },
  name: `poltrona payments ${start.processName.slice(-36)} ${thread}`,
});
const checkout = new Checkout({
  bus: engine.bus,
  payments: payments.checkout,
  ...payments.clubPort,
  prices: async (screening) => {
    const known = [records.get(screening), places.get(screening), ticketTypes.get(0)] as const;
    const [record, place, types] = await Promise.all(known);
    return record === null || place === null ? null : pricesOf(record, offerAt(place, types ?? []));
  },
  pricesAreOld: (screening) => {
    records.invalidate([screening]);
    places.invalidate([screening]);
  },
  pricesAreDoubted: (screening) => {
    records.doubt(screening, DOUBTS_MS);
    places.doubt(screening, DOUBTS_MS);
    ticketTypes.doubt(0, DOUBTS_MS);
  },
  nowMs: Date.now,
  stepDeadlineMs: COMMAND_DEADLINE_MS,
  log: (message, details) => log.warn(details, message),
});
const watch = new SeatWatch(engine.bus, watchFrames);
const search = new ThreadSearch({
  nowMs: Date.now,
  onScreenings: (screenings) => {
    records.invalidate(screenings);
    engine.catalogueChanged(screenings);
  },
  later: setImmediate,
});
const api = new ThreadApi({
  config,
  database: start.database,
  secretKey: start.secretKey,
  name: `poltrona ${start.processName} ${thread}`,
  staff,
  payments,
  search,
  seatsNow: (screening) => seatsNow(watch, engine.bus, screening),
  importWaiting: () => tell({ kind: 'import-waiting' }),
  sessionEnded: (session) => void gateway.endSession(session),
  log,
});
const gateway = new Gateway({
  config,
  bus: engine.bus,
  checkout,
  watch,
  tokens: new SessionTokens(start.secret),
  identify: (request) => api.identify(request),
  connections: new ConnectionCount(start.connectionCounters, start.processName, config.connectionsPerAddress),
  counters,
  seatsPerBuyerMax: SEATS_PER_BUYER_MAX,
  nowMs: Date.now,
  onError: (cause) => log.error({ cause }, 'an answer could not be sent'),
});

/** This thread's own line to NATS; null for one node alone. */
async function connectToOthers(): Promise<NatsConnection | null> {
  if (config.natsUrl === null || start.node === null) return null;
  const { connectNats } = await import('../workers/cluster/nats-connection.ts');
  return connectNats(
    parseNatsUrl(config.natsUrl),
    `poltrona ${start.node} ${thread}`,
    {
      disconnected: () => cluster?.disconnected(),
      reconnected: () => cluster?.reconnected(),
      closed: (cause) => {
        if (!isStopping) failWith('NATS has closed the connection for good')(cause ?? new Error('closed'));
      },
      warning: (message, details) => log.warn(details, message),
    },
    true,
  );
}

// ---- metrics: any thread may be asked, the main thread asks them all -------------------------------------------------

const metricsWaiting = new Map<number, (threads: readonly (readonly object[])[]) => void>();
let nextMetrics = 1;

function ownMetrics(): readonly object[] {
  counters.journalQueueRows = engine.journal.queueLength;
  counters.mailboxCommands = engine.runtime.waitingCommands;
  counters.actorsLoaded = engine.runtime.loadedActors;
  const own = collectThreadMetrics(counters);
  if (cluster === null) return own;
  return [...own, ...busMetrics(cluster.remote.counts, cluster.remote.commandsUnderWay)];
}

async function allMetrics(): Promise<string> {
  const id = nextMetrics++;
  const threads = await new Promise<readonly (readonly object[])[]>((resolve) => {
    metricsWaiting.set(id, resolve);
    tell({ kind: 'want-all-metrics', id });
  });
  metricsWaiting.delete(id);
  return renderAll(threads as Parameters<typeof renderAll>[0]);
}

// ---- life ------------------------------------------------------------------------------------------------------------

async function listen(port: number): Promise<void> {
  const server = await createSocketServer<Connection>(
    {
      host: config.host,
      port,
      sharePort: start.threads > 1,
      webSocketPath: '/ws',
      handlers: gateway,
      http: createRoutes({
        notReady: () => notReady(),
        metrics: allMetrics,
        loadScreening: (screening) => records.get(screening),
        forgetScreening: (screening) => records.invalidate([screening]),
        seatsNow: (screening) => seatsNow(watch, engine.bus, screening),
        shop: new ShopPages(`${packageRoot()}/dist/web`, config.publicUrl, {
          stripe: config.stripe?.scriptUrl ?? null,
          paypal: config.paypal?.scriptUrl ?? null,
        }),
        api: (request) => api.answer(request),
        log: (message, details) => log.error(details, message),
      }),
      frameBytesMax: FRAME_BYTES_MAX,
      backlogBytesMax: BACKLOG_BYTES_MAX,
      bodyBytesMax: JSON_BYTES_MAX,
      uploads: api.uploads,
      idleTimeoutSeconds: IDLE_SECONDS,
      onError: (cause) => log.error({ cause }, 'the socket layer reports an error'),
    },
    config.socket,
    ...(thread === 0 ? [log] : []),
  );
  // Where threads cannot share a port, the first one takes all connections and hands the commands on.
  if (thread > 0 && !server.canSharePort) {
    tell({ kind: 'listening', port: null, adapter: server.adapter });
    return;
  }
  socketServer = server;
  tell({ kind: 'listening', port: await server.listen(), adapter: server.adapter });
}

function notReady(): string | null {
  if (isDraining) return 'draining';
  // Now, and not as of the last look at the board.
  if (engine.journal.accepting === 'unavailable') return 'the journal is waiting for PostgreSQL';
  return board.notReady(monotonicMs());
}

function writeBoard(): void {
  board.write(thread, {
    journalIsAway: engine.journal.accepting === 'unavailable',
    connections: counters.connections,
    actors: engine.runtime.loadedActors,
    decisions,
    queue: engine.journal.queueLength,
  });
}

/** A command of a job on the main thread. What is malformed is a bug of the job's, and refused. */
async function askFor(id: number, screening: number, command: StaffCommand): Promise<void> {
  const answer = await staff.ask(screening, command).catch((cause: unknown): StaffAnswer => {
    log.error({ screening, kind: command.kind, cause }, 'a job asks for something that no actor can be asked');
    return { outcome: { code: OutcomeCode.badRequest }, version: 0 };
  });
  tell({ kind: 'asked', id, answer });
}

async function assign(claims: readonly Claim[]): Promise<void> {
  await engine.cluster?.assign(claims);
  // What the last owner left behind; nobody waits for it.
  void engine.wakeOpenOrders();
}

/** Of a change in who owns what, carried out; the main thread is told when it is done. */
function whenDone(id: number, work: Promise<void> | undefined): void {
  (work ?? Promise.resolve()).then(
    () => tell({ kind: 'shards-done', id, reason: null }),
    (cause: unknown) =>
      tell({ kind: 'shards-done', id, reason: cause instanceof Error ? cause.message : String(cause) }),
  );
}

async function drain(isElsewhere: boolean): Promise<void> {
  isDraining = true;
  if (isElsewhere) await gateway.sendAway(SEND_AWAY_MS);
  // The port stays open meanwhile: /readyz has to be able to say no, and a new visitor hears 503 instead of nothing.
  gateway.stopAccepting();
  const endsAtMs = Date.now() + DRAIN_MS;
  while (gateway.commandsUnderWay > 0 && Date.now() < endsAtMs) await delay(5);
  gateway.flush();
  // Captures go on behind the buyers' backs, and ask actors of other threads.
  await payments.close(endsAtMs - Date.now());
  tell({ kind: 'idle' });
}

async function stop(): Promise<void> {
  isStopping = true;
  clearInterval(boardTimer);
  gateway.flush();
  await socketServer?.close(CloseCode.serviceRestart, 'the server is restarting');
  seatsLeft.flush();
  await api.stop();
  await payments.stop();
  await engine.stop();
  for (const link of start.links.values()) link.close();
  main?.close();
}

function failWith(what: string): (cause: unknown) => void {
  return (cause) => {
    log.fatal({ cause }, what);
    tell({ kind: 'failed', reason: `${what}: ${cause instanceof Error ? cause.message : String(cause)}` });
  };
}

main.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'listen':
      listen(message.port).catch(failWith('the port could not be opened'));
      return;
    case 'collect-metrics':
      tell({ kind: 'metrics', id: message.id, values: ownMetrics() });
      return;
    case 'all-metrics':
      metricsWaiting.get(message.id)?.(message.threads);
      return;
    case 'assign':
      whenDone(message.id, assign(message.claims));
      return;
    case 'release':
      whenDone(message.id, engine.cluster?.release(message.shards));
      return;
    case 'owners':
      engine.cluster?.ownersChanged(message.changes);
      return;
    case 'clock':
      engine.cluster?.remote.clockHeard(message.node, message.theirMs, message.heardMs);
      return;
    case 'catalogue':
      search.change(message.change);
      return;
    case 'seats-left':
      search.seatsLeft(message.bytes);
      return;
    case 'ask':
      void askFor(message.id, message.screening, message.command);
      return;
    case 'drain':
      drain(message.isElsewhere).catch(failWith('the thread could not be drained'));
      return;
    case 'stop':
      stop().catch(failWith('the thread could not be stopped'));
      return;
  }
});

const boardTimer = setInterval(writeBoard, BOARD_MS);
Promise.all([engine.start(), api.start()]).then(
  () => tell({ kind: 'started' }),
  failWith('the engine could not start'),
);

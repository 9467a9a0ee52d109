/**
 * The server process: database, threads, port, in this order; and the opposite order at Ctrl-C, SIGTERM or a failure.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConfig } from '../storage/database.ts';
import { createPool, parseDatabaseUrl } from '../storage/database.ts';
import { ensureDemoProgramme } from '../storage/demo-programme.ts';
import { startEmbedded } from '../storage/embedded-postgres.ts';
import { allocateEpochs } from '../storage/epochs.ts';
import { migrate } from '../storage/migrate.ts';
import { packageVersion } from '../storage/package-root.ts';
import { Seals } from '../storage/sealing.ts';
import { installationSecret } from '../storage/secret.ts';
import { installationSeals, readSecretKey } from '../storage/secret-key.ts';
import { checkDurability } from '../storage/settings-check.ts';
import { EventRelay } from '../workers/cluster/event-relay.ts';
import type { EventStream } from '../workers/cluster/event-stream.ts';
import type { NatsConnection } from '../workers/cluster/nats-connection.ts';
import { newNodeId } from '../workers/cluster/node-names.ts';
import { dealShards, SHARDS } from '../workers/shard-map.ts';
import { relayMetrics } from './cluster-metrics.ts';
import type { ClusterNode } from './cluster-node.ts';
import { type Config, ConfigurationError, readConfig } from './config.ts';
import { createConnectionCounters } from './connection-count.ts';
import { LifeCycle } from './life-cycle.ts';
import { createLog, type Logger } from './log.ts';
import { NodeServices, SERVICES_STOP_MS } from './node-services.ts';
import { ShardThreads } from './shard-threads.ts';
import { probePort } from './socket/socket-server.ts';
import { ThreadBoard } from './thread-board.ts';
import { LOOK_MS, ThreadWatchdog } from './thread-watchdog.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel });
  const lifeCycle = new LifeCycle({
    log: (level, message, details) => log[level](details ?? {}, message),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  });
  // A stop that comes in the middle of the start waits for the step that is under way: what it leaves behind is then known.
  let isStopWanted = false;
  let startEnded: () => void = () => {};
  const start = new Promise<void>((resolve) => {
    startEnded = resolve;
  });
  const stop = (reason: string, exitCode: number): void => {
    isStopWanted = true;
    void Promise.race([start, delay(START_STEP_MS, undefined, { ref: false })])
      .then(() => lifeCycle.stop(reason))
      .then((isClean) => {
        // Everything of ours is closed; a handle left open by a library must not keep the process.
        process.exit(exitCode !== 0 ? exitCode : isClean ? 0 : 1);
      });
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  try {
    await startAll(config, log, lifeCycle, stop, () => isStopWanted);
  } catch (cause) {
    log.fatal({ err: cause }, `Poltrona could not start: ${messageOf(cause)}`);
    stop('the start failed', 1);
  }
  startEnded();
}

/** How long giving all shards away may take, milliseconds. */
const LEAVE_MS = 15_000;
/** How often the log says that NATS is waited for, milliseconds. */
const NATS_PATIENCE_MS = 5_000;

/** What is under way is committed and answered, sockets closed, snapshots written; or given up, milliseconds. */
const THREADS_STOP_MS = SERVICES_STOP_MS + 14_000;
/** How long the start waits for the first reading of the catalogue, milliseconds. Searches answer 503 until it is there. */
const CATALOGUE_PATIENCE_MS = 5_000;

/** The longest that one step of the start may keep a stop waiting, milliseconds: initdb on a slow disk. */
const START_STEP_MS = 20_000;

async function startAll(
  config: Config,
  log: Logger,
  lifeCycle: LifeCycle,
  stop: (reason: string, exitCode: number) => void,
  isStopWanted: () => boolean,
): Promise<void> {
  const startedMs = performance.now();
  if (config.port !== 0) await probePort(config.host, config.port);
  const database = await openDatabase(config, log, lifeCycle);
  if (isStopWanted()) return;
  const { epochs, secret, secretKey } = await prepareDatabase(config, database, log);
  if (isStopWanted()) return;
  const node = config.natsUrl === null ? null : newNodeId(config.nodeName);
  const connection = node === null ? null : await openNats(config, node, log, lifeCycle, stop);
  if (isStopWanted()) return;

  const relay = await startRelay(config, database, connection, log);
  lifeCycle.started('the event relay', () => relay.stop(), 5_000);
  let cluster: ClusterNode | null = null;
  let services: NodeServices | null = null;
  const board = new ThreadBoard(config.threads);
  const threads = new ShardThreads({
    log: (level, message, details) => log[level](details ?? {}, message),
    onDeath: (thread, reason) => {
      log.fatal({ thread, reason }, 'a shard thread died');
      stop(`thread ${thread} died`, 1);
    },
    deposed: (shard, seenEpoch) => cluster?.deposed(shard, seenEpoch),
    seatsLeft: (bytes) => services?.seatsLeft(bytes),
    importWaiting: () => services?.importWaiting(),
    mainMetrics: () => [...(cluster?.metrics() ?? []), ...relayMetrics(relay.lag()), ...(services?.metrics() ?? [])],
  });
  // Together, because jobs ask actors to their end, and nobody new may come in while they are waited for.
  const stopServices = async (): Promise<void> => {
    const stopped = services?.stop().catch((cause: unknown) => log.error({ cause }, 'jobs and imports failed to stop'));
    await Promise.race([stopped, delay(SERVICES_STOP_MS, undefined, { ref: false })]);
  };
  lifeCycle.started(
    'the shard threads, jobs and imports',
    () => threads.drain(cluster?.hasOthers ?? false, stopServices()),
    THREADS_STOP_MS,
  );
  await threads.start({
    threads: config.threads,
    config,
    database,
    owners: dealShards(config.threads),
    epochs,
    connectionCounters: createConnectionCounters(),
    secret,
    secretKey,
    processName: `${hostname()} ${process.pid} ${randomBytes(3).toString('hex')}`,
    board: board.memory,
    node,
  });
  if (isStopWanted()) return;
  if (node !== null && connection !== null) {
    const { ClusterNode: Node } = await import('./cluster-node.ts');
    cluster = new Node({ node, build: packageVersion(), config, database, connection, threads, board, log });
    const joined = cluster;
    lifeCycle.started('this node in the cluster', () => joined.leave(), LEAVE_MS);
    await joined.start();
  }
  watchThreads(board, (thread) => {
    log.fatal({ thread }, 'a shard thread does not turn any more; ending the process so that others can take over');
    process.exit(1);
  });
  if (isStopWanted()) return;
  services = new NodeServices({
    config,
    database,
    seals: new Seals(secretKey),
    nats: node === null || connection === null ? null : { connection, node },
    tellThreads: (message) => threads.tellAll(message),
    ask: (screening, command) => threads.ask(screening, command),
    log,
  });
  await services.start();
  // A search before that would leave out what is there; a large catalogue takes a second. Selling needs none of it.
  await Promise.race([services.catalogueRead, delay(CATALOGUE_PATIENCE_MS, undefined, { ref: false })]);
  if (isStopWanted()) return;
  const { port, adapter, listeners } = await threads.listen(config.port);
  const readyMs = Math.round(performance.now() - startedMs);
  log.info(
    { port, adapter, threads: config.threads, listeners, readyMs, processMs: Math.round(process.uptime() * 1000) },
    `Poltrona is ready at http://${config.host}:${port}/`,
  );
}

async function openNats(
  config: Config,
  node: string,
  log: Logger,
  lifeCycle: LifeCycle,
  stop: (reason: string, exitCode: number) => void,
): Promise<NatsConnection> {
  // Only here: one node alone does not load the client.
  const { connectNats, parseNatsUrl } = await import('../workers/cluster/nats-connection.ts');
  const address = parseNatsUrl(config.natsUrl ?? '');
  const patience = setInterval(
    () => log.warn({ servers: address.servers }, 'NATS cannot be reached; trying again. See NATS_URL'),
    NATS_PATIENCE_MS,
  );
  try {
    const connection = await connectNats(
      address,
      `poltrona ${node}`,
      {
        disconnected: () => log.warn('NATS is away; this node sells for as long as its lease lasts'),
        reconnected: () => log.info('NATS is back'),
        closed: (cause) => {
          if (lifeCycle.isStopping) return;
          log.fatal({ cause }, 'NATS has closed the connection for good');
          stop('NATS refuses this node', 1);
        },
        warning: (message, details) => log.warn(details, message),
      },
      true,
    );
    lifeCycle.started('the connection to NATS', () => connection.close(), 5_000);
    return connection;
  } finally {
    clearInterval(patience);
  }
}

/** Without NATS it only keeps the outbox short. */
async function startRelay(
  config: Config,
  database: DatabaseConfig,
  connection: NatsConnection | null,
  log: Logger,
): Promise<EventRelay> {
  let stream: EventStream | null = null;
  if (connection !== null) {
    const events = await import('../workers/cluster/event-stream.ts');
    stream = new events.EventStream(connection, { replicas: config.natsReplicas });
  }
  const relay = new EventRelay({ database, stream, log });
  relay.start();
  return relay;
}

function watchThreads(board: ThreadBoard, onStuck: (thread: number) => void): void {
  const watchdog = new ThreadWatchdog(board, onStuck);
  setInterval(() => watchdog.look(), LOOK_MS).unref();
}

async function openDatabase(config: Config, log: Logger, lifeCycle: LifeCycle): Promise<DatabaseConfig> {
  if (config.databaseUrl !== null) return parseDatabaseUrl(config.databaseUrl);
  const embedded = await startEmbedded({ folder: `${config.folder}/postgres`, log });
  lifeCycle.started('the embedded PostgreSQL', () => embedded.stop(), 30_000);
  return embedded.config;
}

async function prepareDatabase(
  config: Config,
  database: DatabaseConfig,
  log: Logger,
): Promise<{ epochs: ReadonlyMap<number, number>; secret: Uint8Array; secretKey: Uint8Array }> {
  await checkDurability(database, { production: config.production, log });
  await migrate(database, log);
  const app = createPool(database, 'app', 'poltrona start', 1);
  const shard = createPool(database, 'shard', 'poltrona start', 1);
  try {
    if (config.demo) await ensureDemoProgramme(app, log, new Date());
    const secret = await installationSecret(app);
    const { secretKey: given, folder } = config;
    const key = { given, folder, production: config.production && config.databaseUrl !== null };
    // Looks whether it is the one that this database was set up with.
    await installationSeals(app, key);
    const secretKey = readSecretKey(key);
    // One node of many is given its shards later, one by one.
    const all = config.natsUrl === null ? Array.from({ length: SHARDS }, (_, index) => index) : [];
    const epochs = await allocateEpochs(shard, all);
    return { epochs, secret: new Uint8Array(secret), secretKey };
  } finally {
    await Promise.all([app.end(), shard.end()]);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

setMaxListeners(100);
main().catch((cause: unknown) => {
  // Only a wrong configuration comes this far; there is no log yet.
  console.error(cause instanceof ConfigurationError ? `Poltrona: ${cause.message}` : cause);
  process.exit(2);
});

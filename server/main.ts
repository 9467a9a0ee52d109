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
import { installationSecret } from '../storage/secret.ts';
import { checkDurability } from '../storage/settings-check.ts';
import { dealShards, SHARDS } from '../workers/shard-map.ts';
import { type Config, ConfigurationError, readConfig } from './config.ts';
import { createConnectionCounters } from './connection-count.ts';
import { LifeCycle } from './life-cycle.ts';
import { createLog, type Logger } from './log.ts';
import { ShardThreads } from './shard-threads.ts';
import { probePort } from './socket/socket-server.ts';

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
  const { epochs, secret } = await prepareDatabase(config, database, log);
  if (isStopWanted()) return;

  const threads = new ShardThreads({
    log: (level, message, details) => log[level](details ?? {}, message),
    onDeath: (thread, reason) => {
      log.fatal({ thread, reason }, 'a shard thread died');
      stop(`thread ${thread} died`, 1);
    },
  });
  lifeCycle.started('the shard threads', () => threads.drain(), 20_000);
  await threads.start({
    threads: config.threads,
    config,
    database,
    owners: dealShards(config.threads),
    epochs,
    connectionCounters: createConnectionCounters(),
    secret,
    processName: `${hostname()} ${process.pid} ${randomBytes(3).toString('hex')}`,
  });
  if (isStopWanted()) return;
  const { port, adapter, listeners } = await threads.listen(config.port);
  const readyMs = Math.round(performance.now() - startedMs);
  log.info(
    { port, adapter, threads: config.threads, listeners, readyMs, processMs: Math.round(process.uptime() * 1000) },
    `Poltrona is ready at http://${config.host}:${port}/`,
  );
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
): Promise<{ epochs: ReadonlyMap<number, number>; secret: Uint8Array }> {
  await checkDurability(database, { production: config.production, log });
  await migrate(database, log);
  const app = createPool(database, 'app', 'poltrona start', 1);
  const shard = createPool(database, 'shard', 'poltrona start', 1);
  try {
    if (config.demo) await ensureDemoProgramme(app, log, new Date());
    const secret = await installationSecret(app);
    const epochs = await allocateEpochs(
      shard,
      Array.from({ length: SHARDS }, (_, index) => index),
    );
    return { epochs, secret: new Uint8Array(secret) };
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

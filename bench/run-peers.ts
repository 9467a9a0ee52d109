/**
 * `peers`: how else a seat could be sold, on the same machine, the same PostgreSQL, in the same run: row locks, one
 * conditional update, Redis behind the same gateway, then the engine; then the ratios, which travel between
 * machines better than the figures do.
 */
import { BenchDatabase } from './bench-database.ts';
import { measureCeiling } from './copy-ceiling.ts';
import { EngineLoad } from './engine-load.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { measureRedisPeer, redisVersion } from './peer-redis.ts';
import { auditSqlPeer, measureSqlPeer } from './peer-sql.ts';
import type { SqlPeerKind } from './peer-sql-thread.ts';
import { type Reporter, round } from './result.ts';
import { figuresOf } from './run-seats.ts';

export async function runPeers(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  let engine: EngineLoad | null = null;
  try {
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    const audits: string[] = [];
    const tell = (part: string, audit: string, figures: Record<string, unknown>): void => {
      audits.push(audit);
      reporter.result({ bench: 'peers', part, ...figures, audit, configuration });
    };
    const peerConfig = await database.create('peer', false);
    const sql = async (kind: SqlPeerKind, key: string): Promise<number> => {
      reporter.progress(`peers: ${kind}`);
      const result = await measureSqlPeer(database, peerConfig, options, kind);
      const { perSecond, connections, clientThreads, p50Ms, p99Ms, trials } = result;
      const figures = {
        client_connections: connections,
        client_threads: clientThreads,
        p50_ms: p50Ms,
        p99_ms: p99Ms,
        trials,
      };
      tell(kind, await auditSqlPeer(peerConfig), { [key]: round(perSecond), ...figures });
      return perSecond;
    };
    const rowLock = await sql('row-lock', 'row_lock_per_s');
    const conditional = await sql('conditional-update', 'conditional_update_per_s');

    const redis = await redisPart(options, reporter, tell);

    engine = await EngineLoad.start(database, options);
    const copyConfig = await database.create('copy', true);
    reporter.progress('peers: COPY ceiling');
    const ceiling = await measureCeiling(database, copyConfig, options, 1, 1000);
    reporter.progress('peers: the engine');
    const run = await engine.run(null);
    reporter.progress('peers: audit');
    const audit = await engine.stopAndAudit();
    engine = null;
    tell('engine', audit, figuresOf(run));
    const durable = run.load.accepted / run.load.measuredSeconds;
    tell('ratios', audits.every((verdict) => verdict === 'ok') ? 'ok' : 'see the parts', {
      durable_per_s: round(durable),
      copy_ceiling_per_s: round(ceiling.rowsPerSecond),
      ratio_to_ceiling: round(durable / ceiling.rowsPerSecond),
      row_lock_per_s: round(rowLock),
      speedup_row_lock: round(durable / rowLock),
      conditional_update_per_s: round(conditional),
      speedup_conditional: round(durable / conditional),
      ...(redis === null ? {} : { redis_per_s: round(redis), speedup_redis: round(durable / redis) }),
    });
    return audits.every((verdict) => verdict === 'ok');
  } finally {
    await engine?.abandon();
    await database.stop();
  }
}

/** Commands a second through the gateway; null without Redis, which is said. */
async function redisPart(
  options: BenchOptions,
  reporter: Reporter,
  tell: (part: string, audit: string, figures: Record<string, unknown>) => void,
): Promise<number | null> {
  const version = redisVersion();
  if (version === null) {
    tell('redis', 'ok', { redis: 'redis-server is not installed: left out' });
    return null;
  }
  reporter.progress('peers: Redis');
  const { load, gatewayThreads, plainPerSecond, pipelinedPerSecond, audit } = await measureRedisPeer(options, version);
  const perSecond = load.accepted / load.measuredSeconds;
  tell('redis', audit, {
    redis_per_s: round(perSecond),
    redis_version: version,
    gateway_threads: gatewayThreads,
    p50_ms: load.latency.p50_ms,
    p99_ms: load.latency.p99_ms,
    ...(plainPerSecond === null ? {} : { redis_direct_plain_per_s: round(plainPerSecond) }),
    ...(pipelinedPerSecond === null ? {} : { redis_direct_pipelined_per_s: round(pipelinedPerSecond) }),
  });
  return perSecond;
}

/**
 * Redis as a seat server, made as durable as it can be (`appendfsync always`: it answers after fsync), behind Poltrona's own
 * gateway, under the same load. Also without any gateway, by Redis's own benchmark tool where it is installed: plain
 * (one command at a time on each of 64 connections) and pipelined by 16.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { benchFolder, removeFolder } from './bench-folder.ts';
import type { LoadPlan, LoadResult } from './load-plan.ts';
import { runLoad } from './load-process.ts';
import type { BenchOptions } from './options.ts';
import { RespClient } from './resp-client.ts';
import { stopWhenInterrupted } from './run-parts.ts';
import { HOST, ServerProcess } from './server-process.ts';

const START_DEADLINE_MS = 10_000;
/** As much as the peers' SQL client threads: one, or one for each core. */
const GATEWAY_THREADS = [1, 2];

export interface RedisPeerResult {
  readonly version: string;
  readonly gatewayThreads: number;
  readonly load: LoadResult;
  /** Commands a second without a gateway; null where redis-benchmark is not installed. */
  readonly plainPerSecond: number | null;
  readonly pipelinedPerSecond: number | null;
  readonly audit: string;
}

/** "Redis server v=7.0.15 …", or null when it is not installed. */
export function redisVersion(): string | null {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? stdout.trim()) : null;
}

/** Only where `redisVersion` is not null. Takes the better of one and two gateway threads. */
export async function measureRedisPeer(options: BenchOptions, version: string): Promise<RedisPeerResult> {
  // Beside the PostgreSQL of the run: the same disk.
  const folder = benchFolder('redis');
  mkdirSync(folder, { recursive: true });
  const socket = path.join(folder, 'redis.sock');
  const settings = { port: '0', unixsocket: socket, dir: folder, appendonly: 'yes', appendfsync: 'always', save: '' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    removeFolder(folder);
  };
  const stopped = stopWhenInterrupted(stop);
  try {
    const redis = await connect(child, socket);
    let best: { load: LoadResult; gatewayThreads: number } | null = null;
    for (const gatewayThreads of options.smoke ? [1] : GATEWAY_THREADS) {
      const load = await throughGateway(options, socket, gatewayThreads);
      if (best === null || load.accepted > best.load.accepted) best = { load, gatewayThreads };
      if (load.errors.length > 0) break;
    }
    if (best === null) throw new Error('Redis was not measured');
    const audit = await auditRedis(redis, best.load);
    const plainPerSecond = await direct(socket, 1, options);
    const pipelinedPerSecond = await direct(socket, 16, options);
    redis.close();
    return { version, ...best, plainPerSecond, pipelinedPerSecond, audit };
  } finally {
    stopped();
    await stop();
  }
}

async function connect(child: ChildProcess, socket: string): Promise<RespClient> {
  const untilMs = performance.now() + START_DEADLINE_MS;
  for (;;) {
    try {
      const redis = await RespClient.connect(socket);
      await redis.call('PING');
      return redis;
    } catch (cause) {
      if (child.exitCode !== null || performance.now() > untilMs) throw new Error('Redis did not start', { cause });
      await delay(20);
    }
  }
}

async function throughGateway(options: BenchOptions, socket: string, gatewayThreads: number): Promise<LoadResult> {
  const server = await ServerProcess.run('./peer-redis-gateway.js', {
    REDIS_SOCKET: socket,
    GATEWAY_THREADS: String(gatewayThreads),
    POLTRONA_MESSAGES_PER_SECOND: '0',
    POLTRONA_CONNECTIONS_PER_ADDRESS: '0',
  });
  const plan: LoadPlan = {
    ...options,
    host: HOST,
    port: server.port,
    mode: 'closed',
    ratePerSecond: 0,
    firstScreening: 1,
    historyEvery: 1,
    historyFile: null,
  };
  try {
    return await runLoad(plan);
  } finally {
    await server.kill();
  }
}

/** Everything was given back, nothing was refused, and Redis says that its file was written. */
async function auditRedis(redis: RespClient, load: LoadResult): Promise<string> {
  const left = await redis.call('DBSIZE');
  if (left !== 0) return `${left} screenings still have holds after all were given back`;
  if (Object.keys(load.refused).length > 0) return `refused: ${JSON.stringify(load.refused)}`;
  if (load.errors.length > 0 || load.unanswered > 0) return load.errors[0] ?? `${load.unanswered} unanswered`;
  const info = String(await redis.call('INFO', 'persistence'));
  return info.includes('aof_last_write_status:ok') ? 'ok' : 'the append-only file was not written';
}

/** The hold script by redis-benchmark, 64 connections, `pipeline` commands at a time on each. */
async function direct(socket: string, pipeline: number, { smoke }: BenchOptions): Promise<number | null> {
  const script = `return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])`;
  const commands = smoke ? 2_000 : pipeline === 1 ? 150_000 : 500_000;
  const load = ['-s', socket, '-c', '64', '-P', String(pipeline), '-n', String(commands), '-r', '1000000', '--csv'];
  const command = ['eval', script, '1', 's:__rand_int__', '7', 'benchmark-buyer-00001:1764000600000'];
  try {
    const { stdout } = await promisify(execFile)('redis-benchmark', [...load, ...command]);
    const last = stdout.trim().split('\n').at(-1) ?? '';
    return Number(/","([\d.]+)"/.exec(last)?.[1] ?? Number.NaN) || null;
  } catch {
    return null;
  }
}

/**
 * The steps of the embedded PostgreSQL, each one small: where it lies, initdb, starting a postmaster, waiting until it
 * is ready, stopping it. Their order, and what happens when one dies, is in embedded-postgres.ts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Binaries } from './embedded-binaries.ts';
import { postgresArguments } from './embedded-settings.ts';
import type { ServiceUser } from './embedded-user.ts';
import { findPostmaster, type Postmaster } from './postmaster-pid.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** Names the socket file only: nothing listens on an address. */
export const PORT = 5432;
/** A Unix socket's path fits 108 bytes with its final NUL on Linux, 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;
const POLL_MS = 5;
const LOG_BYTES_MAX = 16 * 1024 * 1024;

export interface Cluster {
  /** The embedded server's folder; the cluster, its log and its socket are inside. */
  readonly folder: string;
  readonly clusterFolder: string;
  readonly logFile: string;
  readonly user: ServiceUser | null;
  readonly binaries: Binaries;
}

/**
 * Makes a folder that belongs to the user who runs PostgreSQL, and that nobody else but root can enter.
 * @throws with what to do, when it is somebody else's.
 */
export function ownFolder(folder: string, user: ServiceUser | null): void {
  try {
    const firstMade = mkdirSync(folder, { recursive: true });
    if (user !== null) {
      if (firstMade !== undefined) openWay(firstMade, folder);
      chownSync(folder, user.uid, user.gid);
    }
    chmodSync(folder, 0o700);
  } catch (cause) {
    const me = process.getuid?.() ?? '?';
    throw new Error(
      `user ${me} cannot have ${folder} for PostgreSQL's data (${(cause as Error).message}). ` +
        'Was it made by another user? Run as that user, choose another folder, or set DATABASE_URL.',
      { cause },
    );
  }
}

/** With root's umask the new folders above ours might be closed to the user who shall enter ours. */
function openWay(firstMade: string, folder: string): void {
  for (let made = path.dirname(folder); made.startsWith(firstMade); made = path.dirname(made)) chmodSync(made, 0o755);
}

/** Makes the cluster's files. They appear under their name when they are complete, so that a killed initdb leaves nothing half-done. */
export async function initialise(cluster: Cluster): Promise<void> {
  for (const name of readdirSync(cluster.folder)) {
    if (name.startsWith('cluster.new')) rmSync(path.join(cluster.folder, name), { recursive: true });
  }
  const aside = path.join(cluster.folder, `cluster.new-${process.pid}`);
  // Byte order and PostgreSQL's own C.UTF-8: no index depends on the operating system's collations, which change.
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const flags = ['--username=postgres', '--auth=trust', '--no-instructions', ...locale];
  const log = openLog(cluster);
  const from = logSize(cluster);
  const child = spawn(cluster.binaries.initdb, [`--pgdata=${aside}`, ...flags], spawnOptions(cluster, log));
  closeSync(log);
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`initdb failed (${code}):\n${logSince(cluster, from)}`);
  renameSync(aside, cluster.clusterFolder);
}

/** @throws when the data were made by another major version than these binaries'. */
export async function checkVersion(cluster: Cluster): Promise<void> {
  const made = readFileSync(path.join(cluster.clusterFolder, 'PG_VERSION'), 'utf8').trim();
  const child = spawn(cluster.binaries.postgres, ['--version'], {
    ...spawnOptions(cluster, 'ignore'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  child.stderr?.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const code = await exitOf(child);
  const major = /PostgreSQL\) (\d+)/.exec(text)?.[1];
  if (code !== 0 || major === undefined) throw new Error(`PostgreSQL's binaries do not run here: ${text.trim()}`);
  if (major !== made) {
    throw new Error(
      `the data in ${cluster.clusterFolder} were made by PostgreSQL ${made}, and this build carries ${major}: ` +
        'export them with the older build, or upgrade them with pg_upgrade',
    );
  }
}

/** A folder for the socket: in the data folder when the path is short enough, else in a new temporary one. */
export function socketFolderFor(cluster: Cluster): string {
  const inside = path.join(cluster.folder, 'run');
  const fits = Buffer.byteLength(path.join(inside, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES_MAX;
  if (!fits) {
    const short = Buffer.byteLength(os.tmpdir()) < 60 ? os.tmpdir() : '/tmp';
    const made = mkdtempSync(path.join(short, 'poltrona-socket-'));
    ownFolder(made, cluster.user);
    return made;
  }
  ownFolder(inside, cluster.user);
  return inside;
}

/** Starts a postmaster; it is in a session of its own, so that Ctrl-C in our terminal does not reach it before us. */
export function spawnPostmaster(
  cluster: Cluster,
  socketFolder: string,
  settings: Readonly<Record<string, string>>,
): ChildProcess {
  if (existsSync(cluster.logFile) && statSync(cluster.logFile).size > LOG_BYTES_MAX) {
    renameSync(cluster.logFile, `${cluster.logFile}.1`);
  }
  const log = openLog(cluster);
  const args = postgresArguments(cluster.clusterFolder, socketFolder, PORT, settings);
  const child = spawn(cluster.binaries.postgres, args, { ...spawnOptions(cluster, log), detached: true });
  closeSync(log);
  // Not a reason to keep this process running: a server that ends in a hurry leaves an orphan, which the next one adopts.
  child.unref();
  return child;
}

/** Resolves when the postmaster takes connections; null when it has died instead. Recovery after a crash may take long, and is waited for. */
export async function whenReady(cluster: Cluster, isRunning: () => boolean): Promise<Postmaster | null> {
  for (;;) {
    const postmaster = findPostmaster(cluster.clusterFolder);
    if (postmaster?.status === 'ready') return postmaster;
    if (!isRunning()) return null;
    await delay(POLL_MS);
  }
}

/** Resolves true when the process is gone, false at the deadline. */
export async function whenGone(identity: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  const until = performance.now() + deadlineMs;
  while (isAlive(identity)) {
    if (performance.now() > until) return false;
    await delay(POLL_MS);
  }
  return true;
}

export function logSize(cluster: Cluster): number {
  return existsSync(cluster.logFile) ? statSync(cluster.logFile).size : 0;
}

/** What PostgreSQL wrote to its log since byte `from`, at most the last 2,000 characters. */
export function logSince(cluster: Cluster, from: number): string {
  if (!existsSync(cluster.logFile)) return '';
  const all = readFileSync(cluster.logFile);
  return all
    .subarray(from > all.length ? 0 : from)
    .toString('utf8')
    .trim()
    .slice(-2_000);
}

function openLog({ logFile, user }: Cluster): number {
  const log = openSync(logFile, 'a', 0o600);
  if (user !== null) fchownSync(log, user.uid, user.gid);
  return log;
}

function spawnOptions(cluster: Cluster, output: number | 'ignore') {
  return {
    // Our own folder may be closed to the user who runs PostgreSQL.
    cwd: cluster.folder,
    // PG* variables of ours must not steer it, and its messages shall be in one language.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', output, output] as ['ignore', number | 'ignore', number | 'ignore'],
    ...(cluster.user === null ? {} : { uid: cluster.user.uid, gid: cluster.user.gid }),
  };
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

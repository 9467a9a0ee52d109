/**
 * PostgreSQL's own lock file, `postmaster.pid`: how a postmaster that outlived its server is found, and whether
 * the file is only a leftover. PostgreSQL trusts `kill(pid, 0)` and so refuses to start when the id has passed to
 * another process or to a zombie, which is the normal case after a container was killed; here the process
 * is looked at. The file is removed only when its process is certainly no PostgreSQL: removing it under a
 * living one would let two of them write the same files.
 */
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { commandLine, type ProcessIdentity, processIdentity } from './process-identity.ts';

export interface Postmaster {
  readonly identity: ProcessIdentity;
  readonly port: number;
  readonly socketFolder: string;
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | '';
}

/** The living postmaster of the cluster in `clusterFolder`; null when there is none. */
export function findPostmaster(clusterFolder: string): Postmaster | null {
  const lines = readPidFile(clusterFolder);
  const identity = processIdentity(Number(lines?.[0]));
  if (lines === null || identity === null || !servesCluster(identity.pid, clusterFolder)) return null;
  return {
    identity,
    port: Number(lines[3] ?? 0),
    socketFolder: lines[4] ?? '',
    status: (lines[7] ?? '').trim() as Postmaster['status'],
  };
}

/**
 * Removes a `postmaster.pid` that nobody stands behind, and the socket's lock with it.
 * @throws when a PostgreSQL answers on its socket although its process is not to be seen: another container's.
 */
export async function clearStalePid(clusterFolder: string): Promise<void> {
  const lines = readPidFile(clusterFolder);
  if (lines === null || findPostmaster(clusterFolder) !== null) return;
  const pid = Number(lines[0]);
  // A PostgreSQL of another folder, or one that we cannot read: PostgreSQL itself shall decide.
  if (processIdentity(pid) !== null && path.basename(commandLine(pid)[0] ?? 'postgres') === 'postgres') return;
  const socket = path.join(lines[4] ?? '', `.s.PGSQL.${lines[3] ?? ''}`);
  if (await answers(socket)) {
    throw new Error(
      `a PostgreSQL that this process cannot see (another container?) serves ${clusterFolder}; two must never share a folder`,
    );
  }
  rmSync(`${socket}.lock`, { force: true });
  rmSync(path.join(clusterFolder, 'postmaster.pid'), { force: true });
}

function readPidFile(clusterFolder: string): readonly string[] | null {
  const file = path.join(clusterFolder, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : null;
}

/** The command line and not /proc/PID/cwd: root in a container may not read another user's cwd. */
function servesCluster(pid: number, clusterFolder: string): boolean {
  const words = commandLine(pid);
  const folder = words[words.indexOf('-D') + 1];
  if (words.length === 0 || folder === undefined) return false;
  return folder === clusterFolder || (existsSync(folder) && realpathSync(folder) === realpathSync(clusterFolder));
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

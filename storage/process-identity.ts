/**
 * Who a process is: its id and the moment it started. An id alone proves nothing, since ids are used again;
 * after a crash in a container, process 7 of yesterday is as a rule another process 7 today.
 *
 * A zombie counts as dead: it runs nothing any more, but answers `kill(pid, 0)` until somebody reaps it, and
 * in a container without an init nobody does.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process of the same boot only. */
  readonly startedAt: string;
}

/** The identity of a living process; null when there is none with this id. */
export function processIdentity(pid: number): ProcessIdentity | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startedAt === identity.startedAt;
}

/** The words of a process's command line; empty when it is gone or hidden. Off Linux, split at spaces. */
export function commandLine(pid: number): readonly string[] {
  if (process.platform === 'linux') {
    const text = readQuietly(`/proc/${pid}/cmdline`);
    return text === null ? [] : text.split('\0').slice(0, -1);
  }
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout === null ? [] : stdout.trim().split(' ');
}

function fromProc(pid: number): ProcessIdentity | null {
  const stat = readQuietly(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  if (state === 'Z' || state === 'X' || startTicks === undefined) return null;
  // Ticks count from the boot, and the ids of early processes repeat from one boot to the next.
  const boot = readQuietly('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  return { pid, startedAt: `${boot}/${startTicks}` };
}

function fromPs(pid: number): ProcessIdentity | null {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const text = (stdout ?? '').trim();
  if (text === '' || text.startsWith('Z')) return null;
  return { pid, startedAt: text.replace(/^\S+\s+/, '') };
}

function readQuietly(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // The process ended, which is the answer.
  }
}

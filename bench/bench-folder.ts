/**
 * Folders of a run, beside the one of `npm start`: on the same disk, known by the process id, and taken away afterwards.
 * A run that was killed leaves its folders, its PostgreSQL and its server; the next run removes them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { whenGone } from '../storage/embedded-cluster.ts';
import { defaultEmbeddedFolder } from '../storage/embedded-postgres.ts';
import { findPostmaster } from '../storage/postmaster-pid.ts';
import { isAlive, type ProcessIdentity, processIdentity } from '../storage/process-identity.ts';

const GONE_DEADLINE_MS = 10_000;
const CHILD_FILE = 'child.json';

function parent(): string {
  return path.dirname(defaultEmbeddedFolder());
}

/** The path of a folder of this run; not made yet. */
export function benchFolder(name: string): string {
  mkdirSync(parent(), { recursive: true });
  return path.join(parent(), `bench-${process.pid}-${name}`);
}

/** Notes in a folder of this run which child lives from it, for the sweep. */
export function notePid(folder: string, pid: number): void {
  writeFileSync(path.join(folder, CHILD_FILE), JSON.stringify(processIdentity(pid)));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Ends and removes what killed runs have left. */
export async function sweepBenchFolders(): Promise<void> {
  if (!existsSync(parent())) return;
  for (const name of readdirSync(parent())) {
    const pid = /^bench-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || processIdentity(Number(pid)) !== null) continue;
    const folder = path.join(parent(), name);
    endChild(path.join(folder, CHILD_FILE));
    for (const cluster of [path.join(folder, 'cluster'), path.join(folder, 'postgres', 'cluster')]) {
      const orphan = existsSync(cluster) ? findPostmaster(cluster) : null;
      if (orphan === null) continue;
      process.kill(orphan.identity.pid, 'SIGQUIT');
      await whenGone(orphan.identity, GONE_DEADLINE_MS);
    }
    removeFolder(folder);
  }
}

function endChild(file: string): void {
  if (!existsSync(file)) return;
  const identity = JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity | null;
  if (identity !== null && isAlive(identity)) process.kill(identity.pid, 'SIGKILL');
}

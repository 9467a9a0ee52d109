/**
 * One server to a data folder. The lock is a file that names the owning process and its start; it is stale as
 * soon as that process is gone, however it went, so that nobody ever has to delete it by hand. It says who
 * owns the *folder*: an orphaned postmaster of a killed server does not hold it (postmaster-pid.ts).
 *
 * The file appears complete (written aside, then linked into place), and linking fails when it exists: of two
 * servers that start together one gets it.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, type ProcessIdentity, processIdentity } from './process-identity.ts';

/** Another living process owns the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

export interface FolderLock {
  release(): void;
}

interface LockRecord extends ProcessIdentity {
  readonly since: string;
}

/**
 * Takes the lock `file` for this process.
 * @throws FolderInUse when a living process holds it, this one included.
 */
export function lockFolder(file: string): FolderLock {
  const self = processIdentity(process.pid);
  if (self === null) throw new Error('this process cannot find itself in the process table (is /proc mounted?)');
  const mine: LockRecord = { ...self, since: new Date().toISOString() };
  const aside = `${file}.${process.pid}`;
  writeFileSync(aside, JSON.stringify(mine));
  try {
    for (;;) {
      if (linked(aside, file)) return { release: () => release(file, mine) };
      const holder = lockHolder(file);
      if (holder !== null) {
        throw new FolderInUse(
          `another Poltrona process (${holder.pid}, since ${holder.since}) uses this folder: its lock is ${file}`,
        );
      }
      discardStale(file);
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The living process that holds the lock `file`; null when nobody does. */
export function lockHolder(file: string): LockRecord | null {
  const record = read(file);
  return record !== null && isAlive(record) ? record : null;
}

function read(file: string): LockRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockRecord;
  } catch {
    return null; // Missing, or torn by a power cut: nobody's.
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cause;
  }
}

/** Moves a stale lock away. Moved and then looked at again: between our look and our move another may have taken it. */
function discardStale(file: string): void {
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw cause;
  }
  if (lockHolder(moved) !== null) linked(moved, file);
  rmSync(moved, { force: true });
}

function release(file: string, mine: LockRecord): void {
  if (read(file)?.startedAt === mine.startedAt) rmSync(file, { force: true });
}

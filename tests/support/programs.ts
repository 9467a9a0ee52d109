/**
 * Programs that tests need and npm does not bring: nats-server, HAProxy. Where one is missing and we may, it is installed as
 * the Debian package that has it; else the message says what to do.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export type ProgramName = 'nats-server' | 'haproxy';

/** Debian keeps servers outside of what a plain PATH has. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Full path of the program, or null. The variable NATS_SERVER or HAPROXY names another one than the first of PATH. */
export function findProgram(name: ProgramName): string | null {
  const chosen = process.env[name.toUpperCase().replace('-', '_')];
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : null;
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...EXTRA_FOLDERS];
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file)) ?? null;
}

/** @throws with what to do when it is missing. */
export function programPath(name: ProgramName): string {
  const found = findProgram(name);
  if (found === null) throw new Error(howToInstall([name]));
  return found;
}

/**
 * Makes sure that all are there, for the whole test run.
 * @throws with what to do.
 */
export function installMissingPrograms(names: readonly ProgramName[]): void {
  const missing = names.filter((name) => findProgram(name) === null);
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !existsSync('/usr/bin/apt-get')) throw new Error(howToInstall(missing));
  console.log(`installing the Debian packages ${missing.join(' and ')} …`);
  const options: SpawnSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
  // A fresh machine has no list of packages yet; one that has need not wait for it.
  if (spawnSync('apt-get', install, options).status !== 0) {
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', install, options);
  }
  const still = missing.filter((name) => findProgram(name) === null);
  if (still.length > 0) throw new Error(howToInstall(still));
}

function howToInstall(names: readonly ProgramName[]): string {
  return (
    `the tests need ${names.join(' and ')}, which ${names.length === 1 ? 'is' : 'are'} not installed here. ` +
    `Debian and Ubuntu: sudo apt-get install ${names.join(' ')}; macOS: brew install ${names.join(' ')}. ` +
    'A program that lies elsewhere can be named by the variables NATS_SERVER and HAPROXY.'
  );
}

/**
 * Programs that tests need and npm does not bring: nats-server, HAProxy, Chromium. Where one is missing and we may, it is installed as
 * the Debian package that has it; else the message says what to do.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** As the Debian package is called that has it. */
export type ProgramName = 'nats-server' | 'haproxy' | 'chromium';

/** By which variable another one is named, and what it is called elsewhere than in Debian. */
const KNOWN_AS: Readonly<Record<ProgramName, { readonly variable: string; readonly names: readonly string[] }>> = {
  'nats-server': { variable: 'NATS_SERVER', names: ['nats-server'] },
  haproxy: { variable: 'HAPROXY', names: ['haproxy'] },
  chromium: { variable: 'CHROME_PATH', names: ['chromium', 'chromium-browser', 'google-chrome', 'Google Chrome'] },
};

/** Debian keeps servers outside of what a plain PATH has. */
const EXTRA_FOLDERS = [
  '/usr/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
];

/** Full path of the program, or null. The variable NATS_SERVER, HAPROXY or CHROME_PATH names another one than the first of PATH. */
export function findProgram(name: ProgramName): string | null {
  const { variable, names } = KNOWN_AS[name];
  const chosen = process.env[variable];
  if (chosen !== undefined && chosen !== '') return existsSync(chosen) ? chosen : null;
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...EXTRA_FOLDERS];
  const files = names.flatMap((known) => folders.map((folder) => path.join(folder, known)));
  return files.find((file) => existsSync(file)) ?? null;
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
    `A program that lies elsewhere can be named by the variables ${Object.values(KNOWN_AS)
      .map(({ variable }) => variable)
      .join(', ')}.`
  );
}

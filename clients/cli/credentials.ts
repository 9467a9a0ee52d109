/**
 * The API keys of the servers that somebody logged in to, in a file that nobody else may read: several servers, one of them
 * current. The file is replaced as a whole, so that a crash leaves the old one or the new one.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface Credentials {
  /** An address of `servers`. */
  readonly current: string | null;
  /** By address. */
  readonly servers: Readonly<Record<string, { readonly key: string; readonly who: string }>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const NONE: Credentials = { current: null, servers: {} };

/** Null where there is no home to have it in. */
export function credentialsFile(environment: Environment): string | null {
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? '';
  const configured = environment['XDG_CONFIG_HOME'] ?? '';
  // The XDG specification: a relative path is not valid and is to be ignored.
  if (path.isAbsolute(configured)) return path.join(configured, 'poltrona', 'credentials.json');
  return home === '' ? null : path.join(home, '.config', 'poltrona', 'credentials.json');
}

/** `warn` hears of a file that others may read. @throws when it is there and is none of ours. */
export function readCredentials(environment: Environment, warn: (text: string) => void = () => {}): Credentials {
  const file = credentialsFile(environment);
  if (file === null) return NONE;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
    throw cause;
  }
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    warn(`${file} can be read by others: do "chmod 600" on it, and take new keys if they did`);
  const read = parsed(text);
  if (read === null) throw new Error(`${file} is damaged: remove it and log in again`);
  return read;
}

/** Adds the server and makes it the current one. */
export function keepKey(environment: Environment, server: string, key: string, who: string): void {
  const { servers } = readCredentials(environment);
  write(environment, { current: server, servers: { ...servers, [server]: { key, who } } });
}

/** Forgets these servers; when the current one is among them, another that is left becomes it only if it is the only one. */
export function forgetKeys(environment: Environment, addresses: readonly string[]): void {
  const known = readCredentials(environment);
  const servers = Object.fromEntries(Object.entries(known.servers).filter(([address]) => !addresses.includes(address)));
  const left = Object.keys(servers);
  const stays = known.current !== null && servers[known.current] !== undefined;
  // With several left nobody can know which one is meant next, and commands may cancel things there.
  write(environment, { current: stays ? known.current : left.length === 1 ? (left[0] ?? null) : null, servers });
}

function write(environment: Environment, credentials: Credentials): void {
  const file = credentialsFile(environment);
  if (file === null)
    throw new Error('there is no home to keep the key in: set HOME, or use POLTRONA_SERVER and POLTRONA_KEY');
  if (Object.keys(credentials.servers).length === 0) {
    rmSync(file, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const fresh = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(fresh, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    // The umask can only take rights away; this is for file systems that add some.
    chmodSync(fresh, 0o600);
    renameSync(fresh, file);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw cause;
  }
}

function parsed(text: string): Credentials | null {
  try {
    const { current, servers } = JSON.parse(text) as Partial<Credentials>;
    if (typeof servers !== 'object' || servers === null) return null;
    const known = Object.entries(servers).filter(
      ([, value]) => typeof value?.key === 'string' && typeof value.who === 'string',
    );
    const isKnown = typeof current === 'string' && known.some(([address]) => address === current);
    return { current: isKnown ? current : null, servers: Object.fromEntries(known) };
  } catch {
    return null;
  }
}

/**
 * The one secret key of an installation, of which all others are derived (sealing.ts). It must not lie in the database: who
 * steals a copy of that shall not get the key with it. So it comes from the environment, or from a file that is made at the
 * first start. The database only knows a check value, so that a node with another key stops at its start, and not at the first
 * CPF that it cannot open, or with a second payer for one person.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { Seals } from './sealing.ts';

export const SECRET_KEY_FILE = 'secret-key';
const BYTES_MIN = 32;
const CHECK = 'secret-key-check';
const HOW_TO_MAKE_ONE =
  'Make one with "openssl rand -base64 32", give the same to every node, and keep a copy of it apart from the backups of the database';

/** There is no key, or none that fits; the message says what to do. */
export class SecretKeyProblem extends Error {
  override readonly name = 'SecretKeyProblem';
}

export interface SecretKeyOptions {
  /** POLTRONA_SECRET_KEY: base64 of at least 32 bytes; null: the file in `folder`. */
  readonly given: string | null;
  /** POLTRONA_FOLDER. */
  readonly folder: string;
  /** In production a key must be given: a file on one node's disk is not on the others, nor in anybody's backup. */
  readonly production: boolean;
}

/**
 * The seals of this installation. `pool` has the app role.
 * @throws SecretKeyProblem
 */
export async function installationSeals(pool: pg.Pool, options: SecretKeyOptions): Promise<Seals> {
  const seals = new Seals(readSecretKey(options));
  const ours = seals.hmac('check', 'poltrona');
  await pool.query('insert into settings (name, value) values ($1, $2) on conflict (name) do nothing', [
    CHECK,
    ours.toString('base64'),
  ]);
  const { rows } = await pool.query<{ value: string }>('select value from settings where name = $1', [CHECK]);
  const theirs = Buffer.from(rows[0]?.value ?? '', 'base64');
  if (theirs.length === ours.length && timingSafeEqual(theirs, ours)) return seals;
  throw new SecretKeyProblem(
    'the secret key is not the one that this database was set up with: its CPFs could not be read. Set ' +
      `POLTRONA_SECRET_KEY to the key of the other nodes, or bring back the file ${path.join(options.folder, SECRET_KEY_FILE)} ` +
      'that was there before',
  );
}

/** @throws SecretKeyProblem */
export function readSecretKey({ given, folder, production }: SecretKeyOptions): Uint8Array {
  if (given !== null) return decoded(given, 'POLTRONA_SECRET_KEY');
  if (production) throw new SecretKeyProblem(`in production POLTRONA_SECRET_KEY must be set. ${HOW_TO_MAKE_ONE}`);
  const file = path.join(folder, SECRET_KEY_FILE);
  return decoded(existing(file) ?? made(folder, file), file);
}

function existing(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new SecretKeyProblem(`the secret key cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Written whole under another name first: of two that start at once one links it, and the other reads that one's. */
function made(folder: string, file: string): string {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, `${randomBytes(BYTES_MIN).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new SecretKeyProblem(`the secret key cannot be kept: ${(cause as Error).message}`, { cause });
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function decoded(text: string, place: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = /^[0-9A-Za-z+/_-]+={0,2}$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : Buffer.alloc(0);
  if (bytes.length >= BYTES_MIN) return new Uint8Array(bytes);
  // The value itself is said to nobody.
  throw new SecretKeyProblem(`${place} is not base64 of at least ${BYTES_MIN} bytes. ${HOW_TO_MAKE_ONE}`);
}

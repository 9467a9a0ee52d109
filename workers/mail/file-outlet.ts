/**
 * Letters as files, where no mail server is set: for trying Poltrona out. `<kind>-<id>.eml` opens in any mail program. The file is
 * named after the message, so that writing it twice leaves one.
 */
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Log } from '../../storage/log.ts';
import { fileNameOf } from './letter.ts';
import { DeliveryFailed, type MailOutlet, type Parcel } from './mail-outlet.ts';

/** The oldest go when there are more: nobody reads a thousand letters. */
const FILES_MAX = 1_000;
/** How often that is looked at: once for so many letters. */
const TIDY_EVERY = 100;

export class FileOutlet implements MailOutlet {
  readonly #folder: string;
  readonly #log: Log;
  readonly #filesMax: number;
  #written = 0;

  constructor(folder: string, log: Log, filesMax = FILES_MAX) {
    this.#folder = folder;
    this.#log = log;
    this.#filesMax = filesMax;
  }

  async deliver({ id, kind, bytes }: Parcel): Promise<string> {
    const name = `${kind}-${fileNameOf(id)}.eml`;
    const file = path.join(this.#folder, name);
    try {
      // They hold links that let one in: for the server's own user alone.
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(`${file}.part`, bytes, { mode: 0o600 });
      await rename(`${file}.part`, file);
      if (this.#written++ % TIDY_EVERY === 0) await this.#tidy();
    } catch (cause) {
      const { code = 'failed' } = cause as NodeJS.ErrnoException;
      throw new DeliveryFailed(`the letter could not be written to the folder mail: ${code}`, false, { cause });
    }
    this.#log.info({ kind, file: name }, 'there is no mail server (SMTP_URL): a letter was written to the folder mail');
    return `written to ${name}`;
  }

  async close(): Promise<void> {}

  async #tidy(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.eml'));
    if (names.length <= this.#filesMax) return;
    const files = await Promise.all(
      names.map(async (name) => ({ name, ms: (await stat(path.join(this.#folder, name))).mtimeMs })),
    );
    files.sort((one, other) => one.ms - other.ms);
    for (const { name } of files.slice(0, files.length - this.#filesMax)) {
      await rm(path.join(this.#folder, name), { force: true });
    }
  }
}

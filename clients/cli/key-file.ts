/** A file for a new key, made before the key is: a key that could not be kept would be lost, and good for whoever finds it. */
import { rmSync, writeFileSync } from 'node:fs';

export interface KeyFile {
  readonly path: string;
  write(key: string): void;
  /** When there is no key after all. */
  discard(): void;
}

/** Null when none is wanted. @throws when it is there already: it may hold another key. */
export function newKeyFile(path: string | undefined): KeyFile | null {
  if (path === undefined) return null;
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Error(`${path} is there already: name a new file`);
    throw cause;
  }
  let isWritten = false;
  return {
    path,
    write: (key) => {
      writeFileSync(path, `${key}\n`);
      isWritten = true;
    },
    discard: () => {
      if (!isWritten) rmSync(path, { force: true });
    },
  };
}

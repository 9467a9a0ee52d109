/**
 * The page's files, read into memory when the server starts: a handful of small files, from a fixed list of
 * folders, so that no request ever touches the disk or names a path on it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export interface Asset {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

/** No inline script or style, nothing from anywhere else, no framing. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export class Assets {
  readonly #byPath = new Map<string, Asset>();

  /** Serves every file of a known type below `folder` at `prefix` + its path there. A missing folder serves nothing. */
  add(prefix: string, folder: string): void {
    for (const entry of listFiles(folder)) {
      const contentType = CONTENT_TYPES[extname(entry)];
      if (contentType === undefined || entry.endsWith('.test.js')) continue;
      const path = prefix + relative(folder, entry).split(sep).join('/');
      this.#byPath.set(path, { contentType, bytes: readFileSync(entry) });
    }
  }

  /** Serves the file at `path` also at `alias`. */
  alias(alias: string, path: string): void {
    const asset = this.#byPath.get(path);
    if (asset !== undefined) this.#byPath.set(alias, asset);
  }

  find(path: string): Asset | null {
    return this.#byPath.get(path) ?? null;
  }
}

function listFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

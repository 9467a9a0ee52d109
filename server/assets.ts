/**
 * The shop's files, read into memory when the server starts: no request ever touches the disk or names a path on it.
 * The build has compressed each of them as far as it goes (clients/web/compress.mjs), so an answer costs no time either.
 *
 * A name with a hash in it never means anything else: it is kept for a year. Every other file is asked for again each
 * time, and answered with 304 while it is the same.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { acceptedEncodings } from './packed-answer.ts';
import { FILE_HEADERS } from './page-headers.ts';
import type { HttpRequest, HttpResponse } from './socket/socket-port.ts';

export interface Asset {
  readonly contentType: string;
  /** The best first; the last one is the file as it is. */
  readonly variants: readonly Variant[];
  /** Its name holds a hash of its content. */
  readonly isHashed: boolean;
}

interface Variant {
  readonly encoding: 'br' | 'gzip' | null;
  readonly bytes: Uint8Array;
  readonly etag: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/** As Angular's build names them: `main-KGZC3ZNQ.js`. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

export class Assets {
  readonly #byPath = new Map<string, Asset>();

  /** Serves every file of a known type below `folder` at `prefix` + its path there. A missing folder serves nothing. */
  add(prefix: string, folder: string): void {
    const files = new Set(listFiles(folder));
    for (const file of files) {
      const contentType = CONTENT_TYPES[extname(file)];
      if (contentType === undefined || file.endsWith('.test.js')) continue;
      const packed = ENCODINGS.filter(([, ending]) => files.has(file + ending));
      const variants = [
        ...packed.map(([encoding, ending]) => variant(encoding, readFileSync(file + ending))),
        variant(null, readFileSync(file)),
      ];
      const path = prefix + relative(folder, file).split(sep).join('/');
      this.#byPath.set(path, { contentType, variants, isHashed: HASHED.test(path) });
    }
  }

  find(path: string): Asset | null {
    return this.#byPath.get(path) ?? null;
  }

  /** Takes a file out, as text; null when there is none: for a page that is not answered as it is. */
  takeText(path: string): string | null {
    const asset = this.#byPath.get(path);
    if (asset === undefined) return null;
    this.#byPath.delete(path);
    return Buffer.from(asset.variants.at(-1)?.bytes ?? []).toString();
  }
}

/** A file as this request can take it: packed as the browser knows it, or 304 when it has it already. */
export function assetAnswer(asset: Asset, request: Pick<HttpRequest, 'header'>): HttpResponse {
  const accepted = acceptedEncodings(request.header('accept-encoding') ?? '');
  const chosen = asset.variants.find(({ encoding }) => encoding === null || accepted.has(encoding))!;
  const headers: Record<string, string> = {
    ...FILE_HEADERS,
    'content-type': asset.contentType,
    'cache-control': asset.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: chosen.etag,
  };
  // Also on the file as it is: a cache must not give the packed one to whoever cannot unpack it.
  if (asset.variants.length > 1) headers['vary'] = 'accept-encoding';
  if (isKnown(request.header('if-none-match') ?? '', chosen.etag)) return { status: 304, headers };
  if (chosen.encoding !== null) headers['content-encoding'] = chosen.encoding;
  return { status: 200, headers, body: chosen.bytes };
}

/** Weak comparison, as RFC 9110 has it for If-None-Match: a proxy that packs again may have marked the tag as weak. */
function isKnown(header: string, etag: string): boolean {
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

function variant(encoding: Variant['encoding'], bytes: Uint8Array): Variant {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
  return { encoding, bytes, etag: `"${hash}"` };
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

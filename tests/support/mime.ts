/** Reads letters (RFC 5322, MIME) as a mail program would, as far as ours go: nested parts, their headers, their contents. */
import assert from 'node:assert/strict';

export interface MimePart {
  /** By lower-case name, unfolded, encoded words decoded. */
  readonly headers: ReadonlyMap<string, string>;
  /** "text/html" */
  readonly type: string;
  readonly parts: readonly MimePart[];
  /** Decoded; empty of a part with parts. */
  readonly bytes: Buffer;
}

/** @param letter what came over the line. */
export function readMime(letter: string): MimePart {
  const cut = letter.indexOf('\r\n\r\n');
  assert.ok(cut > 0, 'a letter has a head and a body');
  const headers = new Map<string, string>();
  for (const line of letter
    .slice(0, cut)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), decodedWords(line.slice(colon + 1).trim()));
  }
  const content = headers.get('content-type') ?? 'text/plain';
  const type = content.split(';')[0]!.trim().toLowerCase();
  const body = letter.slice(cut + 4);
  const boundary = /boundary="?([^";]+)"?/.exec(content)?.[1];
  if (!type.startsWith('multipart/') || boundary === undefined)
    return { headers, type, parts: [], bytes: decoded(body, headers.get('content-transfer-encoding') ?? '7bit') };
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => readMime(part.replace(/^\r\n/, '').replace(/\r\n$/, '')));
  return { headers, type, parts, bytes: Buffer.alloc(0) };
}

/** All parts that have a content, in their order. */
export function leavesOf(part: MimePart): MimePart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leavesOf);
}

/** The text of the only part of this type. */
export function textOf(letter: MimePart, type: string): string {
  const [found, ...others] = leavesOf(letter).filter((leaf) => leaf.type === type);
  assert.ok(found !== undefined && others.length === 0, `one part is ${type}`);
  return found.bytes.toString().replaceAll('\r\n', '\n');
}

function decoded(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=\r\n/g, ''));
  return Buffer.from(body);
}

function quotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

function decodedWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      (kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64')
        : quotedPrintable(word.replaceAll('_', ' '))
      ).toString(),
    );
}

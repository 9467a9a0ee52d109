/**
 * Answers of the catalogue, packed on the way out: what is on, who shows it, which seats a room has. They are long, the
 * same for everybody, and asked for by phones on slow lines; a search of 25 KB becomes one of 3.
 *
 * Only these. An answer that holds something of one visitor's is never packed: its length would tell of it to whoever can make
 * the visitor's browser ask and can see how much comes back.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { HttpRequest, HttpResponse } from './socket/socket-port.ts';

const PUBLIC = /^\/api\/(search|films|cinemas|ticket-types|screenings\/\d+\/(seats|offer))(\/|$)/;
/** Shorter ones go in one packet anyway. */
const BYTES_MIN = 1_400;
/** From here on more work saves little: level 4 takes half a millisecond for a page of the search, in a thread of its own. */
const QUALITY = 4;

/**
 * Answers that were packed lately, or are being packed, by packing and content: its ETag at its address, or else a hash, which
 * costs a tenth of packing. Many ask for the same: the seats of a first night.
 */
const KEPT_MAX = 256;
const kept = new Map<string, Promise<Uint8Array>>();

/** Under way at once; beyond it answers go out as they are. The threads that pack also sign tickets, which must not wait. */
const PACKING_MAX = 32;
let packing = 0;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** The answer as the browser of `request` can unpack it; the same answer where it cannot, or where packing is no gain. */
export async function packedAnswer(request: HttpRequest, answer: HttpResponse): Promise<HttpResponse> {
  const { body } = answer;
  if (answer.status !== 200 || body === undefined || !PUBLIC.test(request.path)) return answer;
  const headers = { ...answer.headers, vary: 'accept-encoding' };
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.byteLength < BYTES_MIN) return { ...answer, headers };
  const accepted = acceptedEncodings(request.header('accept-encoding') ?? '');
  const encoding = accepted.has('br') ? 'br' : accepted.has('gzip') ? 'gzip' : null;
  if (encoding === null) return { ...answer, headers };
  const etag = answer.headers?.['etag'];
  const content = etag === undefined ? hashOf(bytes) : `${etag} ${addressOf(request)}`;
  const packed = keptOr(`${encoding} ${content}`, bytes, encoding);
  if (packed === null) return { ...answer, headers };
  return { ...answer, headers: { ...headers, 'content-encoding': encoding }, body: await packed };
}

function addressOf({ path, query }: HttpRequest): string {
  return `${path}?${query}`;
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** Null: too much is being packed. */
function keptOr(key: string, bytes: Uint8Array, encoding: 'br' | 'gzip'): Promise<Uint8Array> | null {
  const found = kept.get(key);
  if (found !== undefined) return found;
  if (packing >= PACKING_MAX) return null;
  packing++;
  const packed = pack(bytes, encoding).finally(() => packing--);
  kept.set(key, packed);
  packed.catch(() => kept.delete(key));
  // The oldest goes: what is asked for often is packed again at once.
  if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? key);
  return packed;
}

function pack(bytes: Uint8Array, encoding: 'br' | 'gzip'): Promise<Uint8Array> {
  if (encoding === 'gzip') return zip(bytes);
  const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
  return brotli(bytes, { params });
}

/** Of `gzip, br;q=0.5, zstd;q=0`: what is named and not refused. `*` is not taken up: whoever unpacks names what. */
export function acceptedEncodings(header: string): ReadonlySet<string> {
  const words = header.toLowerCase().split(',');
  return new Set(
    words.filter((word) => !/;\s*q=0(\.0*)?\s*$/.test(word)).map((word) => word.split(';', 1)[0]?.trim() ?? ''),
  );
}

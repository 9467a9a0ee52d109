/**
 * The bytes of a file, unpacked when they are gzip (known by the first bytes, not by the name), in bounded pieces. It can
 * be read several times: once to learn what it is, once for its rows. Memory stays at one piece whatever the size.
 */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { FileRefused } from '../file-refused.ts';
import {
  FILE_BYTES_MAX,
  megabytes,
  UNPACK_RATIO_FROM_BYTES,
  UNPACK_RATIO_MAX,
  UNPACKED_BYTES_MAX,
} from './source-limits.ts';

const PIECE_BYTES = 256 * 1024;
const GZIP = '1f8b';

export interface FileBytes {
  readonly path: string;
  readonly name: string;
  /** As they lie on the disk. */
  readonly bytes: number;
  readonly isCompressed: boolean;
  /** The first bytes, unpacked; at most 4 KB. */
  readonly beginning: Buffer;
}

/**
 * Looks at the file's size and beginning.
 * @throws FileRefused when there is no such file, or it is empty, too large, or compressed twice.
 */
export async function openFileBytes(path: string, name: string, bytesMax = FILE_BYTES_MAX): Promise<FileBytes> {
  const bytes = sizeOf(path, name, bytesMax);
  const isCompressed = (await firstBytes(path)).toString('hex').startsWith(GZIP);
  const file = { path, name, bytes, isCompressed, beginning: Buffer.alloc(0) };
  let beginning = Buffer.alloc(0);
  for await (const piece of piecesOf(file)) {
    beginning = Buffer.concat([beginning, piece.subarray(0, 4096)]).subarray(0, 4096);
    if (beginning.length === 4096) break;
  }
  if (beginning.length === 0) throw new FileRefused(`${name} is empty once it is unpacked`);
  if (isCompressed && beginning.toString('hex').startsWith(GZIP)) {
    throw new FileRefused(`${name} is compressed twice: unpack it once first`);
  }
  return { ...file, beginning };
}

/**
 * The unpacked bytes. `onRead` hears how many bytes of the packed file were read.
 * @throws FileRefused when more comes out of a gzip file than may, or it is broken.
 */
export async function* piecesOf(
  { path, name, bytes, isCompressed }: Omit<FileBytes, 'beginning'>,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  let read = 0;
  let unpacked = 0;
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  file.on('data', (piece) => {
    read += piece.length;
    onRead(read);
  });
  const stream = isCompressed ? file.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : file;
  // pipe() hands no errors on.
  if (stream !== file) file.on('error', (cause) => stream.destroy(cause));
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      unpacked += piece.length;
      if (isCompressed) refuseBomb(name, bytes, unpacked);
      yield piece;
    }
  } catch (cause) {
    throw refusalOf(cause, name);
  } finally {
    stream.destroy();
    file.destroy();
  }
}

/** SHA-256 of the file as it lies on the disk, hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Is that still an export, or a file made to fill a disk? For archives too. */
export function refuseBomb(name: string, packed: number, unpacked: number, bytesMax = UNPACKED_BYTES_MAX): void {
  if (unpacked > bytesMax) {
    throw new FileRefused(`${name} unpacks to more than ${megabytes(bytesMax)}: split it into several files`);
  }
  if (unpacked > UNPACK_RATIO_FROM_BYTES && unpacked > packed * UNPACK_RATIO_MAX) {
    throw new FileRefused(
      `${name} unpacks to more than ${UNPACK_RATIO_MAX} times its size, as no export does: send it unpacked if it is one`,
    );
  }
}

function sizeOf(path: string, name: string, bytesMax: number): number {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new FileRefused(isMissing ? `there is no file ${name}` : `cannot read ${name}: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!found.isFile()) throw new FileRefused(`${name} is not a file`);
  if (found.size === 0) throw new FileRefused(`${name} is empty`);
  if (found.size > bytesMax) {
    throw new FileRefused(
      `${name} has ${megabytes(found.size)}; at most ${megabytes(bytesMax)} are read: split it into several files`,
    );
  }
  return found.size;
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(4), position: 0 });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function refusalOf(cause: unknown, name: string): unknown {
  const { code, syscall, message } = cause as NodeJS.ErrnoException;
  if (code?.startsWith('Z_') === true) {
    const isCut = code === 'Z_BUF_ERROR';
    return new FileRefused(
      isCut ? `${name} ends too early: it was cut off while it was copied` : `${name} is broken: ${message}`,
      { cause },
    );
  }
  return syscall === undefined ? cause : new FileRefused(`cannot read ${name}: ${message}`, { cause });
}

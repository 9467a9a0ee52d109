/**
 * Packs what browsers load once, when it is built: the smallest that Brotli and gzip can make of each file takes a second here,
 * and would take it at every visit there. The server (server/assets.ts) chooses by what the browser can unpack.
 */
import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Text; images and fonts are packed already. */
const PACKABLE = /\.(js|css|svg|json|webmanifest|txt)$/;
/** Shorter files fit into one packet either way. */
const BYTES_MIN = 512;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Writes `name.br` and `name.gz` beside each file below `folder` that becomes shorter. index.html is another one each time. */
export async function compressFiles(folder) {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => PACKABLE.test(name));
  await Promise.all(files.map((name) => compressFile(path.join(folder, name))));
}

async function compressFile(file) {
  const bytes = await readFile(file);
  if (bytes.length < BYTES_MIN) return;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  };
  const packed = [
    ['.br', await brotli(bytes, { params })],
    ['.gz', await zip(bytes, { level: constants.Z_BEST_COMPRESSION })],
  ];
  for (const [ending, shorter] of packed) if (shorter.length < bytes.length) await writeFile(file + ending, shorter);
}

/**
 * Squares of black and white as a PNG picture (PNG specification, third edition): one bit a pixel and eight pixels a square, so that a
 * square is a byte of its line. A library that draws in colours and packs those takes a hundred times as long, and of letters about tickets
 * that was nearly all of the work.
 */
import { crc32, deflateSync } from 'node:zlib';

/** Pixels along a square: the bits of a byte. */
export const SQUARE_PIXELS = 8;

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const LIGHT = 0xff;
/** Line filters: as it stands, and as the difference to the line above. */
const AS_IT_IS = 0;
const TO_THE_LINE_ABOVE = 2;
/** What is between the first line of a row of squares and the next row is zeros, which the fastest level packs as well as any. */
const DEFLATE_LEVEL = 1;

/** `side`: squares along the picture, which is as high as it is wide. `isDark`: of the square in this row and column, from 0. */
export function squaresPng(side: number, isDark: (row: number, column: number) => boolean): Buffer {
  const lineBytes = side + 1;
  // Zeros: of a row of squares, the lines after the first are like it.
  const lines = Buffer.alloc(lineBytes * side * SQUARE_PIXELS);
  for (let row = 0; row < side; row++) {
    const at = row * SQUARE_PIXELS * lineBytes;
    lines[at] = AS_IT_IS;
    for (let column = 0; column < side; column++) lines[at + 1 + column] = isDark(row, column) ? 0 : LIGHT;
    for (let line = 1; line < SQUARE_PIXELS; line++) lines[at + line * lineBytes] = TO_THE_LINE_ABOVE;
  }
  const data = deflateSync(lines, { level: DEFLATE_LEVEL });
  return Buffer.concat([SIGNATURE, chunk('IHDR', headerOf(side)), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function headerOf(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side * SQUARE_PIXELS, 0);
  header.writeUInt32BE(side * SQUARE_PIXELS, 4);
  // One bit of grey. The rest has one value each: deflate, the five filters, not interlaced.
  header[8] = 1;
  return header;
}

function chunk(kind: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

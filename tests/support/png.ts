/** Reads PNG pictures of one bit of grey: what draws our codes writes them so. Knows all filters and checks the sums, as any reader does. */
import assert from 'node:assert/strict';
import { crc32, inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBBAA */
  at(x: number, y: number): number;
}

export function readPng(png: Buffer): Picture {
  assert.equal(png.subarray(0, 8).toString('hex'), '89504e470d0a1a0a', 'it is a PNG');
  const data: Buffer[] = [];
  let head = Buffer.alloc(0);
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)), `the sum of ${kind}`);
    if (kind === 'IHDR') head = Buffer.from(content);
    if (kind === 'IDAT') data.push(content);
    at += length + 12;
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  assert.deepEqual([...head.subarray(8)], [1, 0, 0, 0, 0], 'one bit of grey, not interlaced');
  const stride = Math.ceil(width / 8);
  const raw = inflateSync(Buffer.concat(data));
  assert.equal(raw.length, (stride + 1) * height);
  const bytes = unfiltered(raw, stride, height);
  const isLight = (x: number, y: number): boolean => ((bytes[y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1) === 1;
  return { width, height, at: (x, y) => (isLight(x, y) ? 0xffffffff : 0x000000ff) };
}

/** Each line has its filter before it: what the bytes are to be added to (PNG, chapter 9). */
function unfiltered(raw: Buffer, stride: number, height: number): Buffer {
  const pixels = Buffer.alloc(stride * height);
  const one = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]!);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = one(x - 1, y);
      const up = one(x, y - 1);
      const corner = one(x - 1, y - 1);
      const guess = [0, left, up, (left + up) >> 1, nearest(left, up, corner)][filter ?? 0] ?? 0;
      pixels[y * stride + x] = (raw[y * (stride + 1) + 1 + x]! + guess) & 255;
    }
  }
  return pixels;
}

function nearest(left: number, up: number, corner: number): number {
  const target = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(target - left), Math.abs(target - up), Math.abs(target - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

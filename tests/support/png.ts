/** Reads PNG pictures of 8 bits with red, green, blue and alpha: what draws our codes writes them so. */
import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** 0xRRGGBBAA */
  at(x: number, y: number): number;
}

const CHANNELS = 4;

export function readPng(png: Buffer): Picture {
  assert.equal(png.subarray(0, 8).toString('hex'), '89504e470d0a1a0a', 'it is a PNG');
  const data: Buffer[] = [];
  let head = Buffer.alloc(0);
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const kind = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (kind === 'IHDR') head = Buffer.from(content);
    if (kind === 'IDAT') data.push(content);
    at += length + 12;
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  assert.deepEqual([...head.subarray(8)], [8, 6, 0, 0, 0], '8 bits, red, green, blue and alpha, not interlaced');
  const pixels = unfiltered(inflateSync(Buffer.concat(data)), width * CHANNELS, height);
  return { width, height, at: (x, y) => pixels.readUInt32BE((y * width + x) * CHANNELS) };
}

/** Each line has its filter before it: what the bytes are to be added to (PNG, chapter 9). */
function unfiltered(raw: Buffer, stride: number, height: number): Buffer {
  const pixels = Buffer.alloc(stride * height);
  const one = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]!);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const left = one(x - CHANNELS, y);
      const up = one(x, y - 1);
      const corner = x < CHANNELS ? 0 : one(x - CHANNELS, y - 1);
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

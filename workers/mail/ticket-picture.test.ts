import assert from 'node:assert/strict';
import { test } from 'node:test';
import QRCode from 'qrcode';
import { readPng } from '../../tests/support/png.ts';
import { drawTicketCode } from './ticket-picture.ts';

/** As long as a real one. */
const TEXT = `POLTRONA:${'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'.repeat(4).slice(0, 147)}`;
const WHITE = 0xffffffff;
const BLACK = 0x000000ff;

test('[OC8] the picture is the QR of the text at level Q, black on white, in a white frame of four modules', () => {
  const { png, pixels, shownPixels } = drawTicketCode(TEXT);
  const picture = readPng(png);
  const { modules } = QRCode.create(TEXT, { errorCorrectionLevel: 'Q' });
  // Version 8: such a text fits no smaller one at this level.
  assert.equal(modules.size, 49);
  const sides = modules.size + 8;
  assert.deepEqual([picture.width, picture.height, pixels], [sides * 8, sides * 8, sides * 8]);
  assert.equal(shownPixels, sides * 4);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const [column, row] = [Math.floor(x / 8) - 4, Math.floor(y / 8) - 4];
      const isInside = column >= 0 && row >= 0 && column < modules.size && row < modules.size;
      const wanted = isInside && modules.get(row, column) ? BLACK : WHITE;
      if (picture.at(x, y) !== wanted) assert.fail(`pixel ${x}, ${y} is ${picture.at(x, y).toString(16)}`);
    }
  }
  assert.ok(png.length < 2_000, `${png.length} bytes`);
});

test('[OC8] a text that is empty or too long for a camera is not drawn', () => {
  assert.throws(() => drawTicketCode(''));
  assert.throws(() => drawTicketCode('x'.repeat(501)));
  assert.ok(drawTicketCode('x'.repeat(500)).png.length > 0);
});

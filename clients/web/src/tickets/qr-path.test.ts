import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from 'qrcode/lib/core/qrcode.js';
import { QUIET_ZONE, qrDrawing } from './qr-path.ts';

/** As long as the text of a real ticket. */
const TEXT = `POLTRONA:${'6BF5%K2$+:QX/.'.repeat(11)}`.slice(0, 156);

/** The dark squares that the path covers, row by row. */
function painted({ path, side }: ReturnType<typeof qrDrawing>): boolean[][] {
  const squares = Array.from({ length: side }, () => Array.from({ length: side }, () => false));
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g))
    for (let step = 0; step < Number(width); step++) squares[Number(y)]![Number(x) + step] = true;
  return squares;
}

test('[WT8] a ticket text makes a code of 49 squares with a quiet zone of four', () => {
  const drawing = qrDrawing(TEXT);
  assert.deepEqual([QUIET_ZONE, drawing.side], [4, 49 + 2 * 4]);
  const squares = painted(drawing);
  const isQuiet = (row: number, column: number): boolean =>
    Math.min(row, column, drawing.side - 1 - row, drawing.side - 1 - column) < QUIET_ZONE;
  for (const [row, columns] of squares.entries())
    for (const [column, isDark] of columns.entries())
      if (isQuiet(row, column)) assert.equal(isDark, false, `${row}, ${column}`);
});

test('[WT8] the corner pattern stands where scanners look for it', () => {
  const squares = painted(qrDrawing(TEXT));
  const corner = squares.slice(QUIET_ZONE, QUIET_ZONE + 7).map((row) =>
    row
      .slice(QUIET_ZONE, QUIET_ZONE + 7)
      .map((isDark) => (isDark ? '#' : '.'))
      .join(''),
  );
  assert.deepEqual(corner, ['#######', '#.....#', '#.###.#', '#.###.#', '#.###.#', '#.....#', '#######']);
});

test('[WT8] every square is that of the code, neither turned nor mirrored', () => {
  const { modules } = create(TEXT, { errorCorrectionLevel: 'Q' });
  const squares = painted(qrDrawing(TEXT));
  for (let row = 0; row < modules.size; row++)
    for (let column = 0; column < modules.size; column++)
      assert.equal(squares[row + 4]?.[column + 4], modules.get(row, column) === 1, `${row}, ${column}`);
});

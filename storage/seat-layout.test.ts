import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayoutInvalid, layoutOf, type SeatLayout, seatMapFromLayout } from './seat-layout.ts';

const LAYOUT: SeatLayout = {
  rows: ['A', 'B'],
  seats: [
    [0, 0, 0, 'A1'],
    [0, 2, 3, 'A2'],
    [1, 0, 1, 'B1'],
    [1, 1, 5, 'B2'],
  ],
};

test('a layout becomes a seat map and a layout again', () => {
  const map = seatMapFromLayout(7, LAYOUT);
  assert.equal(map.id, 7);
  assert.equal(map.seatCount, 4);
  assert.deepEqual([...map.seatColumn], [0, 2, 0, 1]);
  assert.deepEqual(map.seatLabels, ['A1', 'A2', 'B1', 'B2']);
  assert.deepEqual(layoutOf(map), LAYOUT);
});

test('a layout that no auditorium can have is refused, and the seat at fault is named', () => {
  const wrong = (seats: readonly unknown[], message: RegExp) =>
    assert.throws(
      () => seatMapFromLayout(1, { rows: ['A', 'B'], seats: seats as SeatLayout['seats'] }),
      (error) => error instanceof LayoutInvalid && message.test(error.message),
    );
  wrong([], /0 seats/);
  wrong(Array(4097).fill([0, 0, 0, 'A1']), /4097 seats/);
  wrong([[2, 0, 0, 'C1']], /seat 0 is in row 2/);
  wrong([[0, -1, 0, 'A1']], /column -1/);
  wrong([[0, 0.5, 0, 'A1']], /column 0.5/);
  wrong([[0, 0, 6, 'A1']], /unknown kind 6/);
  wrong([[0, 0, 0, '']], /no label/);
  wrong(
    [
      [0, 1, 0, 'A2'],
      [0, 0, 0, 'A1'],
    ],
    /seat 1 \(A1\) is not in reading order/,
  );
  wrong(
    [
      [0, 1, 0, 'A2'],
      [0, 1, 0, 'A2'],
    ],
    /or twice/,
  );
});

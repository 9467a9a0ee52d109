import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoomSeat } from './catalogue.ts';
import { RoomGeometry } from './room-geometry.ts';

/** `.` a seat, blank none; columns begin at 3, as in rooms whose first column is an aisle. */
function roomOf(...rows: readonly string[]): RoomGeometry {
  const seats = rows.flatMap((row, index) =>
    [...row].flatMap((mark, column): RoomSeat[] =>
      mark === '.' ? [{ row: index, column: column + 3, kind: 0, label: `${index}-${column}`, priceCents: 0 }] : [],
    ),
  );
  return new RoomGeometry(seats, rows.length);
}

test('every seat is found at its place, in any view, and aisles are nobody’s', () => {
  const room = roomOf('.. ..', '.....', '  .  ');
  for (const view of [room.fit(300, 200), room.fit(90, 500), { unit: 31, left: -17, top: 4 }]) {
    for (const seat of room.seats.keys()) {
      const [x, y] = room.placeOf(seat);
      assert.equal(room.seatAt(x * view.unit + view.left, y * view.unit + view.top, view), seat);
    }
    const [x, y] = room.placeOf(1);
    assert.equal(room.seatAt((x + 1) * view.unit + view.left, y * view.unit + view.top, view), null);
  }
});

test('the whole room fits, in the middle, and its seats are never huge', () => {
  const room = roomOf('....', '....');
  const view = room.fit(1000, 120);
  assert.ok(room.height * view.unit <= 120.001);
  assert.ok(Math.abs(view.left - (1000 - room.width * view.unit) / 2) < 1e-9);
  assert.equal(room.fit(10_000, 10_000).unit, 56);
});

test('arrows walk along the row over aisles, and to the nearest seat of the next row that has one', () => {
  //                  0 1   2 3     4     5 6
  const room = roomOf('.. ..', '     ', '  .  ', '.   .');
  assert.equal(room.step(1, 'right'), 2);
  assert.equal(room.step(2, 'left'), 1);
  assert.equal(room.step(0, 'left'), 0);
  assert.equal(room.step(3, 'right'), 3);
  assert.equal(room.step(3, 'down'), 4);
  assert.equal(room.step(4, 'up'), 1);
  assert.equal(room.step(0, 'up'), 0);
  assert.equal(room.step(6, 'down'), 6);
  assert.deepEqual([room.endOfRow(1, 'first'), room.endOfRow(1, 'last')], [0, 3]);
});

test('magnifying keeps the point under the finger, and never shows less than the whole room', () => {
  const room = roomOf(...Array(20).fill('.'.repeat(30)));
  const whole = room.fit(360, 380);
  const [x, y] = [180, 200];
  const near = room.zoom(whole, 3, x, y, 360, 380);
  assert.ok(Math.abs((x - near.left) / near.unit - (x - whole.left) / whole.unit) < 1e-9);
  assert.equal(room.zoom(near, 0.01, x, y, 360, 380).unit, whole.unit);
});

test('a magnified room cannot be dragged out of sight', () => {
  const room = roomOf(...Array(20).fill('.'.repeat(30)));
  const near = room.zoom(room.fit(360, 380), 4, 100, 100, 360, 380);
  const dragged = room.keepInside({ ...near, left: 9_999, top: -9_999 }, 360, 380);
  assert.equal(dragged.left, 0);
  assert.ok(Math.abs(dragged.top - (380 - room.height * near.unit)) < 1e-9);
});

test('the seat that the keyboard reaches is brought into sight', () => {
  const room = roomOf(...Array(20).fill('.'.repeat(30)));
  const near = room.zoom(room.fit(360, 380), 4, 0, 0, 360, 380);
  const last = room.seats.length - 1;
  const view = room.reveal(near, last, 360, 380);
  const [x, y] = room.placeOf(last);
  assert.ok(x * view.unit + view.left < 360 && y * view.unit + view.top < 380);
});

test('a room without seats is harmless', () => {
  const room = roomOf('   ');
  assert.equal(room.seatAt(10, 10, room.fit(100, 100)), null);
  assert.equal(room.middle(), 0);
});

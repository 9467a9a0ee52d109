import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnRoom } from './drawn-room.ts';

const { geometry, seatOf } = drawnRoom(['  .. ..  ', '... ....', '', '.. .. ..']);

test('[WR1] arrows walk along the row over aisles, and from row to row to the nearest seat, over rows without any', () => {
  assert.equal(geometry.step(seatOf('A2'), 'right'), seatOf('A3'));
  assert.equal(geometry.step(seatOf('A1'), 'left'), seatOf('A1'));
  assert.equal(geometry.step(seatOf('A1'), 'down'), seatOf('B3'));
  assert.equal(geometry.step(seatOf('B1'), 'down'), seatOf('D1'));
  assert.equal(geometry.step(seatOf('D6'), 'up'), seatOf('B7'));
  assert.equal(geometry.step(seatOf('D1'), 'down'), seatOf('D1'));
  assert.equal(geometry.endOfRow(seatOf('B4'), 'first'), seatOf('B1'));
  assert.equal(geometry.endOfRow(seatOf('B4'), 'last'), seatOf('B7'));
});

test('[WR1] with the arrows every seat is reached from every other', () => {
  const reached = new Set([geometry.middle()]);
  for (const seat of reached) {
    for (const way of ['left', 'right', 'up', 'down'] as const) reached.add(geometry.step(seat, way));
  }
  assert.equal(reached.size, geometry.seats.length);
});

test('[WR2] the first view has the whole room in it, in the middle, and no zoom goes beyond it', () => {
  for (const [width, height] of [
    [328, 280],
    [1080, 900],
    [200, 900],
  ] as const) {
    const view = geometry.fit(width, height);
    assert.ok(geometry.width * view.unit <= width + 1e-9 && geometry.height * view.unit <= height + 1e-9);
    assert.ok(Math.abs(view.left - (width - geometry.width * view.unit) / 2) < 1e-9);
    assert.deepEqual(geometry.zoom(view, 0.1, 5, 5, width, height), view);
  }
});

test('[WR2] what is under the fingers stays under them while the map grows', () => {
  const [width, height] = [90, 70];
  const view = geometry.zoom(geometry.fit(width, height), 3, 45, 35, width, height);
  const grown = geometry.zoom(view, 1.3, 50, 40, width, height);
  assert.ok(Math.abs((50 - view.left) / view.unit - (50 - grown.left) / grown.unit) < 1e-9);
  assert.ok(Math.abs((40 - view.top) / view.unit - (40 - grown.top) / grown.unit) < 1e-9);
});

test('[WR2] a finger hits a seat that it nearly hit, up to 22 pixels from its middle; a mouse hits what is under it', () => {
  const view = { unit: 40, left: 0, top: 0 };
  for (const seat of geometry.seats.keys()) {
    const [x, y] = geometry.placeOf(seat);
    assert.equal(geometry.seatAt(x * 40, y * 40, view), seat);
  }
  const [x, y] = geometry.placeOf(seatOf('A2'));
  const small = { unit: 16, left: 0, top: 0 };
  // In the aisle, to the right of it.
  assert.equal(geometry.seatAt(x * 16 + 10, y * 16, small), null);
  assert.ok([seatOf('A2'), seatOf('A3')].includes(geometry.seatAt(x * 16 + 10, y * 16, small, true) ?? -1));
  assert.equal(geometry.seatAt(x * 40 - 23 - 40, y * 40, view, true), null);
});

test('[WR1] the seat that the keyboard reaches is seen, with its neighbours', () => {
  const [width, height] = [120, 100];
  const view = geometry.zoom(geometry.fit(width, height), 9, 0, 0, width, height);
  for (const seat of geometry.seats.keys()) {
    const shown = geometry.reveal(view, seat, width, height);
    const [x, y] = geometry.placeOf(seat);
    const [atX, atY] = [x * shown.unit + shown.left, y * shown.unit + shown.top];
    assert.ok(atX > 0 && atX < width && atY > 0 && atY < height, geometry.seats[seat]!.label);
  }
});

test('[WR2] however far a magnified map is pushed, no emptiness comes in', () => {
  const [width, height] = [90, 70];
  const { unit } = geometry.zoom(geometry.fit(width, height), 3, 45, 35, width, height);
  const far = geometry.keepInside({ unit, left: -9_999, top: -9_999 }, width, height);
  assert.deepEqual([far.left, far.top], [width - geometry.width * unit, height - geometry.height * unit]);
  const back = geometry.keepInside({ unit, left: 9_999, top: 9_999 }, width, height);
  assert.deepEqual([back.left, back.top], [0, 0]);
});

test('[WR2] around a seat are those that touch it, at corners too, and itself', () => {
  const labels = geometry.around(seatOf('B3')).map((seat) => geometry.seats[seat]!.label);
  assert.deepEqual(labels.sort(), ['A1', 'A2', 'B2', 'B3']);
});

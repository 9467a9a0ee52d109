import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnRoom } from './drawn-room.ts';
import { companionOf, couplesOf, nearestEqual, orphanShift } from './seat-rules.ts';

test('[WR3] couple seats are pairs from the left, not over an aisle; one without a partner is a single seat', () => {
  const { geometry, seatOf } = drawnRoom(['CCCC CCC', '.C']);
  const couples = couplesOf(geometry);
  const other = (label: string): string | undefined => geometry.seats[couples[seatOf(label)]!]?.label;
  assert.deepEqual(['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'B2'].map(other), [
    ...['A2', 'A1', 'A4', 'A3', 'A6', 'A5'],
    ...[undefined, undefined],
  ]);
});

test('[WR4] a wheelchair space offers the companion seat beside it, on either side, if it is free', () => {
  const { geometry, seatOf } = drawnRoom(['cw wc..w.']);
  const all = (): boolean => true;
  assert.equal(companionOf(geometry, seatOf('A2'), all), seatOf('A1'));
  assert.equal(companionOf(geometry, seatOf('A3'), all), seatOf('A4'));
  assert.equal(
    companionOf(geometry, seatOf('A2'), (seat) => seat !== seatOf('A1')),
    null,
  );
  assert.equal(companionOf(geometry, seatOf('A7'), all), null);
  assert.equal(companionOf(geometry, seatOf('A1'), all), null);
});

test('[WR5] instead of a lost seat the nearest free ones of its kind are offered, near what is still mine', () => {
  const { geometry, seatOf } = drawnRoom(['.......', '..w....', '.......']);
  const taken = new Set([seatOf('B4')]);
  const isFree = (seat: number): boolean => !taken.has(seat);
  const names = (seats: readonly number[]) => seats.map((seat) => geometry.seats[seat]!.label);
  assert.deepEqual(names(nearestEqual(geometry, seatOf('B4'), [], isFree, 2)), ['B5', 'A4']);
  assert.deepEqual(
    names(nearestEqual(geometry, seatOf('A4'), [seatOf('A5')], (s) => isFree(s) && s !== seatOf('A5'), 1)),
    ['A3'],
  );
  assert.deepEqual(nearestEqual(geometry, seatOf('B3'), [], isFree, 2), []);
});

/** Labels that are taken by others, and mine; what the shift is, in labels. */
function shiftIn(drawing: readonly string[], taken: readonly string[], mine: readonly string[]): string | null {
  const { geometry, seatOf } = drawnRoom(drawing);
  const theirs = new Set(taken.map(seatOf));
  const own = mine.map(seatOf);
  const isFree = (seat: number): boolean => !theirs.has(seat) && !own.includes(seat);
  const shift = orphanShift(geometry, own, isFree);
  return shift === null ? null : `${geometry.seats[shift.give]!.label}>${geometry.seats[shift.orphan]!.label}`;
}

test('[WR6] a single seat left between mine and a wall, an aisle or somebody is named, with the shift that mends it', () => {
  assert.equal(shiftIn(['......'], [], ['A2', 'A3']), 'A3>A1');
  assert.equal(shiftIn(['......'], [], ['A4', 'A5']), 'A4>A6');
  assert.equal(shiftIn(['.... ..'], [], ['A3']), 'A3>A4');
  assert.equal(shiftIn(['.......'], ['A1'], ['A3', 'A4']), 'A4>A2');
  assert.equal(shiftIn(['...'], [], ['A2']), 'A2>A1');
  assert.equal(shiftIn(['....'], [], ['A2', 'A3']), 'A3>A1');
});

test('[WR6] nothing is said where a shift would only leave another single seat, or none is left', () => {
  assert.equal(shiftIn(['......'], [], ['A1', 'A2']), null);
  assert.equal(shiftIn(['......'], [], ['A3', 'A4']), null);
  assert.equal(shiftIn(['....'], ['A4'], ['A2', 'A3']), null);
  // Between two blocks of mine: it is ours to take, nobody's to buy.
  assert.equal(shiftIn(['.......'], ['A4', 'A5'], ['A1', 'A3']), null);
  // A companion seat is nobody's single seat.
  assert.equal(shiftIn(['c.....'], [], ['A2', 'A3']), null);
});

/** Seats left, and what to do where none are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundCinema, foundScreening } from './found-rows.ts';
import { insteadOf, seatsLeftOf } from './seats-left.ts';

test('[WF9] few are left below fifteen of a hundred; sold out comes before closed', () => {
  const left = (seatsLeft: number, more = {}) => seatsLeftOf(foundScreening(1, 20, { seatsLeft, ...more }));
  assert.deepEqual(left(15), { is: 'some', seats: 15 });
  assert.deepEqual(left(14), { is: 'few', seats: 14 });
  assert.deepEqual(left(2, { seatCount: 10 }), { is: 'some', seats: 2 });
  assert.deepEqual(left(0), { is: 'none' });
  assert.deepEqual(left(50, { salesOpen: false }), { is: 'closed' });
  assert.deepEqual(left(0, { salesOpen: false }), { is: 'none' });
});

test('[WF10] instead of a sold-out screening: the nearest one here, else the nearest elsewhere, else nothing', () => {
  const gone = foundScreening(1, 20, { seatsLeft: 0 });
  const here = foundCinema(1, [foundScreening(2, 14), gone, foundScreening(3, 22)]);
  const there = foundCinema(2, [foundScreening(4, 20), foundScreening(5, 21, { salesOpen: false })]);
  const full = foundCinema(1, [gone, foundScreening(6, 21, { seatsLeft: 0 })]);
  assert.deepEqual(insteadOf(gone, here.cinema, [there, here]), { screening: here.screenings[2], cinema: null });
  assert.deepEqual(insteadOf(gone, full.cinema, [full, there]), {
    screening: there.screenings[0],
    cinema: there.cinema,
  });
  assert.equal(insteadOf(gone, full.cinema, [full]), null);
});

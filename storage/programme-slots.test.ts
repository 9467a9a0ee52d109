import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLEANING_MINUTES,
  clock,
  INVENTED_FILMS,
  isDate,
  planDay,
  priceCentsOf,
  weekdayOf,
} from './programme-slots.ts';

const minutesOf = new Map(INVENTED_FILMS.map(({ title, minutes }) => [title, minutes]));

test('a day in an auditorium: from noon or so to the night, never two films at once, time to clean between', () => {
  for (let auditorium = 1; auditorium <= 300; auditorium++) {
    const date = `2026-11-${String(1 + (auditorium % 30)).padStart(2, '0')}`;
    const plan = planDay(7, date, auditorium);
    assert.ok(plan.length >= 3 && plan.length <= 8, `${plan.length}`);
    for (const [index, { film, opening, afterMinutes, priceCents }] of plan.entries()) {
      assert.match(opening, /^2026-11-\d\d 1[0-4]:[0-5][05]$/);
      assert.ok(opening.startsWith(date) && opening === plan[0]?.opening);
      assert.ok(priceCents >= 1600 && priceCents <= 4200);
      const next = plan[index + 1]?.afterMinutes ?? Number.POSITIVE_INFINITY;
      const length = minutesOf.get(film) ?? assert.fail(film);
      assert.ok(next >= afterMinutes + length + CLEANING_MINUTES);
    }
  }
});

test('the same seed makes the same day; another seed, day or auditorium another one', () => {
  const one = planDay(1, '2026-11-23', 17);
  assert.deepEqual(planDay(1, '2026-11-23', 17), one);
  for (const other of [planDay(2, '2026-11-23', 17), planDay(1, '2026-11-24', 17), planDay(1, '2026-11-23', 18)]) {
    assert.notDeepEqual(
      other.map(({ film, afterMinutes }) => [film, afterMinutes]),
      one.map(({ film, afterMinutes }) => [film, afterMinutes]),
    );
  }
});

test('prices: Wednesday is cheap, weekends are dear, matinees cost less and the third dimension more', () => {
  const sunday = weekdayOf('2026-11-22');
  assert.equal(sunday, 0);
  assert.ok(priceCentsOf(3, 1200, '2D') < priceCentsOf(2, 1200, '2D'));
  assert.ok(priceCentsOf(2, 1200, '2D') < priceCentsOf(sunday, 1200, '2D'));
  assert.ok(priceCentsOf(2, 16 * 60 + 59, '2D') < priceCentsOf(2, 17 * 60, '2D'));
  assert.ok(priceCentsOf(2, 1200, '2D') < priceCentsOf(2, 1200, '3D'));
});

test('dates are days that the calendar has', () => {
  for (const good of ['2026-11-23', '2028-02-29']) assert.ok(isDate(good), good);
  for (const bad of ['2026-02-29', '2026-13-01', '2026-1-1', '23/11/2026', '1999-01-01', '2026-11-23T00:00', ''])
    assert.ok(!isDate(bad), bad);
  assert.equal(clock(9 * 60 + 5), '09:05');
});

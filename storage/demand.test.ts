import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demandOf } from './demand.ts';

const SCREENINGS = 40_000;
const SEED = 20_261_123;
const audiences = Array.from({ length: SCREENINGS }, (_, screening) => demandOf(SEED, screening + 1, 300));

function share(matches: (people: number) => boolean): number {
  return audiences.filter(matches).length / SCREENINGS;
}

test(`the commonest audience is nobody, and 53.5 % have fewer than twenty people (seed ${SEED})`, () => {
  const counts = new Map<number, number>();
  for (const people of audiences) counts.set(people, (counts.get(people) ?? 0) + 1);
  const [commonest] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? [];
  assert.equal(commonest, 0);
  assert.ok(Math.abs(share((people) => people < 20) - 0.535) < 0.01, `${share((people) => people < 20)}`);
});

test(`even audiences beat odd ones at every size, and a few screenings are full (seed ${SEED})`, () => {
  for (const [from, to] of [
    [2, 10],
    [10, 20],
    [20, 60],
    [60, 200],
  ] as const) {
    const even = share((people) => people >= from && people < to && people % 2 === 0);
    const odd = share((people) => people >= from && people < to && people % 2 === 1);
    assert.ok(even > 1.15 * odd, `${from}–${to}: ${even} even, ${odd} odd`);
  }
  const full = share((people) => people === 300);
  assert.ok(full > 0.003 && full < 0.03, `${full}`);
});

test('demand is whole, within the room, and the same for the same seed and screening', () => {
  for (const seats of [1, 7, 165]) {
    for (let screening = 1; screening <= 500; screening++) {
      const people = demandOf(7, screening, seats);
      assert.ok(Number.isInteger(people) && people >= 0 && people <= seats);
      assert.equal(demandOf(7, screening, seats), people);
    }
  }
  assert.notDeepEqual(
    [1, 2, 3, 4, 5].map((id) => demandOf(1, id, 300)),
    [1, 2, 3, 4, 5].map((id) => demandOf(2, id, 300)),
  );
});

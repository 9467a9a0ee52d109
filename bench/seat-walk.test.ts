import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeatWalk } from './seat-walk.ts';

test('walks of different connections never meet, and none has more than ten seats of a screening', () => {
  for (const [connections, screenings, seats] of [
    [64, 30, 200],
    [7, 3, 45],
    [1, 1, 5],
    [20, 1, 200],
  ] as const) {
    const taken = new Set<string>();
    for (let connection = 0; connection < connections; connection++) {
      const walk = new SeatWalk({ firstScreening: 5, screenings, seats, connections, seatsPerBuyer: 10 }, connection);
      const perScreening = new Map<number, number>();
      for (let spot = 0; spot < walk.length; spot++) {
        const screening = walk.screeningOf(spot);
        const seat = walk.seatOf(spot);
        assert.ok(screening >= 5 && screening < 5 + screenings && seat >= 0 && seat < seats);
        assert.ok(!taken.has(`${screening}/${seat}`), `seat ${seat} of screening ${screening} twice`);
        taken.add(`${screening}/${seat}`);
        perScreening.set(screening, (perScreening.get(screening) ?? 0) + 1);
      }
      assert.ok(Math.max(...perScreening.values()) <= 10);
    }
  }
});

test('a spot is held, then released, and waits for its answer in between', () => {
  const walk = new SeatWalk({ firstScreening: 1, screenings: 1, seats: 16, connections: 8, seatsPerBuyer: 2 }, 7);
  assert.equal(walk.sent(walk.spot), true);
  assert.equal(walk.sent(walk.spot), true);
  assert.equal(walk.spot, -1);
  walk.answered(0, true, 41);
  assert.equal(walk.spot, 0);
  assert.equal(walk.holdOf(0), 41);
  assert.equal(walk.sent(0), false);
  walk.answered(0, false, 0);
  walk.answered(1, false, 0);
  assert.equal(walk.nextHeld(0), 0);
  assert.equal(walk.sent(walk.spot), true, 'the refused hold is tried again');
});

test('more connections than strips of seats are refused', () => {
  const plan = { firstScreening: 1, screenings: 1, seats: 20, connections: 3, seatsPerBuyer: 10 };
  assert.throws(() => new SeatWalk(plan, 0), /too few/);
});

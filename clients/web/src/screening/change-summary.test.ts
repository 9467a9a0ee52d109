import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changes, PAUSE_MAX_MS, PAUSE_MS } from './change-summary.ts';

test('[WR7] what others did is told in one sentence after a pause: how many seats were taken, how many came free', () => {
  const changes = new Changes();
  assert.equal(changes.add(1, true), PAUSE_MS);
  assert.equal(changes.add(2, true), null);
  assert.equal(changes.add(3, false), null);
  const free = new Set([3]);
  assert.deepEqual(
    changes.tell((seat) => free.has(seat)),
    { taken: 2, freed: 1 },
  );
});

test('[WR7] a seat that was taken and given back in between is nothing to tell', () => {
  const changes = new Changes();
  changes.add(1, true);
  changes.add(1, false);
  assert.equal(
    changes.tell(() => true),
    null,
  );
});

test('[WR7] while it goes on there is less and less to hear, and it is as before once it was quiet', () => {
  const changes = new Changes();
  const pauses = [0, 1, 2, 3, 4].map((seat) => {
    const pause = changes.add(seat, true);
    changes.tell(() => false);
    return pause;
  });
  assert.deepEqual(pauses, [PAUSE_MS, 2 * PAUSE_MS, 4 * PAUSE_MS, PAUSE_MAX_MS, PAUSE_MAX_MS]);
  changes.calm();
  assert.equal(changes.add(9, true), PAUSE_MS);
});

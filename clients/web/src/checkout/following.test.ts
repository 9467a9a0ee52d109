import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Following } from './following.ts';

class World {
  asked = 0;
  isSeen = true;
  readonly timers = new Set<() => void>();
  #answers: ((pauseMs: number | null) => void)[] = [];
  readonly following = new Following({
    ask: () => {
      this.asked++;
      return new Promise((resolve) => this.#answers.push(resolve));
    },
    after: (_ms, call) => {
      this.timers.add(call);
      return () => this.timers.delete(call);
    },
    isSeen: () => this.isSeen,
  });

  async answer(pauseMs: number | null): Promise<void> {
    this.#answers.shift()?.(pauseMs);
    await new Promise((resolve) => setImmediate(resolve));
  }

  pass(): void {
    for (const call of [...this.timers]) {
      this.timers.delete(call);
      call();
    }
  }
}

test('[WC15] the line is back and the page is seen at once: one question, and one pause after it', async () => {
  const world = new World();
  world.following.begin();
  await world.answer(1_000);
  world.following.now();
  world.following.looked();
  world.following.now();
  assert.equal(world.asked, 2);
  await world.answer(1_000);
  assert.equal(world.timers.size, 1);
  world.pass();
  assert.equal(world.asked, 3);
  await world.answer(null);
  assert.equal(world.timers.size, 0);
  world.following.looked();
  assert.equal(world.asked, 3, 'an end is an end');
});

test('[WC15] nothing is asked while nobody looks, and at once when somebody does', async () => {
  const world = new World();
  world.following.begin();
  await world.answer(1_000);
  world.isSeen = false;
  world.following.looked();
  assert.equal(world.timers.size, 0);
  world.isSeen = true;
  world.following.looked();
  assert.equal(world.asked, 2);
  world.isSeen = false;
  await world.answer(1_000);
  assert.equal(world.timers.size, 0);
});

test('[WC15] the answer about another order starts no chain of its own', async () => {
  const world = new World();
  world.following.begin();
  world.following.begin();
  assert.equal(world.asked, 2);
  await world.answer(1_000);
  assert.equal(world.timers.size, 0, 'of the order before');
  await world.answer(1_000);
  assert.equal(world.timers.size, 1);
  world.following.stop();
  assert.equal(world.timers.size, 0);
});

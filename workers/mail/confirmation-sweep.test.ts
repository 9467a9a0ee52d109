import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Swept } from '../../storage/order-confirmations.ts';
import {
  ConfirmationSweep,
  LOOKS_PER_FULL_LOOK,
  SWEEP_EVERY_MS,
  SWEEP_MARGIN_MS,
  SWEEP_ORDERS,
  SWEEP_PAUSE_MS,
} from './confirmation-sweep.ts';

const NOTHING: Swept = { taken: 0, isFull: false, refused: [] };

/** A sweep whose clock is turned by hand. `answers`: what the looks find, one after the other. */
function sweepOf(answers: (Swept | Error)[]) {
  const stage = {
    looks: 0,
    nowMs: 1_000_000,
    /** From when on each look looked. */
    since: [] as (number | null)[],
    lines: [] as string[],
    /** The timer that is set: when, and what it does. */
    timer: null as { readonly delayMs: number; readonly callback: () => void } | null,
    sweep: null as unknown as ConfirmationSweep,
    /** Lets the time come, and waits until nothing is under way; resolves with the next pause. */
    async look(): Promise<number | null> {
      const { timer } = stage;
      stage.timer = null;
      timer?.callback();
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      return stage.timer === null ? null : (stage.timer as { delayMs: number }).delayMs;
    },
  };
  const log = (_details: object, message: string): void => void stage.lines.push(message);
  stage.sweep = new ConfirmationSweep({
    nowMs: () => stage.nowMs,
    sweep: async (limit, sinceMs) => {
      assert.equal(limit, SWEEP_ORDERS);
      stage.looks++;
      stage.since.push(sinceMs);
      const answer = answers.shift() ?? NOTHING;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    after: (delayMs, callback) => {
      stage.timer = { delayMs, callback };
      return () => {
        stage.timer = null;
      };
    },
    log: { info: log, warn: log, error: log },
  });
  return stage;
}

const full = { taken: SWEEP_ORDERS, isFull: false, refused: [] };

test('[OC10] a look each second; where a hundred orders waited, the next hundred are taken at once', async () => {
  const stage = sweepOf([NOTHING, full, full, { taken: 7, isFull: false, refused: [] }]);
  stage.sweep.start();
  assert.equal(stage.timer?.delayMs, SWEEP_EVERY_MS);
  assert.equal(await stage.look(), SWEEP_EVERY_MS);
  assert.equal(stage.looks, 1);
  assert.equal(await stage.look(), SWEEP_EVERY_MS);
  assert.equal(stage.looks, 4);
});

test('[OC10] while the database is away it looks less often and says so once; afterwards it goes on', async () => {
  const stage = sweepOf([new Error('away'), new Error('away'), full, NOTHING, new Error('away')]);
  stage.sweep.start();
  assert.equal(await stage.look(), SWEEP_PAUSE_MS);
  assert.equal(await stage.look(), SWEEP_PAUSE_MS);
  assert.equal(stage.lines.length, 1);
  assert.equal(await stage.look(), SWEEP_EVERY_MS);
  assert.equal(stage.looks, 4);
  assert.equal(await stage.look(), SWEEP_PAUSE_MS);
  assert.equal(stage.lines.length, 2);
});

test('[OC10] a look begins a minute before the last one that left nothing behind; one of sixty is at everything', async () => {
  const stuck = { taken: 0, isFull: true, refused: [] };
  const stage = sweepOf([full, NOTHING, NOTHING, stuck, new Error('away'), NOTHING, NOTHING]);
  stage.sweep.start();
  for (const since of [
    [null, null],
    [1_000_000 - SWEEP_MARGIN_MS],
    [1_001_000 - SWEEP_MARGIN_MS],
    // Some were left behind, and then nobody could look: from the same moment on again.
    [1_001_000 - SWEEP_MARGIN_MS],
    [1_001_000 - SWEEP_MARGIN_MS],
    [1_004_000 - SWEEP_MARGIN_MS],
  ]) {
    stage.since = [];
    await stage.look();
    assert.deepEqual(stage.since, since);
    stage.nowMs += 1_000;
  }
  const looks: (number | null)[] = [];
  for (let look = 6; look <= 2 * LOOKS_PER_FULL_LOOK; look++) {
    stage.since = [];
    await stage.look();
    looks.push(...stage.since);
  }
  assert.deepEqual(
    looks.flatMap((since, index) => (since === null ? [index + 6] : [])),
    [LOOKS_PER_FULL_LOOK, 2 * LOOKS_PER_FULL_LOOK],
  );
});

test('[OC5] that letters go out more slowly than tickets are sold is said once, until there is room again', async () => {
  const stuck = { taken: 0, isFull: true, refused: [] };
  const stage = sweepOf([stuck, stuck, NOTHING, stuck]);
  stage.sweep.start();
  for (const lines of [1, 1, 1, 2]) {
    await stage.look();
    assert.equal(stage.lines.length, lines);
  }
});

test('[OC10] after a stop nothing is looked for any more, also where there is more to take', async () => {
  const stage = sweepOf([full, full, full]);
  stage.sweep.start();
  await stage.sweep.stop();
  assert.equal(stage.timer, null);
  const other = sweepOf([full, full, full]);
  other.sweep.start();
  const { timer } = other;
  timer?.callback();
  await other.sweep.stop();
  assert.equal(other.looks, 1);
});

test('[OC11] the log names an order whose message is refused once', async () => {
  const refused = [{ order: 'bad', code: '23514' }];
  const broken = { taken: 3, isFull: false, refused };
  const stage = sweepOf([broken, broken, { ...broken, refused: [...refused, { order: 'worse', code: '22001' }] }]);
  stage.sweep.start();
  for (const lines of [1, 1, 2]) {
    assert.equal(await stage.look(), SWEEP_EVERY_MS);
    assert.equal(stage.lines.length, lines);
  }
});

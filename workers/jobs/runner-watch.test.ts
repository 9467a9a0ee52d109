import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunnerWatch } from './runner-watch.ts';

function watchStage() {
  const stage = {
    nowMs: 1_000,
    isDatabaseThere: true,
    beats: 0,
    looks: 0,
    /** Ticks every five seconds for `seconds`. */
    async pass(seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second += 5) {
        stage.nowMs += 5_000;
        await watch.tick().catch(() => {});
      }
    },
  };
  const watch = new RunnerWatch(
    {
      async beat() {
        if (!stage.isDatabaseThere) throw new Error('away');
        stage.beats++;
      },
      async releaseLost(goneMs) {
        assert.equal(goneMs, 30_000);
        stage.looks++;
        return 0;
      },
      nowMs: () => stage.nowMs,
    },
    { beatMs: 5_000, goneMs: 30_000 },
  );
  return stage;
}

test('[JB5] a runner looks for lost ones only after it was itself there for as long as makes one lost', async () => {
  const stage = watchStage();
  await stage.pass(30);
  assert.deepEqual([stage.beats, stage.looks], [6, 0]);
  await stage.pass(10);
  assert.deepEqual([stage.beats, stage.looks], [8, 2]);
});

test('[JB5] after an outage of the database nobody is judged before everybody had time to say something', async () => {
  const stage = watchStage();
  await stage.pass(60);
  stage.isDatabaseThere = false;
  await stage.pass(60);
  stage.isDatabaseThere = true;
  const looks = stage.looks;
  await stage.pass(30);
  assert.equal(stage.looks, looks);
  await stage.pass(5);
  assert.equal(stage.looks, looks + 1);
});

test('[JB5] a process that was frozen judges nobody either when it wakes up', async () => {
  const stage = watchStage();
  await stage.pass(60);
  stage.nowMs += 600_000;
  const looks = stage.looks;
  await stage.pass(30);
  assert.equal(stage.looks, looks);
});

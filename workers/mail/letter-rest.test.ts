import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LetterRest, REST_MAX_MS } from './letter-rest.ts';

function restOf() {
  const stage = {
    nowMs: 1_000,
    rested: [] as number[],
    rest: null as unknown as LetterRest,
    letter: (ms: number): Promise<string> =>
      stage.rest.after(async () => {
        stage.nowMs += ms;
        return 'written';
      }),
  };
  stage.rest = new LetterRest({
    nowMs: () => stage.nowMs,
    delay: async (ms) => {
      stage.rested.push(ms);
      stage.nowMs += ms;
    },
  });
  return stage;
}

test('[PD42] letters have a quarter of a core at most, and the first of a quiet hour does not wait', async () => {
  const stage = restOf();
  const beganMs = stage.nowMs;
  for (let letter = 0; letter < 100; letter++) assert.equal(await stage.letter(2), 'written');
  assert.equal(stage.rested.length, 99);
  assert.equal(stage.nowMs - beganMs, 100 * 2 + 99 * 6);
  stage.rested = [];
  stage.nowMs += 6;
  await stage.letter(2);
  assert.deepEqual(stage.rested, []);
});

test('[PD42] after a letter that took long, or failed, the rest has a bound', async () => {
  const stage = restOf();
  await stage.letter(9_000);
  await stage.letter(1);
  assert.deepEqual(stage.rested, [REST_MAX_MS]);
  stage.rested = [];
  const failed = stage.rest.after(async () => {
    stage.nowMs += 10;
    throw new Error('no words');
  });
  await assert.rejects(failed);
  await stage.letter(1);
  assert.deepEqual(stage.rested, [3, 30]);
});

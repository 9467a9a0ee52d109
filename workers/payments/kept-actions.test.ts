/** What buyers have to do is asked for once for all who ask, and again a moment later. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptActions } from './kept-actions.ts';
import type { BuyerAction } from './provider-port.ts';

test('[PD15] asked for once while it is under way and for some seconds after; what failed is asked for again', async () => {
  let nowMs = 0;
  const kept = new KeptActions(() => nowMs);
  let asked = 0;
  const ask = (): Promise<BuyerAction> => Promise.resolve({ kind: 'stripe', clientSecret: `secret-${++asked}` });
  const [one, two] = await Promise.all([kept.of('pi_1', ask), kept.of('pi_1', ask)]);
  assert.deepEqual([one, asked], [two, 1]);
  await kept.of('pi_2', ask);
  nowMs = 2_000;
  await kept.of('pi_1', ask);
  assert.equal(asked, 2);
  nowMs = 3_000;
  await kept.of('pi_1', ask);
  assert.equal(asked, 3);
  await assert.rejects(
    kept.of('pi_3', () => Promise.reject(new Error('away'))),
    /away/,
  );
  await kept.of('pi_3', ask);
  assert.equal(asked, 4);
});

test('[PD15] only so many are kept: the oldest is asked for again', async () => {
  const kept = new KeptActions(() => 0);
  let asked = 0;
  const ask = (): Promise<null> => {
    asked++;
    return Promise.resolve(null);
  };
  for (let order = 0; order < 1_001; order++) await kept.of(`pi_${order}`, ask);
  await kept.of('pi_1000', ask);
  assert.equal(asked, 1_001);
  await kept.of('pi_0', ask);
  assert.equal(asked, 1_002);
});

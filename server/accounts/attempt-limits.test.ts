import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAttempt, forgetOldAttempts, forgiveAttempts } from '../../storage/accounts/attempts.ts';
import { accountsStage } from '../../tests/support/accounts-stage.ts';
import { networkOf } from './attempt-limits.ts';

test('[AC54] IPv4 is counted by address, IPv6 by the network of one household', () => {
  assert.equal(networkOf('203.0.113.7'), '203.0.113.7');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2::6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8::6'), '2001:db8:0:0::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
});

test('[AC54] a count ends with its window, can be forgiven, and old ones are deleted', async (t) => {
  const { pool, seals } = await accountsStage(t);
  const window = { name: 'sign-in', subject: 'ana', windowSeconds: 60, max: 2 };
  const atMs = Date.now() - (Date.now() % 60_000) + 15_000;
  const waits = [];
  for (const afterMs of [0, 0, 0, 20_000, 45_000])
    waits.push(await countAttempt(pool, seals, [window], atMs + afterMs));
  assert.deepEqual(waits, [0, 0, 45, 25, 0]);
  assert.equal(await countAttempt(pool, seals, [{ ...window, subject: 'bea' }], atMs), 0, 'each for himself');
  await forgiveAttempts(pool, seals, [window]);
  assert.equal(await countAttempt(pool, seals, [window], atMs), 0);
  await countAttempt(pool, seals, [window], atMs - 3 * 86_400_000);
  assert.equal(await forgetOldAttempts(pool), 1);
});

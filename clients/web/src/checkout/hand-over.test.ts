import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReleaseResult } from '../../../sdk/results.ts';
import { handOver } from './hand-over.ts';

const released: ReleaseResult = { is: 'accepted', requestId: '', version: 1, hold: 18, seats: [2, 3] };
const noAnswer: ReleaseResult = { is: 'failed', requestId: '', reason: 'closed', mayHaveHappened: true };

/** What was done, in order. */
async function done(
  seats: readonly number[],
  release: ReleaseResult,
  { signOut = (): Promise<void> => Promise.resolve(), isHeld = false } = {},
) {
  const steps: string[] = [];
  const step = <Value>(name: string, value: Value): Promise<Value> => {
    steps.push(name);
    return Promise.resolve(value);
  };
  const mayFail = await handOver(seats, {
    signOut: () => step('sign out', null).then(signOut),
    release: () => step('release', release),
    forgetHim: () => step('forget him', undefined),
    leave: (keepsVisitor) => step(keepsVisitor ? 'leave, same visitor' : 'leave', undefined),
    isHeld: () => isHeld,
    take: (taken) => step(`take ${taken.join(' ')}`, undefined),
  }).catch(() => 'rejected');
  return { steps, mayFail };
}

test('[WC18] not me: signed out, then the seats are free, then another visitor takes them', async () => {
  assert.deepEqual(await done([2, 3], released), {
    steps: ['sign out', 'forget him', 'release', 'leave', 'take 2 3'],
    mayFail: true,
  });
});

test('[WC18] seats that could not be released stay with the visitor who has them', async () => {
  assert.deepEqual(await done([2, 3], noAnswer, { isHeld: true }), {
    steps: ['sign out', 'forget him', 'release', 'leave, same visitor'],
    mayFail: false,
  });
});

test('[WC18] a release whose answer was lost, but not the release: the seats are taken again', async () => {
  const { steps, mayFail } = await done([2, 3], noAnswer);
  assert.deepEqual([steps.at(-1), mayFail], ['take 2 3', true]);
});

test('[WC18] without seats nothing is taken, and nothing can have failed', async () => {
  assert.deepEqual(await done([], noAnswer), { steps: ['sign out', 'forget him', 'leave'], mayFail: false });
});

test('[WC18] while the session could not be ended nothing else changes', async () => {
  const unreachable = (): Promise<void> => Promise.reject(new Error('unreachable'));
  assert.deepEqual(await done([2, 3], released, { signOut: unreachable }), {
    steps: ['sign out'],
    mayFail: 'rejected',
  });
});

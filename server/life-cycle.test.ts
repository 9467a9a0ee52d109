import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LifeCycle } from './life-cycle.ts';

/** A life cycle whose clock only moves when told to. */
function lifeCycleOnHand() {
  const log: string[] = [];
  const timers: { atMs: number; callback: () => void }[] = [];
  let nowMs = 0;
  const lifeCycle = new LifeCycle({
    log: (level, message) => log.push(`${level}: ${message}`),
    after: (delayMs, callback) => {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
  });
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const timer of timers.filter(({ atMs }) => atMs <= nowMs)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.callback();
    }
  };
  return { lifeCycle, log, pass, timers };
}

test('[L1] parts are stopped in the opposite order of their start, one after the other', async () => {
  const { lifeCycle, timers } = lifeCycleOnHand();
  const order: string[] = [];
  for (const name of ['database', 'threads', 'port']) {
    lifeCycle.started(name, async () => {
      order.push(`${name} stops`);
      await Promise.resolve();
      order.push(`${name} stopped`);
    });
  }
  assert.equal(await lifeCycle.stop('test'), true);
  assert.deepEqual(order, [
    'port stops',
    'port stopped',
    'threads stops',
    'threads stopped',
    'database stops',
    'database stopped',
  ]);
  assert.equal(timers.length, 0);
});

test('[L2] stopping twice is stopping once', async () => {
  const { lifeCycle } = lifeCycleOnHand();
  let stops = 0;
  lifeCycle.started('part', () => {
    stops++;
    return Promise.resolve();
  });
  const [first, second] = await Promise.all([lifeCycle.stop('SIGINT'), lifeCycle.stop('SIGTERM')]);
  assert.deepEqual([first, second, stops], [true, true, 1]);
});

test('[L3] what takes long is named, and given up at its deadline; the rest stops all the same', async () => {
  const { lifeCycle, log, pass } = lifeCycleOnHand();
  let isDatabaseStopped = false;
  lifeCycle.started('the database', () => {
    isDatabaseStopped = true;
    return Promise.resolve();
  });
  lifeCycle.started('the threads', () => new Promise(() => {}), 5_000);
  const stopped = lifeCycle.stop('test');
  pass(2_000);
  assert.ok(log.includes('warn: still waiting for the threads'));
  pass(3_000);
  assert.equal(await stopped, false);
  assert.ok(log.includes('error: the threads did not stop in 5000 ms'));
  assert.ok(isDatabaseStopped);
});

test('[L3] a part that fails to stop does not keep the next from stopping', async () => {
  const { lifeCycle, log } = lifeCycleOnHand();
  let isDatabaseStopped = false;
  lifeCycle.started('the database', () => {
    isDatabaseStopped = true;
    return Promise.resolve();
  });
  lifeCycle.started('the threads', () => Promise.reject(new Error('stuck')));
  assert.equal(await lifeCycle.stop('test'), false);
  assert.ok(log.includes('error: the threads failed to stop'));
  assert.ok(isDatabaseStopped);
});

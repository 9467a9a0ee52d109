/** The sweep, with a timer that is turned by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredEvent } from './event-applier.ts';
import {
  EVENT_AGE_MS,
  EVENTS_MAX,
  LEASE_MS,
  PAUSE_AWAY_MS,
  PAUSE_MAX_MS,
  PAUSE_MIN_MS,
  PaymentSweep,
  RUNS_MAX,
} from './payment-sweep.ts';

const EVENT: StoredEvent = { provider: 'stripe', id: 'evt_1', type: 't', object: 'pi_1', order: 'o1', createdMs: null };

/** `due`: what the claims find, one after the other. */
function sweepOf(due: (readonly string[] | Error)[], events: (readonly StoredEvent[] | Error)[] = []) {
  const stage = {
    ran: [] as string[],
    applied: [] as string[],
    lines: [] as string[],
    /** How many orders each look asked for. */
    limits: [] as number[],
    underWay: 0,
    underWayMax: 0,
    run: async (_order: string): Promise<void> => {},
    timer: null as { readonly delayMs: number; readonly callback: () => void } | null,
    sweep: null as unknown as PaymentSweep,
    /** Lets the time come, and waits until the look has ended; resolves with the next pause. */
    async look(): Promise<number | null> {
      const { timer } = stage;
      stage.timer = null;
      timer?.callback();
      await settled();
      return stage.pause();
    },
    /** Of the timer that is set. */
    pause(): number | null {
      return stage.timer?.delayMs ?? null;
    },
  };
  const log = (_details: object, message: string): void => void stage.lines.push(message);
  stage.sweep = new PaymentSweep({
    claimDue: async (limit, leaseMs) => {
      assert.equal(leaseMs, LEASE_MS);
      stage.limits.push(limit);
      const found = due.shift() ?? [];
      if (found instanceof Error) throw found;
      return found;
    },
    run: async (order) => {
      stage.underWayMax = Math.max(stage.underWayMax, ++stage.underWay);
      await stage.run(order);
      stage.underWay--;
      stage.ran.push(order);
    },
    claimEvents: async (limit, olderThanMs) => {
      assert.deepEqual([limit, olderThanMs], [EVENTS_MAX, EVENT_AGE_MS]);
      const found = events.shift() ?? [];
      if (found instanceof Error) throw found;
      return found;
    },
    apply: async ({ id }) => void stage.applied.push(id),
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

async function settled(): Promise<void> {
  for (let turn = 0; turn < 500; turn++) await Promise.resolve();
}

const orders = (count: number): string[] => Array.from({ length: count }, (_, index) => `o${index}`);

test('[RC1] what is due is run, what nobody applied is applied; while nothing is there it looks less and less often', async () => {
  const stage = sweepOf([[], [], [], [], ['o1', 'o2'], []], [[], [], [], [], [EVENT]]);
  stage.sweep.start();
  assert.equal(stage.timer?.delayMs, PAUSE_MIN_MS);
  const pauses = [];
  for (let look = 0; look < 4; look++) pauses.push(await stage.look());
  assert.deepEqual(pauses, [500, 1_000, PAUSE_MAX_MS, PAUSE_MAX_MS]);
  assert.equal(await stage.look(), PAUSE_MIN_MS);
  assert.deepEqual([stage.ran, stage.applied], [['o1', 'o2'], ['evt_1']]);
});

test('[RC1] only what begins at once is claimed; with the first lane that is free the next one is looked for', async () => {
  const stage = sweepOf([orders(RUNS_MAX), ['more'], []]);
  const gates = new Map<string, () => void>();
  stage.run = (order) => new Promise<void>((resolve) => void gates.set(order, resolve));
  stage.sweep.start();
  // No look waits for what is under way.
  assert.equal(await stage.look(), PAUSE_MIN_MS);
  assert.equal(stage.underWay, RUNS_MAX);
  // Nothing is free: nothing is claimed.
  await stage.look();
  assert.deepEqual(stage.limits, [RUNS_MAX]);
  gates.get('o3')?.();
  await settled();
  assert.equal(stage.pause(), 0);
  await stage.look();
  assert.deepEqual([stage.limits, gates.has('more'), stage.underWayMax], [[RUNS_MAX, 1], true, RUNS_MAX]);
});

test('[RC1] a provider that does not answer keeps its own order and no other', async () => {
  const stage = sweepOf([['hangs'], ['o1'], ['o2']]);
  stage.run = (order) => (order === 'hangs' ? new Promise(() => {}) : Promise.resolve());
  stage.sweep.start();
  for (let look = 0; look < 3; look++) assert.equal(await stage.look(), PAUSE_MIN_MS);
  assert.deepEqual(stage.ran, ['o1', 'o2']);
});

test('[RC2] an order that fails stops none behind it; a database that is away is said once and looked for less often', async () => {
  const stage = sweepOf([['bad', 'good'], new Error('away'), new Error('away'), ['later']]);
  stage.run = (order) => (order === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve());
  stage.sweep.start();
  await stage.look();
  assert.deepEqual([stage.ran, stage.lines.length], [['good'], 1]);
  assert.equal(await stage.look(), PAUSE_AWAY_MS);
  assert.equal(await stage.look(), PAUSE_AWAY_MS);
  assert.equal(stage.lines.length, 2);
  assert.equal(await stage.look(), PAUSE_MIN_MS);
  assert.deepEqual(stage.ran, ['good', 'later']);
});

test('[RC1] a poke brings the next look forward, also one that comes while a look is under way', async () => {
  const stage = sweepOf([[], ['o1'], ['o2']]);
  stage.sweep.start();
  await stage.look();
  stage.sweep.poke();
  assert.equal(stage.pause(), 0);
  const { timer } = stage;
  stage.timer = null;
  timer?.callback();
  stage.sweep.poke();
  assert.equal(stage.timer, null);
  await settled();
  assert.equal(stage.pause(), 0);
});

test('[RC2] a stop waits for what is under way and begins nothing more', async () => {
  const stage = sweepOf([orders(RUNS_MAX), ['later']]);
  const gates: (() => void)[] = [];
  stage.run = () => new Promise<void>((resolve) => void gates.push(resolve));
  stage.sweep.start();
  await stage.look();
  const stopped = stage.sweep.stop();
  for (const open of gates) open();
  await stopped;
  assert.deepEqual([stage.ran.length, stage.timer], [RUNS_MAX, null]);
});

test('[RC14] what one claim has taken is done although the other claim fails', async () => {
  const stage = sweepOf([['o1', 'o2'], new Error('away')], [new Error('away'), [EVENT]]);
  stage.sweep.start();
  assert.equal(await stage.look(), PAUSE_AWAY_MS);
  assert.deepEqual([stage.ran, stage.lines.length], [['o1', 'o2'], 1]);
  await stage.look();
  assert.deepEqual([stage.applied, stage.lines.length], [['evt_1'], 1]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScreenAwake } from './screen-awake.ts';

function fakeScreen() {
  let isVisible = true;
  const locks: { isHeld: boolean }[] = [];
  const listeners = new Set<() => void>();
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    locks,
    listeners,
    settle,
    show: (visible: boolean): Promise<void> => {
      isVisible = visible;
      for (const changed of listeners) changed();
      return settle();
    },
    wakeLock: {
      request: () => {
        const lock = {
          isHeld: true,
          release: () => {
            lock.isHeld = false;
            return Promise.resolve();
          },
        };
        locks.push(lock);
        return Promise.resolve(lock);
      },
    },
    isVisible: () => isVisible,
    onVisibility: (changed: () => void) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

test('[WT9] the screen is kept awake while a ticket is shown, given back when the page is hidden, asked for again after', async () => {
  const screen = fakeScreen();
  const awake = new ScreenAwake(screen);
  awake.start();
  awake.start();
  await screen.settle();
  assert.deepEqual(
    screen.locks.map(({ isHeld }) => isHeld),
    [true],
  );
  await screen.show(false);
  assert.deepEqual(
    screen.locks.map(({ isHeld }) => isHeld),
    [false],
  );
  await screen.show(true);
  assert.deepEqual(
    screen.locks.map(({ isHeld }) => isHeld),
    [false, true],
  );
  awake.stop();
  await screen.settle();
  assert.deepEqual(
    screen.locks.map(({ isHeld }) => isHeld),
    [false, false],
  );
  assert.equal(screen.listeners.size, 0);
});

test('[WT9] a lock that comes after the ticket has gone is given back at once', async () => {
  const screen = fakeScreen();
  const awake = new ScreenAwake(screen);
  awake.start();
  awake.stop();
  await screen.settle();
  assert.deepEqual(
    screen.locks.map(({ isHeld }) => isHeld),
    [false],
  );
});

test('[WT9] where there are no locks, or none is given, a ticket is shown all the same', async () => {
  const screen = fakeScreen();
  const without = new ScreenAwake({ ...screen, wakeLock: null });
  without.start();
  without.stop();
  const refused = new ScreenAwake({ ...screen, wakeLock: { request: () => Promise.reject(new Error('low battery')) } });
  refused.start();
  await screen.settle();
  refused.stop();
});

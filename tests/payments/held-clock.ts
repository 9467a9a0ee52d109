/** The wall clock in a test's hands: everything in this process that asks what time it is hears what the test says. Monotonic clocks go on. */
import type { TestContext } from 'node:test';

export interface HeldClock {
  nowMs: number;
}

/** From now on, until `t` ends. To be called before anything is made that keeps `Date.now` for itself. */
export function heldClock(t: TestContext): HeldClock {
  const real = Date.now;
  const clock = { nowMs: real() };
  Date.now = () => clock.nowMs;
  t.after(() => {
    Date.now = real;
  });
  return clock;
}

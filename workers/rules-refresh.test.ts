/** What changes in the catalogue reaches the actors that are loaded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScreeningRules } from '../actors/seat-state.ts';
import { until } from '../tests/support/deadline.ts';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { hold, RULES } from '../tests/support/screening.ts';
import { RulesRefresh } from './rules-refresh.ts';

const PATIENCE_MS = 5_000;
const CLOSED: ScreeningRules = { ...RULES, isOnSale: false };

/** Screenings by number: how they are loaded; each question waits until the test answers it. */
class Refreshing {
  readonly loaded = new Map<number, 'live' | 'loading'>();
  readonly asked: { readonly screenings: readonly number[]; answer(rules?: ScreeningRules): void; fail(): void }[] = [];
  readonly taken: string[] = [];
  readonly warnings: string[] = [];
  readonly refresh = new RulesRefresh({
    isLoaded: (screening) => this.loaded.get(screening) ?? 'no',
    load: (screenings) =>
      new Promise((resolve, reject) => {
        this.asked.push({
          screenings,
          answer: (rules = CLOSED) => resolve(new Map(screenings.map((screening) => [screening, rules]))),
          fail: () => reject(new Error('the database is away')),
        });
      }),
    take: (screening, { isOnSale }) => this.taken.push(`${screening} ${isOnSale}`),
    warn: (message) => this.warnings.push(message),
  });

  /** The question that comes next, and the answer to it. */
  async next(): Promise<{
    readonly screenings: readonly number[];
    answer(rules?: ScreeningRules): void;
    fail(): void;
  }> {
    await until(
      () => this.asked.length > 0,
      PATIENCE_MS,
      () => 'nothing was asked',
    );
    return this.asked.shift() ?? assert.fail();
  }
}

test('[SW5] a loaded screening takes the new rules, and keeps what it has', async () => {
  const stage = new RuntimeStage();
  const held = await stage.does(7, hold('ana', [0]));
  const refresh = new RulesRefresh({
    isLoaded: (screening) => stage.runtime.isLoaded(screening),
    load: (screenings) => stage.loader.rules(screenings),
    take: (screening, rules) => stage.runtime.liveActor(screening)?.takeRules(rules),
    warn: assert.fail,
  });
  stage.loader.rulesNow = CLOSED;
  refresh.changed([7, 8]);
  await turns();
  assert.equal((await stage.does(7, hold('bia', [1]))).code, 'salesClosed');
  const released = await stage.does(7, { kind: 'release', buyer: 'ana', hold: held.accepted('hold').hold });
  assert.equal(released.code, 'accepted');
  assert.deepEqual(stage.loader.asked, [7], 'it was not loaded anew, and 8 not at all');
});

test('[SW5] only loaded screenings are asked about, each once, some hundred at a time', async () => {
  const stage = new Refreshing();
  for (let screening = 1; screening <= 700; screening++) stage.loaded.set(screening, 'live');
  stage.refresh.changed([1, 1, 9_999]);
  stage.refresh.changed(Array.from({ length: 2_000 }, (_, index) => index + 1));
  const sizes: number[] = [];
  for (let step = 0; step < 3; step++) {
    const { screenings, answer } = await stage.next();
    sizes.push(screenings.length);
    answer();
  }
  await turns();
  assert.deepEqual([sizes, stage.asked.length, new Set(stage.taken).size], [[1, 500, 200], 0, 700]);
});

test('[SW5] what changes while it is read is read again', async () => {
  const stage = new Refreshing();
  stage.loaded.set(7, 'live');
  stage.refresh.changed([7]);
  const first = await stage.next();
  stage.refresh.changed([7]);
  first.answer(RULES);
  (await stage.next()).answer(CLOSED);
  await turns();
  assert.deepEqual(stage.taken, ['7 true', '7 false']);
});

test('[SW5] a screening that is being loaded may have read the old rules: it gets the new ones when it is there', async () => {
  const stage = new Refreshing();
  stage.loaded.set(7, 'loading');
  stage.refresh.changed([7]);
  (await stage.next()).answer();
  await turns();
  assert.deepEqual(stage.taken, []);
  stage.loaded.set(7, 'live');
  (await stage.next()).answer();
  await turns();
  assert.deepEqual(stage.taken, ['7 false']);
});

test('[SW5] while the database is away it is asked again; what sleeps meanwhile needs it no more', async () => {
  const stage = new Refreshing();
  stage.loaded.set(7, 'live').set(8, 'live');
  stage.refresh.changed([7, 8]);
  (await stage.next()).fail();
  stage.loaded.delete(8);
  const again = await stage.next();
  again.answer();
  await turns();
  assert.deepEqual([again.screenings, stage.taken, stage.warnings.length], [[7], ['7 false'], 1]);
});

test('[SW5] after the stop nothing is asked', async () => {
  const stage = new Refreshing();
  stage.loaded.set(7, 'live');
  stage.refresh.stop();
  stage.refresh.changed([7]);
  await turns();
  assert.equal(stage.asked.length, 0);
});

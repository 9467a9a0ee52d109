import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobContext } from '../jobs/tasks.ts';
import { RECONCILE, RECONCILE_DAILY, reconcileTasks } from './reconcile-job.ts';
import type { Bite, Place, ReconcileCase, ReconcileWish } from './reconciler.ts';

const NOW_MS = Date.UTC(2026, 10, 25, 12);

function stageOf(bites: readonly Bite[]) {
  const asked: { wish: ReconcileWish; place: Place }[] = [];
  const lines: string[] = [];
  const abort = new AbortController();
  const { tasks, recurring } = reconcileTasks({
    bite: async (wish, place) => {
      asked.push({ wish, place });
      return bites[asked.length - 1] ?? { cases: [], looked: 0, next: null };
    },
    nowMs: () => NOW_MS,
  });
  const log =
    (level: string) =>
    (details: object, message: string): void =>
      void lines.push(`${level} ${'order' in details ? details.order : ''} ${message}`);
  const context: JobContext = {
    ...{ signal: abort.signal, attempt: 1, isLastAttempt: false },
    log: { info: log('info'), warn: log('warn'), error: log('error') },
  };
  const run = (name: string) => tasks.find((task) => task.name === name)?.run({}, context);
  return { asked, lines, abort, recurring, run };
}

function caseOf(order: string, left: string): ReconcileCase {
  return { order, found: 'missed-capture', did: ['look'], left, provider: 'stripe', object: 'pi_1', cents: 1 };
}

test('[RC13] every ten minutes over what is new, once a day over the last days and thoroughly; bite by bite to the end', async () => {
  const place = { stage: 'listed', after: '' } as const;
  const stage = stageOf([{ cases: [], looked: 40, next: place }]);
  assert.deepEqual(
    stage.recurring.map(({ task, at }) => [task, at]),
    [
      [RECONCILE, '*/10 * * * *'],
      [RECONCILE_DAILY, '45 7 * * *'],
    ],
  );
  await stage.run(RECONCILE);
  assert.deepEqual(
    stage.asked.map((asked) => asked.place),
    [{ stage: 'books', after: '' }, place],
  );
  const [first] = stage.asked;
  assert.deepEqual(
    [first?.wish.sinceMs, first?.wish.isThorough, first?.wish.isDryRun],
    [NOW_MS - 1_800_000, false, false],
  );
  await stage.run(RECONCILE_DAILY);
  const daily = stage.asked.at(-1)?.wish;
  assert.deepEqual([daily?.sinceMs, daily?.isThorough], [NOW_MS - 4 * 86_400_000, true]);
  assert.deepEqual(stage.lines, []);
});

test('[RC13] each case is a line in the log; what is left for a person is an error', async () => {
  const cases = [
    caseOf('o1', 'nothing'),
    caseOf('o2', 'for a person to look at: stuck'),
    caseOf('o3', 'wait-for-provider'),
  ];
  const stage = stageOf([{ cases, looked: 3, next: null }]);
  await stage.run(RECONCILE);
  assert.deepEqual(
    stage.lines.map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['warn o1', 'error o2', 'warn o3', 'info '],
  );
});

test('[RC13] a node that stops leaves the rest to the next round', async () => {
  const stage = stageOf([{ cases: [], looked: 1, next: { stage: 'recent', after: 'o1' } }]);
  stage.abort.abort(new Error('the node stops'));
  await assert.rejects(async () => stage.run(RECONCILE), /the node stops/);
  assert.deepEqual(stage.asked, []);
});

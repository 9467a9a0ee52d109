/**
 * The reconciler as a job: every ten minutes over what is new, and once a day over the last days and thoroughly, for what happened
 * while nobody could be asked: longer than providers repeat a webhook. Once in the whole cluster. What it finds is told in the log, one line each: somebody may have to know why a ticket died.
 */
import { z } from 'zod';
import type { Log } from '../../storage/log.ts';
import { EVERY_TEN_MINUTES } from '../jobs/cleaning-tasks.ts';
import { type JobTask, jobTask, type RecurringJob } from '../jobs/tasks.ts';
import { type Bite, type Place, type ReconcileWish, START } from './reconciler.ts';

export const RECONCILE = 'reconcile-payments';
export const RECONCILE_DAILY = 'reconcile-payments-daily';
/** A quarter to five in the morning in Brasília. */
const DAILY = '45 7 * * *';
/** Three rounds overlap, so that one that is missed is made up for. */
const SINCE_MS = 30 * 60_000;
const DAILY_SINCE_MS = 4 * 86_400_000;
/** Of a provider's list: an on-sale of half an hour at two hundred a second, and all of some days. */
const LISTED_MAX = 360_000;
const DAILY_LISTED_MAX = 2_000_000;

export interface ReconcileJobPorts {
  bite(wish: ReconcileWish, place: Place): Promise<Bite>;
  nowMs(): number;
}

export function reconcileTasks(ports: ReconcileJobPorts): { tasks: JobTask[]; recurring: RecurringJob[] } {
  const wishes = {
    [RECONCILE]: { backMs: SINCE_MS, isThorough: false, listedMax: LISTED_MAX, at: EVERY_TEN_MINUTES },
    [RECONCILE_DAILY]: { backMs: DAILY_SINCE_MS, isThorough: true, listedMax: DAILY_LISTED_MAX, at: DAILY },
  };
  const entries = Object.entries(wishes);
  return {
    tasks: entries.map(([name, { backMs, isThorough, listedMax }]) =>
      jobTask(name, z.object({}), async (_payload, { signal, log }) => {
        const wish = { sinceMs: ports.nowMs() - backMs, isDryRun: false, isThorough, listedMax };
        let [looked, cases] = [0, 0];
        for (let place: Place | null = START; place !== null; ) {
          // Whatever is left is found by the next round.
          signal.throwIfAborted();
          const bite: Bite = await ports.bite(wish, place);
          looked += bite.looked;
          cases += bite.cases.length;
          tell(bite, log);
          place = bite.next;
        }
        if (cases > 0) log.info({ task: name, looked, cases }, 'payments were reconciled');
      }),
    ),
    recurring: entries.map(([task, { at }]) => ({ task, at })),
  };
}

function tell({ cases }: Bite, log: Log): void {
  for (const { order, found, did, left, provider, object, cents } of cases) {
    const isOpen = left !== 'nothing' && !left.startsWith('wait');
    const details = { order, found, did, left, provider, object, cents };
    log[isOpen ? 'error' : 'warn'](details, `a payment did not agree with its seats or with its provider: ${found}`);
  }
}

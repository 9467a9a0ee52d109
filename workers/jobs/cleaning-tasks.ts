/**
 * Tasks that come round by themselves: what is old is forgotten, what got lost is found. Each is done once in the cluster,
 * and does its work in small bites, so that nothing else waits long for a lock.
 */
import { z } from 'zod';
import { type JobTask, jobTask, type RecurringJob } from './tasks.ts';

export interface Cleaning {
  /** "forget-old-keys" */
  readonly name: string;
  /** As in a crontab, UTC. */
  readonly at: string;
  /** One bite; resolves with how much it was, 0 when nothing is left. */
  clean(): Promise<number>;
}

/** Four in the morning in Brasília, when cinemas sleep. */
export const DAILY = '17 7 * * *';
export const EVERY_TEN_MINUTES = '*/10 * * * *';

/** A bound for a cleaning whose bites never end; the rest is done next time. */
const BITES_MAX = 1_000;

export function cleaningTasks(cleanings: readonly Cleaning[]): { tasks: JobTask[]; recurring: RecurringJob[] } {
  return {
    tasks: cleanings.map(({ name, clean }) =>
      jobTask(name, z.object({}), async (_payload, { signal, log }) => {
        let count = 0;
        for (let bite = 0; bite < BITES_MAX; bite++) {
          // Whatever is left is done by the next one who takes this job.
          signal.throwIfAborted();
          const bitten = await clean();
          if (bitten === 0) break;
          count += bitten;
        }
        if (count > 0) log.info({ task: name, count }, 'cleaned up');
      }),
    ),
    recurring: cleanings.map(({ name, at }) => ({ task: name, at })),
  };
}

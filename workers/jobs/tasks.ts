/**
 * What a job's task is: a name, the shape of its payload, and what is done. A task is done at least once: a node may be
 * killed between the doing and the note that it was done. So each finds out first what is left to do.
 */
import type { z } from 'zod';
import type { Log } from '../../storage/log.ts';

export interface JobContext {
  /** Aborted when the node wants to stop: end soon and throw, the job is then done elsewhere. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** 1 the first time. */
  readonly attempt: number;
  readonly isLastAttempt: boolean;
}

export interface JobTask {
  readonly name: string;
  readonly payload: z.ZodType;
  run(payload: unknown, context: JobContext): Promise<void>;
}

/**
 * Checks the types where a task is written. A task that throws is tried again, after longer and longer pauses, as often
 * as its job allows; what it throws ends up in the log and must hold nothing personal.
 */
export function jobTask<Payload extends z.ZodType>(
  name: string,
  payload: Payload,
  run: (payload: z.output<Payload>, context: JobContext) => Promise<void>,
): JobTask {
  return { name, payload, run: run as JobTask['run'] };
}

/** A task that is due at certain times, once in the whole cluster, however many nodes there are. */
export interface RecurringJob {
  /** A task's name; its payload is empty. */
  readonly task: string;
  /** As in a crontab, in UTC: "17 7 * * *" is seventeen past four in the morning in Brasília. */
  readonly at: string;
}

/** A task's payload is not what the task takes: it was queued by a build that knows more, or less. */
export class WrongPayload extends Error {
  override readonly name = 'WrongPayload';
}

/** The bounds of a thread's runtime, each with its reason. */
import type { LoadingLimits } from './loading.ts';

export interface RuntimeLimits extends LoadingLimits {
  /** Most actors in memory; at the bound idle ones are put to sleep early, and if none is idle, new ones are "busy". About 10 KB each. */
  readonly actorsMax: number;
  /** An actor without holds that nobody has asked for this long is put to sleep, milliseconds. */
  readonly idleMs: number;
  /** First and longest pause after an actor was ended, milliseconds; doubles each time within a minute. */
  readonly restMs: number;
  readonly restMaxMs: number;
  /** Facts that make a snapshot worth its row when an actor goes to sleep. */
  readonly snapshotFactsMin: number;
}

export const RUNTIME_LIMITS: RuntimeLimits = {
  // A load takes milliseconds: a thousand commands in one are a flood.
  mailboxCommandsMax: 1024,
  loadsMax: 16,
  waitingCommandsMax: 65_536,
  loadDeadlineMs: 5_000,
  actorsMax: 100_000,
  idleMs: 5 * 60_000,
  restMs: 50,
  restMaxMs: 5_000,
  snapshotFactsMin: 1_000,
};

/**
 * "This is not me": the seats go from the one who was here to the one who is. In this order only: nothing changes before the
 * server has ended the session, and the old visitor's name is let go only after his seats are free, so that they are never
 * held by a name that nobody has any more.
 */
import type { ReleaseResult } from '../../../sdk/results.ts';

export interface HandOverPorts {
  /** Rejects: the session goes on, and nothing else may happen. */
  signOut(): Promise<void>;
  /** In the name of the one who was here. Never rejects. */
  release(): Promise<ReleaseResult>;
  /** What this device keeps of him: his tickets, what he typed. Never rejects. */
  forgetHim(): Promise<void>;
  /** Another visitor from now on; with `keepsVisitor` the seats stay where they are, under the name they have. */
  leave(keepsVisitor: boolean): Promise<void>;
  /** After leaving: the seats are held by whoever this page is now. */
  isHeld(): boolean;
  take(seats: readonly number[]): Promise<void>;
}

/**
 * `seats`: those that are held; empty: none. True when they were given free and asked for again, so that somebody else may have
 * been quicker. @throws what signOut throws: nothing has changed
 */
export async function handOver(seats: readonly number[], ports: HandOverPorts): Promise<boolean> {
  await ports.signOut();
  await ports.forgetHim();
  const isFree = seats.length === 0 || (await ports.release()).is === 'accepted';
  await ports.leave(!isFree);
  // Also where the release had no answer, and was carried out nevertheless.
  const mustTake = seats.length > 0 && !ports.isHeld();
  if (mustTake) await ports.take(seats);
  return mustTake;
}

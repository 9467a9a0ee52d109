/**
 * The committed seat map of a screening, once, for those who ask over HTTP. Where somebody on this thread watches the
 * screening its replica is at hand; else the owner is asked, which loads the screening if need be.
 */
import type { Bus } from '../workers/bus.ts';
import type { SeatSnapshot } from '../workers/seat-replica.ts';
import type { Subscriber } from '../workers/subscriptions.ts';
import type { SeatWatch } from './seat-watch.ts';

/** Longest wait for the owner, milliseconds: a load takes some. */
const DEADLINE_MS = 2_000;

/** Null when the owner cannot be reached in time; the caller has made sure that the screening exists. */
export function seatsNow(watch: SeatWatch, bus: Bus, screening: number): Promise<SeatSnapshot | null> {
  const replica = watch.replicaOf(screening);
  if (replica !== null) return Promise.resolve(replica);
  return new Promise((resolve) => {
    const end = (snapshot: SeatSnapshot | null): void => {
      clearTimeout(timer);
      bus.unsubscribe(screening, once);
      resolve(snapshot);
    };
    const once: Subscriber = {
      // A copy: the owner goes on changing its own.
      snapshotTaken: (snapshot) => end({ ...snapshot, screening, status: snapshot.status.slice() }),
      seatsChanged: () => {},
      gone: () => end(null),
    };
    const timer = setTimeout(() => end(null), DEADLINE_MS);
    bus.subscribe(screening, once);
  });
}

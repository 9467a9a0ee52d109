/** Who follows which screening on the owner's side. Told in order: a snapshot, then deltas without a gap, or that it is gone. */
import type { OutcomeCode } from '../actors/seat-outcome.ts';
import type { SeatDelta, SeatSnapshot } from './seat-replica.ts';

/** A gateway thread, or a test. */
export interface Subscriber {
  /** Once after `subscribe`, and again after the owner lost its memory. */
  snapshotTaken(snapshot: SeatSnapshot): void;
  seatsChanged(delta: SeatDelta): void;
  /** There is no such screening, or it cannot be read now (`unavailable`, `busy`: subscribe again later). */
  gone(screening: number, code: OutcomeCode): void;
}

export class Subscriptions {
  readonly #byScreening = new Map<number, Set<Subscriber>>();

  has(screening: number): boolean {
    return this.#byScreening.has(screening);
  }

  add(screening: number, subscriber: Subscriber): void {
    const subscribers = this.#byScreening.get(screening);
    if (subscribers === undefined) this.#byScreening.set(screening, new Set([subscriber]));
    else subscribers.add(subscriber);
  }

  remove(screening: number, subscriber: Subscriber): void {
    const subscribers = this.#byScreening.get(screening);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#byScreening.delete(screening);
  }

  /** Takes a subscriber's name off everything: its end of the line is gone. */
  forget(subscriber: Subscriber): void {
    for (const screening of [...this.#byScreening.keys()]) this.remove(screening, subscriber);
  }

  /** Takes screenings off the list without a word. */
  forgetScreenings(isGone: (screening: number) => boolean): void {
    for (const screening of [...this.#byScreening.keys()]) if (isGone(screening)) this.#byScreening.delete(screening);
  }

  tellSnapshot(snapshot: SeatSnapshot): void {
    for (const subscriber of this.#of(snapshot.screening)) subscriber.snapshotTaken(snapshot);
  }

  tellDelta(delta: SeatDelta): void {
    for (const subscriber of this.#of(delta.screening)) subscriber.seatsChanged(delta);
  }

  tellGone(screening: number, code: OutcomeCode): void {
    const subscribers = this.#of(screening);
    this.#byScreening.delete(screening);
    for (const subscriber of subscribers) subscriber.gone(screening, code);
  }

  /** A copy: a subscriber may subscribe anew while it is told. */
  #of(screening: number): readonly Subscriber[] {
    const subscribers = this.#byScreening.get(screening);
    return subscribers === undefined ? [] : [...subscribers];
  }
}

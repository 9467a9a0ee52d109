/**
 * The bus of one thread among many nodes: to this thread's own runtime, to another thread of this process, or over NATS
 * to another node, as the table of owners says at the moment of sending.
 *
 * A command is sent once, to whoever owns its shard now; if that changes on the way it is answered "unavailable", and
 * whoever asked repeats it. Followers are different: they go along to the new owner by themselves, since a visitor who only
 * looks should not have to notice that a node was replaced.
 */
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import type { Asker } from '../asker.ts';
import type { ActorMessage, Bus } from '../bus.ts';
import type { SeatDelta, SeatSnapshot } from '../seat-replica.ts';
import { shardOf } from '../shard-map.ts';
import type { Subscriber } from '../subscriptions.ts';
import type { ShardOwner } from './shard-owner.ts';

export interface ClusterBusPorts {
  readonly node: string;
  readonly thread: number;
  ownerOf(shard: number): ShardOwner | null;
  /** This thread's runtime. */
  readonly local: Bus;
  /** Other threads of this process. */
  readonly links: ReadonlyMap<number, Bus>;
  /** Other nodes. */
  readonly remote: Bus;
  /** False while this node is cut off from the others: then nobody knows who owns what. */
  isConnected(): boolean;
}

/** One screening that somebody on this thread follows, wherever its owner is. */
class Following implements Subscriber {
  readonly screening: number;
  readonly subscribers = new Set<Subscriber>();
  /** Through whom; null while there is no owner, or he could not be asked. */
  line: Bus | null = null;
  readonly #bus: ClusterBus;

  constructor(screening: number, bus: ClusterBus) {
    this.screening = screening;
    this.#bus = bus;
  }

  snapshotTaken(snapshot: SeatSnapshot): void {
    // Copies: a subscriber may leave while it is told.
    for (const subscriber of [...this.subscribers]) subscriber.snapshotTaken(snapshot);
  }

  seatsChanged(delta: SeatDelta): void {
    for (const subscriber of [...this.subscribers]) subscriber.seatsChanged(delta);
  }

  gone(_screening: number, code: OutcomeCode): void {
    this.#bus.lost(this, code);
  }
}

export class ClusterBus implements Bus {
  readonly #ports: ClusterBusPorts;
  readonly #following = new Map<number, Following>();

  constructor(ports: ClusterBusPorts) {
    this.#ports = ports;
  }

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    const line = this.#lineTo(screening);
    const isLost = line === null || (line === this.#ports.remote && !this.#ports.isConnected());
    if (isLost) asker.answered(tag, command.requestId, { code: OutcomeCode.unavailable }, 0, command.atMs);
    else line.submit(screening, command, asker, tag, deadlineMs);
  }

  /** While there is no owner the subscriber waits for one: a take-over lasts seconds. */
  subscribe(screening: number, subscriber: Subscriber): void {
    let following = this.#following.get(screening);
    if (following === undefined) {
      if (!this.#ports.isConnected()) {
        subscriber.gone(screening, OutcomeCode.unavailable);
        return;
      }
      following = new Following(screening, this);
      this.#following.set(screening, following);
    }
    following.subscribers.add(subscriber);
    this.#follow(following);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    const following = this.#following.get(screening);
    if (!following?.subscribers.delete(subscriber) || following.subscribers.size > 0) return;
    this.#following.delete(screening);
    following.line?.unsubscribe(screening, following);
  }

  /** These shards have other owners now: whoever follows one of their screenings follows it there. */
  ownersChanged(shards: readonly number[]): void {
    const moved = new Set(shards);
    for (const following of [...this.#following.values()]) {
      if (moved.has(shardOf(following.screening))) this.#follow(following);
    }
  }

  /** Call once a second: those who follow nobody, because the owner could not be asked, try again. */
  sweep(): void {
    for (const following of [...this.#following.values()]) if (following.line === null) this.#follow(following);
  }

  /** The owner says that the screening cannot be followed, at all or just now. */
  lost(following: Following, code: OutcomeCode): void {
    const { screening } = following;
    if (this.#following.get(screening) !== following) return;
    following.line = null;
    if (code !== OutcomeCode.unknownScreening && this.#ports.isConnected()) return;
    this.#following.delete(screening);
    for (const subscriber of following.subscribers) subscriber.gone(screening, code);
  }

  #follow(following: Following): void {
    const { screening } = following;
    const line = this.#lineTo(screening);
    if (following.line !== line) following.line?.unsubscribe(screening, following);
    following.line = line;
    line?.subscribe(screening, following);
  }

  #lineTo(screening: number): Bus | null {
    const owner = this.#ports.ownerOf(shardOf(screening));
    if (owner === null) return null;
    if (owner.node !== this.#ports.node) return this.#ports.remote;
    return owner.thread === this.#ports.thread ? this.#ports.local : (this.#ports.links.get(owner.thread) ?? null);
  }
}

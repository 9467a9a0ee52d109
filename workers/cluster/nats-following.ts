/**
 * The following side of the NATS bus: screenings of other nodes that somebody on this thread watches. Each has one
 * replica here for all its subscribers, fed by the owner's deltas. Whatever could have made it miss one (a gap, a broken line,
 * another owner) ends in a new snapshot; and since a line between NATS servers can lose a message without our noticing, the
 * owner is told now and then what we have, and sends a snapshot when that is not what it has told.
 */
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { type SeatDelta, SeatReplica, type SeatSnapshot } from '../seat-replica.ts';
import { shardOf } from '../shard-map.ts';
import type { Subscriber } from '../subscriptions.ts';
import { type OwnerMessage, OwnerMessageKind, readOwnerMessage } from './bus-codec.ts';
import { screeningSubject } from './bus-subjects.ts';
import { ItemKind } from './command-codec.ts';
import type { NatsAsking } from './nats-asking.ts';
import type { NatsBusLimits, NatsBusPorts } from './nats-bus-ports.ts';
import type { NatsLine } from './nats-line.ts';
import type { NodeClocks } from './node-clocks.ts';
import { readClaim, readDeltaFields, readGoneFields, readSnapshotFields } from './seat-codec.ts';

interface Entry {
  readonly screening: number;
  readonly shard: number;
  readonly subscribers: Set<Subscriber>;
  /** Ends listening to the screening's subject. */
  readonly leave: () => void;
  replica: SeatReplica | null;
  /** The replica may have missed something: only a snapshot will do. */
  isWaiting: boolean;
  /** Deltas that came while it waits and did not follow on what it has. */
  pending: SeatDelta[];
  /** When the owner last heard of us, on our monotonic clock. */
  askedMs: number;
}

export class NatsFollowing {
  readonly #line: NatsLine;
  readonly #asking: NatsAsking;
  readonly #clocks: NodeClocks;
  readonly #ports: NatsBusPorts;
  readonly #limits: NatsBusLimits;
  readonly #entries = new Map<number, Entry>();

  constructor(line: NatsLine, asking: NatsAsking, clocks: NodeClocks, ports: NatsBusPorts, limits: NatsBusLimits) {
    this.#line = line;
    this.#asking = asking;
    this.#clocks = clocks;
    this.#ports = ports;
    this.#limits = limits;
  }

  get followedScreenings(): number {
    return this.#entries.size;
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    if (this.#line.isAway || this.#line.isClosed) {
      subscriber.gone(screening, OutcomeCode.unavailable);
      return;
    }
    const entry = this.#entries.get(screening) ?? this.#open(screening);
    entry.subscribers.add(subscriber);
    if (entry.replica !== null && !entry.isWaiting) subscriber.snapshotTaken(entry.replica);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    const entry = this.#entries.get(screening);
    if (!entry?.subscribers.delete(subscriber) || entry.subscribers.size > 0) return;
    this.#close(entry);
    this.#asking.tell(entry.shard, [ItemKind.unfollow, screening]);
  }

  #open(screening: number): Entry {
    // First listen, then ask: the server takes what one line sends in its order.
    const subject = screeningSubject(screening);
    const subscription = this.#line.listen(subject, ({ data }) => {
      const message = readOwnerMessage(data);
      if (message === null) this.#line.unreadable(subject, 'not of our format');
      else this.heard(subject, message);
    });
    const entry: Entry = {
      screening,
      shard: shardOf(screening),
      subscribers: new Set(),
      leave: () => subscription.unsubscribe(),
      replica: null,
      isWaiting: true,
      pending: [],
      askedMs: Number.NEGATIVE_INFINITY,
    };
    this.#entries.set(screening, entry);
    this.#ask(entry);
    return entry;
  }

  #close(entry: Entry): void {
    this.#entries.delete(entry.screening);
    entry.leave();
  }

  /** Without an owner nothing is asked; `ownersChanged` will, or `sweep`. */
  #ask(entry: Entry): void {
    entry.askedMs = this.#ports.monotonicMs();
    const { screening, shard, replica, isWaiting } = entry;
    const [epoch, version] = isWaiting || replica === null ? [0, 0] : [replica.epoch, replica.version];
    this.#asking.tell(shard, [ItemKind.follow, screening, epoch, version]);
  }

  #askAnew(entry: Entry): void {
    entry.isWaiting = true;
    this.#ask(entry);
  }

  // ---- what owners tell -------------------------------------------------------------------------------------------

  /** On a screening's subject, or in our inbox. */
  heard(subject: string, { node, clockMs, kind, fields }: OwnerMessage): void {
    const claim = readClaim(fields);
    const entry = claim === null ? undefined : this.#entries.get(claim.screening);
    if (claim === null) this.#line.unreadable(subject, 'a screening');
    if (claim === null || entry === undefined) return;
    // A former owner that does not know it yet.
    if (claim.claim < (this.#ports.ownerOf(entry.shard)?.epoch ?? 0)) return;
    this.#clocks.heard(node, clockMs, this.#ports.monotonicMs());
    switch (kind) {
      case OwnerMessageKind.snapshot: {
        const snapshot = readSnapshotFields(fields);
        if (snapshot === null) this.#line.unreadable(subject, 'a snapshot');
        else this.#snapshot(entry, snapshot);
        return;
      }
      case OwnerMessageKind.delta: {
        const delta = readDeltaFields(fields);
        if (delta === null) this.#line.unreadable(subject, 'a delta');
        else this.#delta(entry, delta);
        return;
      }
      case OwnerMessageKind.gone: {
        this.#close(entry);
        const code = readGoneFields(fields);
        for (const subscriber of entry.subscribers) subscriber.gone(entry.screening, code);
        return;
      }
      default:
        // A newer build's; what it means here the sender cannot rely upon.
        return;
    }
  }

  #snapshot(entry: Entry, snapshot: SeatSnapshot): void {
    const { replica: held, isWaiting } = entry;
    if (held !== null && held.epoch === snapshot.epoch && held.version === snapshot.version) {
      // Nothing was missed.
      entry.isWaiting = false;
      entry.pending = [];
      return;
    }
    const isNewer =
      held === null ||
      held.epoch < snapshot.epoch ||
      (held.epoch === snapshot.epoch && held.version < snapshot.version);
    if (!isNewer && !isWaiting) return;
    const replica = new SeatReplica(snapshot);
    let isBehind = false;
    for (const delta of entry.pending) {
      if (!replica.apply(delta) && delta.epoch >= replica.epoch) isBehind = true;
    }
    entry.pending = [];
    entry.replica = replica;
    entry.isWaiting = isBehind;
    if (isBehind) this.#ask(entry);
    for (const subscriber of [...entry.subscribers]) {
      if (entry.subscribers.has(subscriber)) subscriber.snapshotTaken(replica);
    }
  }

  #delta(entry: Entry, delta: SeatDelta): void {
    const { replica } = entry;
    if (replica !== null && delta.version <= replica.version && delta.epoch === replica.epoch) return;
    if (replica?.apply(delta)) {
      // Copies: a subscriber may leave, or come anew with a snapshot that has this delta already.
      for (const subscriber of [...entry.subscribers]) {
        if (entry.subscribers.has(subscriber)) subscriber.seatsChanged(delta);
      }
      return;
    }
    // Kept until a snapshot comes on which it may follow. Too many: the snapshot will have them, or there is a gap again.
    if (entry.pending.push(delta) > this.#limits.pendingDeltasMax) entry.pending = [];
    if (entry.isWaiting) return;
    this.#line.counts.gaps++;
    this.#askAnew(entry);
  }

  // ---- when something changes ---------------------------------------------------------------------------------------

  ownersChanged(shards: ReadonlySet<number>): void {
    for (const entry of this.#entries.values()) if (shards.has(entry.shard)) this.#askAnew(entry);
  }

  reconnected(): void {
    for (const entry of this.#entries.values()) {
      entry.pending = [];
      this.#askAnew(entry);
    }
  }

  sweep(): void {
    const nowMs = this.#ports.monotonicMs();
    for (const entry of this.#entries.values()) {
      const pauseMs = entry.isWaiting ? this.#limits.askAgainMs : this.#limits.renewMs;
      if (nowMs - entry.askedMs >= pauseMs) this.#ask(entry);
    }
  }

  close(): void {
    for (const entry of [...this.#entries.values()]) {
      this.#close(entry);
      for (const subscriber of entry.subscribers) subscriber.gone(entry.screening, OutcomeCode.unavailable);
    }
  }
}

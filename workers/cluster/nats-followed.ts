/**
 * A screening of ours that threads of other nodes follow: one subscriber of the runtime for all of them. What the runtime tells goes
 * once to the screening's subject; only a snapshot that one follower has asked for goes to that one's inbox, so that after
 * a broken line a hundred followers do not get a hundred snapshots each.
 */
import type { OutcomeCode } from '../../actors/seat-outcome.ts';
import type { SeatDelta, SeatSnapshot } from '../seat-replica.ts';
import type { Subscriber } from '../subscriptions.ts';
import { OwnerMessageKind } from './bus-codec.ts';
import { screeningSubject } from './bus-subjects.ts';
import type { Item } from './command-codec.ts';
import { deltaFields, goneFields, snapshotFields } from './seat-codec.ts';

export interface FollowedHost {
  /** To be sent after the answers that were given before. */
  tell(subject: string, kind: number, fields: Item): void;
  /** The runtime has let go of it. */
  ended(followed: NatsFollowed): void;
}

export class NatsFollowed implements Subscriber {
  readonly screening: number;
  readonly shard: number;
  /** Under which epoch we own its shard. */
  readonly claim: number;
  readonly #host: FollowedHost;
  readonly #subject: string;
  /** Who follows, by inbox, and when it last said so. */
  readonly #heardMs = new Map<string, number>();
  /** What the followers were told last; 0: nothing yet. */
  #epoch = 0;
  #version = 0;
  /** Whoever is asking at this moment. */
  #asker: string | null = null;

  constructor(screening: number, shard: number, claim: number, host: FollowedHost) {
    this.screening = screening;
    this.shard = shard;
    this.claim = claim;
    this.#host = host;
    this.#subject = screeningSubject(screening);
  }

  /** `ask`: has the runtime tell this subscriber a snapshot; called unless the follower has what the others have. */
  follow(inbox: string, epoch: number, version: number, nowMs: number, ask: () => void): void {
    this.#heardMs.set(inbox, nowMs);
    if (version > 0 && epoch === this.#epoch && version === this.#version) return;
    this.#asker = inbox;
    try {
      ask();
    } finally {
      this.#asker = null;
    }
  }

  /** True when nobody is left. */
  unfollow(inbox: string): boolean {
    this.#heardMs.delete(inbox);
    return this.#heardMs.size === 0;
  }

  /** Forgets those who were last heard before `beforeMs`; true when nobody is left. */
  forgetSilent(beforeMs: number): boolean {
    for (const [inbox, heardMs] of this.#heardMs) if (heardMs < beforeMs) this.#heardMs.delete(inbox);
    return this.#heardMs.size === 0;
  }

  // ---- what the runtime tells -------------------------------------------------------------------------------------

  snapshotTaken(snapshot: SeatSnapshot): void {
    this.#epoch = snapshot.epoch;
    this.#version = snapshot.version;
    // Written now: the status is the runtime's own, and changes.
    const subject = this.#asker === null ? this.#subject : `${this.#asker}.0`;
    this.#host.tell(subject, OwnerMessageKind.snapshot, snapshotFields(this.claim, snapshot));
  }

  seatsChanged(delta: SeatDelta): void {
    this.#epoch = delta.epoch;
    this.#version = delta.version;
    this.#host.tell(this.#subject, OwnerMessageKind.delta, deltaFields(this.claim, delta));
  }

  gone(screening: number, code: OutcomeCode): void {
    this.#host.tell(this.#subject, OwnerMessageKind.gone, goneFields(this.claim, screening, code));
    this.#host.ended(this);
  }
}

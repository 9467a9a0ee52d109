/** A bus at whose other end sits the test: it sees what was asked and followed, and answers when and how it likes. */
import assert from 'node:assert/strict';
import type { Answer } from '../../actors/seat-outcome.ts';
import type { Asker } from '../../workers/asker.ts';
import type { ActorMessage, Bus } from '../../workers/bus.ts';
import type { Subscriber } from '../../workers/shard-runtime.ts';
import { T0 } from './screening.ts';

export interface Submitted {
  readonly screening: number;
  readonly command: ActorMessage;
  readonly deadlineMs: number;
  /** Answers it, once. */
  answer(outcome: Answer, version?: number, nowMs?: number): void;
}

export class HandBus implements Bus {
  /** Not answered yet, oldest first. */
  readonly submitted: Submitted[] = [];
  readonly subscribers = new Map<number, Subscriber>();
  /** "subscribe 7", "unsubscribe 7", in order. */
  readonly log: string[] = [];

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    const submitted: Submitted = {
      screening,
      command,
      deadlineMs,
      answer: (outcome, version = 1, nowMs = T0) => {
        const at = this.submitted.indexOf(submitted);
        assert.ok(at >= 0, `${command.kind} ${command.requestId} was answered before`);
        this.submitted.splice(at, 1);
        asker.answered(tag, command.requestId, outcome, version, nowMs);
      },
    };
    this.submitted.push(submitted);
  }

  /** The oldest that is not answered yet; it must be of `kind`. */
  next<Kind extends ActorMessage['kind']>(
    kind: Kind,
  ): Submitted & { readonly command: Extract<ActorMessage, { readonly kind: Kind }> } {
    const [first] = this.submitted;
    assert.equal(first?.command.kind, kind);
    return first as Submitted & { readonly command: Extract<ActorMessage, { readonly kind: Kind }> };
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    this.log.push(`subscribe ${screening}`);
    this.subscribers.set(screening, subscriber);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    this.log.push(`unsubscribe ${screening}`);
    if (this.subscribers.get(screening) === subscriber) this.subscribers.delete(screening);
  }

  subscriberOf(screening: number): Subscriber {
    const subscriber = this.subscribers.get(screening);
    assert.ok(subscriber !== undefined, `nobody follows ${screening}`);
    return subscriber;
  }
}

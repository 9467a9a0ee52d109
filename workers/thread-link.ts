/**
 * One end of the line between two threads of this process. What is sent in one turn goes as one message: a
 * postMessage costs several microseconds, whatever is in it, and a structured clone of a hundred commands little
 * more than one of ten.
 *
 * Both ends ask and answer. Commands under way are bounded; at the bound new ones are answered "busy". When the
 * other thread is gone, everything under way is answered "unavailable".
 */
import { type Answer, OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import type { Asker } from './asker.ts';
import type { ActorMessage } from './bus.ts';
import type { SeatDelta, SeatSnapshot } from './seat-replica.ts';
import type { Subscriber } from './shard-runtime.ts';

/** The part of a MessagePort that is needed, so that tests can pair two ends without threads. */
export interface LinkPort {
  postMessage(message: readonly LinkMessage[]): void;
  on(event: 'message', listener: (message: readonly LinkMessage[]) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

export type LinkMessage =
  | readonly [kind: 'submit', id: number, screening: number, command: ActorMessage, deadlineMs: number]
  | readonly [kind: 'answer', id: number, outcome: Answer, version: number, nowMs: number]
  | readonly [kind: 'subscribe' | 'unsubscribe', screening: number]
  | readonly [kind: 'snapshot', snapshot: SeatSnapshot]
  | readonly [kind: 'delta', delta: SeatDelta]
  | readonly [kind: 'gone', screening: number, code: OutcomeCode];

/** What the other side may ask of this one: the runtime of this thread. */
export interface LinkServer {
  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void;
  subscribe(screening: number, subscriber: Subscriber): void;
  unsubscribe(screening: number, subscriber: Subscriber): void;
  /** The subscriber's end of the line is gone. */
  forgetSubscriber(subscriber: Subscriber): void;
}

export interface LinkPorts {
  readonly server: LinkServer;
  nowMs(): number;
  /** Calls back at the end of this turn. */
  endOfTurn(callback: () => void): void;
}

interface UnderWay {
  readonly asker: Asker;
  readonly tag: number;
  readonly requestId: string;
  readonly deadlineMs: number;
}

/** Most commands under way to one thread: about half a second of a thread's work. */
export const UNDER_WAY_MAX = 32_768;
/** How long after its deadline a command is given up, milliseconds: its owner answers "expired" by itself before. */
const GIVE_UP_MS = 1_000;

const busy: Refused = { code: OutcomeCode.busy };
const unavailable: Refused = { code: OutcomeCode.unavailable };
const expired: Refused = { code: OutcomeCode.expired };

export class ThreadLink implements Asker, Subscriber {
  readonly #port: LinkPort;
  readonly #ports: LinkPorts;
  readonly #underWay = new Map<number, UnderWay>();
  readonly #subscribers = new Map<number, Set<Subscriber>>();
  #nextId = 1;
  #outgoing: LinkMessage[] = [];
  #isClosed = false;

  constructor(port: LinkPort, ports: LinkPorts) {
    this.#port = port;
    this.#ports = ports;
    port.on('message', (messages) => {
      for (const message of messages) this.#receive(message);
    });
    port.on('close', () => this.close());
  }

  get commandsUnderWay(): number {
    return this.#underWay.size;
  }

  // ---- asking the other side -------------------------------------------------------------------------------------

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    if (this.#isClosed || this.#underWay.size >= UNDER_WAY_MAX) {
      asker.answered(tag, command.requestId, this.#isClosed ? unavailable : busy, 0, this.#ports.nowMs());
      return;
    }
    const id = this.#nextId++;
    this.#underWay.set(id, { asker, tag, requestId: command.requestId, deadlineMs });
    this.#send(['submit', id, screening, command, deadlineMs]);
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    if (this.#isClosed) {
      subscriber.gone(screening, OutcomeCode.unavailable);
      return;
    }
    let subscribers = this.#subscribers.get(screening);
    if (subscribers === undefined) {
      subscribers = new Set();
      this.#subscribers.set(screening, subscribers);
    }
    subscribers.add(subscriber);
    this.#send(['subscribe', screening]);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    const subscribers = this.#subscribers.get(screening);
    if (!subscribers?.delete(subscriber) || subscribers.size > 0) return;
    this.#subscribers.delete(screening);
    this.#send(['unsubscribe', screening]);
  }

  /** Gives up what has been under way for too long; call once a second. */
  sweep(): void {
    const nowMs = this.#ports.nowMs();
    for (const [id, { asker, tag, requestId, deadlineMs }] of this.#underWay) {
      // Sent in order and with nearly equal deadlines: the first that may wait ends the search.
      if (nowMs <= deadlineMs + GIVE_UP_MS) return;
      this.#underWay.delete(id);
      asker.answered(tag, requestId, unavailable, 0, nowMs);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#ports.server.forgetSubscriber(this);
    const nowMs = this.#ports.nowMs();
    for (const { asker, tag, requestId } of this.#underWay.values()) {
      asker.answered(tag, requestId, unavailable, 0, nowMs);
    }
    this.#underWay.clear();
    for (const [screening, subscribers] of this.#subscribers) {
      for (const subscriber of subscribers) subscriber.gone(screening, OutcomeCode.unavailable);
    }
    this.#subscribers.clear();
  }

  // ---- serving the other side --------------------------------------------------------------------------------------

  /** As the asker of the other side's commands: `tag` is its id. */
  answered(tag: number, _requestId: string, outcome: Answer, version: number, nowMs: number): void {
    this.#send(['answer', tag, outcome, version, nowMs]);
  }

  /** As the subscriber on behalf of the other side's watchers. */
  snapshotTaken({ screening, seatMap, epoch, version, salesOpen, status }: SeatSnapshot): void {
    this.#send(['snapshot', { screening, seatMap, epoch, version, salesOpen, status: status.slice() }]);
  }

  seatsChanged(delta: SeatDelta): void {
    this.#send(['delta', delta]);
  }

  gone(screening: number, code: OutcomeCode): void {
    this.#send(['gone', screening, code]);
  }

  // ---- the line ------------------------------------------------------------------------------------------------------

  #send(message: LinkMessage): void {
    if (this.#isClosed) return;
    if (this.#outgoing.push(message) === 1) this.#ports.endOfTurn(this.#flush);
  }

  readonly #flush = (): void => {
    const messages = this.#outgoing;
    if (messages.length === 0) return;
    this.#outgoing = [];
    if (!this.#isClosed) this.#port.postMessage(messages);
  };

  /** Sends now what this turn has collected: after a commit nothing more will come in this turn. */
  flush(): void {
    this.#flush();
  }

  #receive(message: LinkMessage): void {
    switch (message[0]) {
      case 'submit': {
        const [, id, screening, command, deadlineMs] = message;
        const nowMs = this.#ports.nowMs();
        if (nowMs > deadlineMs) this.answered(id, command.requestId, expired, 0, nowMs);
        else this.#ports.server.submit(screening, command, this, id, deadlineMs);
        return;
      }
      case 'answer': {
        const [, id, outcome, version, nowMs] = message;
        const underWay = this.#underWay.get(id);
        // Given up by `sweep` already: the asker has been told to repeat.
        if (underWay === undefined) return;
        this.#underWay.delete(id);
        underWay.asker.answered(underWay.tag, underWay.requestId, outcome, version, nowMs);
        return;
      }
      case 'subscribe':
        this.#ports.server.subscribe(message[1], this);
        return;
      case 'unsubscribe':
        this.#ports.server.unsubscribe(message[1], this);
        return;
      case 'snapshot':
        for (const subscriber of this.#followers(message[1].screening)) subscriber.snapshotTaken(message[1]);
        return;
      case 'delta':
        for (const subscriber of this.#followers(message[1].screening)) subscriber.seatsChanged(message[1]);
        return;
      case 'gone': {
        const subscribers = this.#subscribers.get(message[1]);
        this.#subscribers.delete(message[1]);
        for (const subscriber of subscribers ?? []) subscriber.gone(message[1], message[2]);
        return;
      }
    }
  }

  /** A copy: a subscriber may subscribe anew while it is told. */
  #followers(screening: number): readonly Subscriber[] {
    const subscribers = this.#subscribers.get(screening);
    return subscribers === undefined ? [] : [...subscribers];
  }
}

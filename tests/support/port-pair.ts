/**
 * Two ends of a line between threads, under the test's hand: what one end posts is cloned as a MessagePort would clone it, and
 * waits until the test delivers it. Behind the same face stands a real MessageChannel, which delivers by itself.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { LinkMessage, LinkPort } from '../../workers/thread-link.ts';
import { turns } from './hand-store.ts';

export interface PortPair {
  readonly ends: readonly [LinkPort, LinkPort];
  /** Lets everything pass that is on its way, both ways, and what it causes. */
  deliver(): Promise<void>;
  /** The other thread dies, or the line is closed: both ends hear it. */
  close(): Promise<void>;
  /** Messages posted so far, by both ends. */
  readonly posted: number;
}

type Listener = (message: readonly LinkMessage[]) => void;

class MemoryEnd implements LinkPort {
  other: MemoryEnd | null = null;
  readonly queue: (readonly LinkMessage[])[] = [];
  posted = 0;
  #onMessage: Listener = () => {};
  #onClose: () => void = () => {};

  postMessage(message: readonly LinkMessage[]): void {
    this.posted++;
    this.other?.queue.push(structuredClone(message));
  }

  on(event: 'message' | 'close', listener: Listener | (() => void)): void {
    if (event === 'message') this.#onMessage = listener as Listener;
    else this.#onClose = listener as () => void;
  }

  /** False when nothing was waiting. */
  receive(): boolean {
    const message = this.queue.shift();
    if (message === undefined) return false;
    this.#onMessage(message);
    return true;
  }

  closed(): void {
    this.other = null;
    this.#onClose();
  }
}

/** `endsOfTurn`: what the links asked to be called back for; run before each look at the line. */
export function memoryPorts(endsOfTurn: EndsOfTurn): PortPair {
  const [one, two] = [new MemoryEnd(), new MemoryEnd()];
  one.other = two;
  two.other = one;
  return {
    ends: [one, two],
    async deliver(): Promise<void> {
      let isMoving = true;
      while (isMoving) {
        await turns();
        isMoving = endsOfTurn.run();
        // One each, in turn: as interleaved as two threads can be.
        if (one.receive()) isMoving = true;
        if (two.receive()) isMoving = true;
      }
    },
    close(): Promise<void> {
      one.closed();
      two.closed();
      return turns();
    },
    get posted() {
      return one.posted + two.posted;
    },
  };
}

/** The real thing. Both ends are in this thread; the messages are serialised and delivered by the event loop all the same. */
export function channelPorts(endsOfTurn: EndsOfTurn): PortPair {
  const { port1, port2 } = new MessageChannel();
  const counts = { posted: 0, received: 0 };
  const counted = (port: MessagePort): LinkPort => ({
    postMessage: (message) => {
      counts.posted++;
      port.postMessage(message);
    },
    on: (event: 'message' | 'close', listener: Listener | (() => void)) => {
      if (event === 'close') return port.on('close', listener as () => void);
      return port.on('message', (message: readonly LinkMessage[]) => {
        counts.received++;
        (listener as Listener)(message);
      });
    },
  });
  return {
    ends: [counted(port1), counted(port2)],
    async deliver(): Promise<void> {
      let isMoving = true;
      while (isMoving) {
        await turns();
        isMoving = endsOfTurn.run() || counts.received < counts.posted;
        if (isMoving) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async close(): Promise<void> {
      const closed = new Promise((resolve) => port2.once('close', resolve));
      port1.close();
      await closed;
      await turns();
    },
    get posted() {
      return counts.posted;
    },
  };
}

/** The ends of turns, when the test says so. */
export class EndsOfTurn {
  #callbacks: (() => void)[] = [];

  readonly add = (callback: () => void): void => {
    this.#callbacks.push(callback);
  };

  /** False when nobody waited for one. */
  run(): boolean {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback();
    return callbacks.length > 0;
  }
}

/** The bus inside one process: the owner is this thread's runtime, or another thread at the end of a link. */
import { OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from './asker.ts';
import type { ActorMessage, Bus } from './bus.ts';
import { shardOf } from './shard-map.ts';
import type { Subscriber } from './shard-runtime.ts';
import type { LinkServer, ThreadLink } from './thread-link.ts';

export class ThreadBus implements Bus {
  readonly #owners: Uint8Array;
  readonly #thread: number;
  readonly #local: LinkServer;
  readonly #links: ReadonlyMap<number, ThreadLink>;

  /** `owners[shard]` is the thread that owns it; `links` has every other thread. */
  constructor(owners: Uint8Array, thread: number, local: LinkServer, links: ReadonlyMap<number, ThreadLink>) {
    this.#owners = owners;
    this.#thread = thread;
    this.#local = local;
    this.#links = links;
  }

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    this.#lineTo(screening).submit(screening, command, asker, tag, deadlineMs);
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    this.#lineTo(screening).subscribe(screening, subscriber);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    this.#lineTo(screening).unsubscribe(screening, subscriber);
  }

  #lineTo(screening: number): Bus {
    const owner = this.#owners[shardOf(screening)] ?? 0;
    if (owner === this.#thread) return this.#local;
    // Never ourselves instead: the wrong thread would claim the screening.
    return this.#links.get(owner) ?? nobodyThere;
  }
}

/** The way to an owner to whom there is none. */
const nobodyThere: Bus = {
  submit: (_screening, command, asker, tag) =>
    asker.answered(tag, command.requestId, { code: OutcomeCode.unavailable }, 0, command.atMs),
  subscribe: (screening, subscriber) => subscriber.gone(screening, OutcomeCode.unavailable),
  unsubscribe: () => {},
};

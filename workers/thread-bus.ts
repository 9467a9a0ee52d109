/** The bus inside one process: the owner is this thread's runtime, or another thread at the end of a link. */
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
    const link = this.#linkTo(screening);
    // On this thread the command is executed in this very turn: it cannot be late.
    if (link === null) this.#local.submit(screening, command, asker, tag);
    else link.submit(screening, command, asker, tag, deadlineMs);
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    (this.#linkTo(screening) ?? this.#local).subscribe(screening, subscriber);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    (this.#linkTo(screening) ?? this.#local).unsubscribe(screening, subscriber);
  }

  #linkTo(screening: number): ThreadLink | null {
    const owner = this.#owners[shardOf(screening)] ?? 0;
    return owner === this.#thread ? null : (this.#links.get(owner) ?? null);
  }
}

/**
 * The bus: how a gateway reaches the owner of a screening without knowing where it is. A port with adapters:
 * in process (workers/thread-bus.ts: a direct call on the same thread, batched MessagePort messages between
 * threads) and, for several nodes, NATS subjects. One contract suite holds for all.
 *
 * - A command is answered exactly once: by its owner, or with "unavailable" when the owner cannot be reached before the
 *   deadline. An expired command is never executed late.
 * - Commands of one sender to one screening arrive in the order in which they were sent.
 * - After `subscribe` come a snapshot and then deltas without a gap, or `gone`.
 */
import type { Command } from '../actors/seat-command.ts';
import type { MineQuery } from '../actors/seat-mine.ts';
import type { Asker } from './asker.ts';
import type { Subscriber } from './shard-runtime.ts';

/** What a screening's actor is told or asked. */
export type ActorMessage = Command | MineQuery;

export interface Bus {
  /** `deadlineMs`: on this process's clock, milliseconds since 1970. */
  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void;
  subscribe(screening: number, subscriber: Subscriber): void;
  unsubscribe(screening: number, subscriber: Subscriber): void;
}

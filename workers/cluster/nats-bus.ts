/**
 * The bus between nodes: commands for screenings that other nodes own, and theirs for ours, over NATS. One for each
 * shard thread, on a NATS connection of its own.
 *
 * - A command reaches only the owner of the epoch it was sent to, or comes back at once. What the line loses is
 *   answered "unavailable" when the loss is noticed: with the line, with the owner, or a second after its deadline.
 * - Deadlines travel in the owner's monotonic clock, of which we know a lower bound (node-clocks.ts).
 * - What one turn has for one shard, or one asker, goes as one message.
 *
 * NATS keeps nothing of it: no stream, no acknowledgement. What must not be lost is in PostgreSQL, and everything else is
 * asked again.
 */
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Asker } from '../asker.ts';
import type { ActorMessage, Bus } from '../bus.ts';
import type { Subscriber } from '../subscriptions.ts';
import { OwnerMessageKind, readOwnerMessage } from './bus-codec.ts';
import { batchOfReply, inboxOf, isNodeId } from './bus-subjects.ts';
import { NatsAsking } from './nats-asking.ts';
import { NATS_BUS_LIMITS, type NatsBusCounts, type NatsBusLimits, type NatsBusPorts } from './nats-bus-ports.ts';
import { NatsFollowing } from './nats-following.ts';
import { NatsLine } from './nats-line.ts';
import { NatsServing } from './nats-serving.ts';
import { NodeClocks } from './node-clocks.ts';

export { NATS_BUS_LIMITS, type NatsBusCounts, type NatsBusLimits, type NatsBusPorts } from './nats-bus-ports.ts';

export class NatsBus implements Bus {
  readonly #line: NatsLine;
  readonly #ports: NatsBusPorts;
  readonly #clocks = new NodeClocks();
  readonly #asking: NatsAsking;
  readonly #serving: NatsServing;
  readonly #following: NatsFollowing;
  readonly #inbox: Subscription;
  /** Those who wait for the line to come back. */
  #waitingForLine: (() => void)[] = [];
  #isClosed = false;

  /** The connection stays the caller's: `close` ends what is done on it, and nothing else. */
  constructor(
    connection: NatsConnection,
    node: string,
    thread: number,
    ports: NatsBusPorts,
    limits: Partial<NatsBusLimits> = {},
  ) {
    if (!isNodeId(node)) throw new Error(`"${node}" cannot be a node id`);
    const bounds = { ...NATS_BUS_LIMITS, ...limits };
    const inbox = inboxOf(node, thread);
    this.#ports = ports;
    this.#line = new NatsLine(connection, node, ports, () => this.flush());
    this.#asking = new NatsAsking(this.#line, inbox, this.#clocks, ports, bounds);
    this.#serving = new NatsServing(this.#line, ports, bounds);
    this.#following = new NatsFollowing(this.#line, this.#asking, this.#clocks, ports, bounds);
    this.#inbox = this.#line.listen(`${inbox}.*`, (message) => this.#heard(message));
  }

  get commandsUnderWay(): number {
    return this.#asking.commandsUnderWay;
  }

  /** Since the start. */
  get counts(): Readonly<NatsBusCounts> {
    return this.#line.counts;
  }

  /** Screenings of ours that others follow, and of others that we follow. */
  get followedScreenings(): { readonly here: number; readonly there: number } {
    return { here: this.#serving.followedScreenings, there: this.#following.followedScreenings };
  }

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    this.#asking.submit(screening, command, asker, tag, deadlineMs);
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    this.#following.subscribe(screening, subscriber);
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    this.#following.unsubscribe(screening, subscriber);
  }

  /** Listens for the commands of these shards under these epochs; resolves when the server knows it, however long that takes. */
  async serve(claims: readonly { readonly shard: number; readonly epoch: number }[]): Promise<void> {
    for (const { shard, epoch } of claims) this.#serving.serve(shard, epoch);
    while (!this.#isClosed && !this.#line.isClosed) {
      if (this.#line.isAway) {
        await new Promise<void>((resolve) => this.#waitingForLine.push(resolve));
        continue;
      }
      try {
        await this.#line.flushed();
        return;
      } catch {
        // The line broke meanwhile; the client tells the server of all subscriptions when it is back.
        await new Promise<void>((resolve) => this.#ports.endOfTurn(resolve));
      }
    }
  }

  /** Stops listening; followers of screenings of these shards are forgotten. */
  unserve(shards: readonly number[]): void {
    for (const shard of shards) this.#serving.unserve(shard);
  }

  /** Owners of these shards changed: what is under way to the old owner is "unavailable"; followed screenings are asked for at the new one. */
  ownersChanged(shards: readonly number[]): void {
    const changed = new Set(shards);
    this.#asking.ownersChanged(changed);
    this.#following.ownersChanged(changed);
  }

  /** `theirMs`: what the node's monotonic clock showed when it sent what we heard at `heardMs` on ours. */
  clockHeard(node: string, theirMs: number, heardMs: number): void {
    this.#clocks.heard(node, theirMs, heardMs);
  }

  /** The line went away: until it is back commands are "unavailable" at once, those under way too. */
  disconnected(): void {
    this.#line.isAway = true;
    this.#serving.disconnected();
    this.#asking.giveUpAll();
  }

  /** The line is back: followers and followed are synchronised anew. */
  reconnected(): void {
    this.#line.isAway = false;
    this.#wake();
    this.#following.reconnected();
    this.#serving.reconnected();
  }

  /** Call once a second: deadlines, interest renewed and forgotten. */
  sweep(): void {
    this.#asking.sweep();
    this.#following.sweep();
    this.#serving.sweep();
  }

  /** Sends now what this turn has collected: after a commit nothing more will come in this turn. */
  flush(): void {
    this.#asking.flush();
    this.#serving.flush();
  }

  /** Sends what is left to say, and ends. Commands under way are "unavailable", followers hear "gone". */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.flush();
    this.#serving.close();
    this.#following.close();
    this.#inbox.unsubscribe();
    this.#wake();
    const isConnected = !this.#line.isAway && !this.#line.isClosed;
    const flushed = isConnected ? this.#line.flushed().catch(() => {}) : Promise.resolve();
    this.#line.isAway = true;
    this.#asking.giveUpAll();
    await flushed;
  }

  #wake(): void {
    for (const resolve of this.#waitingForLine.splice(0)) resolve();
  }

  #heard({ subject, data }: Msg): void {
    // The server, or an owner, says that a batch was for nobody.
    if (data.length === 0) {
      this.#asking.batchCameBack(batchOfReply(subject));
      return;
    }
    const message = readOwnerMessage(data);
    if (message === null) {
      this.#line.unreadable(subject, 'not of our format');
      return;
    }
    if (message.kind !== OwnerMessageKind.answers) {
      this.#following.heard(subject, message);
      return;
    }
    this.#clocks.heard(message.node, message.clockMs, this.#ports.monotonicMs());
    this.#asking.answersHeard(subject, message);
  }
}

/**
 * The serving side of the NATS bus: commands and followers of other nodes, for the shards that this thread owns. Answers
 * are collected by asking inbox and sent once in a turn, and after each commit; then what the followers hear: store,
 * answer, tell the others.
 */
import type { Msg, Subscription } from '@nats-io/transport-node';
import { type Answer, OutcomeCode, type Refused } from '../../actors/seat-outcome.ts';
import type { Asker } from '../asker.ts';
import { shardOf } from '../shard-map.ts';
import { answerItem } from './answer-codec.ts';
import { BATCH_HEAD, OwnerMessageKind, ownerHead, readMessage, writeBatch } from './bus-codec.ts';
import { inboxOfReply, screeningSubject, shardSubject } from './bus-subjects.ts';
import { type Item, ItemKind, readCommand, readCommandHead } from './command-codec.ts';
import type { NatsBusLimits, NatsBusPorts } from './nats-bus-ports.ts';
import { type FollowedHost, NatsFollowed } from './nats-followed.ts';
import type { NatsLine } from './nats-line.ts';
import { goneFields } from './seat-codec.ts';
import { isWhole } from './wire-fields.ts';

const unavailable: Refused = { code: OutcomeCode.unavailable };
const expired: Refused = { code: OutcomeCode.expired };
const failed: Refused = { code: OutcomeCode.failed };
const NOTHING = new Uint8Array(0);

/** One thread of another node, as the asker of its commands: `tag` is its own number of the command. */
class Inbox implements Asker {
  readonly name: string;
  answers: Item[] = [];
  heardMs = 0;
  readonly #waiting: Inbox[];
  readonly #line: NatsLine;

  constructor(name: string, waiting: Inbox[], line: NatsLine) {
    this.name = name;
    this.#waiting = waiting;
    this.#line = line;
  }

  answered(tag: number, _requestId: string, outcome: Answer, version: number, nowMs: number): void {
    if (this.answers.push(answerItem(tag, version, nowMs, outcome)) > 1) return;
    this.#waiting.push(this);
    this.#line.touch();
  }
}

interface Served {
  readonly epoch: number;
  readonly subscription: Subscription;
}

export class NatsServing implements FollowedHost {
  readonly #line: NatsLine;
  readonly #ports: NatsBusPorts;
  readonly #limits: NatsBusLimits;
  readonly #served = new Map<number, Served>();
  readonly #inboxes = new Map<string, Inbox>();
  /** Those with answers to be sent. */
  readonly #waiting: Inbox[] = [];
  readonly #followed = new Map<number, NatsFollowed>();
  #told: (readonly [subject: string, kind: number, fields: Item])[] = [];

  constructor(line: NatsLine, ports: NatsBusPorts, limits: NatsBusLimits) {
    this.#line = line;
    this.#ports = ports;
    this.#limits = limits;
  }

  get followedScreenings(): number {
    return this.#followed.size;
  }

  serve(shard: number, epoch: number): void {
    if (this.#served.get(shard)?.epoch === epoch) return;
    this.unserve(shard);
    const subject = shardSubject(shard, epoch);
    const subscription = this.#line.listen(subject, (message) => this.#heard(subject, shard, epoch, message));
    this.#served.set(shard, { epoch, subscription });
  }

  unserve(shard: number): void {
    const served = this.#served.get(shard);
    if (served === undefined) return;
    this.#served.delete(shard);
    served.subscription.unsubscribe();
    for (const followed of this.#followed.values()) if (followed.shard === shard) this.#forget(followed);
  }

  close(): void {
    for (const shard of [...this.#served.keys()]) this.unserve(shard);
  }

  // ---- commands -----------------------------------------------------------------------------------------------------

  #heard(subject: string, shard: number, epoch: number, message: Msg): void {
    const reply = message.reply ?? '';
    const name = inboxOfReply(reply);
    const inbox = name === null ? null : this.#inboxOf(name);
    const items = readMessage(message.data);
    if (inbox === null || items === null) {
      this.#line.unreadable(subject, inbox === null ? 'nobody to answer' : 'not of our format');
      // Like the server's own word that nobody listens: its asker need not wait for its deadline.
      if (inbox !== null) this.#line.publish(reply, NOTHING);
      return;
    }
    const nowMs = this.#ports.nowMs();
    const monotonicMs = this.#ports.monotonicMs();
    inbox.heardMs = monotonicMs;
    for (let at = BATCH_HEAD; at < items.length; at++) {
      const item = items[at];
      if (!Array.isArray(item)) this.#line.unreadable(subject, 'an item');
      else if (item[0] === ItemKind.follow) this.#follow(subject, shard, epoch, inbox, item);
      else if (item[0] === ItemKind.unfollow) this.#unfollow(inbox, item);
      else this.#command(subject, shard, inbox, item, nowMs, monotonicMs);
    }
  }

  #command(subject: string, shard: number, inbox: Inbox, item: Item, nowMs: number, monotonicMs: number): void {
    const head = readCommandHead(item);
    if (head === null) {
      this.#line.unreadable(subject, 'a command');
      return;
    }
    this.#line.counts.commandsIn++;
    const { id, deadlineMs, screening } = head;
    const leftMs = deadlineMs - monotonicMs;
    if (leftMs < 0) {
      this.#line.counts.expired++;
      inbox.answered(id, '', expired, 0, nowMs);
      return;
    }
    const command = shardOf(screening) === shard ? readCommand(item) : null;
    if (command === null) {
      this.#line.unreadable(subject, 'a command');
      inbox.answered(id, '', unavailable, 0, nowMs);
      return;
    }
    this.#ports.server.submit(screening, command, inbox, id, nowMs + leftMs);
  }

  #inboxOf(name: string): Inbox | null {
    let inbox = this.#inboxes.get(name);
    if (inbox !== undefined) return inbox;
    if (this.#inboxes.size >= this.#limits.inboxesMax) return null;
    inbox = new Inbox(name, this.#waiting, this.#line);
    this.#inboxes.set(name, inbox);
    return inbox;
  }

  // ---- followers ----------------------------------------------------------------------------------------------------

  #follow(subject: string, shard: number, claim: number, { name }: Inbox, [, screening, epoch, version]: Item): void {
    if (!isWhole(screening, 1) || shardOf(screening) !== shard || !isWhole(epoch) || !isWhole(version)) {
      this.#line.unreadable(subject, 'a follower');
      return;
    }
    let followed = this.#followed.get(screening);
    if (followed === undefined) {
      if (this.#followed.size >= this.#limits.followedMax) {
        const fields = goneFields(claim, screening, OutcomeCode.busy);
        this.tell(screeningSubject(screening), OwnerMessageKind.gone, fields);
        return;
      }
      followed = new NatsFollowed(screening, shard, claim, this);
      this.#followed.set(screening, followed);
    }
    const subscriber = followed;
    const ask = (): void => this.#ports.server.subscribe(screening, subscriber);
    subscriber.follow(name, epoch, version, this.#ports.monotonicMs(), ask);
  }

  #unfollow({ name }: Inbox, [, screening]: Item): void {
    const followed = this.#followed.get(screening as number);
    if (followed?.unfollow(name)) this.#forget(followed);
  }

  #forget(followed: NatsFollowed): void {
    this.ended(followed);
    this.#ports.server.unsubscribe(followed.screening, followed);
  }

  ended(followed: NatsFollowed): void {
    if (this.#followed.get(followed.screening) === followed) this.#followed.delete(followed.screening);
  }

  tell(subject: string, kind: number, fields: Item): void {
    this.#told.push([subject, kind, fields]);
    this.#line.touch();
  }

  // ---- the line -----------------------------------------------------------------------------------------------------

  flush(): void {
    if (this.#waiting.length > 0) for (const inbox of this.#waiting.splice(0)) this.#answer(inbox);
    if (this.#told.length === 0) return;
    const told = this.#told;
    this.#told = [];
    for (const [subject, kind, fields] of told) {
      this.#line.publish(subject, Buffer.from(JSON.stringify(this.#head(kind).concat(fields))));
    }
  }

  #answer(inbox: Inbox): void {
    const { answers } = inbox;
    inbox.answers = [];
    // What is not heard is given up by its asker.
    if (this.#line.isAway) return;
    const subject = `${inbox.name}.0`;
    const head = this.#head(OwnerMessageKind.answers);
    const write = (payload: Uint8Array): void => void this.#line.publish(subject, payload);
    const tooLarge = (at: number): void => {
      const [id, version, nowMs] = answers[at] as [number, number, number];
      this.#ports.log('error', 'an answer is too large for NATS', { subject });
      write(Buffer.from(JSON.stringify(head.concat([answerItem(id, version, nowMs, failed)]))));
    };
    writeBatch(head, answers, this.#line.payloadMax, write, tooLarge);
  }

  #head(kind: number): Item {
    return ownerHead(this.#line.node, this.#ports.monotonicMs(), kind);
  }

  /** What was to be sent is lost. */
  disconnected(): void {
    for (const inbox of this.#waiting.splice(0)) inbox.answers = [];
    this.#told = [];
  }

  /** Deltas of the time between are lost: all followers are told everything anew. */
  reconnected(): void {
    for (const followed of [...this.#followed.values()]) this.#ports.server.subscribe(followed.screening, followed);
  }

  /** Forgets followers and askers that were not heard of for long. */
  sweep(): void {
    const beforeMs = this.#ports.monotonicMs() - this.#limits.forgetMs;
    for (const followed of [...this.#followed.values()]) if (followed.forgetSilent(beforeMs)) this.#forget(followed);
    for (const [name, { heardMs, answers }] of this.#inboxes) {
      if (heardMs < beforeMs && answers.length === 0) this.#inboxes.delete(name);
    }
  }
}

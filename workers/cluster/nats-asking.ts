/**
 * The asking side of the NATS bus: commands for screenings that other nodes own. What one turn has for one shard goes as
 * one message, whose reply subject is the number of the batch: if nobody listens, the server says so on it, and the whole
 * batch is "unavailable" within one round trip.
 *
 * Every command is answered exactly once: by its owner, or here. Here means that nobody knows whether it was executed; its
 * asker repeats it with the same request id, which is safe.
 */
import { type Answer, OutcomeCode, type Refused } from '../../actors/seat-outcome.ts';
import type { Asker } from '../asker.ts';
import type { ActorMessage } from '../bus.ts';
import { shardOf } from '../shard-map.ts';
import { readAnswer, readAnswerHead } from './answer-codec.ts';
import { FORMAT, OWNER_HEAD, type OwnerMessage, writeBatch } from './bus-codec.ts';
import { shardSubject } from './bus-subjects.ts';
import { commandItem, type Item, mayTravel } from './command-codec.ts';
import type { NatsBusLimits, NatsBusPorts } from './nats-bus-ports.ts';
import type { NatsLine } from './nats-line.ts';
import type { NodeClocks } from './node-clocks.ts';
import type { ShardOwner } from './shard-owner.ts';

interface UnderWay {
  readonly id: number;
  readonly asker: Asker;
  readonly tag: number;
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly shard: number;
  readonly epoch: number;
  /** Null until it is sent. */
  batch: Batch | null;
}

/** What went as one message. */
interface Batch {
  readonly number: number;
  readonly commands: readonly UnderWay[];
  unanswered: number;
}

/** What this turn has for one shard. */
interface Collected {
  readonly owner: ShardOwner;
  readonly items: Item[];
  /** In the order of `items`; null where the item is no command. */
  readonly commands: (UnderWay | null)[];
}

const busy: Refused = { code: OutcomeCode.busy };
const unavailable: Refused = { code: OutcomeCode.unavailable };
const expired: Refused = { code: OutcomeCode.expired };
const failed: Refused = { code: OutcomeCode.failed };
const HEAD: Item = [FORMAT];

export class NatsAsking {
  readonly #line: NatsLine;
  readonly #inbox: string;
  readonly #clocks: NodeClocks;
  readonly #ports: NatsBusPorts;
  readonly #limits: NatsBusLimits;
  #underWay = new Map<number, UnderWay>();
  #batches = new Map<number, Batch>();
  #collected = new Map<number, Collected>();
  #nextId = 1;
  #nextBatch = 1;

  constructor(line: NatsLine, inbox: string, clocks: NodeClocks, ports: NatsBusPorts, limits: NatsBusLimits) {
    this.#line = line;
    this.#inbox = inbox;
    this.#clocks = clocks;
    this.#ports = ports;
    this.#limits = limits;
  }

  get commandsUnderWay(): number {
    return this.#underWay.size;
  }

  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    const nowMs = this.#ports.nowMs();
    const shard = shardOf(screening);
    const owner = this.#line.isAway ? null : this.#ports.ownerOf(shard);
    const theirMs = owner === null ? null : this.#clocks.atLeast(owner.node, this.#ports.monotonicMs());
    if (owner === null || theirMs === null) {
      this.#line.counts.unavailable++;
      asker.answered(tag, command.requestId, unavailable, 0, nowMs);
      return;
    }
    if (this.#underWay.size >= this.#limits.underWayMax || nowMs > deadlineMs || !mayTravel(command)) {
      const refusal = !mayTravel(command) ? failed : nowMs > deadlineMs ? expired : busy;
      asker.answered(tag, command.requestId, refusal, 0, nowMs);
      return;
    }
    const id = this.#nextId++;
    const { requestId } = command;
    const waiting: UnderWay = { id, asker, tag, requestId, deadlineMs, shard, epoch: owner.epoch, batch: null };
    this.#underWay.set(id, waiting);
    // Rounded down: rather too early than too late.
    const theirDeadlineMs = Math.floor(theirMs + deadlineMs - nowMs);
    this.#collect(shard, owner, commandItem(id, theirDeadlineMs, screening, command), waiting);
    this.#line.counts.commandsOut++;
  }

  /** Something that needs no answer, in order with the commands. False when there is nobody to tell it. */
  tell(shard: number, item: Item): boolean {
    const owner = this.#line.isAway ? null : this.#ports.ownerOf(shard);
    if (owner === null) return false;
    this.#collect(shard, owner, item, null);
    return true;
  }

  #collect(shard: number, owner: ShardOwner, item: Item, command: UnderWay | null): void {
    let collected = this.#collected.get(shard);
    if (collected === undefined || collected.owner.epoch !== owner.epoch) {
      if (collected !== undefined) this.#send(shard, collected);
      collected = { owner, items: [], commands: [] };
      this.#collected.set(shard, collected);
      this.#line.touch();
    }
    collected.commands.push(command);
    if (collected.items.push(item) < this.#limits.batchItemsMax) return;
    this.#collected.delete(shard);
    this.#send(shard, collected);
  }

  flush(): void {
    if (this.#collected.size === 0) return;
    const all = this.#collected;
    this.#collected = new Map();
    for (const [shard, collected] of all) this.#send(shard, collected);
  }

  #send(shard: number, { owner, items, commands }: Collected): void {
    const subject = shardSubject(shard, owner.epoch);
    const write = (payload: Uint8Array, from: number, to: number): void => {
      const number = this.#nextBatch++;
      const sent: UnderWay[] = [];
      const batch: Batch = { number, commands: sent, unanswered: 0 };
      for (let at = from; at < to; at++) {
        const command = commands[at];
        if (command === null || command === undefined) continue;
        sent.push(command);
        command.batch = batch;
      }
      if (!this.#line.publish(subject, payload, `${this.#inbox}.${number}`)) {
        this.#giveUp(sent);
        return;
      }
      batch.unanswered = sent.length;
      if (sent.length > 0) this.#batches.set(number, batch);
    };
    const tooLarge = (at: number): void => {
      const command = commands[at];
      this.#ports.log('error', 'a command is too large for NATS', { shard, requestId: command?.requestId });
      if (command) this.#answer(command, failed);
    };
    writeBatch(HEAD, items, this.#line.payloadMax, write, tooLarge);
  }

  /** Answers from an owner. */
  answersHeard(subject: string, { fields }: OwnerMessage): void {
    for (let at = OWNER_HEAD; at < fields.length; at++) {
      const item = fields[at];
      const head = Array.isArray(item) ? readAnswerHead(item) : null;
      if (head === null) {
        this.#line.unreadable(subject, 'an answer');
        continue;
      }
      const command = this.#underWay.get(head.id);
      // Given up already: the asker has been told to repeat.
      if (command === undefined) continue;
      const answer = readAnswer(item as Item);
      if (answer === null) this.#line.unreadable(subject, 'an answer');
      this.#answer(command, answer ?? unavailable, head.version, head.nowMs);
    }
  }

  /** Nobody took this batch, or whoever did could make nothing of it. */
  batchCameBack(number: number): void {
    this.#line.counts.noResponders++;
    const batch = this.#batches.get(number);
    if (batch === undefined) return;
    this.#batches.delete(number);
    this.#giveUp(batch.commands);
  }

  /** Whoever owned these shards cannot be counted on any more. */
  ownersChanged(shards: ReadonlySet<number>): void {
    const isOver = (shard: number, epoch: number): boolean => this.#ports.ownerOf(shard)?.epoch !== epoch;
    for (const shard of shards) {
      const collected = this.#collected.get(shard);
      if (collected !== undefined && isOver(shard, collected.owner.epoch)) this.#collected.delete(shard);
    }
    const lost: UnderWay[] = [];
    for (const command of this.#underWay.values()) {
      if (shards.has(command.shard) && isOver(command.shard, command.epoch)) lost.push(command);
    }
    this.#giveUp(lost);
  }

  giveUpAll(): void {
    this.#collected.clear();
    this.#batches.clear();
    this.#giveUp([...this.#underWay.values()]);
  }

  /** Gives up what has been under way for too long. */
  sweep(): void {
    const nowMs = this.#ports.nowMs();
    const late: UnderWay[] = [];
    for (const command of this.#underWay.values()) {
      if (nowMs > command.deadlineMs + this.#limits.giveUpMs) late.push(command);
    }
    this.#giveUp(late);
  }

  /** Those of them that are still under way. */
  #giveUp(commands: readonly UnderWay[]): void {
    for (const command of commands) {
      if (!this.#underWay.has(command.id)) continue;
      this.#line.counts.unavailable++;
      this.#answer(command, unavailable);
    }
  }

  #answer(command: UnderWay, answer: Answer, version = 0, nowMs = this.#ports.nowMs()): void {
    const { id, asker, tag, requestId, batch } = command;
    this.#underWay.delete(id);
    if (batch !== null && --batch.unanswered === 0) this.#batches.delete(batch.number);
    asker.answered(tag, requestId, answer, version, nowMs);
  }
}

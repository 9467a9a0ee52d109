/**
 * The actors of one thread: found or loaded when somebody asks, ticked when a deadline comes, told to their
 * watchers after each commit, put to sleep when idle.
 *
 * A screening is `absent`, `loading` (commands wait in a bounded mailbox), `live`, or `resting` (its actor was ended
 * by a fence, a lost commit or a bug; until the pause is over everybody hears "unavailable, repeat", so that two
 * processes that both believe they own a screening do not take it from each other with every command).
 *
 * Loading ends with a claim: if the journal's last epoch is not ours, an owner-changed fact goes first into the
 * batch, and every answer waits behind it.
 */

import { Mailbox } from '../actors/mailbox.ts';
import type { Command } from '../actors/seat-command.ts';
import { evolve } from '../actors/seat-evolve.ts';
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import { initialState, nextDeadlineMs, paymentsDue, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot } from '../actors/snapshot.ts';
import type { Journal } from '../storage/journal.ts';
import { type Asker, nobody } from './asker.ts';
import type { ActorMessage } from './bus.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import type { Ownership } from './ownership.ts';
import { PoisonList } from './poison-list.ts';
import { type ActorHost, type EndReason, ScreeningActor } from './screening-actor.ts';
import type { ScreeningLoader } from './screening-loader.ts';
import type { SeatDelta, SeatSnapshot } from './seat-replica.ts';
import { shardOf } from './shard-map.ts';

/** Follows one screening on the owner's side: a gateway thread, or a test. */
export interface Subscriber {
  /** Once after `subscribe`, and again after the owner lost its memory. */
  snapshotTaken(snapshot: SeatSnapshot): void;
  seatsChanged(delta: SeatDelta): void;
  /** There is no such screening, or it cannot be read now (`unavailable`: subscribe again later). */
  gone(screening: number, code: OutcomeCode): void;
}

export interface RuntimeLimits {
  /** Most commands waiting for one screening to load; more are answered "busy". A load takes milliseconds. */
  readonly mailboxCommandsMax: number;
  /** Most screenings loading at once; others wait their turn. */
  readonly loadsMax: number;
  /** Most actors in memory; at the bound idle ones are put to sleep early, and if none is idle, new ones are "busy". About 10 KB each. */
  readonly actorsMax: number;
  /** An actor without holds that nobody has asked for this long is put to sleep, milliseconds. */
  readonly idleMs: number;
  /** First and longest pause after an actor was ended, milliseconds; doubles each time within a minute. */
  readonly restMs: number;
  readonly restMaxMs: number;
  /** Facts that make a snapshot worth its row when an actor goes to sleep. */
  readonly snapshotFactsMin: number;
}

export const RUNTIME_LIMITS: RuntimeLimits = {
  mailboxCommandsMax: 1024,
  loadsMax: 16,
  actorsMax: 100_000,
  idleMs: 5 * 60_000,
  restMs: 50,
  restMaxMs: 5_000,
  snapshotFactsMin: 1_000,
};

/** How often deadlines are looked at, milliseconds: a hold is freed at most this late (a command that wants its seats frees it at once). */
export const TICK_MS = 250;

export interface RuntimePorts {
  readonly journal: Journal;
  readonly loader: ScreeningLoader;
  readonly ownership: Ownership;
  readonly limits: RuntimeLimits;
  nowMs(): number;
  /** An order's payment deadline has passed while it was still being paid: the payment must be ended at the provider (promise I5). */
  paymentDue(screening: number, order: string): void;
  decided(command: Command, code: OutcomeCode): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

interface Waiting {
  readonly command: ActorMessage;
  readonly asker: Asker;
  readonly tag: number;
}
type Slot =
  | { readonly is: 'loading'; readonly mailbox: Mailbox<Waiting> }
  | { readonly is: 'live'; readonly actor: ScreeningActor }
  | { readonly is: 'resting'; readonly untilMs: number };

interface Rest {
  pauseMs: number;
  lastMs: number;
}

const unknownScreening: Refused = { code: OutcomeCode.unknownScreening };
const unavailable: Refused = { code: OutcomeCode.unavailable };
const busy: Refused = { code: OutcomeCode.busy };
const failed: Refused = { code: OutcomeCode.failed };

export class ShardRuntime implements ActorHost {
  readonly journal: Journal;
  readonly #ports: RuntimePorts;
  readonly #slots = new Map<number, Slot>();
  readonly #subscribers = new Map<number, Set<Subscriber>>();
  readonly #wheel: DeadlineWheel<number>;
  readonly #poison = new PoisonList();
  /** Screenings that were ended lately, and how long they last rested. */
  readonly #rests = new Map<number, Rest>();
  #changed: ScreeningActor[] = [];
  /** Actors whose claim is not committed yet. */
  readonly #unclaimed = new Set<ScreeningActor>();
  /** Actors whose claim the present commit has stored: their watchers get a snapshot instead of a delta. */
  readonly #claimed = new Set<ScreeningActor>();
  #loads = 0;
  #loadQueue: number[] = [];
  #isDraining = false;

  constructor(ports: RuntimePorts) {
    this.#ports = ports;
    this.journal = ports.journal;
    this.#wheel = new DeadlineWheel(TICK_MS, ports.nowMs());
  }

  nowMs(): number {
    return this.#ports.nowMs();
  }

  get loadedActors(): number {
    return this.#slots.size;
  }

  get waitingCommands(): number {
    let waiting = 0;
    for (const slot of this.#slots.values()) if (slot.is === 'loading') waiting += slot.mailbox.length;
    return waiting;
  }

  /** Gives the command to the screening's actor. The asker is answered once, now or after a commit. Stamps `command.atMs`. */
  submit(screening: number, command: ActorMessage, asker: Asker, tag: number): void {
    (command as { atMs: number }).atMs = this.#ports.nowMs();
    const slot = this.#slots.get(screening);
    if (slot !== undefined && slot.is === 'live') {
      if (this.#poison.size > 0 && this.#poison.has(screening, command.requestId)) {
        asker.answered(tag, command.requestId, failed, 0, command.atMs);
        return;
      }
      if (command.kind === 'mine') slot.actor.tell(command, asker, tag);
      else slot.actor.take(command, asker, tag);
      return;
    }
    this.#submitToSleeper(screening, slot, command, asker, tag);
  }

  #submitToSleeper(screening: number, slot: Slot | undefined, command: ActorMessage, asker: Asker, tag: number): void {
    let present = slot;
    if (present?.is === 'resting' && present.untilMs <= command.atMs) present = undefined;
    present ??= this.#startLoading(screening);
    if (present?.is === 'loading' && present.mailbox.push({ command, asker, tag })) return;
    const refusal = present?.is === 'resting' ? unavailable : busy;
    asker.answered(tag, command.requestId, refusal, 0, command.atMs);
  }

  /** The live actor, for questions that only read; null while there is none. */
  liveActor(screening: number): ScreeningActor | null {
    const slot = this.#slots.get(screening);
    return slot?.is === 'live' ? slot.actor : null;
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    let subscribers = this.#subscribers.get(screening);
    if (subscribers === undefined) {
      subscribers = new Set();
      this.#subscribers.set(screening, subscribers);
    }
    subscribers.add(subscriber);
    const slot = this.#slots.get(screening);
    if (slot?.is === 'live') {
      // While its claim is not committed the replica may be another owner's past: the watchers are told after it.
      if (!this.#unclaimed.has(slot.actor)) subscriber.snapshotTaken(slot.actor.replica);
      return;
    }
    if (slot === undefined && this.#startLoading(screening) === undefined) {
      this.#tellGone(screening, OutcomeCode.busy);
    }
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    const subscribers = this.#subscribers.get(screening);
    if (subscribers?.delete(subscriber) && subscribers.size === 0) this.#subscribers.delete(screening);
  }

  /** Call every TICK_MS: expires holds, ends overdue payments, wakes up resting screenings that are watched. */
  tick(): void {
    const nowMs = this.#ports.nowMs();
    for (const screening of this.#wheel.due(nowMs)) {
      const slot = this.#slots.get(screening);
      if (slot?.is === 'resting' && slot.untilMs <= nowMs) {
        this.#slots.delete(screening);
        if (this.#subscribers.has(screening)) this.#startLoading(screening);
      }
      if (slot?.is !== 'live') continue;
      const { actor } = slot;
      actor.take({ kind: 'expire', requestId: '', buyer: 'system', atMs: nowMs }, nobody, 0);
      if (actor.hasEnded) continue;
      for (const order of paymentsDue(actor.state, nowMs)) {
        this.#ports.paymentDue(screening, order);
        // Until the payment's end is known it is asked about again.
        this.#wheel.add(screening, nowMs + 5_000);
      }
    }
  }

  /** Puts idle actors to sleep; call now and then. Resolves when their snapshots are written. */
  async passivateIdle(
    idleMs = this.#ports.limits.idleMs,
    snapshotFactsMin = this.#ports.limits.snapshotFactsMin,
  ): Promise<void> {
    const nowMs = this.#ports.nowMs();
    for (const [screening, rest] of this.#rests) if (nowMs - rest.lastMs > 60_000) this.#rests.delete(screening);
    for (const [screening, slot] of this.#slots) {
      if (slot.is === 'resting' && slot.untilMs <= nowMs) this.#slots.delete(screening);
      if (slot.is !== 'live') continue;
      const { actor } = slot;
      if (!actor.canPassivate || nowMs - actor.lastUsedMs < idleMs || this.#subscribers.has(screening)) continue;
      const snapshot = actor.snapshotWorthKeeping(snapshotFactsMin);
      this.#slots.delete(screening);
      if (snapshot !== null) {
        await this.#ports.loader.saveSnapshot(screening, snapshot.version, snapshot.epoch, nowMs, snapshot.state);
      }
    }
  }

  /** The last act: no more loading, everything in flight is settled, snapshots are written for as long as `snapshotsMs` lasts (the rest is replayed). */
  async drain(snapshotsMs: number): Promise<void> {
    this.#isDraining = true;
    await this.journal.whenIdle();
    const nowMs = this.#ports.nowMs();
    for (const [screening, slot] of this.#slots) {
      if (slot.is !== 'live') continue;
      if (this.#ports.nowMs() - nowMs > snapshotsMs) return;
      const snapshot = slot.actor.snapshotWorthKeeping(this.#ports.limits.snapshotFactsMin);
      if (snapshot === null) continue;
      await this.#ports.loader.saveSnapshot(screening, snapshot.version, snapshot.epoch, nowMs, snapshot.state);
    }
  }

  // ---- loading ------------------------------------------------------------------------------------------------

  /** Undefined when there is no room. */
  #startLoading(screening: number): Slot | undefined {
    if (this.#isDraining) return undefined;
    if (this.#slots.size >= this.#ports.limits.actorsMax) {
      this.#sleepOne();
      if (this.#slots.size >= this.#ports.limits.actorsMax) return undefined;
    }
    const slot: Slot = { is: 'loading', mailbox: new Mailbox<Waiting>(this.#ports.limits.mailboxCommandsMax) };
    this.#slots.set(screening, slot);
    if (this.#loads < this.#ports.limits.loadsMax) this.#load(screening, slot.mailbox);
    else this.#loadQueue.push(screening);
    return slot;
  }

  /** Room for one more: the oldest actor that can be forgotten without a snapshot being missed much. */
  #sleepOne(): void {
    for (const [screening, slot] of this.#slots) {
      if (slot.is === 'live' && slot.actor.canPassivate && !this.#subscribers.has(screening)) {
        this.#slots.delete(screening);
        return;
      }
    }
  }

  #load(screening: number, mailbox: Mailbox<Waiting>): void {
    this.#loads++;
    this.#bringToLife(screening, mailbox)
      .catch((cause: unknown) => {
        this.#ports.log('error', 'a screening could not be loaded', { screening, cause });
        this.#rest(screening);
        this.#refuseAll(screening, mailbox, unavailable);
      })
      .finally(() => {
        this.#loads--;
        this.#loadNext();
      });
  }

  #loadNext(): void {
    const next = this.#loadQueue.shift();
    if (next === undefined) return;
    const slot = this.#slots.get(next);
    if (slot?.is === 'loading') this.#load(next, slot.mailbox);
    else this.#loadNext();
  }

  async #bringToLife(screening: number, mailbox: Mailbox<Waiting>): Promise<void> {
    const shard = shardOf(screening);
    const loaded = await this.#ports.loader.load(screening);
    if (loaded === null) {
      this.#slots.delete(screening);
      this.#refuseAll(screening, mailbox, unknownScreening);
      return;
    }
    const state =
      loaded.snapshot === null
        ? initialState(screening, loaded.map, loaded.rules)
        : readSnapshot(loaded.snapshot, loaded.map, loaded.rules);
    for (const recorded of loaded.facts) evolve(state, recorded);
    // Read from the journal: somebody had a newer epoch than ours.
    if (state.epoch > (this.#ports.ownership.epochOf(shard) ?? 0)) {
      await this.#ports.ownership.deposed(shard, state.epoch);
    }
    const epoch = this.#ports.ownership.epochOf(shard);
    if (epoch === null || epoch < state.epoch || this.journal.accepting !== 'yes') {
      this.#rest(screening);
      this.#refuseAll(screening, mailbox, unavailable);
      return;
    }
    this.#goLive(state, epoch, loaded.facts.length, mailbox);
  }

  #goLive(state: ScreeningState, epoch: number, factsSinceSnapshot: number, mailbox: Mailbox<Waiting>): void {
    const { screening } = state;
    const actor = new ScreeningActor(this, state, factsSinceSnapshot);
    this.#slots.set(screening, { is: 'live', actor });
    const nowMs = this.#ports.nowMs();
    if (state.epoch < epoch) {
      this.#unclaimed.add(actor);
      const claimed: Asker = {
        answered: (_tag, _requestId, outcome) => {
          this.#unclaimed.delete(actor);
          if (outcome.code === OutcomeCode.accepted) this.#claimed.add(actor);
        },
      };
      actor.take({ kind: 'claim', requestId: '', buyer: 'system', atMs: nowMs, epoch }, claimed, 0);
    } else {
      const deadlineMs = nextDeadlineMs(state);
      if (deadlineMs !== null) this.deadlineSet(actor, deadlineMs);
      this.#tellSnapshot(actor);
    }
    // Payments that were under way when the last owner stopped are asked about at the next tick.
    if (paymentsDue(state, Number.MAX_SAFE_INTEGER).length > 0) this.#wheel.add(screening, nowMs + TICK_MS);
    for (let waiting = mailbox.shift(); waiting !== undefined; waiting = mailbox.shift()) {
      this.submit(screening, waiting.command, waiting.asker, waiting.tag);
    }
  }

  #tellSnapshot(actor: ScreeningActor): void {
    const subscribers = this.#subscribers.get(actor.screening);
    if (subscribers === undefined) return;
    for (const subscriber of subscribers) subscriber.snapshotTaken(actor.replica);
  }

  #tellGone(screening: number, code: OutcomeCode): void {
    const subscribers = this.#subscribers.get(screening);
    if (subscribers === undefined) return;
    this.#subscribers.delete(screening);
    for (const subscriber of subscribers) subscriber.gone(screening, code);
  }

  #refuseAll(screening: number, mailbox: Mailbox<Waiting>, refusal: Refused): void {
    const nowMs = this.#ports.nowMs();
    for (let waiting = mailbox.shift(); waiting !== undefined; waiting = mailbox.shift()) {
      waiting.asker.answered(waiting.tag, waiting.command.requestId, refusal, 0, nowMs);
    }
    if (refusal.code === OutcomeCode.unknownScreening) this.#tellGone(screening, refusal.code);
  }

  // ---- what actors tell (ActorHost) ----------------------------------------------------------------------------

  deadlineSet(actor: ScreeningActor, deadlineMs: number): void {
    this.#wheel.add(actor.screening, deadlineMs);
  }

  changed(actor: ScreeningActor): void {
    this.#changed.push(actor);
  }

  decided(command: Command, code: OutcomeCode): void {
    this.#ports.decided(command, code);
  }

  snapshotDue(screening: number, version: number, epoch: number, state: string): void {
    // Not awaited: a snapshot only shortens a replay, and the loader reports its own failures.
    void this.#ports.loader.saveSnapshot(screening, version, epoch, this.#ports.nowMs(), state);
  }

  poisoned(actor: ScreeningActor, command: Command, cause: unknown): void {
    this.#poison.add(actor.screening, command.requestId);
    this.#ports.log('error', 'an actor stopped on a bug; the command is not tried again', {
      screening: actor.screening,
      version: actor.state.version,
      requestId: command.requestId,
      command: command.kind,
      cause,
    });
  }

  ended(actor: ScreeningActor, reason: EndReason): void {
    const { screening } = actor;
    const shard = shardOf(screening);
    this.#ports.log('warn', `an actor ended: ${reason}`, { screening, version: actor.replica.version });
    if (reason === 'fenced') void this.#ports.ownership.deposed(shard, this.#ports.ownership.epochOf(shard) ?? 0);
    this.#rest(screening);
  }

  /** After the answers of a commit: one delta for each screening that changed. */
  publishChanges(): void {
    if (this.#changed.length === 0) return;
    const changed = this.#changed;
    this.#changed = [];
    for (const actor of changed) {
      const { fromVersion, changes } = actor.takeDelta();
      const subscribers = this.#subscribers.get(actor.screening);
      const isNew = this.#claimed.delete(actor);
      if (subscribers === undefined) continue;
      if (isNew) {
        this.#tellSnapshot(actor);
        continue;
      }
      const { screening, epoch, version, salesOpen } = actor.replica;
      const delta: SeatDelta = { screening, epoch, fromVersion, version, salesOpen, changes };
      for (const subscriber of subscribers) subscriber.seatsChanged(delta);
    }
  }

  /** No new try before the pause is over; it doubles while the screening keeps being ended. */
  #rest(screening: number): void {
    const nowMs = this.#ports.nowMs();
    const { restMs, restMaxMs } = this.#ports.limits;
    const before = this.#rests.get(screening);
    const pauseMs =
      before === undefined || nowMs - before.lastMs > 60_000 ? restMs : Math.min(before.pauseMs * 2, restMaxMs);
    this.#rests.set(screening, { pauseMs, lastMs: nowMs });
    this.#slots.set(screening, { is: 'resting', untilMs: nowMs + pauseMs });
    this.#wheel.add(screening, nowMs + pauseMs);
  }
}

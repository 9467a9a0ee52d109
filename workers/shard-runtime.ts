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

import type { Command } from '../actors/seat-command.ts';
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';
import { nextDeadlineMs, paymentsDue, type ScreeningState } from '../actors/seat-state.ts';
import type { Journal } from '../storage/journal.ts';
import { type Asker, nobody } from './asker.ts';
import type { ActorMessage } from './bus.ts';
import { DeadlineWheel } from './deadline-wheel.ts';
import { LayoutFetch } from './layout-fetch.ts';
import { type Loading, LoadingScreenings } from './loading.ts';
import { ASK_PAYMENT_AGAIN_MS, OverduePayments } from './overdue-payments.ts';
import { saveSnapshots } from './parting-snapshots.ts';
import { PoisonList } from './poison-list.ts';
import { busy, expired, failed, unavailable, unknownScreening } from './refusals.ts';
import { RestList } from './rest-list.ts';
import type { RuntimePorts } from './runtime-ports.ts';
import { type ActorHost, type EndReason, ScreeningActor } from './screening-actor.ts';
import { restore } from './screening-loader.ts';
import { shardOf } from './shard-map.ts';
import { type Subscriber, Subscriptions } from './subscriptions.ts';

export { RUNTIME_LIMITS, type RuntimeLimits } from './runtime-limits.ts';

export type { Subscriber } from './subscriptions.ts';

/** How often deadlines are looked at, milliseconds: a hold is freed at most this late (a command that wants its seats frees it at once). */
export const TICK_MS = 250;

type Slot =
  | Loading
  | { readonly is: 'live'; readonly actor: ScreeningActor }
  | {
      readonly is: 'resting';
      readonly untilMs: number;
      /** Somebody's seats or money depend on it: it is loaded again when the pause is over. */
      readonly isWanted: boolean;
    };

export class ShardRuntime implements ActorHost {
  readonly journal: Journal;
  readonly #ports: RuntimePorts;
  readonly #slots = new Map<number, Slot>();
  readonly #subscriptions = new Subscriptions();
  readonly #wheel: DeadlineWheel<number>;
  readonly #poison = new PoisonList();
  readonly #rests: RestList;
  #changed: ScreeningActor[] = [];
  /** Actors whose claim is not committed yet. */
  readonly #unclaimed = new Set<ScreeningActor>();
  /** Actors whose claim the present commit has stored: their watchers get a snapshot instead of a delta. */
  readonly #claimed = new Set<ScreeningActor>();
  readonly #loading: LoadingScreenings;
  readonly #layouts: LayoutFetch;
  readonly #overdue = new OverduePayments();
  #isDraining = false;
  #isPassivating = false;

  constructor(ports: RuntimePorts) {
    this.#ports = ports;
    this.journal = ports.journal;
    this.#wheel = new DeadlineWheel(TICK_MS, ports.nowMs());
    this.#rests = new RestList(ports.limits.restMs, ports.limits.restMaxMs);
    this.#loading = new LoadingScreenings(
      {
        nowMs: () => ports.nowMs(),
        load: (loading) => this.#bringToLife(loading),
        failed: (loading, cause) => {
          ports.log('error', 'a screening could not be loaded', { screening: loading.screening, cause });
          this.#rest(loading.screening);
          this.#refuseAll(loading, unavailable);
        },
      },
      ports.limits,
    );
    this.#layouts = new LayoutFetch(ports, (...again) => this.submit(...again));
  }

  nowMs(): number {
    return this.#ports.nowMs();
  }

  get loadedActors(): number {
    return this.#slots.size;
  }

  get waitingCommands(): number {
    return this.#loading.waitingCommands;
  }

  /**
   * Gives the command to the screening's actor. The asker is answered once, now or after a commit. Stamps
   * `command.atMs`. A command that is still waiting for its screening at `deadlineMs` is not executed any more.
   */
  submit(screening: number, command: ActorMessage, asker: Asker, tag: number, deadlineMs: number): void {
    (command as { atMs: number }).atMs = this.#ports.nowMs();
    // Asked before each decision: what a former owner remembers, even a refusal, may not be so any more.
    const isOurs = !this.#isDraining && this.#ports.ownership.epochOf(shardOf(screening)) !== null;
    if (!isOurs || command.atMs > deadlineMs) {
      asker.answered(tag, command.requestId, isOurs ? expired : unavailable, 0, command.atMs);
      return;
    }
    const slot = this.#slots.get(screening);
    if (slot !== undefined && slot.is === 'live') {
      if (this.#poison.size > 0 && this.#poison.has(screening, command.requestId)) {
        asker.answered(tag, command.requestId, failed, 0, command.atMs);
        return;
      }
      if (command.kind === 'mine') slot.actor.tell(command, asker, tag);
      else if (command.kind === 'change-map' && command.map === null)
        this.#layouts.begin(screening, command, asker, tag, deadlineMs);
      else slot.actor.take(command, asker, tag);
      return;
    }
    this.#submitToSleeper(screening, slot, command, asker, tag, deadlineMs);
  }

  #submitToSleeper(
    screening: number,
    slot: Slot | undefined,
    command: ActorMessage,
    asker: Asker,
    tag: number,
    deadlineMs: number,
  ): void {
    let present = slot;
    if (present?.is === 'resting' && present.untilMs <= command.atMs) present = undefined;
    present ??= this.#startLoading(screening);
    if (present?.is === 'loading' && this.#loading.wait(present, { command, asker, tag, deadlineMs })) return;
    const refusal = present?.is === 'resting' ? unavailable : busy;
    asker.answered(tag, command.requestId, refusal, 0, command.atMs);
  }

  /** The live actor, for questions that only read; null while there is none. */
  liveActor(screening: number): ScreeningActor | null {
    const slot = this.#slots.get(screening);
    return slot?.is === 'live' ? slot.actor : null;
  }

  /** For `RulesRefresh`. */
  isLoaded(screening: number): 'live' | 'loading' | 'no' {
    const is = this.#slots.get(screening)?.is;
    return is === 'live' || is === 'loading' ? is : 'no';
  }

  subscribe(screening: number, subscriber: Subscriber): void {
    if (this.#ports.ownership.epochOf(shardOf(screening)) === null) {
      subscriber.gone(screening, OutcomeCode.unavailable);
      return;
    }
    this.#subscriptions.add(screening, subscriber);
    const slot = this.#slots.get(screening);
    if (slot?.is === 'live') {
      // While its claim is not committed the replica may be another owner's past: the watchers are told after it.
      if (!this.#unclaimed.has(slot.actor)) subscriber.snapshotTaken(slot.actor.replica);
      return;
    }
    if (slot === undefined && this.#startLoading(screening) === undefined) {
      this.#subscriptions.tellGone(screening, OutcomeCode.busy);
    }
  }

  unsubscribe(screening: number, subscriber: Subscriber): void {
    this.#subscriptions.remove(screening, subscriber);
  }

  /** Takes a subscriber's name off everything: its end of the line is gone. */
  forgetSubscriber(subscriber: Subscriber): void {
    this.#subscriptions.forget(subscriber);
  }

  /** Loads a screening for which nobody has asked: one with an order whose payment nobody has ended. */
  wake(screening: number): void {
    const isOurs = this.#ports.ownership.epochOf(shardOf(screening)) !== null;
    if (isOurs && !this.#slots.has(screening)) this.#startLoading(screening);
  }

  /** Call every TICK_MS: expires holds, ends overdue payments, wakes up resting screenings that are watched. */
  tick(): void {
    if (this.#isDraining) return;
    const nowMs = this.#ports.nowMs();
    this.#loading.tick();
    for (const screening of this.#wheel.due(nowMs)) {
      const slot = this.#slots.get(screening);
      if (slot?.is === 'resting' && slot.untilMs <= nowMs) {
        this.#slots.delete(screening);
        if (slot.isWanted || this.#subscriptions.has(screening)) this.#startLoading(screening);
      }
      if (slot?.is !== 'live') continue;
      if (this.journal.accepting !== 'yes' || this.#ports.ownership.epochOf(shardOf(screening)) === null) {
        // Nothing can be decided now; without this the deadline would be forgotten.
        this.#wheel.add(screening, nowMs + TICK_MS);
        continue;
      }
      const { actor } = slot;
      actor.take({ kind: 'expire', requestId: '', buyer: 'system', atMs: nowMs }, nobody, 0);
      if (actor.hasEnded) continue;
      for (const order of paymentsDue(actor.state, nowMs)) this.#askAboutPayment(screening, order, nowMs);
    }
  }

  #askAboutPayment(screening: number, order: string, nowMs: number): void {
    if (!this.#overdue.isDue(order, nowMs)) return;
    this.#wheel.add(screening, nowMs + ASK_PAYMENT_AGAIN_MS);
    this.#ports.paymentDue(screening, order);
  }

  /** Puts idle actors to sleep; call now and then. Resolves when their snapshots are written. */
  async passivateIdle(
    idleMs = this.#ports.limits.idleMs,
    snapshotFactsMin = this.#ports.limits.snapshotFactsMin,
  ): Promise<void> {
    // With a slow database the last round may still be writing its snapshots.
    if (this.#isPassivating) return;
    this.#isPassivating = true;
    try {
      await this.#passivate(idleMs, snapshotFactsMin);
    } finally {
      this.#isPassivating = false;
    }
  }

  async #passivate(idleMs: number, snapshotFactsMin: number): Promise<void> {
    const nowMs = this.#ports.nowMs();
    this.#overdue.forgetOld(nowMs);
    this.#rests.forgetOld(nowMs);
    for (const [screening, slot] of this.#slots) {
      // One that is wanted again is woken by the tick.
      const isWanted = this.#subscriptions.has(screening) || (slot.is === 'resting' && slot.isWanted);
      if (slot.is === 'resting' && slot.untilMs <= nowMs && !isWanted) this.#slots.delete(screening);
      if (slot.is !== 'live') continue;
      const { actor } = slot;
      if (!actor.canPassivate || nowMs - actor.lastUsedMs < idleMs || this.#subscriptions.has(screening)) continue;
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
    for (const slot of this.#slots.values()) if (slot.is === 'loading') this.#refuseAll(slot, unavailable);
    await this.journal.whenIdle();
    await saveSnapshots(this.#ports, this.#liveActors(), snapshotsMs);
    await this.journal.whenIdle();
  }

  /**
   * Lets shards go to another owner. Call when ownership has ceased to name them ours, so that nothing new is decided.
   * Resolves when every decision of theirs is settled and every actor forgotten; whoever follows one of their screenings
   * here is forgotten too, without a word: he knows where the shard went before we do, or will ask there.
   */
  async letGo(shards: ReadonlySet<number>, snapshotsMs: number): Promise<void> {
    for (const [screening, slot] of [...this.#slots]) {
      if (slot.is === 'live' || !shards.has(shardOf(screening))) continue;
      this.#slots.delete(screening);
      if (slot.is !== 'loading') continue;
      slot.isGivenUp = true;
      this.#refuseAll(slot, unavailable);
    }
    this.#subscriptions.forgetScreenings((screening) => shards.has(shardOf(screening)));
    await this.journal.whenSettled();
    const going = this.#liveActors().filter(({ screening }) => shards.has(shardOf(screening)));
    await saveSnapshots(this.#ports, going, snapshotsMs);
    // Resting ones too: an actor that was fenced meanwhile.
    for (const screening of [...this.#slots.keys()]) if (shards.has(shardOf(screening))) this.#slots.delete(screening);
  }

  /** A copy: it is walked with pauses. */
  #liveActors(): ScreeningActor[] {
    return [...this.#slots.values()].flatMap((slot) => (slot.is === 'live' ? [slot.actor] : []));
  }

  // ---- loading ------------------------------------------------------------------------------------------------

  /** Undefined when there is no room. */
  #startLoading(screening: number): Slot | undefined {
    if (this.#isDraining) return undefined;
    if (this.#slots.size >= this.#ports.limits.actorsMax) {
      this.#sleepOne();
      if (this.#slots.size >= this.#ports.limits.actorsMax) return undefined;
    }
    const loading = this.#loading.start(screening);
    this.#slots.set(screening, loading);
    return loading;
  }

  /** Room for one more: the oldest actor that can be forgotten without a snapshot being missed much. */
  #sleepOne(): void {
    for (const [screening, slot] of this.#slots) {
      if (slot.is === 'live' && slot.actor.canPassivate && !this.#subscriptions.has(screening)) {
        this.#slots.delete(screening);
        return;
      }
    }
  }

  async #bringToLife(loading: Loading): Promise<void> {
    const { screening } = loading;
    const shard = shardOf(screening);
    const restored = await restore(screening, this.#ports.loader, this.#ports.log);
    if (this.#isUnwanted(loading)) return;
    if (restored === null) {
      this.#slots.delete(screening);
      this.#refuseAll(loading, unknownScreening);
      return;
    }
    const { state, factsSinceSnapshot } = restored;
    // Read from the journal: somebody had a newer epoch than ours.
    if (state.epoch > (this.#ports.ownership.epochOf(shard) ?? 0)) {
      await this.#ports.ownership.deposed(shard, state.epoch);
      if (this.#isUnwanted(loading)) return;
    }
    const epoch = this.#ports.ownership.epochOf(shard);
    if (epoch === null || epoch < state.epoch || this.journal.accepting !== 'yes') {
      this.#rest(screening);
      this.#refuseAll(loading, unavailable);
      return;
    }
    this.#goLive(state, epoch, factsSinceSnapshot, loading);
  }

  /** After each await of a load: it took too long, or the server drains meanwhile and nothing may be claimed any more. */
  #isUnwanted(loading: Loading): boolean {
    if (loading.isGivenUp) return true;
    if (!this.#isDraining) return false;
    this.#slots.delete(loading.screening);
    this.#refuseAll(loading, unavailable);
    return true;
  }

  #goLive(state: ScreeningState, epoch: number, factsSinceSnapshot: number, loading: Loading): void {
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
      this.#subscriptions.tellSnapshot(actor.replica);
    }
    for (const hold of state.holds.values()) if (hold.phase === 'paying') this.#wheel.add(screening, hold.deadlineMs);
    for (let waiting = this.#loading.next(loading); waiting !== undefined; waiting = this.#loading.next(loading)) {
      this.submit(screening, waiting.command, waiting.asker, waiting.tag, waiting.deadlineMs);
    }
  }

  #refuseAll(loading: Loading, refusal: Refused): void {
    const nowMs = this.#ports.nowMs();
    for (let waiting = this.#loading.next(loading); waiting !== undefined; waiting = this.#loading.next(loading)) {
      waiting.asker.answered(waiting.tag, waiting.command.requestId, refusal, 0, nowMs);
    }
    if (refusal.code === OutcomeCode.unknownScreening) this.#subscriptions.tellGone(loading.screening, refusal.code);
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
    // A lost commit was read back: the database answers again, there is nobody to make room for.
    // After a fence the other owner looks after the holds: waking up by itself would take them back from it.
    const isWanted = reason !== 'fenced' && actor.state.holds.size > 0;
    this.#rest(screening, isWanted, reason !== 'lost');
  }

  /** After the answers of a commit: one delta for each screening that changed. */
  publishChanges(): void {
    if (this.#changed.length === 0) return;
    const changed = this.#changed;
    this.#changed = [];
    for (const actor of changed) {
      const { fromVersion, changes, isAnew } = actor.takeDelta();
      const isNew = this.#claimed.delete(actor) || isAnew;
      const freeSeats = actor.takeFreeSeats();
      if (freeSeats !== null) this.#ports.freeSeats?.(actor.screening, freeSeats);
      if (!this.#subscriptions.has(actor.screening)) continue;
      if (isNew) this.#subscriptions.tellSnapshot(actor.replica);
      else {
        const { screening, epoch, version, salesOpen } = actor.replica;
        this.#subscriptions.tellDelta({ screening, epoch, fromVersion, version, salesOpen, changes });
      }
    }
  }

  /** No new try before the pause is over. */
  #rest(screening: number, isWanted = false, isDoubling = true): void {
    const nowMs = this.#ports.nowMs();
    const untilMs = nowMs + this.#rests.pauseMs(screening, nowMs, isDoubling);
    this.#slots.set(screening, { is: 'resting', untilMs, isWanted });
    this.#wheel.add(screening, untilMs);
  }
}

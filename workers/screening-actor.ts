/**
 * The one who decides for a screening. It owns the state, takes commands one at a time and answers each of them once:
 * decide → evolve → append to the journal → (commit) → answer. Nothing in here waits; a command is decided
 * in the turn in which it arrives, and its answer is released by the journal after the commit.
 *
 * Always true:
 * - Memory is ahead of the journal by exactly the `#pending` decisions. An answer that saw uncommitted facts
 *   waits with them, refusals and repeats included: nobody sees a change before it is durable (promise I2).
 * - `replica` holds committed facts only. When the layout changes it is another one, and the watchers are told everything anew.
 * - A settlement other than 'committed' ends this actor: its memory is no longer what the journal says. A new
 *   one is loaded from the journal when somebody asks again.
 * - An assertion that fires (a poison command) ends this actor too, and nothing else of the thread.
 */

import { fingerprintOf } from '../actors/fingerprint.ts';
import { rememberRefusal } from '../actors/request-window.ts';
import { seatsTouched } from '../actors/seat-changes.ts';
import type { Command } from '../actors/seat-command.ts';
import { decide } from '../actors/seat-decide.ts';
import { evolve } from '../actors/seat-evolve.ts';
import { FactKind, type RecordedFact } from '../actors/seat-fact.ts';
import { noMaps } from '../actors/seat-map.ts';
import { type MineQuery, mineOf } from '../actors/seat-mine.ts';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { ScreeningRules, ScreeningState } from '../actors/seat-state.ts';
import { writeSnapshot } from '../actors/snapshot.ts';
import type { Journal } from '../storage/journal.ts';
import type { Settlement } from '../storage/journal-entry.ts';
import { projectionsOf } from '../storage/projection.ts';
import type { Asker } from './asker.ts';
import { Decision, type DecisionOwner } from './decision.ts';
import { busy, failed, unavailable } from './refusals.ts';
import { SeatReplica, type SeatSnapshot } from './seat-replica.ts';

export type EndReason = 'fenced' | 'lost' | 'rejected' | 'poisoned';

/** What the actor needs of the thread it lives on. */
export interface ActorHost {
  readonly journal: Journal;
  nowMs(): number;
  /** A deadline was set in this screening: look again then. */
  deadlineSet(actor: ScreeningActor, deadlineMs: number): void;
  /** The actor has committed changes to tell; asked once per commit. */
  changed(actor: ScreeningActor): void;
  decided(command: Command, code: OutcomeCode): void;
  snapshotDue(screening: number, version: number, epoch: number, state: string): void;
  poisoned(actor: ScreeningActor, command: Command, cause: unknown): void;
  /** The last pending decision is settled and the actor has ended. */
  ended(actor: ScreeningActor, reason: EndReason): void;
}

/** Facts after which a snapshot is written while the screening is in use. Ten thousand facts are replayed in tens of milliseconds (bench `recover`); a snapshot costs about as much to write, with the window of request ids in it. */
export const SNAPSHOT_EVERY_FACTS = 10_000;

const noChanges: readonly number[] = [];
const noFacts: readonly RecordedFact[] = [];

export class ScreeningActor implements DecisionOwner {
  readonly screening: number;
  replica: SeatReplica;
  lastUsedMs: number;
  readonly #host: ActorHost;
  readonly #state: ScreeningState;
  #pending = 0;
  #end: EndReason | null = null;
  #factsSinceSnapshot: number;
  /** Changes committed and not yet told; `#toldVersion` is what the watchers have. */
  #untold: number[] = [];
  #toldVersion: number;
  #isMarkedChanged = false;
  /** The layout changed since the last telling. */
  #isAnew = false;
  /** What the search was last told; −1: nothing yet. */
  #toldFreeSeats = -1;

  /** `state` is the replayed journal, all of it committed. `factsSinceSnapshot`: how many of them no snapshot covers. */
  constructor(host: ActorHost, state: ScreeningState, factsSinceSnapshot: number) {
    this.#host = host;
    this.#state = state;
    this.screening = state.screening;
    this.#factsSinceSnapshot = factsSinceSnapshot;
    this.replica = new SeatReplica(seatsOf(state));
    this.#toldVersion = state.version;
    this.lastUsedMs = host.nowMs();
  }

  /** Reading only: for questions that change nothing ("what is mine?"). May be ahead of the journal while `hasPending`. */
  get state(): ScreeningState {
    return this.#state;
  }

  get hasPending(): boolean {
    return this.#pending > 0;
  }

  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /** The catalogue's terms of this moment, for everything that is decided from now on. */
  takeRules(rules: ScreeningRules): void {
    this.#state.rules = rules;
  }

  /** True when nothing would be lost by forgetting the actor: a hold needs its timer, a decision its commit. */
  get canPassivate(): boolean {
    return this.#pending === 0 && this.#end === null && this.#state.holds.size === 0;
  }

  /** The state as a snapshot, when it covers enough new facts to be worth a row. Only while nothing is pending. */
  snapshotWorthKeeping(factsMin: number): { version: number; epoch: number; state: string } | null {
    if (this.#pending > 0 || this.#end !== null || this.#factsSinceSnapshot < factsMin) return null;
    this.#factsSinceSnapshot = 0;
    return { version: this.#state.version, epoch: this.#state.epoch, state: writeSnapshot(this.#state) };
  }

  /** Decides `command` now. `command.atMs` must be the host's clock. */
  take(command: Command, asker: Asker, tag: number): void {
    this.lastUsedMs = command.atMs;
    if (this.#end !== null) {
      asker.answered(tag, command.requestId, unavailable, 0, command.atMs);
      return;
    }
    const accepting = this.#host.journal.accepting;
    if (accepting !== 'yes') {
      asker.answered(tag, command.requestId, accepting === 'busy' ? busy : unavailable, 0, command.atMs);
      return;
    }
    let decision: Decision;
    try {
      decision = this.#decide(command, asker, tag);
    } catch (cause) {
      this.#poison(command, asker, tag, cause);
      return;
    }
    this.#host.decided(command, decision.outcome.code);
    if (decision.facts.length === 0 && this.#pending === 0) {
      asker.answered(tag, command.requestId, decision.outcome, decision.version, command.atMs);
      return;
    }
    this.#pending++;
    this.#host.journal.append(decision);
  }

  /** Answers a question. What it says may rest on uncommitted facts, so that it waits for them like a decision. */
  tell(query: MineQuery, asker: Asker, tag: number): void {
    this.lastUsedMs = query.atMs;
    if (this.#end !== null) {
      asker.answered(tag, query.requestId, unavailable, 0, query.atMs);
      return;
    }
    const answer = mineOf(this.#state, query);
    if (this.#pending === 0) {
      asker.answered(tag, query.requestId, answer, this.#state.version, query.atMs);
      return;
    }
    if (this.#host.journal.accepting !== 'yes') {
      asker.answered(tag, query.requestId, unavailable, 0, query.atMs);
      return;
    }
    this.#pending++;
    this.#host.journal.append(this.#answerOnly(query.requestId, answer, asker, tag));
  }

  #answerOnly(requestId: string, answer: Answer, asker: Asker, tag: number): Decision {
    const { version, salesOpen } = this.#state;
    return new Decision(
      this.screening,
      noFacts,
      null,
      this,
      asker,
      tag,
      requestId,
      answer,
      version,
      noChanges,
      salesOpen,
      null,
      null,
    );
  }

  #decide(command: Command, asker: Asker, tag: number): Decision {
    const state = this.#state;
    const { outcome, facts, repeated } = decide(state, command);
    if (facts.length === 0) {
      if (!repeated && outcome.code !== OutcomeCode.accepted) rememberRefusal(state, command, outcome);
      return this.#answerOnly(command.requestId, outcome, asker, tag);
    }
    const isSystem = command.kind === 'expire' || command.kind === 'claim';
    const epoch = command.kind === 'claim' ? command.epoch : state.epoch;
    const last = facts.length - 1;
    const recordedFacts: RecordedFact[] = [];
    let changes: number[] = [];
    let anew: SeatSnapshot | null = null;
    // Only here, and in a replay, does a fact need a layout.
    const maps =
      command.kind === 'change-map' && command.map !== null ? new Map([[command.seatMap, command.map]]) : noMaps;
    for (let index = 0; index <= last; index++) {
      const fact = facts[index]!;
      // The asker's id stands on the last fact of its decision; the lesser ones (an expiry on the way) have none.
      const carriesRequest = index === last && !isSystem;
      const recorded: RecordedFact = {
        version: state.version + 1,
        epoch,
        atMs: command.atMs,
        requestId: carriesRequest ? command.requestId : null,
        fingerprint: carriesRequest ? fingerprintOf(command) : 0,
        fact,
      };
      const touched = seatsTouched(state, fact);
      evolve(state, recorded, maps);
      for (const seat of touched) changes.push((seat << 2) | (state.seatStatus[seat] ?? 0));
      recordedFacts.push(recorded);
      if (fact.kind === FactKind.mapChanged) {
        this.#takeQuota(fact.halfQuota);
        if (fact.from !== fact.to) {
          // Numbers of the old layout mean nothing on the new one.
          changes = [];
          anew = seatsOf(state);
        }
      }
      this.#noteDeadline(recorded);
    }
    this.#factsSinceSnapshot += facts.length;
    let snapshot: string | null = null;
    if (this.#factsSinceSnapshot >= SNAPSHOT_EVERY_FACTS) {
      this.#factsSinceSnapshot = 0;
      snapshot = writeSnapshot(state);
    }
    const projections = outcome.code === 0 ? projectionsOf(this.screening, facts, outcome, command.atMs) : null;
    return new Decision(
      this.screening,
      recordedFacts,
      projections,
      this,
      asker,
      tag,
      command.requestId,
      outcome,
      state.version,
      changes,
      state.salesOpen,
      snapshot,
      anew,
    );
  }

  /** The quota belongs to the layout, though not to the state. */
  #takeQuota(halfQuota: number): void {
    this.#state.rules = { ...this.#state.rules, halfQuota };
  }

  #noteDeadline({ fact }: RecordedFact): void {
    switch (fact.kind) {
      case FactKind.held:
      case FactKind.extended:
      case FactKind.paymentBegun:
        this.#host.deadlineSet(this, fact.deadlineMs);
        break;
      case FactKind.paymentCancelled:
        if (fact.deadlineMs !== null) this.#host.deadlineSet(this, fact.deadlineMs);
        break;
      case FactKind.ownerChanged:
        this.#host.deadlineSet(this, fact.holdDeadlineMs);
        break;
    }
  }

  decisionSettled(decision: Decision, settlement: Settlement): void {
    this.#pending--;
    if (settlement === 'committed') {
      this.#committed(decision);
    } else {
      this.#end ??= settlement;
      // Of rejected rows one decision was at fault, perhaps by a ticket code that is taken: drawn again, it will do.
      decision.asker.answered(decision.tag, decision.requestId, unavailable, 0, this.#host.nowMs());
    }
    if (this.#end !== null && this.#pending === 0) this.#host.ended(this, this.#end);
  }

  #committed(decision: Decision): void {
    let { replica } = this;
    if (decision.facts.length > 0) {
      if (!this.#isMarkedChanged) {
        this.#isMarkedChanged = true;
        this.#host.changed(this);
      }
      if (decision.anew !== null) replica = this.#begin(decision.anew);
      for (const change of decision.changes) {
        replica.change(change);
        this.#untold.push(change);
      }
      replica.version = decision.version;
      const { epoch, fact } = decision.facts[decision.facts.length - 1]!;
      replica.epoch = epoch;
      // Once more: the catalogue may have been asked for the rules in between, and have said the old quota.
      if (fact.kind === FactKind.mapChanged) this.#takeQuota(fact.halfQuota);
      replica.salesOpen = decision.salesOpen;
    }
    decision.asker.answered(decision.tag, decision.requestId, decision.outcome, decision.version, this.#host.nowMs());
    if (decision.snapshot !== null) {
      this.#host.snapshotDue(this.screening, decision.version, replica.epoch, decision.snapshot);
    }
  }

  /** Another layout is committed. */
  #begin(seats: SeatSnapshot): SeatReplica {
    this.replica = new SeatReplica(seats);
    this.#untold = [];
    this.#isAnew = true;
    return this.replica;
  }

  /** How many seats are free by what is committed, if that is news since the last call; else null. */
  takeFreeSeats(): number | null {
    const { freeSeats } = this.replica;
    if (freeSeats === this.#toldFreeSeats) return null;
    this.#toldFreeSeats = freeSeats;
    return freeSeats;
  }

  /** The committed changes since the last call, for the watchers. `isAnew`: they need all seats instead, the layout is another one. */
  takeDelta(): { fromVersion: number; changes: readonly number[]; isAnew: boolean } {
    const delta = { fromVersion: this.#toldVersion, changes: this.#untold, isAnew: this.#isAnew };
    this.#isAnew = false;
    this.#toldVersion = this.replica.version;
    this.#untold = [];
    this.#isMarkedChanged = false;
    return delta;
  }

  /** A bug fired. `decide` does not touch the state, `evolve` may have half done so: this memory is not trusted any more. */
  #poison(command: Command, asker: Asker, tag: number, cause: unknown): void {
    this.#end = 'poisoned';
    this.#host.poisoned(this, command, cause);
    asker.answered(tag, command.requestId, failed, 0, command.atMs);
    if (this.#pending === 0) this.#host.ended(this, 'poisoned');
  }
}

function seatsOf({ screening, map, epoch, version, salesOpen, seatStatus }: ScreeningState): SeatSnapshot {
  // A copy where it is kept: the state goes on.
  return { screening, seatMap: map.id, epoch, version, salesOpen, status: seatStatus.slice() };
}

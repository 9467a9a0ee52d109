/**
 * Given these facts, when this command, then these facts and this outcome: the tests of the pure core in three words.
 *
 *   given(held(2, 'ana', [0, 1], T0 + TTL)).when(hold('bia', [1])).refuses(OutcomeCode.seatHeld, [1]);
 *
 * Every decision that passes through here is checked for what is always true as well: `decide` changed nothing, a
 * refusal has no facts, and after the facts the window of request ids gives the same answer again.
 */
import assert from 'node:assert/strict';
import { fingerprintOf } from '../../actors/fingerprint.ts';
import { rememberRefusal } from '../../actors/request-window.ts';
import type { Command, NewTicket, TicketLine } from '../../actors/seat-command.ts';
import { type Decision, decide } from '../../actors/seat-decide.ts';
import { evolve } from '../../actors/seat-evolve.ts';
import { type Fact, FactKind, type RecordedFact } from '../../actors/seat-fact.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import { type Accepted, OutcomeCode } from '../../actors/seat-outcome.ts';
import { initialState, type ScreeningRules, type ScreeningState } from '../../actors/seat-state.ts';
import { readSnapshot, writeSnapshot } from '../../actors/snapshot.ts';
import type { CommonRules } from '../../storage/recovery.ts';
import { assertRecount } from './recount.ts';
import { seatMapOf } from './seat-maps.ts';

/** When the tests begin, ms since 1970: a Friday evening. */
export const T0 = 1_800_000_000_000;
export const RULES: ScreeningRules = {
  seatsPerBuyerMax: 10,
  holdTtlMs: 600_000,
  holdExtensionsMax: 1,
  extensionMs: 300_000,
  paymentTtlMs: 240_000,
  retryTtlMs: 120_000,
  halfQuota: 3,
  halfPolicy: 'limit',
  isOnSale: true,
  salesFromMs: null,
  salesUntilMs: null,
};
/** The part of them that is the same for all screenings; from the catalogue comes the rest. */
export const COMMON: CommonRules = commonOf(RULES, 7_200_000);
/** Two rows of eight: seats 0–7 and 8–15. */
export const HALL: SeatMap = seatMapOf(['........', '........']);

/** A command without what the stage fills in. */
export type Draft<C extends Command = Command> = C extends Command
  ? Omit<C, 'requestId' | 'atMs'> & { readonly requestId?: string; readonly atMs?: number }
  : never;

/** A screening on which `facts` have happened: version 1 is its first owner's claim, the facts follow from version 2. */
export function given(...facts: readonly Fact[]): Stage {
  return new Stage(HALL, RULES).given({ kind: FactKind.ownerChanged, holdDeadlineMs: T0 + RULES.holdTtlMs }, ...facts);
}

export function givenHall(map: SeatMap, rules: Partial<ScreeningRules> = {}): Stage {
  return new Stage(map, { ...RULES, ...rules });
}

export class Stage {
  readonly state: ScreeningState;
  /** Layouts that a command has brought along. */
  readonly maps = new Map<number, SeatMap>();
  nowMs = T0;
  #requests = 0;

  constructor(map: SeatMap, rules: ScreeningRules) {
    this.state = initialState(1, map, rules);
  }

  /** The facts happen. An owner change raises the epoch by one. */
  given(...facts: readonly Fact[]): this {
    for (const fact of facts) {
      const { version, epoch } = this.state;
      const nextEpoch = fact.kind === FactKind.ownerChanged ? epoch + 1 : epoch;
      const recorded = {
        version: version + 1,
        epoch: nextEpoch,
        atMs: this.nowMs,
        requestId: null,
        fingerprint: 0,
        fact,
      };
      evolve(this.state, recorded, this.maps);
    }
    assertRecount(this.state);
    return this;
  }

  /** The clock stands at `nowMs`. */
  at(nowMs: number): this {
    this.nowMs = nowMs;
    return this;
  }

  /** Commands that must be accepted, and whose facts happen. */
  does(...drafts: readonly Draft[]): this {
    for (const draft of drafts) this.when(draft).accepts().happens();
    return this;
  }

  /** Asks what would become of a command; nothing happens yet. */
  when(draft: Draft): Verdict {
    const command = { requestId: `request-${++this.#requests}`, atMs: this.nowMs, ...draft } as Command;
    if (command.kind === 'change-map' && command.map !== null) this.maps.set(command.seatMap, command.map);
    const before = writeSnapshot(this.state);
    const decision = decide(this.state, command);
    assert.equal(writeSnapshot(this.state), before, 'decide changed the state');
    return new Verdict(this, command, decision);
  }
}

export class Verdict {
  readonly stage: Stage;
  readonly command: Command;
  readonly decision: Decision;

  constructor(stage: Stage, command: Command, decision: Decision) {
    this.stage = stage;
    this.command = command;
    this.decision = decision;
  }

  /** Accepted, with these facts and this outcome where given. */
  accepts(facts?: readonly Fact[], outcome?: Accepted): this {
    const { decision } = this;
    assert.equal(
      decision.outcome.code,
      OutcomeCode.accepted,
      `${this.command.kind}: ${JSON.stringify(decision.outcome)}`,
    );
    if (facts !== undefined) assert.deepEqual(decision.facts, facts);
    if (outcome !== undefined) assert.deepEqual(decision.outcome, outcome);
    this.#checkFacts();
    return this;
  }

  refuses(code: OutcomeCode, seats?: readonly number[]): this {
    const { outcome, facts } = this.decision;
    assert.equal(nameOf(outcome.code), nameOf(code));
    if (seats !== undefined) assert.deepEqual('seats' in outcome ? outcome.seats : undefined, seats);
    assert.deepEqual(facts, [], 'a refusal has facts');
    return this;
  }

  /** Accepted as before, with nothing new. */
  repeats(outcome?: Accepted): this {
    this.accepts([], outcome);
    assert.equal(this.decision.repeated, true);
    return this;
  }

  /** The decision's facts become part of the stage's past, as the runtime would have it. */
  happens(): Stage {
    const { state } = this.stage;
    for (const recorded of recordsOf(state, this.command, this.decision)) evolve(state, recorded, this.stage.maps);
    if (this.decision.outcome.code !== 0 && !this.decision.repeated) {
      rememberRefusal(state, this.command, this.decision.outcome);
    }
    assertRecount(state);
    return this.stage;
  }

  #checkFacts(): void {
    const { command, decision } = this;
    if (decision.facts.length === 0) return;
    const { state } = this.stage;
    const copy = readSnapshot(writeSnapshot(state), state.map, state.rules);
    for (const recorded of recordsOf(copy, command, decision)) evolve(copy, recorded, this.stage.maps);
    assertRecount(copy);
    if (command.kind === 'expire' || command.kind === 'claim') return;
    const again = decide(copy, { ...command, atMs: command.atMs + 1 });
    assert.deepEqual(again, { outcome: decision.outcome, facts: [], repeated: true }, 'the window has another answer');
  }
}

/** The decision's facts as the runtime records them: the request id on the last one. */
export function recordsOf(state: ScreeningState, command: Command, decision: Decision): readonly RecordedFact[] {
  const isSystem = command.kind === 'expire' || command.kind === 'claim';
  return decision.facts.map((fact, index) => {
    const carriesRequest = !isSystem && index === decision.facts.length - 1;
    return {
      version: state.version + 1 + index,
      epoch: command.kind === 'claim' ? command.epoch : state.epoch,
      atMs: command.atMs,
      requestId: carriesRequest ? command.requestId : null,
      fingerprint: carriesRequest ? fingerprintOf(command) : 0,
      fact,
    };
  });
}

function commonOf(rules: ScreeningRules, salesAfterStartMs: number): CommonRules {
  const { halfQuota: _1, halfPolicy: _2, isOnSale: _3, salesFromMs: _4, salesUntilMs: _5, ...common } = rules;
  return { ...common, salesAfterStartMs };
}

function nameOf(code: OutcomeCode): string {
  return Object.entries(OutcomeCode).find(([, number]) => number === code)?.[0] ?? `code ${code}`;
}

// Facts. ----------------------------------------------------------------------------------------------------------

export const held = (
  hold: number,
  buyer: string,
  seats: readonly number[],
  deadlineMs = T0 + RULES.holdTtlMs,
): Fact => ({
  kind: FactKind.held,
  hold,
  buyer,
  seats,
  deadlineMs,
});

export const begun = (hold: number, order: string, payer: string, lines: readonly TicketLine[]): Fact => ({
  kind: FactKind.paymentBegun,
  hold,
  order,
  payer,
  lines,
  deadlineMs: T0 + RULES.paymentTtlMs,
});

export const sold = (hold: number, order: string, seats: readonly number[]): Fact => ({
  kind: FactKind.sold,
  order,
  hold,
  tickets: newTickets(order, seats),
});

// Commands. -------------------------------------------------------------------------------------------------------

export const hold = (buyer: string, seats: readonly number[], into?: number): Draft =>
  into === undefined ? { kind: 'hold', buyer, seats } : { kind: 'hold', buyer, seats, hold: into };

export const best = (buyer: string, count: number, accessible = false): Draft => ({
  kind: 'best-available',
  buyer,
  count,
  accessible,
});

export const release = (buyer: string, id: number, seats?: readonly number[]): Draft =>
  seats === undefined ? { kind: 'release', buyer, hold: id } : { kind: 'release', buyer, hold: id, seats };

export const extend = (buyer: string, id: number): Draft => ({ kind: 'extend', buyer, hold: id });

export const begin = (
  buyer: string,
  id: number,
  order: string,
  lines: readonly TicketLine[],
  payer = buyer,
): Draft => ({ kind: 'begin-payment', buyer, hold: id, order, payer, lines });

export const confirm = (buyer: string, order: string, seats: readonly number[]): Draft => ({
  kind: 'confirm',
  buyer,
  order,
  tickets: newTickets(order, seats),
});

export const cancelPayment = (buyer: string, order: string, keepHold: boolean): Draft => ({
  kind: 'cancel-payment',
  buyer,
  order,
  keepHold,
});

export const changeMap = (map: SeatMap, halfQuota = 3): Draft => ({
  kind: 'change-map',
  buyer: 'staff-7',
  seatMap: map.id,
  halfQuota,
  map,
});

/** Full-price lines of 30.00, one for each seat, unless a type is named. */
export function lines(seats: readonly number[], type: TicketLine['type'] = 1): readonly TicketLine[] {
  return seats.map((seat) => ({ seat, type, priceCents: 3_000 }));
}

/** Tickets named after their order and seat. */
export function newTickets(order: string, seats: readonly number[]): readonly NewTicket[] {
  return seats.map((seat) => ({ seat, ticket: `${order}-${seat}`, code: `CODE${order}${seat}` }));
}

/** Askers and subscribers that remember what they heard, for tests of whoever must answer them. */
import assert from 'node:assert/strict';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import type { Asker } from '../../workers/asker.ts';
import { type SeatDelta, SeatReplica, type SeatSnapshot } from '../../workers/seat-replica.ts';
import type { Subscriber } from '../../workers/shard-runtime.ts';

export interface HeardAnswer {
  readonly tag: number;
  readonly requestId: string;
  readonly outcome: Answer;
  readonly version: number;
  readonly nowMs: number;
}

/** One asker. That it never hears more than one answer to a command is checked as the answers come. */
export class Heard implements Asker {
  readonly answers: HeardAnswer[] = [];
  readonly #log: string[] | null;
  readonly #tags = new Set<number>();

  /** `log`: a list that several askers share, where the order between them matters. */
  constructor(log: string[] | null = null) {
    this.#log = log;
  }

  answered(tag: number, requestId: string, outcome: Answer, version: number, nowMs: number): void {
    assert.ok(!this.#tags.has(tag), `${requestId} (tag ${tag}) was answered twice`);
    this.#tags.add(tag);
    this.answers.push({ tag, requestId, outcome, version, nowMs });
    this.#log?.push(`answer ${nameOf(outcome.code)}`);
  }

  /** The one answer; null before it came. */
  get answer(): HeardAnswer | null {
    assert.ok(this.answers.length < 2, `${this.answers.length} answers where one was expected`);
    return this.answers[0] ?? null;
  }

  /** The name of the one answer's code; null before it came. */
  get code(): string | null {
    return this.answer === null ? null : nameOf(this.answer.outcome.code);
  }

  /** The names of the codes of all answers, in the order in which they came. */
  get codes(): string[] {
    return this.answers.map(({ outcome }) => nameOf(outcome.code));
  }

  /** The one answer's outcome, which must be accepted and of `kind`. */
  accepted<Kind extends AcceptedKind>(kind: Kind): Extract<Answer, { readonly kind: Kind }> {
    const outcome = this.answer?.outcome;
    assert.ok(outcome !== undefined, 'not answered yet');
    assert.ok(outcome.code === 0, `refused: ${nameOf(outcome.code)}`);
    assert.equal(outcome.kind, kind);
    return outcome as Extract<Answer, { readonly kind: Kind }>;
  }
}

type AcceptedKind = Extract<Answer, { readonly code: 0 }>['kind'];

/** A subscriber with a replica of its own; a delta that leaves a gap is remembered as one. */
export class Watching implements Subscriber {
  /** "snapshot 3", "delta 3-5", "gap 4-5", "gone unknownScreening". */
  readonly told: string[] = [];
  replica: SeatReplica | null = null;

  snapshotTaken(snapshot: SeatSnapshot): void {
    this.told.push(`snapshot ${snapshot.version}`);
    this.replica = new SeatReplica(snapshot);
  }

  seatsChanged(delta: SeatDelta): void {
    const fits = this.replica?.apply(delta) ?? false;
    this.told.push(`${fits ? 'delta' : 'gap'} ${delta.fromVersion}-${delta.version}`);
  }

  gone(_screening: number, code: OutcomeCode): void {
    this.told.push(`gone ${nameOf(code)}`);
    this.replica = null;
  }

  /** What was told since the last call. */
  news(): string[] {
    return this.told.splice(0);
  }
}

export function nameOf(code: OutcomeCode): string {
  return Object.entries(OutcomeCode).find(([, number]) => number === code)?.[0] ?? `code ${code}`;
}

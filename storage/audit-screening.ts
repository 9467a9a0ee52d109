/**
 * The audit of one screening: its facts go, in order, into the auditor's own books and through the actor's replay,
 * and in the end the two, the stored snapshot and the tables must agree. Facts are taken one at a time and not kept.
 */
import { evolve } from '../actors/seat-evolve.ts';
import type { RecordedFact } from '../actors/seat-fact.ts';
import { initialState, type ScreeningRules, type ScreeningState } from '../actors/seat-state.ts';
import { readSnapshot, writeSnapshot } from '../actors/snapshot.ts';
import { type AuditLayouts, layoutAt } from './audit-layouts.ts';
import { AuditLedger } from './audit-ledger.ts';
import { compareProjection } from './audit-projection.ts';
import type { AuditFindings, AuditRule } from './audit-report.ts';
import { decodeRow } from './fact-codec.ts';
import type { TextRow } from './grouped-cursor.ts';

export const JOURNAL_SQL = `select screening, version, epoch, at_ms, kind, request_id, fingerprint, body
  from journal order by screening, version`;
export const SNAPSHOTS_SQL = 'select screening, version, state from snapshots order by screening';

export class ScreeningAudit {
  readonly #screening: number;
  readonly #layouts: AuditLayouts;
  readonly #rules: ScreeningRules;
  readonly #findings: AuditFindings;
  readonly #ledger: AuditLedger;
  /** The actor's replay from the first fact; null after it failed. */
  #replayed: ScreeningState | null;
  /** The same from the snapshot on; null when there is none, or it failed. */
  #restored: ScreeningState | null = null;

  constructor(screening: number, layouts: AuditLayouts, rules: ScreeningRules, findings: AuditFindings) {
    this.#screening = screening;
    this.#layouts = layouts;
    this.#rules = rules;
    this.#findings = findings;
    const terms = {
      layouts,
      seatsPerBuyerMax: rules.seatsPerBuyerMax,
      halfQuota: rules.halfPolicy === 'limit' ? rules.halfQuota : null,
    };
    this.#ledger = new AuditLedger(terms, (rule, version, message) => this.#find(rule, version, message));
    this.#replayed = initialState(screening, layouts.first, rules);
  }

  /** Before the facts. */
  snapshot([, version, text]: TextRow): void {
    try {
      this.#restored = readSnapshot(text ?? '', layoutAt(this.#layouts, Number(version)), this.#rules);
      if (this.#restored.version !== Number(version)) {
        this.#find('snapshot', Number(version), `the snapshot holds version ${this.#restored.version}`);
      }
    } catch (cause) {
      this.#find('snapshot', Number(version), `the snapshot cannot be read: ${messageOf(cause)}`);
    }
  }

  /** Each row of the journal, in the order of versions. */
  fact(row: TextRow): void {
    let recorded: RecordedFact;
    try {
      recorded = recordedOf(row);
    } catch (cause) {
      this.#find('facts', Number(row[1]), messageOf(cause));
      this.#replayed = null;
      return;
    }
    this.#ledger.enter(recorded);
    this.#replayed = this.#replay(this.#replayed, recorded, 'replay');
    if (this.#restored !== null && recorded.version > this.#restored.version) {
      this.#restored = this.#replay(this.#restored, recorded, 'snapshot');
    }
  }

  /** After the facts. `seatMap`: the layout that the catalogue has. */
  finish(seatMap: number, orders: readonly TextRow[], tickets: readonly TextRow[]): void {
    const { map } = this.#ledger;
    if (map.id !== seatMap) {
      this.#find('projection', null, `the layout is ${seatMap} in the catalogue and ${map.id} in the journal`);
    }
    compareProjection(this.#screening, this.#ledger, orders, tickets, this.#findings);
    const replayed = this.#replayed;
    if (replayed === null) return;
    for (let seat = 0; seat < map.seatCount; seat++) {
      const expected = this.#ledger.statusOf(seat);
      const found = replayed.seatStatus[seat];
      if (found !== expected) {
        this.#find('replay', null, `seat ${seat} has status ${found} after the replay, and ${expected} by the facts`);
      }
    }
    const restored = this.#restored;
    if (restored !== null) this.#compareSnapshot(replayed, restored);
  }

  #replay(state: ScreeningState | null, recorded: RecordedFact, rule: AuditRule): ScreeningState | null {
    if (state === null) return null;
    try {
      evolve(state, recorded, this.#layouts.maps);
      return state;
    } catch (cause) {
      this.#find(rule, recorded.version, `the replay stops: ${messageOf(cause)}`);
      return null;
    }
  }

  #compareSnapshot(replayed: ScreeningState, restored: ScreeningState): void {
    if (restored.version > replayed.version) {
      this.#find(
        'snapshot',
        restored.version,
        `the snapshot is ahead of the journal, which ends at ${replayed.version}`,
      );
      return;
    }
    // Equal states give equal text, holds and answered requests included.
    if (writeSnapshot(replayed) === writeSnapshot(restored)) return;
    const [fromFacts, fromSnapshot] = [replayed, restored].map(summaryOf);
    this.#find('snapshot', null, `the snapshot leads to another state: ${fromSnapshot} instead of ${fromFacts}`);
  }

  #find(rule: AuditRule, version: number | null, message: string): void {
    this.#findings.add(rule, this.#screening, version, message);
  }
}

function summaryOf(state: ScreeningState): string {
  const { version, epoch, salesOpen, seatStatus, orders, tickets, holds, answered } = state;
  const counts = [0, 0, 0, 0];
  for (const status of seatStatus) counts[status] = (counts[status] ?? 0) + 1;
  const seats = `seats ${counts.join('/')} (free/held/sold/blocked)`;
  const sizes = `${holds.size} holds, ${orders.size} orders, ${tickets.size} tickets, ${answered.size} requests`;
  return `"version ${version}, epoch ${epoch}, sales ${salesOpen ? 'open' : 'closed'}, ${seats}, ${sizes}"`;
}

function recordedOf([, version, epoch, at_ms, kind, request_id, fingerprint, body]: TextRow): RecordedFact {
  return decodeRow({
    version: Number(version),
    epoch: Number(epoch),
    at_ms: at_ms ?? '',
    kind: Number(kind),
    request_id: request_id ?? null,
    fingerprint: fingerprint ?? '',
    body: body ?? null,
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** What an audit found. */

/** The rules of an audit, by the promise that each one guards (docs/invariants.md). */
export type AuditRule =
  /** I1: no seat with two live tickets; nothing held or sold that was not free. */
  | 'sold-once'
  /** I1: versions 1…n without a gap; epochs never fall, and change with an owner-changed fact only. */
  | 'versions'
  | 'epochs'
  /** I2: what was answered is stored. */
  | 'history'
  /** I3 */
  | 'ten-per-buyer'
  | 'half-quota'
  /** The tables say what the journal says. */
  | 'projection'
  | 'sums'
  /** I5: what was kept is what good tickets cost; nothing reserved, taken or sent back that should not be. */
  | 'money'
  /** The actor's own replay succeeds and agrees with the books; so does its snapshot. */
  | 'replay'
  | 'snapshot'
  /** A fact that makes no sense after those before it, or that cannot be read. */
  | 'facts';

export interface AuditViolation {
  readonly screening: number;
  /** The fact at which it shows; null where no single fact does. */
  readonly version: number | null;
  readonly rule: AuditRule;
  readonly message: string;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly screenings: number;
  readonly facts: number;
  readonly orders: number;
  readonly tickets: number;
  readonly payments: number;
  /** Acknowledged commands of the history file that were looked for. */
  readonly acknowledged: number;
  /** The first VIOLATIONS_MAX of them. */
  readonly violations: readonly AuditViolation[];
  readonly violationCount: number;
  readonly elapsedMs: number;
}

/** More would help nobody: one broken rule tends to break for every screening. */
export const VIOLATIONS_MAX = 100;

export class AuditFindings {
  readonly violations: AuditViolation[] = [];
  count = 0;

  add(rule: AuditRule, screening: number, version: number | null, message: string): void {
    this.count++;
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ screening, version, rule, message });
  }
}

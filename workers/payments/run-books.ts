/**
 * The books of one order during one run, and what the run knows beside them. Each write must have seen the version before it; who
 * comes second reads anew and decides again.
 */
import { askedKey, nextStep, type PaymentStep } from '../../actors/payment/next-step.ts';
import type { Payment, PaymentEnding } from '../../actors/payment/payment.ts';
import type { BooksChange, PaymentRecord, StepName, StepNote } from '../../storage/payments/payment-record.ts';
import {
  backoffMs,
  caseAfter,
  dueAfter,
  lateLookAfter,
  mayBeReservedLate,
  REFUND_MS,
  STUCK_FAILURES,
  WAITED_MS,
} from './desk-pace.ts';
import { DeskBusy, type DeskPorts } from './desk-ports.ts';

/** Times that others may change the same books under one run. More is a crowd, and each of them does what we would. */
const CONFLICTS_MAX = 8;

export class RunBooks {
  readonly ports: DeskPorts;
  /** Whether the books say what the provider has answered in this run. */
  hasLooked = false;
  /** Whether the provider is to be looked at whatever the books say. */
  mustLook = false;
  /** The run is to end the payment without a sale, if that may still be. */
  ending: PaymentEnding | null = null;
  /** askedKey of the steps that were carried out in this run, and are not again. Looks are not among them. */
  readonly asked = new Set<string>();
  /** The provider was seen in this run to have sent back less than the books say. */
  isShort = false;
  /** By step, and of refunds also by askedKey: the provider's code for not doing it. */
  readonly refused = new Map<string, string>();
  readonly #cause: string;
  #record: PaymentRecord;
  #conflicts = 0;
  #current = '';

  constructor(ports: DeskPorts, record: PaymentRecord, cause: string) {
    this.ports = ports;
    this.#record = record;
    this.#cause = cause;
  }

  get record(): PaymentRecord {
    return this.#record;
  }

  next(): PaymentStep {
    const { payment, seatsSide } = this.#record;
    if (this.mustLook) return { do: 'look' };
    const { asked, ending, isShort } = this;
    const step = nextStep(payment, seatsSide, this.hasLooked, { asked, ending, isShort });
    // Somebody has come because it is time for that, or sooner.
    const isLate = step.do === 'nothing' && !this.hasLooked && this.#record.dueAtMs !== null;
    return isLate && mayBeReservedLate(this.#record) ? { do: 'look' } : step;
  }

  /** How long the payment has been under way, milliseconds. */
  get ageMs(): number {
    return Math.max(this.ports.nowMs() - this.#record.createdMs, 0);
  }

  /** `step` is carried out now. Looking does nothing: a run may look again when its books have changed. */
  begin(step: PaymentStep): void {
    this.#current = askedKey(step);
    if (step.do !== 'look') this.asked.add(this.#current);
  }

  /** Nothing came of the present step; it may be done again in this run. */
  mayRepeat(): void {
    this.asked.delete(this.#current);
  }

  note(step: StepName, outcome: string, more: Partial<StepNote> = {}): StepNote {
    return { step, outcome, objectId: this.#record.payment.object, cause: this.#cause, ...more };
  }

  /**
   * Writes, with the time at which somebody else goes on if we do not. False: others have changed the books, which were read anew.
   * @throws DeskBusy when they do so all the time
   */
  async write(change: BooksChange, note: StepNote): Promise<boolean> {
    const { seatsSide } = this.#record;
    const payment = { ...this.#record.payment, ...change };
    const left = nextStep(payment, seatsSide, this.hasLooked);
    const due = change.dueInMs === undefined ? { dueInMs: this.#dueAfter(left, payment) } : {};
    return this.keep(await this.ports.books.change(this.#record, { ...change, ...due }, note));
  }

  /** Takes what was written, as `write` does; null: somebody was quicker. */
  async keep(written: PaymentRecord | null): Promise<boolean> {
    if (written !== null) {
      this.#record = written;
      return true;
    }
    if (++this.#conflicts > CONFLICTS_MAX) throw new DeskBusy(`order ${this.#record.payment.order} is changed by many`);
    await this.reload();
    return false;
  }

  async reload(): Promise<void> {
    const { order, version } = this.#record.payment;
    const record = await this.ports.books.load(order);
    if (record === null) throw new Error(`the books of order ${order} are gone`);
    this.#record = record;
    // Of the seats there may be news without a change of the money's: what we know of that still holds.
    if (record.payment.version === version) return;
    this.hasLooked = false;
    this.isShort = false;
    this.asked.clear();
    this.refused.clear();
  }

  /** Notes a failure and the time of the next attempt. Where another one was quicker his books are right. */
  async failed(note: StepNote, change: BooksChange = {}, retryAfterMs: number | null = null): Promise<boolean> {
    const { payment, caseKind } = this.#record;
    const failures = this.#record.failures + 1;
    const isStuck = failures >= STUCK_FAILURES && caseKind === null;
    if (isStuck) this.#tell('stuck');
    const dueInMs = backoffMs(payment.order, failures, retryAfterMs);
    const kind = isStuck ? { caseKind: 'stuck' as const } : {};
    return this.write({ ...change, failures, lastFailure: note.outcome, dueInMs, ...kind }, note);
  }

  /** Nothing is to be done now. False as of `write`; most times there is nothing to be written. */
  async rest(left: PaymentStep): Promise<boolean> {
    const { payment, caseKind, dueAtMs, failures } = this.#record;
    // Nothing has come of what was tried in this run.
    const hasFailed = left.do === 'wait-for-provider' && this.refused.size > 0;
    const dueInMs = this.#dueAtRest(left);
    const kind = caseAfter(left, caseKind, payment) ?? (this.#isWaitingForLong(left) ? 'stuck' : null);
    if (kind !== null && kind !== caseKind) this.#tell(kind);
    const isRight = isDueRight(left, dueInMs, dueAtMs === null ? null : dueAtMs - this.ports.nowMs());
    if (isRight && kind === caseKind && failures === 0) return true;
    const change = { dueInMs, caseKind: kind, ...(hasFailed ? {} : { failures: 0, lastFailure: null }) };
    return this.write(change, left.do === 'report' ? this.note('report', left.what) : this.note('note', left.do));
  }

  #dueAtRest(left: PaymentStep): number | null {
    const { payment, failures } = this.#record;
    const { order, refunds } = payment;
    if (left.do !== 'wait-for-provider') return this.#dueAfter(left, payment);
    if (this.refused.has('refund') || refunds.some(({ phase }) => phase === 'pending')) return REFUND_MS;
    return this.refused.size > 0 ? backoffMs(order, Math.max(failures, 1), null) : dueAfter(left, this.ageMs);
  }

  #dueAfter(left: PaymentStep, payment: Payment): number | null {
    const { ports } = this;
    if (left.do === 'nothing') return lateLookAfter({ ...this.#record, payment }, ports.nowMs());
    return dueAfter(left, this.ageMs);
  }

  /** Refunds take days by themselves. */
  #isWaitingForLong(left: PaymentStep): boolean {
    const { refunds } = this.#record.payment;
    const isRefund = refunds.some(({ phase }) => phase === 'pending' || phase === 'wanted');
    const isWaiting = left.do === 'wait-for-provider' && !isRefund && this.refused.size === 0;
    return isWaiting && this.ageMs >= WAITED_MS;
  }

  #tell(what: string): void {
    this.ports.log.error({ order: this.#record.payment.order, case: what }, 'a payment needs a person');
  }
}

/** Whether the time that the books name needs no other. Clocks differ a little; and to look at a buyer's payment sooner does no harm. */
function isDueRight(left: PaymentStep, dueInMs: number | null, leftMs: number | null): boolean {
  if (dueInMs === null || leftMs === null) return dueInMs === leftMs;
  return leftMs <= dueInMs * 1.25 && leftMs > (left.do === 'wait-for-buyer' ? 0 : dueInMs / 2);
}

/** What the desk works with: the books of the money, the actors of the seats, the providers, a clock. Each can be replaced in a test. */
import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { PaymentStep } from '../../actors/payment/next-step.ts';
import type { Payment, Provider, Refund } from '../../actors/payment/payment.ts';
import type { Log } from '../../storage/log.ts';
import { beginPayment, changePayment, loadPayment, noteStep } from '../../storage/payments/payment-books.ts';
import type { BooksChange, NewPayment, PaymentRecord, StepNote } from '../../storage/payments/payment-record.ts';
import { changeRefund, foundRefund, type RefundMore, wantRefund } from '../../storage/payments/refund-books.ts';
import type { ProviderAdapter } from './provider-port.ts';

/** Null of a write: somebody was quicker, and nothing was written. Each is one round trip to PostgreSQL. */
export interface PaymentBooks {
  begin(wanted: NewPayment, cause: string): Promise<PaymentRecord>;
  load(order: string): Promise<PaymentRecord | null>;
  change(record: PaymentRecord, change: BooksChange, note: StepNote): Promise<PaymentRecord | null>;
  note(order: string, note: StepNote): Promise<void>;
  wantRefund(record: PaymentRecord, refund: Refund, note: StepNote): Promise<PaymentRecord | null>;
  changeRefund(record: PaymentRecord, refund: Refund, more: RefundMore, note: StepNote): Promise<PaymentRecord | null>;
  foundRefund(
    record: PaymentRecord,
    found: { readonly object: string | null; readonly cents: number },
    note: StepNote,
  ): Promise<PaymentRecord | null>;
}

/** The books in a database; `pool` of the role shard or app. */
export function booksIn(pool: pg.Pool): PaymentBooks {
  return {
    begin: (wanted, cause) => beginPayment(pool, wanted, cause),
    load: (order) => loadPayment(pool, order),
    change: (record, change, note) => changePayment(pool, record, change, note),
    note: (order, note) => noteStep(pool, order, note),
    wantRefund: (record, refund, note) => wantRefund(pool, record, refund, note),
    changeRefund: (record, refund, more, note) => changeRefund(pool, record, refund, more, note),
    foundRefund: (record, found, note) => foundRefund(pool, record, found, note),
  };
}

/** The screening's actor, asked in the system's name. 'unknown': nobody knows whether it was done; asked again, it is done once. */
export interface SeatsPort {
  /** refused: the order has ended, and its seats are others' to buy. */
  sell(payment: Payment): Promise<'sold' | 'refused' | 'unknown'>;
  /** `keepHold`: the buyer may choose again for a while. */
  free(payment: Payment, keepHold: boolean): Promise<'freed' | 'sold' | 'unknown'>;
  /** used: somebody has been let in with one of them. */
  voidTickets(payment: Payment): Promise<'voided' | 'used' | 'unknown'>;
}

export interface DeskPorts {
  readonly books: PaymentBooks;
  readonly adapters: ReadonlyMap<Provider, ProviderAdapter>;
  readonly seats: SeatsPort;
  /** Where a provider's page sends the buyer back to. Always the same for an order: it is part of requests that are repeated. */
  returnUrlOf(order: string): string;
  /**
   * Tells the buyer of an order that his tickets died because their money could not be had: once, however often it is asked. Absent on
   * threads that may not write letters: they leave the order due, for one who may.
   */
  tellVoided?(order: string): Promise<unknown>;
  nowMs(): number;
  readonly log: Log;
  /** For tests; else the clock. */
  delay?(ms: number): Promise<unknown>;
}

export interface RunResult {
  readonly did: readonly PaymentStep['do'][];
  /** What is to be done next, by whom it concerns. */
  readonly left: PaymentStep;
  /** Null: no payment of such an order ever began. */
  readonly record: PaymentRecord | null;
}

export type PayAnswer = 'approved' | 'declined' | 'authentication-needed';

/** More is under way than this process does at once, or others keep changing the same books. Nothing is lost: the books know when somebody looks again. */
export class DeskBusy extends Error {
  override readonly name = 'DeskBusy';
}

/** Nobody knows what the screening's actor did; the books know when it is asked again. */
export class SeatsUnknown extends Error {
  override readonly name = 'SeatsUnknown';
}

export function pause({ delay }: DeskPorts, ms: number): Promise<unknown> {
  return delay === undefined ? wait(ms, undefined, { ref: false }) : delay(ms);
}

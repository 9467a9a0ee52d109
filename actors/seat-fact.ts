/**
 * Facts: what has happened to a screening, in the past tense, numbered per screening by `version` without a
 * gap from 1. They are what the journal stores; replaying them gives the state. A fact carries results
 * (a deadline, the chosen seats), never rules, so that a rule may change without changing the past.
 */
import type { NewTicket, TicketLine } from './seat-command.ts';

/** The kinds' numbers are in the journal for ever: append, never renumber. */
export const FactKind = {
  ownerChanged: 1,
  salesOpened: 2,
  salesClosed: 3,
  held: 4,
  extended: 5,
  released: 6,
  expired: 7,
  paymentBegun: 8,
  paymentCancelled: 9,
  sold: 10,
  ticketsCancelled: 11,
  ticketsRefunded: 12,
  checkedIn: 13,
  blocked: 14,
  unblocked: 15,
  mapChanged: 16,
} as const;
export type FactKind = (typeof FactKind)[keyof typeof FactKind];

export type Fact =
  /** A new owner. Choosing holds start a fresh time to live on the new owner's clock, and payments are asked about then: `holdDeadlineMs` (two machines' clocks are never compared). */
  | { readonly kind: 1; readonly holdDeadlineMs: number }
  | { readonly kind: 2 }
  | { readonly kind: 3 }
  /** `hold` is the version of the fact that opened the hold; equal to this fact's own version for a new one. */
  | {
      readonly kind: 4;
      readonly hold: number;
      readonly buyer: string;
      readonly seats: readonly number[];
      readonly deadlineMs: number;
    }
  | { readonly kind: 5; readonly hold: number; readonly deadlineMs: number }
  | { readonly kind: 6; readonly hold: number; readonly seats: readonly number[] }
  | { readonly kind: 7; readonly holds: readonly number[] }
  | {
      readonly kind: 8;
      readonly hold: number;
      readonly order: string;
      readonly payer: string;
      readonly lines: readonly TicketLine[];
      readonly deadlineMs: number;
      /** The account or guest to whom the order belongs, a random buyer id; absent: nobody told. */
      readonly contact?: string;
    }
  /** `deadlineMs` null: the seats are free; else the hold is choosing again until then. */
  | { readonly kind: 9; readonly order: string; readonly hold: number; readonly deadlineMs: number | null }
  | { readonly kind: 10; readonly order: string; readonly hold: number; readonly tickets: readonly NewTicket[] }
  | { readonly kind: 11; readonly order: string; readonly tickets: readonly string[] }
  | { readonly kind: 12; readonly order: string; readonly tickets: readonly string[] }
  | { readonly kind: 13; readonly ticket: string; readonly gate: string }
  | { readonly kind: 14; readonly seats: readonly number[]; readonly reason: string }
  | { readonly kind: 15; readonly seats: readonly number[]; readonly reason: string }
  /**
   * Another layout. Facts before it speak of the seats of `from`, facts after it of those of `to`. `blocked`: the seats of
   * `to` that are blocked from now on. `from` = `to`: it was that layout already.
   */
  | {
      readonly kind: 16;
      readonly from: number;
      readonly to: number;
      readonly halfQuota: number;
      readonly blocked: readonly number[];
    };

/** A fact as the journal holds it. */
export interface RecordedFact {
  readonly version: number;
  readonly epoch: number;
  /** The owner's clock when it decided. Informative: only compared with times of the same owner. */
  readonly atMs: number;
  /** The command that caused it; null where no client can ask again (expiry, take-over, the lesser facts of a command that caused several). */
  readonly requestId: string | null;
  /** `fingerprintOf` the command, to notice a request id used again for something else; 0 without request id. */
  readonly fingerprint: number;
  readonly fact: Fact;
}

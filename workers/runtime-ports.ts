/** What a thread's runtime is given: its journal, its way to the database, its clock, and somebody to tell. */
import type { Command } from '../actors/seat-command.ts';
import type { OutcomeCode } from '../actors/seat-outcome.ts';
import type { Journal } from '../storage/journal.ts';
import type { Ownership } from './ownership.ts';
import type { RuntimeLimits } from './runtime-limits.ts';
import type { ScreeningLoader } from './screening-loader.ts';

export interface RuntimePorts {
  readonly journal: Journal;
  readonly loader: ScreeningLoader;
  readonly ownership: Ownership;
  readonly limits: RuntimeLimits;
  nowMs(): number;
  /** An order's payment deadline has passed while it was still being paid: the payment must be ended at the provider (promise I5). */
  paymentDue(screening: number, order: string): void;
  /** So many seats of a screening are free by what has just been committed; only when the number is another one. */
  freeSeats?(screening: number, freeSeats: number): void;
  decided(command: Command, code: OutcomeCode): void;
  log(level: 'info' | 'warn' | 'error', message: string, details: Readonly<Record<string, unknown>>): void;
}

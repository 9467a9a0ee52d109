/** What the paid load is told, and what it says; JSON on its command line and its standard output. */
import type { LatencySummary } from './latency-histogram.ts';

export interface PaidLoadPlan {
  readonly host: string;
  readonly port: number;
  /** What browsers send as Origin. */
  readonly origin: string;
  readonly method: 'paypal' | 'stripe';
  /** Where PayPal's window is. */
  readonly payPalUrl: string;
  /** Purchases that are due in a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  /** Cookies of the buyers, a connection each. */
  readonly guests: readonly string[];
  readonly firstScreening: number;
  /** Seats of each screening. */
  readonly seats: number;
}

export interface PaidLoadResult {
  /** From when the purchase was due until its buyer heard "sold", of those that were due in the measured time. */
  readonly latency: LatencySummary;
  readonly measuredSeconds: number;
  /** In the whole run. */
  readonly sold: number;
  /** Purchases that were answered "nobody knows", and said again. */
  readonly repeated: number;
  /** By the code of the answer, or what broke. */
  readonly failed: Readonly<Record<string, number>>;
  /** Purchases under way at once, at most. */
  readonly underWayMax: number;
  readonly generatorCores: number;
}

export type PaidLoadLine = { readonly phase: 'ending' | 'measuring' } | { readonly result: PaidLoadResult };

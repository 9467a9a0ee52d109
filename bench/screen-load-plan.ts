/** What the process beside the browser is told, and what it says; JSON on its command line and its standard output. */
export interface ScreenLoadPlan {
  readonly port: number;
  readonly screening: number;
  readonly seats: number;
  /** Connections that watch the screening, and do nothing else. */
  readonly watchers: number;
  /** Seats that are taken or given back in a second. */
  readonly rate: number;
}

/** One change: the screening's version after it; when it was sent and when its answer came, Unix milliseconds with fractions. */
export type ScreenChange = readonly [version: number, sentMs: number, answeredMs: number];

export type ScreenLoadLine =
  | { readonly is: 'ready' }
  /** Every second. `waited`: changes that were due while every changer waited for an answer; `frames`: that watchers got. */
  | {
      readonly is: 'second';
      readonly changes: readonly ScreenChange[];
      readonly refused: number;
      readonly waited: number;
      readonly frames: number;
      readonly closed: number;
    };

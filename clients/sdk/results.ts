/**
 * What comes of a command. The SDK's promises never reject: a refusal is an answer, and when there is none the caller must
 * know whether the command may have been carried out. Arguments that no server could accept throw a TypeError at once,
 * from the call itself.
 */
import type { MineHold, MineOrder, Ticket } from '../../server/protocol/server-frame.ts';

export type { MineHold, MineOrder, Ticket };

/** The server said no. Nothing was changed; only with `authenticationNeeded` the payment has begun, and waits. */
export interface Refused {
  readonly is: 'refused';
  readonly requestId: string;
  /** An OutcomeCode; a later server may give others. */
  readonly code: number;
  /** The seats that are the reason; may be empty. */
  readonly seats: readonly number[];
  /** With `authenticationNeeded`: the order that waits for it. Then the same `buy` with the same request id goes on. */
  readonly order?: string;
}

/** No answer came. */
export interface Failed {
  readonly is: 'failed';
  readonly requestId: string;
  /**
   * `deadline`: no answer in time. `closed`: the session was closed. `protocol`: server and client do not understand each other.
   * `too-many-commands`: as many as allowed are under way already; this one was not sent.
   */
  readonly reason: 'deadline' | 'closed' | 'protocol' | 'too-many-commands';
  /** It may have been carried out: ask `mine`, or repeat it with this request id, before asking anything else of these seats. */
  readonly mayHaveHappened: boolean;
}

export type Unsuccessful = Refused | Failed;

interface AcceptedBase {
  readonly is: 'accepted';
  readonly requestId: string;
  /** The screening's version that has the change. */
  readonly version: number;
}
export interface Held extends AcceptedBase {
  readonly hold: number;
  /** All seats of the hold. */
  readonly seats: readonly number[];
  /** Until it expires, when the answer came. */
  readonly msLeft: number;
  /** The same on the clock of `Surroundings.nowMs` (performance.now()). */
  readonly endsAtMs: number;
}
export interface Released extends AcceptedBase {
  readonly hold: number;
  /** What was given back. */
  readonly seats: readonly number[];
}
export interface Bought extends AcceptedBase {
  readonly order: string;
  readonly tickets: readonly Ticket[];
}
export interface MyHold extends MineHold {
  readonly endsAtMs: number;
}
export interface Mine {
  readonly is: 'accepted';
  readonly holds: readonly MyHold[];
  readonly orders: readonly MineOrder[];
}
export interface Pong {
  readonly is: 'accepted';
  readonly roundTripMs: number;
}

export type HoldResult = Held | Unsuccessful;
export type ReleaseResult = Released | Unsuccessful;
export type BuyResult = Bought | Unsuccessful;
export type MineResult = Mine | Unsuccessful;
export type PingResult = Pong | Failed;

/** How to ask. */
export interface CommandOptions {
  /** To repeat a command whose fate is unknown; by default a new one is made. */
  readonly requestId?: string;
  /** Overall, retries and reconnects counted in, milliseconds. */
  readonly deadlineMs?: number;
}

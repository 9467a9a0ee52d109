/**
 * What goes wrong with a provider, scripted: a test says which request meets which fault, and how often. Nothing here is left to
 * chance or to a timer, except a `delay` that was asked for. The first script that fits a request is used up by it, so a test
 * reads like the story: the first capture is cut, the second comes through.
 */

export interface Matcher {
  /** As sent, in capitals; absent: any. */
  readonly method?: string;
  /** Of the path without the query; absent: any. */
  readonly path?: RegExp | string;
}

export type Fault =
  /** Waits before doing. The idempotency key counts as in use meanwhile. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Nothing is done and no answer ever comes; the connection stays open. */
  | { readonly kind: 'hang' }
  /** The connection is reset; nothing was done. */
  | { readonly kind: 'cut-before' }
  /** Done, then the connection is reset instead of the answer. */
  | { readonly kind: 'cut-after' }
  /** Nothing is done; this is the answer. `body` is sent as JSON; absent: the provider's own for this status. */
  | { readonly kind: 'status'; readonly status: number; readonly body?: unknown; readonly retryAfter?: number }
  /** A 500 that is kept under the idempotency key and given again, with the work done or not. */
  | { readonly kind: 'stored-500'; readonly isDone: boolean }
  /** Waits for `open` before doing: lets a test put two events in order. The key counts as in use meanwhile. */
  | { readonly kind: 'gate'; readonly open: Promise<void> }
  /** Does it, and answers when `open` is settled. */
  | { readonly kind: 'gate-after'; readonly open: Promise<void> };

interface Script {
  readonly matcher: Matcher;
  readonly fault: Fault;
  timesLeft: number;
}

/** More would be a script that nobody can read; the limit also catches a loop that scripts for ever. */
const SCRIPTS_MAX = 1000;

export class FaultScript {
  readonly #scripts: Script[] = [];

  /**
   * The next `times` requests that fit `matcher` meet `fault` (Infinity: all of them, until `clear`).
   *
   * @throws Error when more than 1,000 scripts are waiting.
   */
  on(matcher: Matcher, fault: Fault, times = 1): void {
    if (this.#scripts.length >= SCRIPTS_MAX) throw new Error(`${SCRIPTS_MAX} faults are scripted and none was met`);
    if (times > 0) this.#scripts.push({ matcher, fault, timesLeft: times });
  }

  /** The fault this request meets, used up by it; null: the ordinary course. */
  take(method: string, path: string): Fault | null {
    const index = this.#scripts.findIndex(({ matcher }) => fits(matcher, method, path));
    const script = this.#scripts[index];
    if (script === undefined) return null;
    script.timesLeft -= 1;
    if (script.timesLeft <= 0) this.#scripts.splice(index, 1);
    return script.fault;
  }

  /** How many faults nobody has met yet: a test ends with 0, or it tested less than it says. */
  get waiting(): number {
    return this.#scripts.length;
  }

  clear(): void {
    this.#scripts.length = 0;
  }
}

function fits(matcher: Matcher, method: string, path: string): boolean {
  if (matcher.method !== undefined && matcher.method !== method) return false;
  if (matcher.path === undefined) return true;
  return typeof matcher.path === 'string' ? matcher.path === path : matcher.path.test(path);
}

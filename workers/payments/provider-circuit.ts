/**
 * A provider that does not answer is not waited for by everybody. After some calls in a row whose fate nobody knows, all others are
 * told so at once, and one at a time is let through to see whether it is back. What is refused here was not asked: nothing is in
 * doubt because of it, a hold stays its buyer's, and what is due comes back.
 */
import type { Provider } from '../../actors/payment/payment.ts';
import { ProviderRefused, ProviderUnknown } from './provider-port.ts';

/** The failure of a call that was not made. */
export const NOT_ASKED = 'not-asked';
/** The failure of a request that its provider is still working on: a sign of life. */
export const KEY_IN_USE = 'key-in-use';

/** Failures that say that it is away, or cannot keep up: no answer, or one of these statuses. What failed on our side says nothing about it. */
const AWAY = /^(timeout|connection|rate-limited|status (429|5\d\d))$/;
/** It has answered, whatever it thinks of us. */
const SIGNS_OF_LIFE: ReadonlySet<string> = new Set([KEY_IN_USE, 'object-in-use', 'unauthorised', 'forbidden']);

/** One cut line happens, and two; five in a row without an answer between them are an outage. */
const OPENS_AFTER = 5;
/** Pauses between two attempts while it is away, milliseconds: doubled each time. */
const PAUSE_FIRST_MS = 1_000;
const PAUSE_MAX_MS = 15_000;

interface Line {
  /** Calls in a row that nobody knows the end of. */
  failures: number;
  pauseMs: number;
  nextAtMs: number;
  isTrying: boolean;
}

export class ProviderCircuit {
  readonly #nowMs: () => number;
  readonly #lines = new Map<Provider, Line>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** As `ask`, for what buyers can repeat as often as they like: it is no trial, and what comes of it tells nothing about the provider. */
  async askQuietly<Result>(provider: Provider, call: () => Promise<Result>): Promise<Result> {
    if (this.#lineOf(provider).failures >= OPENS_AFTER) throw new ProviderUnknown(NOT_ASKED, null, PAUSE_FIRST_MS);
    return call();
  }

  /** Resolves and rejects as `call` does. @throws ProviderUnknown with NOT_ASKED */
  async ask<Result>(provider: Provider, call: () => Promise<Result>): Promise<Result> {
    const line = this.#lineOf(provider);
    const isTrial = line.failures >= OPENS_AFTER;
    if (isTrial) {
      const leftMs = line.nextAtMs - this.#nowMs();
      if (line.isTrying || leftMs > 0) throw new ProviderUnknown(NOT_ASKED, null, Math.max(leftMs, PAUSE_FIRST_MS));
      line.isTrying = true;
    }
    try {
      const result = await call();
      this.#lines.delete(provider);
      return result;
    } catch (cause) {
      if (isSignOfLife(cause)) this.#lines.delete(provider);
      else if (cause instanceof ProviderUnknown && AWAY.test(cause.failure)) {
        this.#failed(this.#lineOf(provider), cause, isTrial);
      }
      throw cause;
    } finally {
      if (isTrial) line.isTrying = false;
    }
  }

  #lineOf(provider: Provider): Line {
    const known = this.#lines.get(provider);
    if (known !== undefined) return known;
    const line: Line = { failures: 0, pauseMs: PAUSE_FIRST_MS, nextAtMs: 0, isTrying: false };
    this.#lines.set(provider, line);
    return line;
  }

  /** Of many that were under way when it went away only a trial makes the pause longer. */
  #failed(line: Line, { retryAfterMs }: ProviderUnknown, isTrial: boolean): void {
    line.failures++;
    if (isTrial) line.pauseMs = Math.min(line.pauseMs * 2, PAUSE_MAX_MS);
    line.nextAtMs = this.#nowMs() + Math.max(line.pauseMs, Math.min(retryAfterMs ?? 0, PAUSE_MAX_MS));
  }
}

/** A "no" is an answer as well. */
function isSignOfLife(cause: unknown): boolean {
  return cause instanceof ProviderRefused || (cause instanceof ProviderUnknown && SIGNS_OF_LIFE.has(cause.failure));
}

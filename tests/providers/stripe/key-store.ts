/**
 * Stripe's memory of idempotency keys: the first answer for a key is the answer for a day, also when it was a 500. Another request
 * under the same key is an error, and so is the same request while the first is still at work. A request that was refused before
 * anything began (a missing parameter, a key in use) leaves no trace, so that a corrected one may use the key.
 */
import type { RawAnswer } from '../raw-server.ts';
import { StripeFailure } from './failure.ts';

/** Stripe forgets a key after at least 24 hours; we take it at its word, since code that relies on longer is wrong. */
const KEPT_MS = 24 * 3_600_000;
/** As Stripe's. */
const KEY_CHARACTERS_MAX = 255;
/** Each holds an answer of two kilobytes. Above it the oldest go, as if their day were over. */
const KEYS_MAX = 200_000;

interface Kept {
  readonly request: string;
  readonly sinceMs: number;
  /** Null: still at work. */
  answer: RawAnswer | null;
}

export class KeyStore {
  readonly #kept = new Map<string, Kept>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * Takes `key` for a request, or tells the answer it had. `request` is whatever must be the same for it to be the same request.
   *
   * @throws StripeFailure 400 idempotency_error for another request, 409 idempotency_key_in_use while the first one runs.
   */
  take(key: string, request: string): RawAnswer | null {
    if (key.length > KEY_CHARACTERS_MAX)
      throw new StripeFailure(
        400,
        {
          type: 'invalid_request_error',
          message: `Idempotency keys can only be ${KEY_CHARACTERS_MAX} characters long.`,
        },
        false,
      );
    const kept = this.#kept.get(key);
    if (kept === undefined || kept.sinceMs + KEPT_MS <= this.#nowMs()) {
      this.#kept.delete(key);
      if (this.#kept.size >= KEYS_MAX) for (const [oldest] of this.#kept) if (this.#kept.delete(oldest)) break;
      this.#kept.set(key, { request, sinceMs: this.#nowMs(), answer: null });
      return null;
    }
    if (kept.request !== request)
      throw new StripeFailure(
        400,
        {
          type: 'idempotency_error',
          message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        },
        false,
      );
    if (kept.answer === null)
      throw new StripeFailure(
        409,
        {
          type: 'idempotency_error',
          code: 'idempotency_key_in_use',
          message: `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`,
        },
        false,
      );
    return { ...kept.answer, headers: { ...kept.answer.headers, 'idempotent-replayed': 'true' } };
  }

  /** The answer from now on. */
  keep(key: string, answer: RawAnswer): void {
    const kept = this.#kept.get(key);
    if (kept !== undefined) kept.answer = answer;
  }

  /** Nothing began: the key is free again. */
  release(key: string): void {
    this.#kept.delete(key);
  }
}

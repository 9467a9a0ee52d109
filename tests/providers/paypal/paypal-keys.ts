/**
 * `PayPal-Request-Id`: the second request with the same id on the same resource gets the first answer and does nothing. As with
 * PayPal, only what succeeded is remembered (a refusal is thought over again: the buyer may have changed the card), the
 * parameters are not compared, and an id whose request is still at work is refused with 409.
 */
import type { RawAnswer } from '../raw-server.ts';
import { PayPalProblem } from './paypal-problem.ts';

/** PayPal's times: an order's creation for six hours, payments for 45 days. */
const ORDER_KEY_MS = 6 * 3600_000;
const PAYMENT_KEY_MS = 45 * 24 * 3600_000;

export class PayPalKeys {
  readonly #nowMs: () => number;
  readonly #kept = new Map<string, { readonly answer: RawAnswer; readonly endsMs: number }>();
  readonly #atWork = new Set<string>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /**
   * The answer kept under `key`, null when the work is to be done; then `release` must follow.
   * @param key Path and request id.
   * @throws {PayPalProblem} PREVIOUS_REQUEST_IN_PROGRESS
   */
  take(key: string): RawAnswer | null {
    if (this.#atWork.has(key)) throw new PayPalProblem('PREVIOUS_REQUEST_IN_PROGRESS');
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.endsMs > this.#nowMs()) return kept.answer;
    this.#atWork.add(key);
    return null;
  }

  /** Ends the work under `key`; keeps `answer` when it is a success. */
  release(key: string, answer: RawAnswer): void {
    this.#atWork.delete(key);
    if (answer.status >= 300) return;
    const lifeMs = key.startsWith('/v2/checkout/orders ') ? ORDER_KEY_MS : PAYMENT_KEY_MS;
    this.#kept.set(key, { answer, endsMs: this.#nowMs() + lifeMs });
  }
}

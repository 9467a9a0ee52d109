/** Until an overdue payment's end is known it is asked about again, but not at every tick of a busy screening. */

/** How long a payment's end is waited for before it is asked about again, milliseconds. */
export const ASK_PAYMENT_AGAIN_MS = 5_000;

export class OverduePayments {
  /** By order: when it was last asked about. */
  readonly #askedMs = new Map<string, number>();

  /** True when it is time to ask; then it counts as asked. */
  isDue(order: string, nowMs: number): boolean {
    const askedMs = this.#askedMs.get(order);
    if (askedMs !== undefined && nowMs - askedMs < ASK_PAYMENT_AGAIN_MS) return false;
    this.#askedMs.set(order, nowMs);
    return true;
  }

  forgetOld(nowMs: number): void {
    for (const [order, askedMs] of this.#askedMs) {
      if (nowMs - askedMs > 2 * ASK_PAYMENT_AGAIN_MS) this.#askedMs.delete(order);
    }
  }
}

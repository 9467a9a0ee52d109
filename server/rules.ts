/** The rules of selling that are the same for every screening of this server. */
import type { CommonRules } from '../storage/recovery.ts';

/** Promise I3. */
export const SEATS_PER_BUYER_MAX = 10;

/** Who comes late may still buy, while the trailers run: for so long after the start, where the catalogue says nothing else, minutes. */
const SALES_AFTER_START_MIN = 20;

/** `holdSeconds`: how long a buyer may choose. The other times follow what buyers are used to: once more time, a payment that takes a while, a second card. */
export function commonRules(holdSeconds: number): CommonRules {
  return {
    seatsPerBuyerMax: SEATS_PER_BUYER_MAX,
    holdTtlMs: holdSeconds * 1000,
    holdExtensionsMax: 1,
    extensionMs: 180_000,
    paymentTtlMs: 300_000,
    retryTtlMs: 180_000,
    salesAfterStartMs: SALES_AFTER_START_MIN * 60_000,
  };
}

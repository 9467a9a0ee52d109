/**
 * The bearer token of our account, fetched once for however many ask, and anew before it ends. The SDK has a cache of its own, which is not
 * used: it fetches once for each of several first calls, a fetch that fails leaves it failed for good, and a token that PayPal has
 * revoked stays in it until its end, nine hours later.
 */

export interface GrantedToken {
  readonly text: string;
  readonly seconds: number;
}

/** How long before its end a token is replaced, milliseconds; calls go on with the old one meanwhile. */
const EARLY_MS = 300_000;
/** And a part of a life that is shorter. */
const EARLY_PART = 0.1;
/** A token is not used in its last moments: it has to live until the request is there, milliseconds. */
const LAST_MS = 10_000;

export class PaypalToken {
  readonly #fetch: () => Promise<GrantedToken>;
  readonly #nowMs: () => number;
  #token: { readonly text: string; readonly earlyMs: number; readonly endsMs: number } | null = null;
  #fetching: Promise<string> | null = null;

  constructor(fetch: () => Promise<GrantedToken>, nowMs: () => number) {
    this.#fetch = fetch;
    this.#nowMs = nowMs;
  }

  /** @throws what the fetch throws; the next call fetches again */
  async get(): Promise<string> {
    const token = this.#token;
    const nowMs = this.#nowMs();
    if (token !== null && nowMs < token.earlyMs) return token.text;
    const fetching = this.#refresh();
    if (token === null || nowMs >= token.endsMs) return await fetching;
    // Nobody waits for this one; while it fails, the old token is good, and each call tries again.
    fetching.catch(() => {});
    return token.text;
  }

  /** PayPal does not take this one any more; a newer one stays. */
  forget(text: string): void {
    if (this.#token?.text === text) this.#token = null;
  }

  #refresh(): Promise<string> {
    this.#fetching ??= this.#fetched().finally(() => {
      this.#fetching = null;
    });
    return this.#fetching;
  }

  async #fetched(): Promise<string> {
    const { text, seconds } = await this.#fetch();
    // From the answer on, which is later than the grant by as much as the answer took: LAST_MS covers it.
    const nowMs = this.#nowMs();
    const endsMs = nowMs + seconds * 1_000;
    const early = Math.min(EARLY_MS, seconds * 1_000 * EARLY_PART);
    this.#token = { text, earlyMs: endsMs - early, endsMs: endsMs - Math.min(LAST_MS, early) };
    return text;
  }
}

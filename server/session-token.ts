/**
 * A session survives reconnects, restarts and other gateways without anybody storing it: its token is the buyer id and
 * a keyed hash of it. Whoever has the token is that buyer, so that it is treated as a secret: it travels inside
 * the hello frame, never in an address, and is never logged.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { nanoid } from 'nanoid';

const TOKEN = /^([0-9A-Za-z_-]{21})\.([0-9A-Za-z_-]{43})$/;

export class SessionTokens {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** A new, random buyer (126 bits) and the token that proves it. */
  issue(): { buyer: string; token: string } {
    const buyer = nanoid();
    return { buyer, token: `${buyer}.${this.#sign(buyer)}` };
  }

  /** The buyer of a token that we issued; null for any other text. */
  buyerOf(token: string): string | null {
    const [, buyer, signature] = TOKEN.exec(token) ?? [];
    if (buyer === undefined || signature === undefined) return null;
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(buyer))) ? buyer : null;
  }

  #sign(buyer: string): string {
    return createHmac('sha256', this.#secret).update(`session.${buyer}`).digest('base64url');
  }
}

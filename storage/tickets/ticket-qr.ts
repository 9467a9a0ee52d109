/**
 * Signs tickets when somebody looks at them. A code is not stored: it is made of the ticket and the key, and Ed25519 gives the
 * same text each time, so that the page and the letter show the same code until the key changes. Both are good then.
 *
 * The keys are read again after a minute. Signing takes a twentieth of a millisecond and is done on another thread: the one
 * that asks may be selling seats.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type pg from 'pg';
import type { Seals } from '../sealing.ts';
import { loadTicketKeys, openTicketKey } from './ticket-keys.ts';
import { ticketPayload, ticketText } from './ticket-payload.ts';
import type { TicketJwk } from './verify-ticket.ts';

/** How old the keys may be, milliseconds: well below the time from a key's publication to its first signature. */
export const KEYS_KEPT_MS = 60_000;

const HOUR_MS = 3_600_000;
/**
 * A code is good from so long before the start: doors open half an hour before, and a screening that is moved to an earlier hour
 * of its day still lets in who saved the code before.
 */
export const GOOD_BEFORE_MS = 12 * HOUR_MS;
/** And for so long after the film: advertisements, an interval, a projector that had to be mended, a later hour of the evening. */
export const GOOD_AFTER_MS = 6 * HOUR_MS;

export interface TicketToSign {
  /** Its id. */
  readonly ticket: string;
  readonly screening: number;
  readonly seat: number;
  readonly startsAtMs: number;
  /** Of the film. */
  readonly minutes: number;
}

export interface TicketSignerPorts {
  /** Role app or accounts. */
  readonly pool: pg.Pool;
  readonly seals: Seals;
  nowMs(): number;
}

interface Keys {
  /** By the time from which they sign, the last one first. */
  readonly signing: readonly { readonly id: number; readonly fromMs: number; readonly key: KeyObject }[];
  readonly published: readonly TicketJwk[];
}

const signed = promisify(sign);

export class TicketSigner {
  readonly #ports: TicketSignerPorts;
  #keys: Promise<Keys> | null = null;
  #readMs = 0;

  constructor(ports: TicketSignerPorts) {
    this.#ports = ports;
  }

  /** The text of the ticket's QR code. Rejects when the database is away, or the keys were sealed with another secret. */
  async sign({ ticket, screening, seat, startsAtMs, minutes }: TicketToSign): Promise<string> {
    const nowMs = this.#ports.nowMs();
    const { signing } = await this.#current();
    // A clock that is behind the database's has none yet when the first key was made this moment.
    const { id, key } = signing.find(({ fromMs }) => fromMs <= nowMs) ?? signing.at(-1)!;
    const payload = ticketPayload(id, {
      ...{ ticket, screening, seat },
      notBeforeMs: startsAtMs - GOOD_BEFORE_MS,
      notAfterMs: startsAtMs + minutes * 60_000 + GOOD_AFTER_MS,
    });
    return ticketText(payload, await signed(null, payload, key));
  }

  /** What gates verify with: the key that signs, the next one, and those before whose codes can still be good. */
  async publicKeys(): Promise<readonly TicketJwk[]> {
    return (await this.#current()).published;
  }

  /** All who ask at once share one look; one that failed is not kept. */
  #current(): Promise<Keys> {
    const nowMs = this.#ports.nowMs();
    if (this.#keys !== null && nowMs - this.#readMs < KEYS_KEPT_MS) return this.#keys;
    const keys = this.#load();
    this.#keys = keys;
    this.#readMs = nowMs;
    keys.catch(() => {
      if (this.#keys === keys) this.#keys = null;
    });
    return keys;
  }

  async #load(): Promise<Keys> {
    const { pool, seals } = this.#ports;
    const rows = await loadTicketKeys(pool, seals);
    const signing = rows
      .flatMap((row) => {
        const opened = openTicketKey(seals, row);
        if (opened === null) return [];
        return [{ id: row.id, fromMs: row.signsFrom.getTime(), key: createPrivateKey({ key: opened, format: 'jwk' }) }];
      })
      .sort((one, other) => other.fromMs - one.fromMs || other.id - one.id);
    const published = rows.map(
      ({ id, publicKey }): TicketJwk => ({ kty: 'OKP', crv: 'Ed25519', kid: String(id), x: publicKey, use: 'sig' }),
    );
    return { signing, published };
  }
}

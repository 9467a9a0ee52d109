/**
 * What is kept secret in the database: sealed with AES-256-GCM, and found again by HMAC-SHA-256, both with keys derived from
 * the one secret key of this installation (HKDF, one key for each purpose). A copy of the database alone opens nothing, and a
 * CPF cannot be found by trying all of them.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Which key: what was sealed for one purpose cannot be opened for another. Never rename one. */
export type SealPurpose =
  | 'cpf'
  | 'idempotent-answer'
  | 'session'
  | 'message'
  | 'attempt'
  | 'check'
  | 'ticket-key'
  | 'order-access';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Something sealed cannot be opened: it was changed, or sealed with another key. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

export class Seals {
  readonly #secret: Uint8Array;
  readonly #keys = new Map<string, Buffer>();

  /** @param secret at least 32 random bytes. */
  constructor(secret: Uint8Array) {
    if (secret.length < 32) throw new Error('the secret key needs at least 32 bytes');
    this.#secret = secret;
  }

  /** @param context what belongs to it (a row's id): opened elsewhere, it breaks. */
  seal(purpose: SealPurpose, plain: Uint8Array, context = ''): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(purpose, 'seal'), nonce).setAAD(Buffer.from(context));
    return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** @throws SealBroken */
  open(purpose: SealPurpose, sealed: Uint8Array, context = ''): Buffer {
    const bytes = Buffer.from(sealed);
    if (bytes.length < 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION)
      throw new SealBroken('nothing sealed by us');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key(purpose, 'seal'), bytes.subarray(1, 1 + NONCE_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const plain = decipher.update(bytes.subarray(1 + NONCE_BYTES, bytes.length - TAG_BYTES));
      return Buffer.concat([plain, decipher.final()]);
    } catch (cause) {
      throw new SealBroken('sealed with another key, or changed since', { cause });
    }
  }

  /** The same for the same text, and of no use to whoever has not the key. 32 bytes. */
  hmac(purpose: SealPurpose, text: string): Buffer {
    return createHmac('sha256', this.#key(purpose, 'hmac')).update(text).digest();
  }

  #key(purpose: SealPurpose, use: 'seal' | 'hmac'): Buffer {
    const name = `poltrona ${use} ${purpose}`;
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', this.#secret, new Uint8Array(0), name, 32));
      this.#keys.set(name, key);
    }
    return key;
  }
}

/**
 * The SHA-256 of a request's body, made once and handed on: the Idempotency-Key's content, the history of imports. A file of
 * 64 MiB takes some 60 ms of a processor, and the thread that hashes it also sells: it goes on selling between two bites.
 *
 * WebCrypto's digest, which works on another thread, copies the whole file first: that alone stops this one for 40 ms.
 */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A third of a millisecond. */
export const BITE_BYTES = 262_144;

/** Hexadecimal. What is not longer than a bite, every JSON body, is hashed in this turn. */
export async function bodyDigest(body: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < body.length; at += BITE_BYTES) {
    if (at > 0) await nextTurn();
    hash.update(body.subarray(at, at + BITE_BYTES));
  }
  return hash.digest('hex');
}

/**
 * Links in messages carry a token that nobody stores: it is derived from the message's id with this installation's secret
 * when the account asks for it (its hash goes to account_tokens) and again when the message is sent. Whoever reads the
 * database, the queue or a backup cannot follow a link.
 */
import { createHash } from 'node:crypto';
import type { Seals } from './sealing.ts';

/** 43 characters that need no escaping in a URL; 256 bits that only we can know. */
export function linkToken(seals: Seals, messageId: string): string {
  return seals.hmac('message', `link ${messageId}`).toString('base64url');
}

/** What account_tokens keeps of it: SHA-256. */
export function linkTokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

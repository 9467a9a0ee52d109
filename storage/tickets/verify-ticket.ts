/**
 * Whether a scanned text is a ticket of ours, by the public keys alone: what a gate can say with no network. It says nothing of
 * whether the ticket was used or given back since; that is the actor's to know.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readTicketText, type TicketClaims } from './ticket-payload.ts';

/**
 * In this order: what is no code of ours is no ticket, whatever else is wrong with it; nothing that a code says is told before
 * its signature was found right. Too early and too late are told with the claims, because a screening may have been moved since
 * the code was made: a gate that has a network asks.
 */
export type TicketVerdict =
  | { readonly is: 'no-ticket' }
  | { readonly is: 'other-format'; readonly version: number }
  | { readonly is: 'unknown-key'; readonly key: number }
  | { readonly is: 'forged' }
  | { readonly is: 'too-early' | 'too-late' | 'valid'; readonly key: number; readonly claims: TicketClaims };

/** As published at /.well-known/poltrona-ticket-keys.json (RFC 7517, RFC 8037). */
export interface TicketJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  /** The key id of the codes, in decimal. */
  readonly kid: string;
  /** 32 bytes, Base64 for URLs. */
  readonly x: string;
  readonly use: 'sig';
}

export type TicketPublicKeys = ReadonlyMap<number, KeyObject>;

/** Ready to verify with. @throws for what is no Ed25519 key */
export function publicKeysOf(keys: readonly Pick<TicketJwk, 'kid' | 'x'>[]): TicketPublicKeys {
  return new Map(
    keys.map(({ kid, x }) => [Number(kid), createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })]),
  );
}

/** Never throws, whatever was scanned. Good from `notBeforeMs` on, and before `notAfterMs`. */
export function verifyTicket(text: string, publicKeys: TicketPublicKeys, nowMs: number): TicketVerdict {
  const read = readTicketText(text);
  if (read.is !== 'ticket') return read;
  const { key, claims, payload, signature } = read;
  const publicKey = publicKeys.get(key);
  if (publicKey === undefined) return { is: 'unknown-key', key };
  if (!verify(null, payload, publicKey, signature)) return { is: 'forged' };
  const is = nowMs < claims.notBeforeMs ? 'too-early' : nowMs >= claims.notAfterMs ? 'too-late' : 'valid';
  return { is, key, claims };
}

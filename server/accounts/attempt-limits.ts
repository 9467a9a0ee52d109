/**
 * How often what may be tried. Each bound is about one of two things: guessing (a password, an address, a key), and being a
 * nuisance (mails to somebody, hashes, rows). An address stands for a whole cinema's Wi-Fi or a mobile network's NAT, so that its
 * bounds are wide; those of one account are narrow. IPv6 is counted by /64, which is what one household has.
 *
 * Anybody can use up what is counted for an address or an account that is not his. So the place that asks is counted first, and
 * what is refused there is not counted for the account; and mails beyond their bound are left out silently, refusing nobody.
 *
 * Nobody is locked out for good: a count ends with its window, and setting a new password through the mailbox clears it.
 */
import type { Pool } from 'pg';
import { type AttemptWindow, attemptKey, countAttempt, forgiveAttempts } from '../../storage/accounts/attempts.ts';
import type { DeclineBound } from '../../storage/payments/decline-bounds.ts';
import type { Seals } from '../../storage/sealing.ts';
import { Problem } from '../api/problem.ts';

const MINUTE = 60;
const HOUR = 3_600;

const LIMITS = {
  // One person at one place: ten slips of the hand in a quarter of an hour.
  'sign-in pair': { max: 10, windowSeconds: 15 * MINUTE },
  // One account from many places: a thousand addresses guess no faster than this. Asked for after the place's own bounds.
  'sign-in account': { max: 100, windowSeconds: 15 * MINUTE },
  // Many accounts from one place: a few tries for each of some dozen people behind one address.
  'sign-in address': { max: 200, windowSeconds: 15 * MINUTE },
  // The owner at his own account: the password again before it is deleted or changed.
  'password again': { max: 10, windowSeconds: 15 * MINUTE },
  // Each may send a mail to somebody who has not asked for it. Those by email are left out silently, those by address refused.
  'sign-up email': { max: 5, windowSeconds: HOUR },
  'sign-up address': { max: 30, windowSeconds: HOUR },
  'forgotten email': { max: 5, windowSeconds: HOUR },
  'forgotten address': { max: 30, windowSeconds: HOUR },
  'confirmation again': { max: 3, windowSeconds: HOUR },
  // Tokens have 256 bits; this is about the work only.
  'token address': { max: 60, windowSeconds: 15 * MINUTE },
  // A CPF at one place: a family in front of one screen; the foyer of a premiere.
  'guest pair': { max: 20, windowSeconds: HOUR },
  'guest address': { max: 300, windowSeconds: 15 * MINUTE },
  // A CPF that belongs to another account is told apart here: five times a day and no more.
  'cpf account': { max: 5, windowSeconds: 24 * HOUR },
  // An order by code and CPF. Whoever has a photograph of a ticket has its code, and 10⁹ CPFs to try: ten an hour. Guests look
  // their tickets up in the foyer, behind one address. A right pair clears the code and the CPF.
  'lookup address': { max: 60, windowSeconds: 15 * MINUTE },
  'lookup code': { max: 10, windowSeconds: HOUR },
  'lookup cpf': { max: 20, windowSeconds: HOUR },
  // A letter with its tickets again, to who bought them.
  'resend order': { max: 3, windowSeconds: HOUR },
  // Ten tickets given back one by one, and as many repetitions; each asks the screening's actor.
  'cancel order': { max: 20, windowSeconds: HOUR },
  // A card refused by its bank, another one, and the repetitions of a phone in a foyer; each asks a payment provider.
  'pay order': { max: 30, windowSeconds: HOUR },
  // A page asks every two or three seconds while a bank's question is open, and a payment has minutes.
  'look at payment': { max: 400, windowSeconds: HOUR },
  // Stolen cards are tried out by the thousand: a person has two or three, and a mistyped number. Only payments that were declined
  // count, with the books' own statement (storage/payments/decline-bounds.ts): whoever pays is never counted. Their window is the hour.
  'declined payer': { max: 10, windowSeconds: HOUR },
  'declined contact': { max: 10, windowSeconds: HOUR },
  // The foyer of a premiere, or a mobile network.
  'declined address': { max: 60, windowSeconds: HOUR },
  // Plans tried one after the other: each is a subscription made and ended at the provider.
  'join club': { max: 20, windowSeconds: HOUR },
  'look at club': { max: 400, windowSeconds: HOUR },
  // A device with a revoked key asks every few seconds.
  'key address': { max: 120, windowSeconds: MINUTE },
} as const satisfies Record<string, { readonly max: number; readonly windowSeconds: number }>;

export type AttemptKind = keyof typeof LIMITS;
export type Attempt = readonly [kind: AttemptKind, subject: string];

export interface AttemptLimits {
  /** Role accounts; not the pool of the once-only transactions. */
  readonly pool: Pool;
  readonly seals: Seals;
  nowMs(): number;
}

/**
 * Counts an attempt under each of its names, also under the others when one refuses: what shall not be counted for somebody
 * else then is asked for afterwards, by itself.
 * @throws Problem 429 when one of them is over its bound, with the seconds to wait.
 */
export async function mayTry(limits: AttemptLimits, ...attempts: readonly Attempt[]): Promise<void> {
  const wait = await countAttempt(limits.pool, limits.seals, attempts.map(windowOf), limits.nowMs());
  if (wait === 0) return;
  const minutes = Math.ceil(wait / MINUTE);
  throw new Problem(
    429,
    'too-many-attempts',
    `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    [],
    { 'retry-after': String(wait) },
  );
}

/** Counts an attempt and says whether it is within its bound, for what is left undone silently. */
export async function isWithinLimit(limits: AttemptLimits, ...attempts: readonly Attempt[]): Promise<boolean> {
  return (await countAttempt(limits.pool, limits.seals, attempts.map(windowOf), limits.nowMs())) === 0;
}

/** The owner has shown that it is him. */
export function forgive(limits: AttemptLimits, ...attempts: readonly Attempt[]): Promise<void> {
  return forgiveAttempts(limits.pool, limits.seals, attempts.map(windowOf));
}

function windowOf([kind, subject]: Attempt): AttemptWindow {
  return { name: kind, subject, ...LIMITS[kind] };
}

/** Who tries to pay: what is declined counts for each of these that is known. */
export interface Payer {
  readonly payer: string;
  readonly contact?: string | null | undefined;
  readonly address?: string | undefined;
}

/** What a declined payment counts as, and how many of it are too many. */
export function declineBounds(seals: Seals, { payer, contact, address }: Payer): readonly DeclineBound[] {
  const bound = (kind: AttemptKind, subject: string | null | undefined): DeclineBound[] =>
    subject == null ? [] : [{ key: attemptKey(seals, { name: kind, subject }), max: LIMITS[kind].max }];
  return [
    ...bound('declined payer', payer),
    ...bound('declined contact', contact),
    ...bound('declined address', address === undefined ? null : networkOf(address)),
  ];
}

/** An address as it is counted: IPv4 as it is, of IPv6 the network of 64 bits. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const groups = tail === undefined ? first : [...first, ...zeros, ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

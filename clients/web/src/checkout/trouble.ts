/** Why the person could not be told to the server, in the page's own words, from what the API said. */
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { Buyer, Who } from '../../../sdk/api/session-api.ts';
import type { BuyerFields } from './buyer-form.ts';
import type { Trouble } from './purchase.ts';

/** Of what a call to the API threw. */
export function troubleOf(cause: unknown): Trouble {
  if (cause instanceof ApiUnreachable) return 'unreachable';
  if (!(cause instanceof ApiProblem)) return 'server';
  if (cause.status === 429) return 'too-many-attempts';
  if (cause.status === 401) return 'signed-out';
  if (cause.code === 'cpf-in-use') return 'cpf-in-use';
  const named = (['cpf', 'email', 'name'] as const).find((field) =>
    cause.fields.some(({ path }) => path === field || path.endsWith(`.${field}`)),
  );
  return named ?? 'server';
}

/**
 * The guest of this session is the one who is typed in here: then there is no need for another one, and what he bought before
 * stays with him. Of the CPF the server shows the middle only; together with the address it tells one person from the next.
 */
export function isSameGuest(buyer: Buyer | null, { email, cpf, name }: BuyerFields): boolean {
  if (buyer === null || !buyer.isGuest || buyer.cpf === null) return false;
  const digits = cpf.replace(/\D/g, '');
  const middle = `${digits.slice(3, 6)}.${digits.slice(6, 9)}`;
  return (
    buyer.email?.toLowerCase() === email.trim().toLowerCase() &&
    buyer.cpf.includes(middle) &&
    (buyer.name ?? '') === name.trim()
  );
}

/**
 * Somebody with a session of his own is here, and a guest's form would end it without a word. A guest has none to lose: he is
 * whoever was typed in last.
 */
export function hasOwnSession({ buyer, staff }: Who): boolean {
  return staff !== null || buyer?.isGuest === false;
}

/** How the page calls who is signed in; empty: nothing is known but that somebody is. */
export function nameOfWho({ buyer, staff }: Who): string {
  return staff?.name ?? buyer?.name ?? (buyer?.email == null ? '' : maskedEmail(buyer.email));
}

/** "a•••@example.com": enough for its owner to know it again, too little for who looks over his shoulder. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return at < 1 ? email : `${email.slice(0, 1)}•••${email.slice(at)}`;
}

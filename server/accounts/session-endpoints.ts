/** Signing in and out, and buying as a guest. */
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { sendLink } from '../../storage/accounts/account-tokens.ts';
import {
  addGuest,
  type BuyerRow,
  emailKey,
  findAccountByEmail,
  keepAccount,
  rehashBuyerPassword,
} from '../../storage/accounts/buyers.ts';
import { findOrMakePayer } from '../../storage/accounts/payers.ts';
import { endSession, prolongSession, sessionName } from '../../storage/accounts/sessions.ts';
import { findStaffLogin, keepStaff, rehashStaffPassword } from '../../storage/accounts/staff-users.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { cpfField, emailField, localeField, nameField } from './account-fields.ts';
import {
  type AccountPorts,
  beginSession,
  LONGEST_SESSION_DAYS,
  SESSION_LIVES_MS,
  sessionOf,
  withAccounts,
} from './account-ports.ts';
import { type Attempt, forgive, isWithinLimit, mayTry, networkOf } from './attempt-limits.ts';
import { buyerView, staffView, viewOf, viewOfBuyer, viewOfUser } from './buyer-view.ts';
import { clearCookie, type SessionToken, sealToken, setCookie } from './session-cookie.ts';

const TAG = 'Accounts';
/** A page asks who is signed in when it begins; once in ten minutes that makes the cookie new. */
const RENEW_AFTER_MS = 600_000;

const whoView = z.object({ buyer: buyerView.nullable(), staff: staffView.nullable() });

export function sessionEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/session',
      summary: 'Sign in',
      description:
        'Buyers and staff alike. Sets the session cookie. What is wrong is not said: the address, the password, or that the ' +
        'address has not been confirmed yet; then the message with the link is sent again.',
      tag: TAG,
      access: { kind: 'public' },
      body: z.strictObject({ email: emailField, password: z.string().min(1).max(512) }),
      answer: whoView,
      problems: {
        401: 'The address or the password is wrong.',
        429: 'Too many attempts.',
        503: 'Too many at this moment.',
      },
      handle: async (request) => {
        const { address } = request;
        const email = emailKey(request.body.email);
        const pair: Attempt = ['sign-in pair', `${email}\n${networkOf(address)}`];
        await mayTry(ports, pair, ['sign-in address', networkOf(address)]);
        // By itself: one place that guesses on after its own bound must not use up the account's.
        await mayTry(ports, ['sign-in account', email]);
        const before = sessionOf(ports, request);
        let begun: Begun | null = null;
        // Twice, since the same password may have been hashed anew meanwhile; one that was changed is wrong by then.
        for (let look = 0; look < 2 && begun === null; look++) {
          const found = await whoseCredentials(ports, email, request.body.password);
          if (found === null) break;
          begun = await withAccounts(ports, (client) => begin(ports, client, found, before));
        }
        if (begun === null) throw wrongCredentials();
        if (before !== null) ports.authenticator.forget(before);
        await forgive(ports, pair);
        const body = {
          buyer: begun.buyer === null ? null : await viewOfBuyer(ports, begun.buyer),
          staff: begun.staff === null ? null : await viewOfUser(ports, begun.staff),
        };
        return { body, headers: { 'set-cookie': begun.cookie } };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/session',
      summary: 'Who is signed in',
      description:
        'Both null for a visitor. An account stays signed in for thirty days after each visit; ask this when a page begins, ' +
        'before it opens the WebSocket.',
      tag: TAG,
      access: { kind: 'public', identify: true },
      answer: whoView,
      handle: async ({ principal, header }) => {
        const body = await viewOf(ports, principal);
        const token = principal.kind === 'buyer' ? ports.authenticator.tokenOf({ header }) : null;
        const cookie = token === null ? null : await renewed(ports, token);
        return { body, ...(cookie === null ? {} : { headers: { 'set-cookie': cookie } }) };
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/api/session',
      summary: 'Sign out',
      description: 'Ends the session everywhere and closes its WebSockets. For a visitor it does nothing.',
      tag: TAG,
      access: { kind: 'public' },
      answer: z.object({ signedOut: z.literal(true) }),
      handle: async (request) => {
        const name = sessionOf(ports, request);
        if (name !== null) {
          await endSession(ports.pool, name);
          ports.authenticator.forget(name);
        }
        return { body: { signedOut: true as const }, headers: { 'set-cookie': clearCookie() } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/guests',
      summary: 'Buy as a guest',
      description:
        'Begins a session for one purchase, with a CPF and an address and nothing else. The ten tickets of a screening count ' +
        'for the CPF, whichever way it buys. A guest sees what he bought in this session, and nobody else’s.',
      tag: TAG,
      access: { kind: 'public' },
      once: 'accounts',
      body: z.strictObject({
        cpf: cpfField,
        email: emailField,
        name: nameField.optional(),
        locale: localeField.default('pt-BR'),
      }),
      answer: z.object({
        buyer: z.object({ id: z.string(), isGuest: z.literal(true) }),
        expiresAt: z.string(),
      }),
      problems: { 429: 'Too many from this network, or for this CPF from this network.' },
      prepare: ({ body: { cpf }, address }) =>
        mayTry(ports, ['guest pair', `${cpf}\n${networkOf(address)}`], ['guest address', networkOf(address)]),
      handle: async (request) => {
        const { body, client } = request;
        const { cpf, email, name = null, locale } = body;
        const payerId = await findOrMakePayer(client, ports.seals, cpf);
        const id = await addGuest(client, { name, email, payerId, locale });
        const started = await beginSession(ports, client, 'guest', id, payerId, sessionOf(ports, request));
        return {
          status: 201,
          body: { buyer: { id, isGuest: true as const }, expiresAt: started.expiresAt.toISOString() },
          headers: { 'set-cookie': started.cookie },
        };
      },
    }),
  ];
}

/** Whose password it was, by the hash that it was compared with. */
type Found =
  | { readonly is: 'staff'; readonly id: number; readonly hash: string }
  | { readonly is: 'buyer'; readonly id: string; readonly hash: string };

interface Begun {
  readonly buyer: BuyerRow | null;
  /** A colleague's id. */
  readonly staff: number | null;
  readonly cookie: string;
}

/**
 * The session, if what was compared still holds: reading the hash and comparing take a while, in which the account can have been
 * forgotten, disabled, given another password or its CPF. Null when it was.
 */
async function begin(
  ports: AccountPorts,
  client: ClientBase,
  found: Found,
  before: string | null,
): Promise<Begun | null> {
  if (found.is === 'staff') {
    const { id, hash } = found;
    if (!(await keepStaff(client, id, hash))) return null;
    return { buyer: null, staff: id, ...(await beginSession(ports, client, 'staff', String(id), null, before)) };
  }
  const buyer = await keepAccount(client, found.id, found.hash);
  if (buyer === null) return null;
  return { buyer, staff: null, ...(await beginSession(ports, client, 'account', buyer.id, buyer.payerId, before)) };
}

/** One comparison is made whether there is anybody or not. Staff come first, for who is both. */
async function whoseCredentials(ports: AccountPorts, email: string, password: string): Promise<Found | null> {
  const { pool, passwords } = ports;
  const [staff, buyer] = await Promise.all([findStaffLogin(pool, email), findAccountByEmail(pool, email)]);
  const staffHash = staff?.passwordHash ?? null;
  const buyerHash = buyer?.passwordHash ?? null;
  if (staff !== null && staffHash !== null) {
    if (await passwords.isRight(staffHash, password)) {
      if (!passwords.isOutdated(staffHash)) return { is: 'staff', id: staff.id, hash: staffHash };
      const hash = await passwords.hash(password);
      await rehashStaffPassword(pool, staff.id, staffHash, hash);
      return { is: 'staff', id: staff.id, hash };
    }
    if (buyerHash === null) return null;
  }
  const isRight = await passwords.isRight(buyerHash, password);
  if (buyer === null || buyerHash === null || !isRight) return null;
  if (!buyer.isConfirmed) {
    // Known to whoever has the password only, and told to nobody but the mailbox.
    if (await isWithinLimit(ports, ['confirmation again', email]))
      await withAccounts(ports, (client) => sendLink(client, ports.seals, 'confirm-email', `buyer:${buyer.id}`));
    return null;
  }
  if (!passwords.isOutdated(buyerHash)) return { is: 'buyer', id: buyer.id, hash: buyerHash };
  const hash = await passwords.hash(password);
  await rehashBuyerPassword(pool, buyer.id, buyerHash, hash);
  return { is: 'buyer', id: buyer.id, hash };
}

function wrongCredentials(): Problem {
  return new Problem(
    401,
    'wrong-credentials',
    'The address or the password is wrong, or the address has not been confirmed yet: look into its mailbox.',
  );
}

/** The cookie anew: an account's lasts longer, a guest's as long as before. Null when there is nothing to renew. */
async function renewed(ports: AccountPorts, token: SessionToken): Promise<string | null> {
  const issuedMs = ports.nowMs();
  if (issuedMs - token.issuedMs < RENEW_AFTER_MS) return null;
  let { expiresMs } = token;
  if (token.kind === 'account') {
    const wanted = new Date(issuedMs + SESSION_LIVES_MS.account);
    const granted = await prolongSession(ports.pool, sessionName(token.id), wanted, LONGEST_SESSION_DAYS);
    if (granted === null) return null;
    expiresMs = granted.getTime();
  }
  return setCookie(sealToken(ports.seals, { ...token, issuedMs, expiresMs }), expiresMs, issuedMs);
}

/**
 * Who asks: of an API key ("Authorization: Bearer plt_…"), or of the session cookie, else a visitor. A key that is none is
 * refused; a cookie that is none is a visitor, since browsers go on sending what has expired. Another scheme than Bearer is not
 * for us: a proxy before a house's test server asks for "Basic", and browsers repeat it everywhere.
 *
 * What the database said is believed for KEEP_MS, so that a page's dozen requests are one query; whoever logs out or loses his
 * key is forgotten at once by the notice (`forget`), and after KEEP_MS where the notice does not arrive.
 */
import type { Pool } from 'pg';
import { type ApiKey, looksLikeKey, useKey } from '../../storage/accounts/api-keys.ts';
import { type FoundSession, findSession, sessionName } from '../../storage/accounts/sessions.ts';
import type { Seals } from '../../storage/sealing.ts';
import { type Permission, type Principal, ROLE_PERMISSIONS, ROLES, type Role, VISITOR } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import type { HttpRequest } from '../socket/socket-port.ts';
import { mayTry, networkOf } from './attempt-limits.ts';
import { openToken, type SessionToken, sessionCookieOf } from './session-cookie.ts';

export const KEEP_MS = 5_000;
/** Two megabytes or so; at the bound the oldest goes and is asked for again. */
const KEPT_MAX = 10_000;

export interface AuthenticatorPorts {
  /** Role accounts; not the pool of the once-only transactions, which wait for what is asked here. */
  readonly pool: Pool;
  readonly seals: Seals;
  addressOf(request: HttpRequest): string;
  nowMs(): number;
}

interface Kept {
  readonly atMs: number;
  readonly principal: Promise<Principal | null>;
}

export class Authenticator {
  readonly #ports: AuthenticatorPorts;
  /** By session name, or by the key itself. */
  readonly #kept = new Map<string, Kept>();
  /** 'key:3' → the key, to forget it by. */
  readonly #keys = new Map<string, string>();
  #keyEnds = 0;

  constructor(ports: AuthenticatorPorts) {
    this.#ports = ports;
  }

  /** @throws Problem 401 for a key that is none, 429 when an address has tried too many. Rejects when the database is away. */
  async authenticate(request: HttpRequest): Promise<Principal> {
    const authorization = request.header('authorization') ?? '';
    if (/^Bearer( |$)/i.test(authorization)) return this.#byKey(request, authorization);
    const token = this.tokenOf(request);
    if (token === null) return VISITOR;
    const name = sessionName(token.id);
    const found = await this.#known(name, async () => {
      const session = await findSession(this.#ports.pool, name);
      return session === null ? null : principalOf(session, name);
    });
    return found ?? VISITOR;
  }

  /** Whether a key, or a cookie that we signed for staff, came along: seen at once, and no proof that it is still good. */
  mayBeStaff(request: Pick<HttpRequest, 'header'>): boolean {
    const [, secret = ''] = /^Bearer +(\S+) *$/i.exec(request.header('authorization') ?? '') ?? [];
    return looksLikeKey(secret) || this.tokenOf(request)?.kind === 'staff';
  }

  /** The signed content of the request's cookie. It says nothing of whether the session has ended. */
  tokenOf(request: Pick<HttpRequest, 'header'>): SessionToken | null {
    const value = sessionCookieOf(request.header('cookie'));
    return value === null ? null : openToken(this.#ports.seals, value, this.#ports.nowMs());
  }

  /** A session (by its public name) or a key ('key:3') has ended. */
  forget(name: string): void {
    this.#kept.delete(name);
    if (name.startsWith('key:')) this.#keyEnds++;
    const key = this.#keys.get(name);
    if (key !== undefined) this.#kept.delete(key);
    this.#keys.delete(name);
  }

  async #byKey(request: HttpRequest, authorization: string): Promise<Principal> {
    const [, secret = ''] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    if (!looksLikeKey(secret)) throw noSuchKey();
    const found = await this.#known(secret, async () => {
      const endsBefore = this.#keyEnds;
      const key = await useKey(this.#ports.pool, secret);
      // Whose the end was cannot be told yet: this key's number was not known before.
      if (this.#keyEnds !== endsBefore) this.#kept.delete(secret);
      if (key === null) return null;
      const principal = keyPrincipal(key, this.#ports.nowMs());
      if (principal?.kind === 'staff') this.#keys.set(principal.who, secret);
      return principal;
    });
    if (found !== null) return found;
    // Only those that fail are counted: a wrong key must not shut out the right ones behind the same address.
    await mayTry(this.#ports, ['key address', networkOf(this.#ports.addressOf(request))]);
    throw noSuchKey();
  }

  /** What is not there is asked for each time: it may be there in a moment. Those who ask at once share one look. */
  #known(name: string, look: () => Promise<Principal | null>): Promise<Principal | null> {
    const nowMs = this.#ports.nowMs();
    const kept = this.#kept.get(name);
    if (kept !== undefined && nowMs - kept.atMs < KEEP_MS) return kept.principal;
    const principal = look();
    this.#kept.delete(name);
    this.#kept.set(name, { atMs: nowMs, principal });
    const drop = (): void => {
      if (this.#kept.get(name)?.principal === principal) this.#kept.delete(name);
    };
    principal.then((found) => found === null && drop(), drop);
    if (this.#kept.size > KEPT_MAX) this.#dropOldest();
    return principal;
  }

  #dropOldest(): void {
    for (const name of this.#kept.keys()) {
      this.#kept.delete(name);
      break;
    }
    if (this.#keys.size > KEPT_MAX) this.#keys.clear();
  }
}

function noSuchKey(): Problem {
  const sentence = 'This API key is unknown, has expired, or was revoked. Ask an administrator for another one.';
  return new Problem(401, 'no-such-key', sentence, [], { 'www-authenticate': 'Bearer' });
}

function principalOf(session: FoundSession, name: string): Principal | null {
  if (session.buyer !== null) {
    const { kind, payerId } = session.buyer;
    return { kind: 'buyer', buyer: session.subject, payer: payerId, isGuest: kind === 'guest', session: name };
  }
  const { staff } = session;
  const role = staff === null ? undefined : roleOf(staff.role);
  if (staff === null || role === undefined) return null;
  return {
    kind: 'staff',
    who: `user:${staff.id}`,
    role,
    exhibitorId: staff.exhibitorId === null ? null : Number(staff.exhibitorId),
    cinemaIds: staff.cinemaIds?.map(Number) ?? null,
    permissions: new Set(ROLE_PERMISSIONS[role]),
    session: name,
  };
}

/** A key may do what its role may, and of that only its scopes. */
function keyPrincipal(key: ApiKey, nowMs: number): Principal | null {
  const role = roleOf(key.role);
  if (role === undefined || (key.expiresAt !== null && key.expiresAt.getTime() <= nowMs)) return null;
  const granted: readonly Permission[] = ROLE_PERMISSIONS[role];
  const permissions = granted.filter((permission) => key.scopes === null || key.scopes.includes(permission));
  return {
    kind: 'staff',
    who: `key:${key.id}`,
    role,
    exhibitorId: key.exhibitorId,
    cinemaIds: key.cinemaIds,
    permissions: new Set(permissions),
    session: null,
  };
}

function roleOf(text: string): Role | undefined {
  return ROLES.find((role) => role === text);
}

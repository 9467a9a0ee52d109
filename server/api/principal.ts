/**
 * Who asks, and what they may do. A principal is made by `server/accounts` from a cookie or an API key; everything else
 * only asks it. Two questions, and both have to be asked: may this role do such a thing (`permits`), and may it do so to
 * this very object (`reaches`): a partner manager has rights on his own cinemas only.
 */
import { Problem } from './problem.ts';

export const PERMISSIONS = [
  'catalogue:read',
  'catalogue:write',
  'imports:read',
  'imports:write',
  'screenings:write',
  'seats:write',
  'orders:read',
  'orders:write',
  'tickets:read',
  'tickets:check-in',
  'buyers:forget',
  'users:write',
  'keys:write',
  'messages:read',
  'messages:write',
  'payments:read',
  'payments:write',
  'reports:read',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['administrator', 'partner', 'box-office', 'gate', 'kiosk', 'reports'] as const;
export type Role = (typeof ROLES)[number];

/** What each role may do. People's own data, keys, and the money of all exhibitors are for administrators alone. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: PERMISSIONS,
  partner: [
    'catalogue:read',
    'catalogue:write',
    'imports:read',
    'imports:write',
    'screenings:write',
    'seats:write',
    'orders:read',
    'orders:write',
    'tickets:read',
    'reports:read',
  ],
  'box-office': ['catalogue:read', 'seats:write', 'orders:read', 'orders:write', 'tickets:read'],
  gate: ['catalogue:read', 'tickets:read', 'tickets:check-in'],
  kiosk: ['catalogue:read', 'tickets:read'],
  reports: ['catalogue:read', 'orders:read', 'reports:read'],
};

export interface VisitorPrincipal {
  readonly kind: 'visitor';
}

export interface BuyerPrincipal {
  readonly kind: 'buyer';
  /** The random buyer id that actors and journal know. */
  readonly buyer: string;
  /** The CPF's random id; null for an account that has not told its CPF yet. */
  readonly payer: string | null;
  readonly isGuest: boolean;
  /** Names the session, to end it; not the cookie's secret. */
  readonly session: string;
}

export interface StaffPrincipal {
  readonly kind: 'staff';
  /** 'user:12' or 'key:3': what records of actions say, and the actor's `buyer` of staff commands. */
  readonly who: string;
  readonly role: Role;
  /** null: every exhibitor (administrators). */
  readonly exhibitorId: number | null;
  /** null: all cinemas of the exhibitor. */
  readonly cinemaIds: readonly number[] | null;
  readonly permissions: ReadonlySet<Permission>;
  /** Null for an API key. */
  readonly session: string | null;
}

export type Principal = VisitorPrincipal | BuyerPrincipal | StaffPrincipal;

export const VISITOR: VisitorPrincipal = { kind: 'visitor' };

export function permits(principal: StaffPrincipal, permission: Permission): boolean {
  return principal.permissions.has(permission);
}

/** Whether the cinema `cinemaId` of `exhibitorId` is among those that this member of staff works for. */
export function reaches(principal: StaffPrincipal, exhibitorId: number | null, cinemaId: number | null): boolean {
  if (principal.exhibitorId === null) return true;
  if (principal.exhibitorId !== exhibitorId) return false;
  return principal.cinemaIds === null || (cinemaId !== null && principal.cinemaIds.includes(cinemaId));
}

/**
 * Says "not found" and not "forbidden": whether a rival's screening exists is nobody's business.
 * @throws Problem 404
 */
export function mustReach(
  principal: StaffPrincipal,
  owner: { readonly exhibitorId: number | null; readonly cinemaId: number | null } | null,
  what: string,
): void {
  if (owner === null || !reaches(principal, owner.exhibitorId, owner.cinemaId)) throw Problem.notFound(what);
}

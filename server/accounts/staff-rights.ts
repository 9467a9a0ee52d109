/** Nobody gives what he has not: whoever makes a colleague or a key can reach no further, and do no more, than himself. */
import type { ClientBase, Pool } from 'pg';
import { strangeCinemas } from '../../storage/accounts/staff-users.ts';
import { type Permission, ROLE_PERMISSIONS, type Role, reaches, type StaffPrincipal } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';

/** Where somebody works: null is everywhere; of an exhibitor, null is all its cinemas. */
export interface Reach {
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
}

/** @throws Problem 403 */
export function mustHavePermissions(
  giver: StaffPrincipal,
  role: Role,
  scopes: readonly Permission[] | null = null,
): void {
  const given = scopes === null ? ROLE_PERMISSIONS[role] : scopes;
  const missing = given.filter((permission) => !giver.permissions.has(permission));
  if (missing.length === 0) return;
  throw new Problem(
    403,
    'more-than-own-rights',
    `You cannot give rights that you do not have yourself: ${missing.join(', ')}.`,
  );
}

/** @throws Problem 404: whether a rival's cinema is there is nobody's business. */
export function mustReachAll(giver: StaffPrincipal, reach: Reach): void {
  const { exhibitorId, cinemaIds } = reach;
  const isWithin =
    giver.exhibitorId === null ||
    (exhibitorId === giver.exhibitorId &&
      (giver.cinemaIds === null || (cinemaIds?.every((id) => reaches(giver, exhibitorId, id)) ?? false)));
  if (!isWithin) throw Problem.notFound('such exhibitor or cinema among yours');
}

/**
 * An administrator works everywhere; everybody else for one exhibitor, and for cinemas of it.
 * @throws Problem 400
 */
export async function mustFit(client: ClientBase | Pool, role: Role, { exhibitorId, cinemaIds }: Reach): Promise<void> {
  if (role === 'administrator') {
    if (exhibitorId !== null || cinemaIds !== null)
      throw Problem.invalid([{ path: 'body.exhibitorId', message: 'an administrator works for all; leave it out' }]);
    return;
  }
  if (exhibitorId === null)
    throw Problem.invalid([{ path: 'body.exhibitorId', message: `is needed: whose ${role} it is` }]);
  const strange = await strangeCinemas(client, exhibitorId, cinemaIds ?? []);
  if (strange === null)
    throw Problem.invalid([{ path: 'body.exhibitorId', message: `there is no exhibitor ${exhibitorId}` }]);
  if (strange.length > 0)
    throw Problem.invalid([
      { path: 'body.cinemaIds', message: `not cinemas of exhibitor ${exhibitorId}: ${strange.join(', ')}` },
    ]);
}

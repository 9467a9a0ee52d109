/** The screening that a request names, for whoever may see it. */
import type { ClientBase, Pool } from 'pg';
import { findScreening, type OwnedScreening } from '../../storage/admin/screening-list.ts';
import { mustReach, type StaffPrincipal } from '../api/principal.ts';
import { lockedScreening } from './screening-rules.ts';

/** @throws Problem 404 for one that is not there, or not theirs. */
export async function reachedScreening(
  queryable: Pool | ClientBase,
  principal: StaffPrincipal,
  id: number,
): Promise<OwnedScreening> {
  const screening = await findScreening(queryable, id);
  const owner = screening && { exhibitorId: screening.exhibitorId, cinemaId: screening.cinema.id };
  mustReach(principal, owner, `screening ${id}`);
  return screening!;
}

/**
 * The same, for a request that changes it: no other one does until the transaction ends. Looked at twice, because who may not
 * see it is not to learn from a lock that it is there, and because it may have changed before the lock was had.
 * @throws Problem 404, or 409 while somebody else is at it
 */
export async function screeningToChange(
  client: ClientBase,
  principal: StaffPrincipal,
  id: number,
): Promise<OwnedScreening> {
  await reachedScreening(client, principal, id);
  await lockedScreening(client, id);
  return reachedScreening(client, principal, id);
}

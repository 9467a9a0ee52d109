/** The screening that a request names, for whoever may see it. */
import type { ClientBase, Pool } from 'pg';
import { findScreening, type OwnedScreening } from '../../storage/admin/screening-list.ts';
import { mustReach, type StaffPrincipal } from '../api/principal.ts';

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

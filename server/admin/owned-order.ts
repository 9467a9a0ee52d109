/** The order that a request names, for whoever may see it. */
import type { ClientBase, Pool } from 'pg';
import { findOrder, type OwnedOrder } from '../../storage/admin/order-list.ts';
import { mustReach, type StaffPrincipal } from '../api/principal.ts';

/** @throws Problem 404 for one that is not there, or not theirs. */
export async function reachedOrder(
  queryable: Pool | ClientBase,
  principal: StaffPrincipal,
  order: string,
): Promise<OwnedOrder> {
  const found = await findOrder(queryable, order);
  mustReach(principal, found && { exhibitorId: found.exhibitorId, cinemaId: found.cinema.id }, `order ${order}`);
  return found!;
}

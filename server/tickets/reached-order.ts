/**
 * The order that a request names, for whoever may see it: the account or guest to whom it belongs, or who has its access token.
 * Everybody else hears the same, whether there is such an order or not.
 */
import { z } from 'zod';
import { type BuyerOrder, findBuyerOrder } from '../../storage/tickets/buyer-orders.ts';
import { openOrderAccess, orderAccessEndsMs } from '../../storage/tickets/order-access.ts';
import type { Access, ApiRequest } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import type { OrderPorts } from './order-ports.ts';

/** The chapter of the description. */
export const TAG = 'Orders';

/** Everybody may ask; who it is decides about the order. */
export const ANYBODY = { kind: 'public', identify: true } as const satisfies Access;

export const orderParams = z.object({ order: z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be an id') });

/** For descriptions. */
export const BY_WHOM =
  'For the session that it belongs to, or with its access token in the header "order-access". Everybody else is told that ' +
  'there is no such order.';

export interface Reached {
  readonly order: BuyerOrder;
  /** It was reached with this token, not by its session. */
  readonly token: string | null;
}

/** @throws Problem 404 */
export async function reachedOrder(
  ports: OrderPorts,
  {
    principal,
    params,
    header,
  }: Pick<ApiRequest<{ order: string }, unknown, unknown>, 'principal' | 'params' | 'header'>,
): Promise<Reached> {
  const token = header('order-access');
  const access = token === undefined ? null : openOrderAccess(ports.seals, token, ports.nowMs());
  const isForThis = access?.order === params.order;
  if (!isForThis && principal.kind !== 'buyer') throw noSuchOrder();
  const order = await findBuyerOrder(ports.pool, params.order, ports.cancelPolicy.days);
  if (order === null) throw noSuchOrder();
  if (principal.kind === 'buyer' && order.contact === principal.buyer) return { order, token: null };
  if (token === undefined || !isForThis) throw noSuchOrder();
  if (access.endsWithScreening && ports.nowMs() >= accessEndsMs(order)) throw noSuchOrder();
  return { order, token };
}

/** By the start that the screening has now: it may have been moved since the link was mailed. */
function accessEndsMs({ screening }: BuyerOrder): number {
  return orderAccessEndsMs({ startsAtMs: Date.parse(screening.startsAt), minutes: screening.film.minutes });
}

/** One sentence for all reasons. */
export function noSuchOrder(): Problem {
  return new Problem(404, 'not-found', 'There is no such order, or it is not yours to see.');
}

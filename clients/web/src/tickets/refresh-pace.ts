/** How often an order on the screen is asked for again: only while something may happen to it that its owner waits for. */
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { bestStanding, orderStanding, overMs } from './order-standing.ts';

const PAYING_MS = 3_000;
/** From then on whoever waits for a payment is not looking any more. */
const PAYING_SLOWLY_AFTER_MS = 120_000;
const PAYING_SLOWLY_MS = 20_000;
/** At the gate: "already used" appears on the phone that was scanned. */
const AT_THE_GATE_MS = 30_000;
const GATE_OPENS_MS = 90 * 60_000;

/** Milliseconds; null: not by itself. */
export function refreshAfterMs(order: Order, nowMs: number): number | null {
  if (orderStanding(order) === 'paying')
    return nowMs - Date.parse(order.createdAt) < PAYING_SLOWLY_AFTER_MS ? PAYING_MS : PAYING_SLOWLY_MS;
  const startMs = Date.parse(order.screening.startsAt);
  const isNow = nowMs >= startMs - GATE_OPENS_MS && nowMs < overMs(order);
  return isNow && bestStanding(order) === 'admits' ? AT_THE_GATE_MS : null;
}

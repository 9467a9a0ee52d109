/** An order with its tickets, as it is answered to whoever may see it: seats by their labels, and a signed code for each live ticket. */
import { z } from 'zod';
import type { SeatMap } from '../../actors/seat-map.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import type { BuyerOrder, BuyerTicket } from '../../storage/tickets/buyer-orders.ts';
import { orderAccessToken, screeningAccessToken } from '../../storage/tickets/order-access.ts';
import { GOOD_AFTER_MS } from '../../storage/tickets/ticket-qr.ts';
import { cancellable } from './cancel-policy.ts';
import type { OrderPorts } from './order-ports.ts';

const instant = z
  .string()
  .meta({ description: 'An instant, ISO 8601 in UTC.', examples: ['2026-12-24T23:30:00.000Z'] });
const cents = z.number().meta({ description: 'Cents.' });

export const ticketView = z.object({
  id: z.string(),
  code: z.string().meta({ description: 'What is read aloud, and what a guest finds the order by.' }),
  seat: z.string().meta({ description: 'What is written on it.', examples: ['F12'] }),
  row: z.string(),
  seatKind: z
    .number()
    .meta({ description: '0 regular, 1 couple, 2 companion, 3 wheelchair, 4 reduced mobility, 5 obese.' }),
  category: z
    .object({
      code: z.string(),
      name: z.string(),
      nameEn: z.string(),
      document: z.string().nullable().meta({ description: 'What has to be shown at the door; null: nothing.' }),
      documentEn: z.string().nullable(),
    })
    .nullable()
    .meta({ description: 'Null: not told at the purchase.' }),
  type: z
    .number()
    .meta({ description: '1 full price, 2 half in the quota, 3 half outside of it, 4 courtesy, 5 promotional.' }),
  priceCents: cents,
  feeCents: cents.meta({ description: 'On top of the price, cents.' }),
  state: z.enum(['live', 'used', 'cancelled', 'refunded']),
  usedAt: instant.nullable(),
  qr: z.string().nullable().meta({
    description:
      'The text of the QR code, for its alphanumeric mode (docs/tickets.md). Null for what admits nobody (any more).',
  }),
});

export const orderView = z
  .object({
    id: z.string(),
    state: z.enum(['created', 'authorised', 'sold', 'captured', 'expired', 'refused', 'cancelled', 'refunded']),
    amountCents: cents.meta({ description: 'All that was paid, fees included, cents.' }),
    feeCents: cents.meta({ description: 'Of that, fees, cents.' }),
    currency: z.string(),
    createdAt: instant,
    screening: z.object({
      id: z.number(),
      status: z.enum(['scheduled', 'closed', 'cancelled']),
      startsAt: instant,
      startsLocal: z.string().meta({ description: 'The wall clock in the cinema.', examples: ['2026-12-24T20:30:00'] }),
      timeZone: z.string(),
      film: z.object({
        id: z.number(),
        title: z.string(),
        minutes: z.number(),
        rating: z.string(),
        posterUrl: z.string().nullable(),
      }),
      cinema: z.object({
        id: z.number(),
        name: z.string(),
        address: z.string().nullable(),
        city: z.string().nullable(),
        state: z.string().nullable(),
      }),
      auditorium: z.string(),
      projection: z.string(),
      language: z.string(),
    }),
    tickets: z.array(ticketView).meta({ description: 'By seat; void ones included.' }),
    cancellable: z
      .object({
        until: instant.nullable(),
        why: z.enum(['not-sold', 'no-live-ticket', 'screening-cancelled', 'too-long-ago', 'too-late']).nullable(),
      })
      .meta({ description: 'Until when live tickets can be given back; null: not (any more), and why.' }),
    access: z.string().meta({
      description:
        'For links to this order: the header "order-access" of whoever is not signed in. Good until a day after the screening, also when that is moved.',
    }),
  })
  .meta({ description: 'An order, as its buyer sees it.' });
export type OrderView = z.infer<typeof orderView>;

/** Of an order that is over, looked at in a session: long enough to look around. */
const ACCESS_AFTER_MS = 86_400_000;

/** @param token that it was reached with; it is answered again, so that nobody prolongs his own. */
export async function viewOfOrder(ports: OrderPorts, order: BuyerOrder, token: string | null): Promise<OrderView> {
  const nowMs = ports.nowMs();
  const { id, state, amountCents, currency, createdAt, screening } = order;
  const startsAtMs = Date.parse(screening.startsAt);
  const { minutes } = screening.film;
  const map = await loadSeatMap(ports.pool, order.seatMap);
  const isShown = screening.status !== 'cancelled' && nowMs < startsAtMs + minutes * 60_000 + GOOD_AFTER_MS;
  const codeOf = ({ id: ticket, seat, state: is }: BuyerTicket): Promise<string> | null =>
    isShown && is === 'live' ? ports.signer.sign({ ticket, screening: screening.id, seat, startsAtMs, minutes }) : null;
  const { untilMs, why } = cancellable(order, ports.cancelPolicy, nowMs);
  const isOver = nowMs >= startsAtMs + minutes * 60_000;
  const accessOf = (): string =>
    isOver
      ? orderAccessToken(ports.seals, id, nowMs + ACCESS_AFTER_MS)
      : screeningAccessToken(ports.seals, id, { startsAtMs, minutes });
  return {
    ...{ id, state, amountCents, currency, createdAt, screening },
    feeCents: order.tickets.reduce((sum, { feeCents }) => sum + feeCents, 0),
    tickets: await Promise.all(
      order.tickets.map(async (ticket) => ({ ...ticket, ...placeOf(map, ticket.seat), qr: await codeOf(ticket) })),
    ),
    cancellable: { until: why === null ? new Date(untilMs).toISOString() : null, why },
    access: token ?? accessOf(),
  };
}

/** A layout that was changed since may not have the seat any more; the ticket is shown all the same. */
export function placeOf(map: SeatMap, seat: number): { seat: string; row: string; seatKind: number } {
  return {
    seat: map.seatLabels[seat] ?? `#${seat}`,
    row: map.rowLabels[map.seatRow[seat] ?? -1] ?? '',
    seatKind: map.seatKind[seat] ?? 0,
  };
}

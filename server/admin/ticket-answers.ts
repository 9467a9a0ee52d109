/** The shapes of a ticket in answers. */
import { z } from 'zod';
import type { SeatMap } from '../../actors/seat-map.ts';
import type { ListedTicket } from '../../storage/admin/ticket-list.ts';
import { labelsOf } from './seat-labels.ts';

export const listedTicket = z.object({
  id: z.string(),
  code: z.string(),
  order: z.string(),
  screening: z.number(),
  seat: z.string().meta({ description: 'What is written on it.' }),
  type: z
    .number()
    .meta({ description: '1 full price, 2 half in the quota, 3 half outside of it, 4 courtesy, 5 promotional.' }),
  state: z.enum(['live', 'used', 'cancelled', 'refunded']),
  priceCents: z.number(),
  currency: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  usedAt: z.string().nullable().meta({ description: 'When it was let in.' }),
});

export const shownTicket = listedTicket.extend({
  film: z.string(),
  cinema: z.object({ id: z.number(), name: z.string() }),
  auditorium: z.string(),
  startsAt: z.string(),
  startsLocal: z.string(),
  kinds: z
    .array(
      z.object({
        code: z.string(),
        name: z.string(),
        nameEn: z.string(),
        document: z.string().nullable(),
        documentEn: z.string().nullable(),
      }),
    )
    .meta({ description: 'Kinds of tickets of this type; the gate asks for the document of one of them.' }),
});

/** With what is written on the seats instead of their numbers. */
export function withLabels<Ticket extends ListedTicket>(
  tickets: readonly Ticket[],
  map: SeatMap,
): (Omit<Ticket, 'seat'> & { readonly seat: string })[] {
  const labels = labelsOf(
    map,
    tickets.map(({ seat }) => seat),
  );
  return tickets.map((ticket, at) => ({ ...ticket, seat: labels[at] ?? '' }));
}

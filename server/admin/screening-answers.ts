/** The shapes of a screening in answers. */
import { z } from 'zod';

export const listedScreening = z.object({
  id: z.number(),
  code: z.string().nullable().meta({ description: "The exhibitor's own name for it." }),
  status: z.enum(['scheduled', 'closed', 'cancelled']),
  film: z.object({ id: z.number(), title: z.string(), minutes: z.number(), rating: z.string() }),
  cinema: z.object({
    id: z.number(),
    name: z.string(),
    city: z.string().nullable(),
    state: z.string().nullable(),
    timeZone: z.string(),
  }),
  auditorium: z.object({ id: z.number(), name: z.string() }),
  startsAt: z.string(),
  startsLocal: z.string(),
  projection: z.string(),
  language: z.string(),
  modality: z
    .string()
    .meta({ description: "Of ANCINE's reports: A regular, B pré-estreia, C mostra or festival, D private." }),
  priceCents: z.number(),
  seatPrices: z
    .record(z.string(), z.number())
    .nullable()
    .meta({ description: 'Of the seat kinds that cost something else.' }),
  currency: z.string(),
  salesFrom: z.string().nullable(),
  salesUntil: z.string().nullable(),
  seatMap: z.number(),
  seatCount: z.number(),
  halfQuota: z.number(),
  sold: z.number(),
  seatsLeft: z.number().meta({ description: 'In lists: not sold. Of one screening with "live": free.' }),
});

export const shownScreening = listedScreening.extend({
  rows: z.array(z.string()).meta({ description: 'Row labels, from the screen backwards.' }),
  seats: z
    .array(z.tuple([z.number(), z.number(), z.number(), z.string()]))
    .meta({ description: 'Row, column, kind and label of each seat.' }),
  live: z
    .object({ epoch: z.number(), version: z.number(), salesOpen: z.boolean(), status: z.array(z.number()) })
    .nullable(),
  counts: z.object({ free: z.number(), held: z.number(), sold: z.number(), blocked: z.number() }).nullable(),
  tickets: z.object({ live: z.number(), used: z.number(), cancelled: z.number(), refunded: z.number() }),
  revenueCents: z.number().nullable().meta({
    description:
      'Prices of live and used tickets without service fees (a refund gives both back). Null for those who may not see orders.',
  }),
  cancellation: z
    .object({
      at: z.string(),
      who: z.string(),
      why: z.string().nullable(),
      orders: z.number(),
      done: z.number(),
      paying: z.number(),
      ticketsUsed: z.number(),
    })
    .nullable(),
});

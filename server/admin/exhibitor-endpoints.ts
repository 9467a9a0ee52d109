/**
 * Exhibitors, which come in by imports, and the service fee that they ask for on top of each ticket.
 *
 * Nobody is told of a new fee; who sells reads it again by himself. Pages show it after two seconds at most, and a purchase
 * that says what it was shown is charged that sum or refused; only one that says nothing may be charged the old fee for a minute
 * (server/record-cache.ts). Orders that were begun keep theirs.
 */
import { z } from 'zod';
import {
  findExhibitor,
  type ListedExhibitor,
  listExhibitors,
  setServiceFee,
} from '../../storage/admin/exhibitor-list.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { inProblemTransaction } from '../api/problem-transaction.ts';
import { after, inPath, limit, next, q, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';

/** A fixed fee above this is a slip: no ticket costs that much. The same bound as the table's. */
const FEE_CENTS_MAX = 100_000;
/** Hundredths of a per cent in one. */
const BPS_PER_PERCENT = 100;

const serviceFeePercent = z
  .number()
  .min(0)
  .max(100)
  .refine((percent) => bpsOf(percent) / BPS_PER_PERCENT === percent, 'must have two decimals at most')
  .meta({ description: "Of the ticket's price.", examples: [5.25] });
const serviceFeeCents = z
  .int()
  .min(0)
  .max(FEE_CENTS_MAX)
  .meta({ description: 'And this, in cents.', examples: [150] });

const listedExhibitor = z.object({
  id: z.number(),
  code: z.string().nullable(),
  ancineId: z.number().nullable(),
  name: z.string(),
  status: z.string(),
  cinemas: z.number().meta({ description: 'How many are working.' }),
  serviceFeePercent,
  serviceFeeCents,
});

export function exhibitorEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), feeEndpoint(ports)];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/exhibitors',
    tag: TAG,
    summary: 'Exhibitors by name, with their service fees; for partners their own',
    access: staff('catalogue:read'),
    query: z.strictObject({ q: q.optional(), limit, after }),
    answer: z.object({ exhibitors: z.array(listedExhibitor), next }),
    handle: async ({ principal, query }) => {
      const [last] = placeIn(query.after, ['number']) ?? [];
      const page = await listExhibitors(ports.pool, principal.exhibitorId, { ...query, after: last });
      return { body: { exhibitors: page.items.map(viewOf), next: nextOf(page, ({ id }) => [id]) } };
    },
  });
}

function feeEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'PATCH',
    path: '/api/admin/exhibitors/{exhibitor}',
    tag: TAG,
    summary: 'Set the service fee of an exhibitor',
    description:
      'For each ticket that costs something: a part of its price, rounded to the cent, and a fixed sum. What is left out stays as it is. Orders that were begun keep their fee; pages show the new one after two seconds.',
    access: staff('catalogue:write'),
    params: inPath('exhibitor'),
    body: z
      .strictObject({
        serviceFeePercent: serviceFeePercent.optional(),
        serviceFeeCents: serviceFeeCents.optional(),
        why,
      })
      .refine((body) => body.serviceFeePercent !== undefined || body.serviceFeeCents !== undefined, {
        message: 'must have serviceFeePercent, serviceFeeCents or both',
      }),
    answer: z.object({ exhibitor: listedExhibitor }),
    problems: { 403: 'whole-exhibitor: you work for some of its cinemas only', 404: 'no such exhibitor, or not yours' },
    handle: async ({ principal, params, body }) => {
      const { exhibitor: id } = params;
      if (principal.exhibitorId !== null && principal.exhibitorId !== id) throw Problem.notFound(`exhibitor ${id}`);
      if (principal.cinemaIds !== null) {
        const sentence = 'The fee holds for all cinemas of the exhibitor; ask somebody who works for all of them.';
        throw new Problem(403, 'whole-exhibitor', sentence);
      }
      const wanted = {
        bps: body.serviceFeePercent === undefined ? null : bpsOf(body.serviceFeePercent),
        cents: body.serviceFeeCents ?? null,
      };
      const exhibitor = await inProblemTransaction(ports.pool, async (client) => {
        const before = await setServiceFee(client, id, wanted);
        const found = before === null ? null : await findExhibitor(client, id);
        if (before === null || found === null) throw Problem.notFound(`exhibitor ${id}`);
        await recordAction(client, {
          who: principal.who,
          action: 'exhibitor.set-fee',
          target: `exhibitor:${id}`,
          why: body.why,
          details: { before, after: found.fee },
          exhibitorId: id,
        });
        return found;
      });
      return { body: { exhibitor: viewOf(exhibitor) } };
    },
  });
}

function viewOf({ fee, ...exhibitor }: ListedExhibitor): z.input<typeof listedExhibitor> {
  return { ...exhibitor, serviceFeePercent: fee.bps / BPS_PER_PERCENT, serviceFeeCents: fee.cents };
}

function bpsOf(percent: number): number {
  return Math.round(percent * BPS_PER_PERCENT);
}

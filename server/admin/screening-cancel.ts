/**
 * A screening is cancelled: in this transaction it is off the programme, for good, and a job is there that gives every
 * ticket back and tells who had one (workers/screening-cancellation.ts). Nothing is asked of the actor here, so that
 * a cancellation with 500 tickets is answered like one with none.
 */
import { z } from 'zod';
import { setStatus } from '../../storage/admin/screening-changes.ts';
import { touchedBy } from '../../storage/admin/screening-tickets.ts';
import { addJob } from '../../storage/jobs.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { CANCEL_SCREENING } from '../../workers/screening-cancellation.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { dryRun, inPath, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { screeningToChange } from './owned-screening.ts';

export function cancelEndpoint(_ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/screenings/{screening}/cancel',
    tag: TAG,
    summary: 'Cancel a screening and refund what it has sold',
    description:
      'For good. Its sales end, every ticket that was not used is refunded by a job, and who had one is told; GET the screening to see how far that has come. ' +
      'Tickets that were let in already are left as they are, for people to decide. To cancel it again only starts the job again, should it have failed.',
    access: staff('screenings:write'),
    once: 'app',
    params: inPath('screening'),
    body: z.strictObject({ why, dryRun }),
    answer: z.object({
      screening: z.number(),
      dryRun: z.boolean(),
      orders: z.number(),
      tickets: z.number(),
      people: z.number(),
      refundCents: z.number(),
      currency: z.string(),
      ticketsUsed: z.number().meta({ description: 'Let in already: not refunded.' }),
      paying: z.number().meta({ description: 'Orders in payment: refunded if the payment succeeds.' }),
    }),
    problems: { 404: 'no such screening among yours', 409: 'screening-busy: somebody else is changing it' },
    handle: async ({ principal, params, body, client, requestId }) => {
      const { id, currency, cinema, exhibitorId } = await screeningToChange(client, principal, params.screening);
      const touched = await touchedBy(client, id);
      const answer = { screening: id, dryRun: body.dryRun, ...touched, currency };
      if (body.dryRun) return { body: answer };
      await setStatus(client, id, 'cancelled');
      await recordAction(client, {
        who: principal.who,
        action: 'screening.cancel',
        target: `screening:${id}`,
        why: body.why,
        details: { cinema: cinema.id, ...touched },
        exhibitorId,
      });
      await addJob(
        client,
        CANCEL_SCREENING,
        { screening: id, key: requestId('-cancel') },
        { key: `${CANCEL_SCREENING}:${id}` },
      );
      return { status: 202, body: answer };
    },
  });
}

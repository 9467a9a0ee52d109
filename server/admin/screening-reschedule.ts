/**
 * Another start for a screening. Tickets stay what they are: seats do not move, and what was paid was paid. Who has one is
 * told by a job, and may ask for his money back.
 */
import { z } from 'zod';
import { moveScreening } from '../../storage/admin/screening-changes.ts';
import { roomFor } from '../../storage/admin/screening-room.ts';
import { touchedBy } from '../../storage/admin/screening-tickets.ts';
import { addJob } from '../../storage/jobs.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { TELL_NEW_START } from '../../workers/screening-move.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { dryRun, inPath, staff, TAG, wallTime, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { screeningToChange } from './owned-screening.ts';
import { lockedProgramme, mustHaveRoom, mustNotBeCancelled } from './screening-rules.ts';

const start = z.object({ startsAt: z.string(), startsLocal: z.string() });

export function rescheduleEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/screenings/{screening}/reschedule',
    tag: TAG,
    summary: 'Move a screening to another start',
    description:
      'Same auditorium, same seats, same prices. An end of sales moves along, a begin of sales stays. With tickets sold it needs "why", and everybody who has one is told.',
    access: staff('screenings:write'),
    once: 'app',
    params: inPath('screening'),
    body: z.strictObject({ startsLocal: wallTime, why: why.optional(), dryRun }),
    answer: start.extend({
      screening: z.number(),
      dryRun: z.boolean(),
      before: start,
      tickets: z.number().meta({ description: 'Tickets sold and not used yet.' }),
      people: z.number().meta({ description: 'How many buyers are told.' }),
    }),
    problems: {
      404: 'no such screening among yours',
      409: 'auditorium-taken, auditorium-closed, screening-begun, screening-cancelled, sales-window, programme-busy',
    },
    handle: async ({ principal, params, body, client, requestId }) => {
      const screening = await screeningToChange(client, principal, params.screening);
      await lockedProgramme(client);
      mustNotBeCancelled(screening);
      const { id, cinema, exhibitorId } = screening;
      if (Date.parse(screening.startsAt) <= ports.nowMs())
        throw Problem.conflict(
          'screening-begun',
          `Screening ${id} began at ${screening.startsLocal}; it cannot be moved.`,
        );
      const { startsLocal } = body;
      const room = await roomFor(client, id, startsLocal, ports.nowMs());
      mustHaveRoom(room);
      const { tickets, people } = await touchedBy(client, id);
      if (tickets > 0 && body.why === undefined && !body.dryRun)
        throw Problem.invalid([{ path: 'body.why', message: `${tickets} tickets are sold: say why it is moved` }]);
      const before = { startsAt: screening.startsAt, startsLocal: screening.startsLocal };
      const after = { startsAt: room.startsAt, startsLocal: room.startsLocal };
      const answer = { screening: id, dryRun: body.dryRun, ...after, before, tickets, people };
      if (body.dryRun) return { body: answer };

      await moveScreening(client, id, startsLocal);
      await recordAction(client, {
        who: principal.who,
        action: 'screening.reschedule',
        target: `screening:${id}`,
        why: body.why ?? null,
        details: { cinema: cinema.id, from: before.startsLocal, to: after.startsLocal, tickets, people },
        exhibitorId,
      });
      if (after.startsAt !== before.startsAt) {
        const key = requestId('-move');
        const move = { screening: id, key, from: before.startsLocal, to: after.startsLocal, movedAtMs: ports.nowMs() };
        await addJob(client, TELL_NEW_START, move, { key: `${TELL_NEW_START}:${key}` });
      }
      return { body: answer };
    },
  });
}

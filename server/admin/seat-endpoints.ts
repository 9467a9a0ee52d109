/** Seats off sale and back: what the actor decides, kept with who wanted it and why. */
import { z } from 'zod';
import { SEAT_COUNT_MAX } from '../../actors/seat-map.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { inPath, line, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { reachedScreening } from './owned-screening.ts';
import { acceptedOr, NEW_KEY } from './refusal-problem.ts';
import { labelsOf, seatsLabelled } from './seat-labels.ts';

export function seatEndpoints(ports: AdminPorts): Endpoint[] {
  return [
    seatEndpoint(ports, 'block', 'blocked', 'Take seats off sale'),
    seatEndpoint(ports, 'unblock', 'unblocked', 'Put blocked seats back on sale'),
  ];
}

function seatEndpoint(
  ports: AdminPorts,
  kind: 'block' | 'unblock',
  done: 'blocked' | 'unblocked',
  summary: string,
): Endpoint {
  return endpoint({
    method: 'POST',
    path: `/api/admin/screenings/{screening}/seats/${kind}`,
    tag: TAG,
    summary,
    description: 'All of them or none. Seats are named by what is written on them; the case does not matter.',
    access: staff('seats:write'),
    once: 'app',
    params: inPath('screening'),
    body: z.strictObject({
      seats: z
        .array(line(1, 20))
        .min(1)
        .max(SEAT_COUNT_MAX)
        .meta({ examples: [['F12', 'F13']] }),
      why,
    }),
    answer: z.object({ screening: z.number(), [done]: z.array(z.string()) }),
    problems: {
      400: 'seat-unknown: the auditorium has no such seats',
      404: 'no such screening among yours',
      409: `seat-sold, seat-held, seat-blocked, seat-not-blocked, layout-changed: nothing was changed; ${NEW_KEY}`,
      503: 'no-answer: repeat it with the same key',
    },
    handle: async ({ principal, params, body, client, requestId }) => {
      const { id, seatMap, exhibitorId, cinema } = await reachedScreening(client, principal, params.screening);
      // On the request's own connection: whoever has one of a pool and waits for a second may wait for those who do the same.
      const map = await loadSeatMap(client, seatMap);
      const seats = seatsLabelled(map, body.seats);
      const { outcome } = await ports.ask(id, {
        kind,
        seats,
        seatMap,
        reason: body.why,
        by: principal.who,
        requestId: requestId('-seats'),
      });
      acceptedOr(outcome, map);
      const labels = labelsOf(map, seats);
      await recordAction(client, {
        who: principal.who,
        action: `seats.${kind}`,
        target: `screening:${id}`,
        why: body.why,
        details: { cinema: cinema.id, seats: labels },
        exhibitorId,
      });
      return { body: { screening: id, [done]: labels } };
    },
  });
}

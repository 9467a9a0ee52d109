/**
 * Sales closed and opened by hand: said to the actor, which stops at once, and to the catalogue, by which lists and other
 * nodes know. Closed is the safe side: closing tells the actor first, and what opens is open only when both say so.
 */
import { z } from 'zod';
import { setStatus } from '../../storage/admin/screening-changes.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { inPath, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { screeningToChange } from './owned-screening.ts';
import { acceptedOr, NEW_KEY } from './refusal-problem.ts';
import { mustNotBeCancelled } from './screening-rules.ts';

export function salesEndpoints(ports: AdminPorts): Endpoint[] {
  return [
    salesEndpoint(
      ports,
      'close',
      'Close the sales of a screening',
      'Nothing new is held or paid; payments under way end as they end.',
    ),
    salesEndpoint(ports, 'open', 'Open the sales of a screening again', 'Inside its sales window, if it has one.'),
  ];
}

function salesEndpoint(ports: AdminPorts, kind: 'close' | 'open', summary: string, description: string): Endpoint {
  return endpoint({
    method: 'POST',
    path: `/api/admin/screenings/{screening}/${kind}`,
    tag: TAG,
    summary,
    description,
    access: staff('screenings:write'),
    once: 'app',
    params: inPath('screening'),
    body: z.strictObject({ why }),
    answer: z.object({ screening: z.number(), salesOpen: z.boolean() }),
    problems: {
      404: 'no such screening among yours',
      409: `screening-cancelled; screening-busy: somebody else is changing it; ${NEW_KEY} if the screening refused`,
      503: 'no-answer: repeat it with the same key',
    },
    handle: async ({ principal, params, body, client, requestId }) => {
      const screening = await screeningToChange(client, principal, params.screening);
      mustNotBeCancelled(screening);
      const { id, exhibitorId, cinema } = screening;
      const { outcome } = await ports.ask(id, {
        kind: `${kind}-sales`,
        by: principal.who,
        requestId: requestId('-sales'),
      });
      acceptedOr(outcome, null);
      await setStatus(client, id, kind === 'open' ? 'scheduled' : 'closed');
      await recordAction(client, {
        who: principal.who,
        action: `screening.${kind}-sales`,
        target: `screening:${id}`,
        why: body.why,
        details: { cinema: cinema.id },
        exhibitorId,
      });
      return { body: { screening: id, salesOpen: kind === 'open' } };
    },
  });
}

/** Tickets looked up, and let in by hand when the scanner fails. */
import type { ClientBase, Pool } from 'pg';
import { z } from 'zod';
import type { SeatMap } from '../../actors/seat-map.ts';
import { findTicket, listTickets, type OwnedTicket } from '../../storage/admin/ticket-list.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { mustReach, type StaffPrincipal } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import { after, id, keptLine, limit, next, staff, TAG } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';
import { acceptedOr, NEW_KEY } from './refusal-problem.ts';
import { listedTicket, shownTicket, withLabels } from './ticket-answers.ts';

const codeOrId = z.object({
  ticket: z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be a code or an id'),
});

export function ticketEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports), checkInEndpoint(ports)];
}

/** @throws Problem 404 for one that is not there, or not theirs: codes cannot be tried out at another cinema's cost. */
async function reachedTicket(queryable: Pool | ClientBase, who: StaffPrincipal, ticket: string): Promise<OwnedTicket> {
  const found = await findTicket(queryable, ticket);
  mustReach(who, found && { exhibitorId: found.exhibitorId, cinemaId: found.cinema.id }, `ticket ${ticket}`);
  return found!;
}

async function shown(queryable: Pool | ClientBase, { exhibitorId: _, seatMap, status: __, ...ticket }: OwnedTicket) {
  const [labelled] = withLabels([ticket], await loadSeatMap(queryable, seatMap));
  return { ...labelled!, kinds: [...ticket.kinds] };
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/tickets',
    tag: TAG,
    summary: 'Tickets of your cinemas',
    description: 'Those of the latest screenings first, in each screening by seat.',
    access: staff('tickets:read'),
    query: z.strictObject({ screening: id.optional(), state: listedTicket.shape.state.optional(), limit, after }),
    answer: z.object({ tickets: z.array(listedTicket), next }),
    handle: async ({ principal, query }) => {
      const place = placeIn(query.after, ['number', 'seat', 'string']);
      const page = await listTickets(ports.pool, principal, { ...query, after: place });
      const maps = new Map<number, SeatMap>();
      for (const seatMap of new Set(page.items.map((ticket) => ticket.seatMap)))
        maps.set(seatMap, await loadSeatMap(ports.pool, seatMap));
      const tickets = page.items.flatMap(({ seatMap, ...ticket }) => withLabels([ticket], maps.get(seatMap)!));
      return { body: { tickets, next: nextOf(page, (ticket) => [ticket.screening, ticket.seat, ticket.id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/tickets/{ticket}',
    tag: TAG,
    summary: 'A ticket by its code or id, and what the gate asks for',
    access: staff('tickets:read'),
    params: codeOrId,
    answer: z.object({ ticket: shownTicket }),
    problems: { 404: 'no such ticket among yours' },
    handle: async ({ principal, params }) => {
      return { body: { ticket: await shown(ports.pool, await reachedTicket(ports.pool, principal, params.ticket)) } };
    },
  });
}

function checkInEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/tickets/{ticket}/check-in',
    tag: TAG,
    summary: 'Let a ticket in, once',
    access: staff('tickets:check-in'),
    once: 'app',
    params: codeOrId,
    body: z.strictObject({
      gate: keptLine(1, 60).meta({ description: 'Which gate or device.', examples: ['gate 2'] }),
    }),
    answer: z.object({ ticket: shownTicket, checkedInAt: z.string() }),
    problems: {
      404: 'no such ticket among yours',
      409: `ticket-used (with the time when), ticket-void, screening-cancelled; ${NEW_KEY}`,
      503: 'no-answer: repeat it with the same key',
    },
    handle: async ({ principal, params, body, client, requestId }) => {
      const found = await reachedTicket(client, principal, params.ticket);
      if (found.status === 'cancelled')
        throw Problem.conflict('screening-cancelled', `Screening ${found.screening} was cancelled; nobody is let in.`);
      const { outcome } = await ports.ask(found.screening, {
        kind: 'check-in',
        ticket: found.id,
        gate: body.gate,
        by: principal.who,
        requestId: requestId('-check-in'),
      });
      acceptedOr(outcome, await loadSeatMap(client, found.seatMap));
      await recordAction(client, {
        who: principal.who,
        action: 'ticket.check-in',
        target: `ticket:${found.id}`,
        details: { cinema: found.cinema.id, screening: found.screening, gate: body.gate },
        exhibitorId: found.exhibitorId,
      });
      const used = (await findTicket(client, found.id))!;
      return { body: { ticket: await shown(client, used), checkedInAt: used.usedAt ?? used.updatedAt } };
    },
  });
}

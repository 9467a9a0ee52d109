/** GET /api/ticket-types: what kinds of tickets there are, where, and what they ask for. */
import { z } from 'zod';
import { isOffered, type TicketTypeRow } from '../../storage/ticket-types.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { etagOfText } from './listed-page.ts';
import { type SearchPorts, unlessKnown } from './search-ports.ts';
import * as schemas from './search-schemas.ts';

/** A dozen rows that change once a year. */
const KEEP_MS = 60_000;

export function ticketTypesEndpoint(ports: SearchPorts): Endpoint {
  let kept: { readonly atMs: number; readonly types: readonly TicketTypeRow[] } | null = null;
  const types = async (): Promise<readonly TicketTypeRow[]> => {
    const nowMs = ports.nowMs();
    if (kept === null || nowMs - kept.atMs >= KEEP_MS) kept = { atMs: nowMs, types: await ports.ticketTypes() };
    return kept.types;
  };
  return endpoint({
    method: 'GET',
    path: '/api/ticket-types',
    summary: 'Ticket types',
    description:
      'In the order in which they are offered. Those of states and cities come when the state, or city, is named.',
    tag: schemas.TAG,
    access: { kind: 'public' },
    query: z.strictObject({
      state: z.string('must be one state').max(2).optional().meta({ example: 'SP' }),
      city: z.string('must be one city').max(100).optional().meta({ example: 'Campinas' }),
    }),
    answer: z.object({ ticketTypes: z.array(schemas.ticketType) }),
    async handle(request) {
      const { state = null, city = null } = request.query;
      const ticketTypes = (await types()).filter(({ jurisdiction }) => isOffered(jurisdiction, state, city));
      const text = JSON.stringify({ ticketTypes });
      return unlessKnown(request, etagOfText(text), () => text);
    },
  });
}

/** Cinemas and their auditoriums, which come in by imports; and the screenings that could not get a new layout. */
import { z } from 'zod';
import { auditoriumsOf, findCinema, listCinemas } from '../../storage/admin/cinema-list.ts';
import { listLayoutConflicts } from '../../storage/layout-changes.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { after, id, inPath, limit, next, q, staff, TAG } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';

const named = z.object({ id: z.number(), name: z.string() });

const listedCinema = z.object({
  id: z.number(),
  code: z.string().nullable(),
  ancineId: z.number().nullable(),
  name: z.string(),
  address: z.string().nullable(),
  city: z.string().nullable(),
  state: z.string().nullable(),
  timeZone: z.string(),
  phone: z.string().nullable(),
  status: z.string(),
  exhibitor: named.nullable(),
  auditoriums: z.number().meta({ description: 'How many are working.' }),
});

const listedAuditorium = z.object({
  id: z.number(),
  code: z.string().nullable(),
  ancineId: z.number().nullable(),
  name: z.string(),
  status: z.string(),
  seatMap: z.number().nullable().meta({ description: 'Null: it has none yet.' }),
  seatCount: z.number().nullable(),
  layouts: z.number().meta({ description: 'Layouts that it has had.' }),
  screenings: z.number().meta({ description: 'Screenings to come.' }),
});

export function cinemaEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports), conflictsEndpoint(ports)];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/cinemas',
    tag: TAG,
    summary: 'Your cinemas by name',
    access: staff('catalogue:read'),
    query: z.strictObject({ q: q.optional(), city: q.optional(), limit, after }),
    answer: z.object({ cinemas: z.array(listedCinema), next }),
    handle: async ({ principal, query }) => {
      const [last] = placeIn(query.after, ['number']) ?? [];
      const page = await listCinemas(ports.pool, principal, { ...query, after: last });
      return { body: { cinemas: [...page.items], next: nextOf(page, (cinema) => [cinema.id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/cinemas/{cinema}',
    tag: TAG,
    summary: 'A cinema with its auditoriums',
    access: staff('catalogue:read'),
    params: inPath('cinema'),
    answer: z.object({ cinema: listedCinema.extend({ auditoriums: z.array(listedAuditorium) }) }),
    problems: { 404: 'no such cinema among yours' },
    handle: async ({ principal, params }) => {
      const cinema = await findCinema(ports.pool, principal, params.cinema);
      if (cinema === null) throw Problem.notFound(`cinema ${params.cinema}`);
      return { body: { cinema: { ...cinema, auditoriums: await auditoriumsOf(ports.pool, cinema.id) } } };
    },
  });
}

function conflictsEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/layout-conflicts',
    tag: TAG,
    summary: 'Screenings to come that kept an old layout, because somebody has seats on it',
    access: staff('catalogue:read'),
    query: z.strictObject({ auditorium: id.optional(), limit, after }),
    answer: z.object({
      conflicts: z.array(
        z.object({
          screening: z.number(),
          film: z.string(),
          cinema: named,
          auditorium: named,
          startsAt: z.string(),
          startsLocal: z.string(),
          version: z.number().meta({ description: "Of the auditorium's layouts the one that it has…" }),
          wantedVersion: z.number().meta({ description: '…and the one that it could not get.' }),
          ticketsSold: z.number(),
          reason: z.string(),
        }),
      ),
      next,
    }),
    handle: async ({ principal, query }) => {
      const [last = 0] = placeIn(query.after, ['number']) ?? [];
      const { exhibitorId, cinemaIds } = principal;
      const wanted = { exhibitorId, cinemaIds, after: last, limit: query.limit + 1 };
      const { auditorium } = query;
      const found = await listLayoutConflicts(
        ports.pool,
        auditorium === undefined ? wanted : { ...wanted, auditorium },
      );
      const page = { items: found.slice(0, query.limit), hasMore: found.length > query.limit };
      const conflicts = page.items.map(({ startsAtMs, ...conflict }) => ({
        ...conflict,
        startsAt: new Date(startsAtMs).toISOString(),
      }));
      return { body: { conflicts, next: nextOf(page, ({ screening }) => [screening]) } };
    },
  });
}

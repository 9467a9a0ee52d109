/** Screenings listed, and one shown with its seats as they are now. */
import { z } from 'zod';
import type { SeatMap } from '../../actors/seat-map.ts';
import { SeatStatus } from '../../actors/seat-state.ts';
import { type ListedScreening, listScreeningsOf } from '../../storage/admin/screening-list.ts';
import { cancellationOf, salesCounts } from '../../storage/admin/screening-tickets.ts';
import { loadSeatMap } from '../../storage/catalogue.ts';
import type { SeatSnapshot } from '../../workers/seat-replica.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { permits } from '../api/principal.ts';
import { after, date, id, inPath, instant, limit, next, q, staff, TAG } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { reachedScreening } from './owned-screening.ts';
import { nextOf, placeIn } from './page-cursor.ts';
import { listedScreening, shownScreening } from './screening-answers.ts';

const status = z.enum(['scheduled', 'closed', 'cancelled']);

export function screeningEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports)];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/screenings',
    tag: TAG,
    summary: 'Screenings of your cinemas, by start',
    description: 'Without "date" and "from": those from now on.',
    access: staff('catalogue:read'),
    query: z.strictObject({
      date: date.optional(),
      from: instant.optional(),
      to: instant.optional(),
      cinema: id.optional(),
      film: id.optional(),
      status: status.optional(),
      q: q.optional(),
      limit,
      after,
    }),
    answer: z.object({ screenings: z.array(listedScreening), next }),
    handle: async ({ principal, query }) => {
      const { after: cursor, ...wanted } = query;
      const [last] = placeIn(cursor, ['number']) ?? [];
      const isOpen = wanted.date === undefined && wanted.from === undefined;
      const from = isOpen ? new Date(ports.nowMs()).toISOString() : wanted.from;
      const page = await listScreeningsOf(ports.pool, principal, { ...wanted, from, after: last });
      return { body: { screenings: [...page.items], next: nextOf(page, (item) => [item.id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/screenings/{screening}',
    tag: TAG,
    summary: 'A screening with its seats as they are now, and what it has sold',
    description:
      '"live" and "counts" are null while the owner of its seats cannot be reached. A status is 0 free, 1 held, 2 sold, 3 blocked, one for each of "seats".',
    access: staff('catalogue:read'),
    params: inPath('screening'),
    answer: z.object({ screening: shownScreening }),
    problems: { 404: 'no such screening among yours' },
    handle: async ({ principal, params }) => {
      const { exhibitorId: _, ...facts } = await reachedScreening(ports.pool, principal, params.screening);
      const maySeeMoney = permits(principal, 'orders:read') || permits(principal, 'reports:read');
      const [sales, cancellation, snapshot] = await Promise.all([
        salesCounts(ports.pool, facts.id),
        facts.status === 'cancelled' ? cancellationOf(ports.pool, facts.id) : null,
        ports.seatsNow(facts.id),
      ]);
      // The owner's layout, which may be newer than the row that was read before.
      const map = await loadSeatMap(ports.pool, snapshot?.seatMap || facts.seatMap);
      const { revenueCents, ...tickets } = sales;
      const shown = {
        ...facts,
        ...seatsShown(facts, map, snapshot),
        tickets,
        revenueCents: maySeeMoney ? revenueCents : null,
        cancellation,
      };
      return { body: { screening: shown } };
    },
  });
}

function seatsShown(facts: ListedScreening, map: SeatMap, snapshot: SeatSnapshot | null) {
  const seats = map.seatLabels.map((label, seat): [number, number, number, string] => [
    map.seatRow[seat] ?? 0,
    map.seatColumn[seat] ?? 0,
    map.seatKind[seat] ?? 0,
    label,
  ]);
  const layout = { seatMap: map.id, seatCount: map.seatCount, rows: [...map.rowLabels], seats };
  // Without the layout's id a snapshot may be of another one.
  const now = snapshot?.status.length === map.seatCount ? snapshot : null;
  if (now === null) return { ...layout, live: null, counts: null, seatsLeft: facts.seatsLeft };
  const of = (wanted: number): number => now.status.reduce((sum, one) => sum + (one === wanted ? 1 : 0), 0);
  const counts = {
    free: of(SeatStatus.free),
    held: of(SeatStatus.held),
    sold: of(SeatStatus.sold),
    blocked: of(SeatStatus.blocked),
  };
  const { epoch, version, salesOpen } = now;
  const live = { epoch, version, salesOpen, status: [...now.status] };
  return { ...layout, live, counts, seatsLeft: counts.free };
}

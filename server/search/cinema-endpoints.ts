/** GET /api/cinemas and /api/cinemas/{cinema}, from memory. */
import { z } from 'zod';
import type { CinemaRow } from '../../storage/catalogue-rows.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { foldText, wordsOf } from './folded-text.ts';
import { instantText } from './instant-text.ts';
import { compareNamed, etagOfText, pageOf } from './listed-page.ts';
import { cinemaSummary } from './name-summaries.ts';
import type { SearchIndex } from './search-index.ts';
import { readyIndex, type SearchPorts, unlessKnown } from './search-ports.ts';
import * as schemas from './search-schemas.ts';

const LIMIT = 50;
const LIMIT_MAX = 200;

export function cinemaEndpoints(ports: SearchPorts): Endpoint[] {
  const startedMs = (): number => ports.nowMs() - ports.salesAfterStartMs;
  return [
    endpoint({
      method: 'GET',
      path: '/api/cinemas',
      summary: 'Cinemas',
      description: 'Cinemas that are open, and those that still have screenings; by name.',
      tag: schemas.TAG,
      access: { kind: 'public' },
      query: z.strictObject({
        q: schemas.q,
        city: schemas.city,
        limit: schemas.limit(LIMIT, LIMIT_MAX),
        after: schemas.after,
      }),
      answer: z.object({ cinemas: z.array(schemas.listedCinema), next: schemas.next }),
      handle(request) {
        const index = readyIndex(ports);
        const { q = '', city = '', limit, after } = request.query;
        const { rows, next } = pageOf(cinemasOf(index, q, city, startedMs()), limit, after);
        const text = JSON.stringify({ cinemas: rows.map(({ row }) => listed(index, row, startedMs())), next });
        return unlessKnown(request, etagOfText(text), () => text);
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/cinemas/{cinema}',
      summary: 'A cinema, with its auditoriums',
      tag: schemas.TAG,
      access: { kind: 'public' },
      params: z.object({ cinema: schemas.inPath }),
      answer: z.object({ cinema: schemas.cinemaDetails }),
      problems: { 404: 'There is no such cinema.' },
      handle(request) {
        const index = readyIndex(ports);
        const { cinema } = request.params;
        const row = index.names.cinemas.get(cinema);
        if (row === undefined) throw Problem.notFound(`cinema ${cinema}`);
        const auditoriums = [...index.names.auditoriums.rows()]
          .filter((auditorium) => auditorium.cinema === cinema && auditorium.isActive)
          .map(({ id, name, seatCount }) => ({ id, name, seatCount }));
        const text = JSON.stringify({ cinema: { ...listed(index, row, startedMs()), auditoriums } });
        return unlessKnown(request, etagOfText(text), () => text);
      },
    }),
  ];
}

/** By name. `q`: only those whose name or city has its words. */
function cinemasOf(
  index: SearchIndex,
  q: string,
  city: string,
  startedMs: number,
): { id: number; folded: string; row: CinemaRow }[] {
  const { cinemas, words } = index.names;
  const fits = wordsOf(q).map((word) => words.match(word).cinemas);
  if (q !== '' && fits.length === 0) return [];
  const inCity = city === '' ? null : new Set(index.names.inCity(city));
  const found: { id: number; folded: string; row: CinemaRow }[] = [];
  for (const row of cinemas.rows()) {
    const slot = cinemas.slotFor(row.id);
    if (!fits.every((fit) => fit.has(slot)) || inCity?.has(slot) === false) continue;
    if (!row.isActive && index.cinemaToCome(slot, startedMs).screenings === 0) continue;
    found.push({ id: row.id, folded: foldText(row.name), row });
  }
  return found.sort(compareNamed);
}

function listed(index: SearchIndex, row: CinemaRow, startedMs: number): z.input<typeof schemas.listedCinema> {
  const { screenings, nextStartsAtMs } = index.cinemaToCome(index.names.cinemas.slotFor(row.id), startedMs);
  const { address, district, postalCode, phone } = row;
  const nextStartsAt = nextStartsAtMs === null ? null : instantText(nextStartsAtMs);
  return { ...cinemaSummary(row), address, district, postalCode, phone, screenings, nextStartsAt };
}

/** GET /api/films and /api/films/{film}: what is on or will be, from memory. */
import { z } from 'zod';
import type { FilmRow } from '../../storage/catalogue-rows.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { foldText, wordsOf } from './folded-text.ts';
import { dayText, instantText } from './instant-text.ts';
import { compareNamed, etagOfText, pageOf } from './listed-page.ts';
import { filmSummary } from './name-summaries.ts';
import type { SearchIndex } from './search-index.ts';
import { readyIndex, type SearchPorts, unlessKnown } from './search-ports.ts';
import * as schemas from './search-schemas.ts';

const LIMIT = 50;
const LIMIT_MAX = 200;

export function filmEndpoints(ports: SearchPorts): Endpoint[] {
  const startedMs = (): number => ports.nowMs() - ports.salesAfterStartMs;
  return [
    endpoint({
      method: 'GET',
      path: '/api/films',
      summary: 'Films',
      description: 'Films that are not withdrawn, and those that still have screenings; by title.',
      tag: schemas.TAG,
      access: { kind: 'public' },
      query: z.strictObject({ q: schemas.q, limit: schemas.limit(LIMIT, LIMIT_MAX), after: schemas.after }),
      answer: z.object({ films: z.array(schemas.listedFilm), next: schemas.next }),
      handle(request) {
        const index = readyIndex(ports);
        const { q = '', limit, after } = request.query;
        const { rows, next } = pageOf(filmsOf(index, q, startedMs()), limit, after);
        const text = JSON.stringify({ films: rows.map(({ row }) => listed(index, row, startedMs())), next });
        return unlessKnown(request, etagOfText(text), () => text);
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/films/{film}',
      summary: 'A film, with the days on which it is on',
      tag: schemas.TAG,
      access: { kind: 'public' },
      params: z.object({ film: schemas.inPath }),
      query: z.strictObject({ city: schemas.city }),
      answer: z.object({ film: schemas.filmDetails }),
      problems: { 404: 'There is no such film.' },
      handle(request) {
        const index = readyIndex(ports);
        const { film } = request.params;
        const row = index.names.films.get(film);
        if (row === undefined) throw Problem.notFound(`film ${film}`);
        const { synopsis, distributor } = row;
        const { city = '' } = request.query;
        const cinemas = city === '' ? null : index.names.inCity(city);
        const days = index
          .filmDays(index.names.films.slotFor(film), cinemas, startedMs())
          .map(({ day, screenings }) => ({ date: dayText(day), screenings }));
        const text = JSON.stringify({ film: { ...listed(index, row, startedMs()), synopsis, distributor, days } });
        return unlessKnown(request, etagOfText(text), () => text);
      },
    }),
  ];
}

/** By title. `q`: only those whose titles have its words. */
function filmsOf(index: SearchIndex, q: string, startedMs: number): { id: number; folded: string; row: FilmRow }[] {
  const { films, words } = index.names;
  const fits = wordsOf(q).map((word) => words.match(word).films);
  if (q !== '' && fits.length === 0) return [];
  const found: { id: number; folded: string; row: FilmRow }[] = [];
  for (const row of films.rows()) {
    const slot = films.slotFor(row.id);
    if (!fits.every((fit) => fit.has(slot))) continue;
    if (!row.isActive && index.filmToCome(slot, startedMs).screenings === 0) continue;
    found.push({ id: row.id, folded: foldText(row.title), row });
  }
  return found.sort(compareNamed);
}

function listed(index: SearchIndex, row: FilmRow, startedMs: number): z.input<typeof schemas.listedFilm> {
  const { screenings, nextStartsAtMs } = index.filmToCome(index.names.films.slotFor(row.id), startedMs);
  const { releaseDate, audioDescription, captions, signLanguage } = row;
  const nextStartsAt = nextStartsAtMs === null ? null : instantText(nextStartsAtMs);
  const summary = { ...filmSummary(row), genres: [...row.genres] };
  return { ...summary, releaseDate, audioDescription, captions, signLanguage, screenings, nextStartsAt };
}

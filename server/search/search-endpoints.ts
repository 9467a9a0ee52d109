/** GET /api/search, and the list of all endpoints of the public catalogue. */
import { z } from 'zod';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { cinemaEndpoints } from './cinema-endpoints.ts';
import { filmEndpoints } from './film-endpoints.ts';
import { foldText, wordsOf } from './folded-text.ts';
import { screeningListEndpoint } from './screening-list-endpoint.ts';
import { searchAnswer } from './search-answer.ts';
import { readCursor, searchNumber, writeCursor } from './search-cursor.ts';
import { etagOf } from './search-etag.ts';
import type { SearchFound, SearchIndex, SearchQuery } from './search-index.ts';
import { readyIndex, type SearchPorts, timeOf, unlessKnown } from './search-ports.ts';
import * as schemas from './search-schemas.ts';
import { TooManyFits } from './search-scores.ts';
import { ticketTypesEndpoint } from './ticket-types-endpoint.ts';

/** A page of twenty screenings is about eight kilobytes. */
const LIMIT = 20;
const LIMIT_MAX = 200;
const NOTHING: SearchFound = { slots: [], last: null, looked: 0 };

export function searchEndpoints(ports: SearchPorts): Endpoint[] {
  return [
    searchEndpoint(ports),
    ...filmEndpoints(ports),
    ...cinemaEndpoints(ports),
    screeningListEndpoint(ports),
    ticketTypesEndpoint(ports),
  ];
}

function searchEndpoint(ports: SearchPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/search',
    summary: 'Find screenings by name, date, or both',
    description:
      'Screenings to come, grouped by film and cinema. Exact words come before beginnings, and those before corrected typing errors; then the earlier day, and the film with more screenings. A page has `limit` screenings; `next` leads on, and what is sold, starts or is cancelled meanwhile makes no page repeat or leave out another screening. Send the ETag back as If-None-Match: 304 says that you have the page already.',
    tag: schemas.TAG,
    access: { kind: 'public' },
    query: z.strictObject({
      q: schemas.q,
      date: schemas.date,
      city: schemas.city,
      cinema: schemas.cinema,
      film: schemas.idOf('film'),
      limit: schemas.limit(LIMIT, LIMIT_MAX),
      after: schemas.after,
    }),
    answer: schemas.searchAnswer,
    problems: { 503: 'The server has just started and is reading the catalogue.' },
    handle(request) {
      const index = readyIndex(ports);
      const { q = '', date, city, cinema, film, limit, after } = request.query;
      const words = wordsOf(q);
      const search = searchNumber([words.join(' '), date, city, cinema, film].map((part) => part ?? '').join('\n'));
      const place = after === undefined ? null : readCursor(after, search);
      if (place === null && after !== undefined) {
        const message = 'must be the "next" of the page before, with the same search';
        throw Problem.invalid([{ path: 'query.after', message }]);
      }
      const time = timeOf(ports);
      const query = {
        words,
        day: date ?? null,
        city: city === undefined || city === '' ? null : city,
        cinema: cinema === undefined || cinema === '' ? null : idOrName(cinema),
        film: film ?? null,
        limit,
        after: place,
      };
      // Of "!?" nothing is left to look for.
      const isNothing = words.length === 0 && q !== '';
      const { slots, last } = isNothing ? NOTHING : foundIn(index, query, time.nowMs - time.salesAfterStartMs);
      const etag = etagOf(index, slots, search, last !== null, time);
      return unlessKnown(request, etag, () =>
        searchAnswer(index, slots, last === null ? null : writeCursor(last, search), time),
      );
    },
  });
}

/** @throws Problem 400 when finding it would keep those who buy seats waiting. */
function foundIn(index: SearchIndex, query: SearchQuery, startedMs: number): SearchFound {
  try {
    return index.find(query, startedMs);
  } catch (cause) {
    if (!(cause instanceof TooManyFits)) throw cause;
    throw Problem.invalid([
      { path: 'query.q', message: 'has too many short words; write more of one, or leave one out' },
    ]);
  }
}

function idOrName(cinema: string): number | string {
  return /^\d{1,15}$/.test(cinema) ? Number(cinema) : foldText(cinema);
}

/** GET /api/screenings: a plain list by start, from the database, so that it also knows what is over. */
import { z } from 'zod';
import type { ScreeningSummary } from '../../storage/catalogue.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { dayText } from './instant-text.ts';
import type { SearchPorts } from './search-ports.ts';
import * as schemas from './search-schemas.ts';

const LIST_DAYS = 7;
const LIMIT = 100;
const LIMIT_MAX = 1_000;
const DAY_MS = 86_400_000;
/** PostgreSQL's own calendar ends elsewhere. */
const INSTANT_MIN_MS = Date.UTC(1970, 0);
const INSTANT_END_MS = Date.UTC(2200, 0);

export function screeningListEndpoint(ports: SearchPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/screenings',
    summary: 'Screenings by start',
    description:
      'A plain list, without seats left: for those, search. The seven days from now on, unless something else is asked for.',
    tag: schemas.TAG,
    access: { kind: 'public' },
    query: z.strictObject({
      from: instantIn('Only what starts at this instant or later; without it, now.'),
      to: instantIn('Only what starts before this instant; without it, seven days after "from".'),
      film: schemas.idOf('film'),
      cinema: schemas.idOf('cinema'),
      date: schemas.date,
      limit: schemas.limit(LIMIT, LIMIT_MAX),
      after: schemas
        .whole(0, Number.MAX_SAFE_INTEGER, 'must be the "next" of the page before')
        .default(0)
        .meta({ type: 'integer', description: 'The "next" of the page before.' }),
    }),
    answer: z.object({
      screenings: z.array(schemas.listedScreening),
      next: z.int().nullable().meta({ description: 'For "after": where the next page begins; null: there is none.' }),
    }),
    async handle({ query }) {
      const { from, to, film, cinema, date, limit, after } = query;
      // A day is asked for as a whole, also what has begun. It begins and ends less than a day away from UTC's, wherever the
      // cinema is; without these bounds the database would look through everything there ever was.
      const fromMs = from ?? (date === undefined ? ports.nowMs() : (date - 1) * DAY_MS);
      const toMs = to ?? (date === undefined ? fromMs + LIST_DAYS * DAY_MS : (date + 2) * DAY_MS);
      const found = await ports.listScreenings({
        fromMs,
        toMs,
        afterId: after,
        limit,
        ...(film === undefined ? {} : { film }),
        ...(cinema === undefined ? {} : { cinema }),
        ...(date === undefined ? {} : { date: dayText(date) }),
      });
      const next = found.length === limit ? (found.at(-1)?.id ?? null) : null;
      return { body: { screenings: found.filter(isForThePublic).map(listed), next } };
    },
  });
}

/** Neither cancelled nor private: an auditorium that somebody has hired. A page has fewer rows then. */
function isForThePublic({ status, modality }: ScreeningSummary): boolean {
  return status !== 'cancelled' && modality !== 'D';
}

function listed(screening: ScreeningSummary): z.input<typeof schemas.listedScreening> {
  const { id, title, minutes, rating, cinema, city, state, auditorium, startsLocal, timeZone } = screening;
  const { projection, language, priceCents, currency, halfQuota, halfPolicy, seatMapId, seatCount } = screening;
  const startsAt = new Date(screening.startsAtMs).toISOString();
  const what = { id, title, minutes, rating, cinema, city, state, auditorium, startsAt, startsLocal, timeZone };
  return { ...what, projection, language, priceCents, currency, halfQuota, halfPolicy, seatMapId, seatCount };
}

function instantIn(description: string) {
  const what = 'must be an instant such as 2026-12-24T20:00:00Z';
  return z
    .string(what)
    .refine((text) => {
      const ms = Date.parse(text);
      // NaN fails both comparisons.
      return ms >= INSTANT_MIN_MS && ms < INSTANT_END_MS;
    }, what)
    .transform((text) => Date.parse(text))
    .optional()
    .meta({ format: 'date-time', description, example: '2026-12-24T20:00:00Z' });
}

/**
 * Films. Everybody on the staff sees them all, and a partner may add one that is missing; what others show as well is for
 * administrators to change.
 */
import { z } from 'zod';
import {
  type FilmFacts,
  filmCalled,
  findFilm,
  listFilms,
  screeningTooLong,
  writeFilm,
} from '../../storage/admin/film-catalogue.ts';
import { CLEANING_MINUTES_MIN } from '../../storage/screening-plan.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { inProblemTransaction } from '../api/problem-transaction.ts';
import { after, anyDate, inPath, limit, line, next, prose, q, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';
import { lockedProgramme } from './screening-rules.ts';

const facts = {
  title: line(1, 300),
  originalTitle: line(1, 300).nullable(),
  code: line(1, 60).nullable(),
  workNumber: z
    .string()
    .regex(/^[BE][0-9A-Z]{13}$/, 'must be a CPB (B…) or ROE (E…) number of 14 characters')
    .nullable()
    .meta({ description: "ANCINE's CPB or ROE.", examples: ['B2600001200000'] }),
  minutes: z.int().min(1).max(600),
  rating: z.enum(['L', '10', '12', '14', '16', '18']),
  genres: z.array(line(1, 40)).max(12),
  synopsis: prose(5_000).nullable(),
  distributor: line(1, 200).nullable(),
  distributorCnpj: z
    .string()
    .regex(/^\d{2}\.\d{3}\.\d{3}\/\d{4}-\d{2}$/, 'must look like 54.550.752/0001-55')
    .nullable(),
  audioDescription: z.boolean(),
  captions: z.boolean(),
  signLanguage: z.boolean(),
  posterUrl: z
    .url({ protocol: /^https$/ })
    .max(1_000)
    .regex(/^[\x21-\x7e]+$/, 'must be an address of visible ASCII characters')
    .nullable(),
  releaseDate: anyDate.nullable(),
  status: z.enum(['active', 'withdrawn']),
};
const { title, minutes, ...rest } = facts;
const newFilm = z.strictObject({ title, minutes, ...z.object(rest).partial().shape });
const changedFilm = z.strictObject({ ...z.object(facts).partial().shape, why });
const shownFilm = z.object({
  id: z.number(),
  ...facts,
  rating: z.string(),
  genres: z.array(z.string()).readonly(),
  updatedAt: z.string(),
});

export function filmEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports), createEndpoint(), changeEndpoint(ports)];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/films',
    tag: TAG,
    summary: 'Films by title',
    access: staff('catalogue:read'),
    query: z.strictObject({ q: q.optional(), limit, after }),
    answer: z.object({ films: z.array(shownFilm), next }),
    handle: async ({ query }) => {
      const [last] = placeIn(query.after, ['number']) ?? [];
      const page = await listFilms(ports.pool, { ...query, after: last });
      return { body: { films: [...page.items], next: nextOf(page, ({ id }) => [id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/films/{film}',
    tag: TAG,
    summary: 'A film',
    access: staff('catalogue:read'),
    params: inPath('film'),
    answer: z.object({ film: shownFilm }),
    problems: { 404: 'no such film' },
    handle: async ({ params }) => {
      const film = await findFilm(ports.pool, params.film);
      if (film === null) throw Problem.notFound(`film ${params.film}`);
      return { body: { film } };
    },
  });
}

function createEndpoint(): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/films',
    tag: TAG,
    summary: 'Add a film',
    access: staff('catalogue:write'),
    once: 'app',
    body: newFilm,
    answer: z.object({ film: shownFilm }),
    problems: { 409: 'film-known: another film has that code or number' },
    handle: async ({ principal, body, client }) => {
      await mustBeNew(client, body, null);
      const id = await written(client, null, body);
      await recordAction(client, {
        who: principal.who,
        action: 'film.create',
        target: `film:${id}`,
        details: { title: body.title },
        exhibitorId: principal.exhibitorId,
      });
      return { status: 201, body: { film: (await findFilm(client, id))! } };
    },
  });
}

function changeEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'PATCH',
    path: '/api/admin/films/{film}',
    tag: TAG,
    summary: 'Change what is said of a film',
    description:
      'What is left out stays as it is; null clears. Films are shared by all exhibitors: for administrators.',
    access: staff('catalogue:write'),
    params: inPath('film'),
    body: changedFilm,
    answer: z.object({ film: shownFilm }),
    problems: {
      403: 'films-are-shared: ask an administrator',
      404: 'no such film',
      409: 'film-known: another film has that code or number; film-too-long: screenings would overlap; programme-busy: an import is under way',
    },
    handle: async ({ principal, params, body }) => {
      const { why: reason, ...change } = body;
      const id = params.film;
      if (principal.exhibitorId !== null)
        throw new Problem(
          403,
          'films-are-shared',
          'A film is shown by others as well; ask an administrator to change it.',
        );
      const film = await inProblemTransaction(ports.pool, async (client) => {
        if ((await findFilm(client, id)) === null) throw Problem.notFound(`film ${id}`);
        if (Object.keys(change).length === 0) return (await findFilm(client, id))!;
        await mustBeNew(client, change, id);
        if (change.minutes !== undefined) {
          // Two that look at once would both see room: a film that grows, and a screening that is put behind it.
          await lockedProgramme(client);
          await mustFit(client, id, change.minutes);
        }
        await written(client, id, change);
        await recordAction(client, {
          who: principal.who,
          action: 'film.change',
          target: `film:${id}`,
          why: reason,
          details: { changed: Object.keys(change) },
        });
        return (await findFilm(client, id))!;
      });
      return { body: { film } };
    },
  });
}

type Client = Parameters<typeof writeFilm>[0];

async function mustBeNew(
  client: Client,
  facts: Partial<z.output<typeof changedFilm>>,
  except: number | null,
): Promise<void> {
  const known = await filmCalled(client, facts as Partial<FilmFacts>, except);
  if (known !== null)
    throw Problem.conflict(
      'film-known',
      `Film ${known.id} has that ${known.field === 'code' ? 'code' : 'CPB or ROE number'} already.`,
    );
}

/** @throws Problem 409 when somebody took its code or number after `mustBeNew` had looked. */
async function written(client: Client, id: number | null, facts: Parameters<typeof writeFilm>[2]): Promise<number> {
  const film = await writeFilm(client, id, facts);
  if (film === null)
    throw Problem.conflict('film-known', 'Another film has just got that code or number; look at the films again.');
  return film;
}

async function mustFit(client: Client, id: number, minutes: number): Promise<void> {
  const screening = await screeningTooLong(client, id, minutes + CLEANING_MINUTES_MIN);
  if (screening !== null)
    throw Problem.conflict('film-too-long', `Screening ${screening} would run into the next one; move that one first.`);
}

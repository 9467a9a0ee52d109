/** What the questions and answers of the public catalogue are made of, with examples for the description. */
import { z } from 'zod';
import { foldText } from './folded-text.ts';
import { dayNumber } from './instant-text.ts';

/** The chapter of the description. */
export const TAG = 'Search';

/** Longest text that is searched for, characters. */
const TEXT_MAX = 100;
const NO_DAY = 'must be a day such as 2026-12-24';
/** Ids and counts as text; "1e2" and "+5" are no way to write one. */
const WHOLE = /^\d{1,16}$/;

export function whole(min: number, max: number, what = `must be a whole number from ${min} to ${max}`) {
  return z
    .string(what)
    .refine((text) => WHOLE.test(text) && Number(text) >= min && Number(text) <= max, what)
    .transform(Number);
}

/** Screenings, films or cinemas of a page. */
export function limit(usual: number, max: number) {
  return whole(1, max)
    .default(usual)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: max,
      description: `How many, at most; ${usual} unless said.`,
      example: usual,
    });
}

const id = whole(1, Number.MAX_SAFE_INTEGER, 'must be an id, a whole number');

/** An id in a query. */
export function idOf(what: string) {
  return id.optional().meta({ type: 'integer', description: `Only of this ${what} (id).`, example: 12 });
}

/** An id in a path. */
export const inPath = id.meta({ type: 'integer', example: 12 });

const text = z
  .string('must be one text')
  .max(TEXT_MAX, `must have at most ${TEXT_MAX} characters`)
  .transform((value) => value.trim());

export const q = text.optional().meta({
  description:
    'Words of a title, an original title, a cinema or a city. Accents and case do not matter, the beginning of a word is enough, small typing errors are forgiven. Joining words ("de", "o") count where there are no others; after six, words are not looked at.',
  example: 'agente secreto campinas',
});

/** A day since 1970, written as a date. */
export const date = z
  .string(NO_DAY)
  .transform((value, context) => {
    const day = dayNumber(value);
    if (day === null) context.addIssue(NO_DAY);
    return day ?? 0;
  })
  .optional()
  .meta({
    format: 'date',
    description: 'The day in the calendar of the cinema; without it, from now on.',
    example: '2026-12-24',
  });

export const city = text
  .transform((value) => foldText(value))
  .optional()
  .meta({
    description: 'Only in this city; its name, with the state where two cities share it ("Campinas/SP").',
    example: 'Campinas',
  });

export const cinema = text
  .optional()
  .meta({ description: 'Only in this cinema: its id or (part of) its name.', example: 'Cine Aurora' });

export const after = z
  .string('must be the "next" of the page before')
  .max(200, 'must be the "next" of the page before')
  .optional()
  .meta({ description: 'The "next" of the page before.' });

export const next = z
  .string()
  .nullable()
  .meta({ description: 'For "after": where the next page begins; null: there is none.', examples: [null] });

const instant = z.iso.datetime().meta({ description: 'UTC.', examples: ['2026-12-24T23:30:00.000Z'] });
const localTime = z.iso.datetime({ local: true }).meta({
  description: "The cinema's own clock.",
  examples: ['2026-12-24T20:30:00'],
});
const cityName = z
  .string()
  .nullable()
  .meta({ examples: ['Campinas'] });
const state = z
  .string()
  .nullable()
  .meta({ examples: ['SP'] });
const timeZone = z.string().meta({ examples: ['America/Sao_Paulo'] });
const cents = z.int().meta({ description: 'Cents.', examples: [4200] });

export const filmSummary = z.object({
  id: z.int(),
  title: z.string().meta({ examples: ['O Agente Secreto'] }),
  originalTitle: z.string().nullable(),
  minutes: z.int(),
  rating: z.string().meta({ description: 'Brazilian age rating: L, 10, 12, 14, 16, 18.', examples: ['16'] }),
  genres: z.array(z.string()),
  posterUrl: z.string().nullable(),
});

export const cinemaSummary = z.object({ id: z.int(), name: z.string(), city: cityName, state, timeZone });

export const foundScreening = z.object({
  id: z.int(),
  auditorium: z.string(),
  startsAt: instant,
  startsLocal: localTime,
  projection: z.string().meta({ examples: ['2D'] }),
  language: z.string().meta({ description: 'dub, leg (subtitled), nac (Brazilian).', examples: ['leg'] }),
  seatsLeft: z.int().meta({ description: 'A second old at most when all is well; the seat map knows.' }),
  seatCount: z.int(),
  priceFromCents: cents.meta({ description: 'Full price of the cheapest kind of seat, cents.' }),
  currency: z.string().meta({ examples: ['BRL'] }),
  salesOpen: z.boolean().meta({ description: 'Whether seats are sold now; also true when it is sold out.' }),
});

export const searchAnswer = z.object({
  films: z.array(
    z.object({
      film: filmSummary,
      cinemas: z.array(z.object({ cinema: cinemaSummary, screenings: z.array(foundScreening) })),
    }),
  ),
  next,
});

const coming = {
  screenings: z.int().meta({ description: 'Screenings to come.' }),
  nextStartsAt: instant.nullable().meta({ description: 'The next one; null: none is announced.' }),
};

export const listedFilm = filmSummary.extend({
  releaseDate: z.string().nullable().meta({ format: 'date' }),
  audioDescription: z.boolean(),
  captions: z.boolean(),
  signLanguage: z.boolean(),
  ...coming,
});

const filmDay = z.object({
  date: z.iso.date().meta({ description: 'In the calendar of the cinemas.', examples: ['2026-12-24'] }),
  screenings: z.int().meta({ description: 'Screenings to come on that day, at least one.' }),
});

export const filmDetails = listedFilm.extend({
  synopsis: z.string().nullable(),
  distributor: z.string().nullable(),
  days: z.array(filmDay).meta({ description: 'The days on which it is on, in the city that was named.' }),
});

export const listedCinema = cinemaSummary.extend({
  address: z.string().nullable(),
  district: z.string().nullable(),
  postalCode: z.string().nullable(),
  phone: z.string().nullable(),
  ...coming,
});

export const cinemaDetails = listedCinema.extend({
  auditoriums: z.array(z.object({ id: z.int(), name: z.string(), seatCount: z.int() })),
});

export const listedScreening = z.object({
  id: z.int(),
  title: z.string(),
  minutes: z.int(),
  rating: z.string(),
  cinema: z.string(),
  city: cityName,
  state,
  auditorium: z.string(),
  startsAt: instant,
  startsLocal: localTime,
  timeZone,
  projection: z.string(),
  language: z.string(),
  priceCents: cents,
  currency: z.string(),
  halfQuota: z.int(),
  halfPolicy: z.enum(['limit', 'exceed']),
  seatMapId: z.int(),
  seatCount: z.int(),
});

export const ticketType = z.object({
  id: z.int(),
  code: z.string().meta({ examples: ['half-student'] }),
  name: z.string(),
  nameEn: z.string(),
  jurisdiction: z.string().meta({ description: '"BR", a state or a city ("SP/Campinas").', examples: ['BR'] }),
  engineType: z.int().meta({
    description: 'What a purchase names: 1 full, 2 half in the quota, 3 half outside of it, 4 courtesy, 5 promotional.',
  }),
  countsInQuota: z.boolean(),
  priceFactor: z.number().meta({ description: 'Of the full price.', examples: [0.5] }),
  document: z.string().nullable().meta({ description: 'What the gate asks for.' }),
  documentEn: z.string().nullable(),
  legalBasis: z.string().nullable(),
});

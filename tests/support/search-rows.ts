/** Rows of an invented catalogue for the search, by chance or by hand. */
import type { AuditoriumRow, CatalogueRows, CinemaRow, FilmRow, ScreeningRow } from '../../storage/catalogue-rows.ts';
import { pick } from '../../storage/seeded-chance.ts';

export const HOUR_MS = 3_600_000;
export const NO_ROWS: CatalogueRows = { cinemas: [], auditoriums: [], films: [], screenings: [] };

let changed = 1;

export function filmRow(id: number, title: string, more: Partial<FilmRow> = {}): FilmRow {
  return {
    id,
    title,
    originalTitle: null,
    minutes: 100,
    rating: '12',
    genres: ['Drama'],
    synopsis: null,
    distributor: null,
    audioDescription: false,
    captions: false,
    signLanguage: false,
    posterUrl: null,
    releaseDate: null,
    isActive: true,
    changed: changed++,
    ...more,
  };
}

export function cinemaRow(id: number, name: string, city: string | null, more: Partial<CinemaRow> = {}): CinemaRow {
  return {
    id,
    name,
    address: null,
    district: null,
    city,
    state: city === null ? null : 'SP',
    postalCode: null,
    phone: null,
    timeZone: 'America/Sao_Paulo',
    isActive: true,
    changed: changed++,
    ...more,
  };
}

export function auditoriumRow(id: number, cinema: number, more: Partial<AuditoriumRow> = {}): AuditoriumRow {
  return { id, cinema, name: `Sala ${id}`, seatCount: 100, isActive: true, changed: changed++, ...more };
}

export function screeningRow(
  id: number,
  film: number,
  auditorium: number,
  startsAtMs: number,
  more: Partial<ScreeningRow> = {},
): ScreeningRow {
  return {
    id,
    film,
    auditorium,
    startsAtMs,
    offsetMinutes: -180,
    projection: '2D',
    language: 'dub',
    priceFromCents: 3_000,
    currency: 'BRL',
    seatCount: 100,
    sold: 0,
    status: 'scheduled',
    isPrivate: false,
    salesFromMs: null,
    salesUntilMs: null,
    changed: changed++,
    ...more,
  };
}

/** So few words that they meet in titles, cinemas and cities, and so alike that errors lead from one to another. */
const WORDS = [
  ...['aurora', 'autora', 'Rio', 'rua', 'Coração', 'corações', 'de', 'o', 'Estação', 'estacoes', 'Campinas', 'Campina'],
  ...['são', 'José', 'guardiões', 'guardiã', 'Cine', '2', '12', 'noite', 'noites', 'Santa', 'santo', 'paraíso'],
];

export function someWords(chance: () => number, most: number): string {
  return Array.from({ length: 1 + pick(chance, most) }, () => WORDS[pick(chance, WORDS.length)]).join(' ');
}

/** A word as somebody in a hurry types it. */
export function mistyped(chance: () => number, text: string): string {
  const at = pick(chance, text.length);
  const letter = String.fromCharCode(97 + pick(chance, 26));
  switch (pick(chance, 5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + letter + text.slice(at);
    case 2:
      return text.slice(0, at) + letter + text.slice(at + 1);
    case 3:
      return text.slice(0, at) + text.slice(at + 1, at + 2) + text.slice(at, at + 1) + text.slice(at + 2);
    default:
      return text.slice(0, 1 + at);
  }
}

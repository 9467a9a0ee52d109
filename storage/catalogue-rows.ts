/**
 * The catalogue as followers keep it in memory: cinemas, auditoriums, films and screenings, one row each, with nothing
 * that only an administrator needs. Rows are plain records, because they are sent to threads as they are.
 *
 * `changed` is the transaction that changed the row last: two equal ones are the same row, on every thread of every node.
 */
import type { ScreeningStatus } from './catalogue.ts';

export interface CinemaRow {
  readonly id: number;
  readonly name: string;
  readonly address: string | null;
  readonly district: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly phone: string | null;
  readonly timeZone: string;
  readonly isActive: boolean;
  readonly changed: number;
}

export interface AuditoriumRow {
  readonly id: number;
  readonly cinema: number;
  readonly name: string;
  /** 0: it has no seat map yet. */
  readonly seatCount: number;
  readonly isActive: boolean;
  readonly changed: number;
}

export interface FilmRow {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly minutes: number;
  readonly rating: string;
  readonly genres: readonly string[];
  readonly synopsis: string | null;
  readonly distributor: string | null;
  readonly audioDescription: boolean;
  readonly captions: boolean;
  readonly signLanguage: boolean;
  readonly posterUrl: string | null;
  /** "2026-12-24" */
  readonly releaseDate: string | null;
  readonly isActive: boolean;
  readonly changed: number;
}

export interface ScreeningRow {
  readonly id: number;
  readonly film: number;
  readonly auditorium: number;
  readonly startsAtMs: number;
  /** The cinema's wall clock is so much ahead of UTC at the start, minutes. */
  readonly offsetMinutes: number;
  readonly projection: string;
  readonly language: string;
  /** The cheapest seat kind's full price. */
  readonly priceFromCents: number;
  readonly currency: string;
  readonly seatCount: number;
  /** Live and used tickets. */
  readonly sold: number;
  readonly status: ScreeningStatus;
  /** Somebody has hired the auditorium: not for the public. */
  readonly isPrivate: boolean;
  readonly salesFromMs: number | null;
  readonly salesUntilMs: number | null;
  readonly changed: number;
}

export interface CatalogueRows {
  readonly cinemas: readonly CinemaRow[];
  readonly auditoriums: readonly AuditoriumRow[];
  readonly films: readonly FilmRow[];
  readonly screenings: readonly ScreeningRow[];
}

/** Unsold seats of screenings, as the tickets say: seats that are held or blocked count as left. */
export interface SeatsCounted {
  readonly screenings: readonly number[];
  /** As many as `screenings`. */
  readonly left: readonly number[];
  /** When the count was asked for, by this machine's clock, ms since 1970. */
  readonly askedAtMs: number;
}

/** What a follower says, in order. */
export type CatalogueChange =
  /** Everything follows; what is not in it is gone when `read` comes. */
  | { readonly kind: 'reading' }
  | { readonly kind: 'rows'; readonly rows: CatalogueRows }
  | { readonly kind: 'read' }
  | { readonly kind: 'counted'; readonly counted: SeatsCounted };

const CINEMAS = `select id::float8 as id, name, address, district, city, state, postal_code as "postalCode", phone,
    time_zone as "timeZone", status = 'active' as "isActive", changed_xid::text::float8 as changed
  from cinemas x`;

const AUDITORIUMS = `select x.id::float8 as id, x.cinema_id::float8 as cinema, x.name,
    coalesce(m.seat_count, 0) as "seatCount", x.status = 'active' as "isActive", x.changed_xid::text::float8 as changed
  from auditoriums x left join seat_maps m on m.id = x.seat_map_id`;

const FILMS = `select id::float8 as id, title, original_title as "originalTitle", minutes, rating, genres, synopsis,
    distributor_name as distributor, audio_description as "audioDescription", captions, sign_language as "signLanguage",
    poster_url as "posterUrl", to_char(release_date, 'YYYY-MM-DD') as "releaseDate", status = 'active' as "isActive",
    changed_xid::text::float8 as changed
  from films x`;

const SCREENINGS = `select x.id::float8 as id, x.film_id::float8 as film, x.auditorium_id::float8 as auditorium,
    (extract(epoch from x.starts_at) * 1000)::float8 as "startsAtMs",
    ((extract(epoch from x.starts_local) - extract(epoch from x.starts_at)) / 60)::int as "offsetMinutes",
    x.projection, x.language,
    least(x.price_cents, (select min(value::int) from jsonb_each_text(x.seat_prices))) as "priceFromCents",
    x.currency, m.seat_count as "seatCount",
    (select count(*) from tickets t where t.screening = x.id and t.state in ('live', 'used'))::int as sold,
    x.status, x.modality = 'D' as "isPrivate",
    (extract(epoch from x.sales_from) * 1000)::float8 as "salesFromMs",
    (extract(epoch from x.sales_until) * 1000)::float8 as "salesUntilMs",
    x.changed_xid::text::float8 as changed
  from screenings x join seat_maps m on m.id = x.seat_map_id`;

/** In the order in which they refer to each other. */
export const CATALOGUE_SELECTS: readonly { readonly kind: keyof CatalogueRows; readonly select: string }[] = [
  { kind: 'cinemas', select: CINEMAS },
  { kind: 'auditoriums', select: AUDITORIUMS },
  { kind: 'films', select: FILMS },
  { kind: 'screenings', select: SCREENINGS },
];

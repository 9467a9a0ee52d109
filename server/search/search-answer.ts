/**
 * A page of a search as JSON text: the run of screenings, put together by film and by cinema. The text is written here,
 * piece by piece, and not by JSON.stringify of an object: names are made into JSON once and not for each of thousands of
 * answers a second, which halves what a search costs. A test reads it with the schema that describes it.
 */
import type { AuditoriumRow, CinemaRow, FilmRow } from '../../storage/catalogue-rows.ts';
import { instantText, localText } from './instant-text.ts';
import type { SearchIndex } from './search-index.ts';

export interface FilmSummary {
  readonly id: number;
  readonly title: string;
  readonly originalTitle: string | null;
  readonly minutes: number;
  readonly rating: string;
  readonly genres: readonly string[];
  readonly posterUrl: string | null;
}

export interface CinemaSummary {
  readonly id: number;
  readonly name: string;
  readonly city: string | null;
  readonly state: string | null;
  readonly timeZone: string;
}

/** When an answer is given, and until when seats are sold where the catalogue does not say. */
export interface AnswerTime {
  readonly nowMs: number;
  readonly salesAfterStartMs: number;
}

export function filmSummary(row: FilmRow): FilmSummary {
  const { id, title, originalTitle, minutes, rating, genres, posterUrl } = row;
  return { id, title, originalTitle, minutes, rating, genres, posterUrl };
}

export function cinemaSummary({ id, name, city, state, timeZone }: CinemaRow): CinemaSummary {
  return { id, name, city, state, timeZone };
}

/** Rows never change, they are replaced: their text goes with them. */
const filmTexts = new WeakMap<FilmRow, string>();
const cinemaTexts = new WeakMap<CinemaRow, string>();
const auditoriumTexts = new WeakMap<AuditoriumRow, string>();

/**
 * The answer to a search. Each film comes once, each cinema once in a film, in the order in which they come up;
 * screenings by start. `next`: the cursor of the next page.
 */
export function searchAnswer(
  index: SearchIndex,
  slots: readonly number[],
  next: string | null,
  time: AnswerTime,
): string {
  const films = new Map<number, Map<number, number[]>>();
  const { film, cinema } = index.columns;
  for (const slot of slots) {
    let cinemas = films.get(film[slot]!);
    if (cinemas === undefined) {
      cinemas = new Map();
      films.set(film[slot]!, cinemas);
    }
    const screenings = cinemas.get(cinema[slot]!);
    if (screenings === undefined) cinemas.set(cinema[slot]!, [slot]);
    else screenings.push(slot);
  }
  let text = '';
  for (const [filmSlot, cinemas] of films) {
    const row = index.film(filmSlot);
    if (row === undefined) continue;
    text += `${text === '' ? '' : ','}{"film":${textOf(filmTexts, row, filmSummary)},"cinemas":[${cinemasText(index, cinemas, time)}]}`;
  }
  return `{"films":[${text}],"next":${next === null ? 'null' : `"${next}"`}}`;
}

function cinemasText(index: SearchIndex, cinemas: ReadonlyMap<number, number[]>, time: AnswerTime): string {
  const { startsAtMs, id } = index.columns;
  let text = '';
  for (const [cinemaSlot, slots] of cinemas) {
    const row = index.cinema(cinemaSlot);
    if (row === undefined) continue;
    // Days follow on each other; only what fits in two ways comes twice, and then not by start.
    slots.sort((a, b) => startsAtMs[a]! - startsAtMs[b]! || id[a]! - id[b]!);
    let screenings = '';
    for (const slot of slots) screenings += `${screenings === '' ? '' : ','}${screeningText(index, slot, time)}`;
    text += `${text === '' ? '' : ','}{"cinema":${textOf(cinemaTexts, row, cinemaSummary)},"screenings":[${screenings}]}`;
  }
  return text;
}

function screeningText({ columns, names }: SearchIndex, slot: number, time: AnswerTime): string {
  const startsAtMs = columns.startsAtMs[slot]!;
  const auditorium = names.auditoriums.at(columns.auditorium[slot]!);
  const { words } = columns;
  return (
    `{"id":${columns.id[slot]},"auditorium":${auditorium === undefined ? '""' : textOf(auditoriumTexts, auditorium, nameOf)}` +
    `,"startsAt":"${instantText(startsAtMs)}","startsLocal":"${localText(startsAtMs, columns.offsetMinutes[slot]!)}"` +
    `,"projection":${words.quoted(columns.projection[slot]!)},"language":${words.quoted(columns.language[slot]!)}` +
    `,"seatsLeft":${columns.seatsLeft[slot]},"seatCount":${columns.seatCount[slot]}` +
    `,"priceFromCents":${columns.priceFromCents[slot]},"currency":${words.quoted(columns.currency[slot]!)}` +
    `,"salesOpen":${columns.isOnSale(slot, time.nowMs, time.salesAfterStartMs)}}`
  );
}

function nameOf({ name }: AuditoriumRow): string {
  return name;
}

function textOf<Row extends object>(texts: WeakMap<Row, string>, row: Row, shown: (row: Row) => unknown): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = JSON.stringify(shown(row));
    texts.set(row, text);
  }
  return text;
}

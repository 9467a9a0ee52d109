/**
 * A page of a search as JSON text: the run of screenings, put together by film and by cinema. The text is written here,
 * piece by piece, and not by JSON.stringify of an object: names are made into JSON once and not for each of thousands of
 * answers a second, which halves what a search costs. A test reads it with the schema that describes it.
 */
import { instantText, localText } from './instant-text.ts';
import type { SearchIndex } from './search-index.ts';

/** When an answer is given, and until when seats are sold where the catalogue does not say. */
export interface AnswerTime {
  readonly nowMs: number;
  readonly salesAfterStartMs: number;
}

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
    text += `${text === '' ? '' : ','}{"film":${index.names.films.textAt(filmSlot)},"cinemas":[${cinemasText(index, cinemas, time)}]}`;
  }
  return `{"films":[${text}],"next":${next === null ? 'null' : `"${next}"`}}`;
}

function cinemasText(index: SearchIndex, cinemas: ReadonlyMap<number, number[]>, time: AnswerTime): string {
  const { startsAtMs, id } = index.columns;
  let text = '';
  for (const [cinemaSlot, slots] of cinemas) {
    // Days follow on each other; only what fits in two ways comes twice, and then not by start.
    slots.sort((a, b) => startsAtMs[a]! - startsAtMs[b]! || id[a]! - id[b]!);
    let screenings = '';
    for (const slot of slots) screenings += `${screenings === '' ? '' : ','}${screeningText(index, slot, time)}`;
    text += `${text === '' ? '' : ','}{"cinema":${index.names.cinemas.textAt(cinemaSlot)},"screenings":[${screenings}]}`;
  }
  return text;
}

function screeningText({ columns, names }: SearchIndex, slot: number, time: AnswerTime): string {
  const startsAtMs = columns.startsAtMs[slot]!;
  const shown = columns.words.shown(columns.projection[slot]!, columns.language[slot]!, columns.currency[slot]!);
  return (
    `{"id":${columns.id[slot]},"auditorium":${names.auditoriums.textAt(columns.auditorium[slot]!)}` +
    `,"startsAt":"${instantText(startsAtMs)}","startsLocal":"${localText(startsAtMs, columns.offsetMinutes[slot]!)}",` +
    `${shown},"seatsLeft":${columns.seatsLeft[slot]},"seatCount":${columns.seatCount[slot]}` +
    `,"priceFromCents":${columns.priceFromCents[slot]}` +
    (columns.isOnSale(slot, time.nowMs, time.salesAfterStartMs) ? ',"salesOpen":true}' : ',"salesOpen":false}')
  );
}

/**
 * A day's programme of one auditorium: what runs, when it starts and what it costs. Pure; chosen by a seed, so that the
 * same seed makes the same day again, and one auditorium's day does not depend on how many others there are.
 *
 * Starts are told as an opening, in the cinema's wall time, and minutes that have passed since: minutes pass also in a night
 * in which the clocks are put back, and two films that follow each other then still do not overlap.
 */
import { chanceOf, pick } from './seeded-chance.ts';

export interface Film {
  readonly title: string;
  readonly minutes: number;
  /** The Brazilian age rating: L, 10, 12, 14, 16, 18. */
  readonly rating: string;
}

/** A screening to be, before its instant is known. */
export interface PlannedScreening {
  readonly auditorium: number;
  /** Title; the film must be in the catalogue. */
  readonly film: string;
  /** The cinema's wall time at which the day opens: "2026-11-23 13:30". */
  readonly opening: string;
  /** Minutes that have passed since the opening. */
  readonly afterMinutes: number;
  readonly priceCents: number;
  readonly projection: '2D' | '3D';
  readonly language: 'dub' | 'leg';
}

/** Films that do not exist. */
export const INVENTED_FILMS: readonly Film[] = [
  { title: 'Maré de Vidro', minutes: 104, rating: '12' },
  { title: 'O Relojoeiro de Sobral', minutes: 127, rating: '10' },
  { title: 'Três Cadeiras para Dona Ivone', minutes: 96, rating: 'L' },
  { title: 'Caatinga Elétrica', minutes: 138, rating: '14' },
  { title: 'A Balsa das Onze e Dez', minutes: 112, rating: '12' },
  { title: 'O Lanterninha Perdido', minutes: 89, rating: 'L' },
  { title: 'Cinco Luas sobre o Acre', minutes: 151, rating: '14' },
  { title: 'Pato Mergulhador contra o Polvo', minutes: 92, rating: 'L' },
  { title: 'Fila Doze, Lugar Treze', minutes: 118, rating: '16' },
  { title: 'A Cozinha do Almirante', minutes: 109, rating: '10' },
  { title: 'Noite sem Intervalo', minutes: 163, rating: '18' },
  { title: 'Jequitibá de Metal', minutes: 131, rating: '12' },
];

/** Between two films the auditorium is emptied and cleaned. */
export const CLEANING_MINUTES = 20;
const ROUND_TO_MINUTES = 5;
const HOUR = 60;
/** By weekday, Sunday first: full price in the evening. Wednesday is the cheap day. */
const EVENING_CENTS: readonly number[] = [3600, 2800, 2800, 2000, 2800, 3600, 3600];
const MATINEE_BEFORE = 17 * HOUR;
const MATINEE_OFF_CENTS = 400;
const THREE_D_CENTS = 600;

/** The programme of `auditorium` on `date` ("2026-11-23", a day that exists), in the order of the starts. */
export function planDay(seed: number, date: string, auditorium: number): PlannedScreening[] {
  const weekday = weekdayOf(date);
  const chance = chanceOf(seed, Date.parse(`${date}T00:00Z`) / 86_400_000, auditorium);
  const isWeekend = weekday === 0 || weekday === 6;
  const openingMinute = isWeekend ? 10.5 * HOUR + 5 * pick(chance, 19) : 13 * HOUR + 5 * pick(chance, 13);
  // Fridays and Saturdays end with a midnight screening.
  const latest = weekday === 5 || weekday === 6 ? 24 * HOUR - 1 : 22.5 * HOUR;
  const bill = twoFilms(chance).map((film) => ({
    film,
    projection: chance() < 0.15 ? ('3D' as const) : ('2D' as const),
    language: chance() < 0.6 ? ('dub' as const) : ('leg' as const),
  }));
  const day: PlannedScreening[] = [];
  let minute = openingMinute;
  while (minute <= latest) {
    const { film, projection, language } = bill[day.length % bill.length] ?? raise('an empty bill');
    day.push({
      auditorium,
      film: film.title,
      opening: `${date} ${clock(openingMinute)}`,
      afterMinutes: minute - openingMinute,
      priceCents: priceCentsOf(weekday, minute, projection),
      projection,
      language,
    });
    minute = Math.ceil((minute + film.minutes + CLEANING_MINUTES) / ROUND_TO_MINUTES) * ROUND_TO_MINUTES;
  }
  return day;
}

/** Full price by weekday (0 is Sunday) and minute of the day. */
export function priceCentsOf(weekday: number, minuteOfDay: number, projection: '2D' | '3D'): number {
  const evening = EVENING_CENTS[weekday] ?? raise(`weekday ${weekday}`);
  return evening - (minuteOfDay < MATINEE_BEFORE ? MATINEE_OFF_CENTS : 0) + (projection === '3D' ? THREE_D_CENTS : 0);
}

/** Whether `text` is a day as "2026-11-23", and one that the calendar has. */
export function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00Z`);
  return /^20\d\d-\d\d-\d\d$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** 0 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00Z`).getUTCDay();
}

/** "13:05" */
export function clock(minuteOfDay: number): string {
  const [hours, minutes] = [Math.floor(minuteOfDay / HOUR), minuteOfDay % HOUR];
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

/** A third of the auditoriums show one film all day. */
function twoFilms(chance: () => number): Film[] {
  const first = pick(chance, INVENTED_FILMS.length);
  const second = (first + 1 + pick(chance, INVENTED_FILMS.length - 1)) % INVENTED_FILMS.length;
  const bill = chance() < 1 / 3 ? [first] : [first, second];
  return bill.map((index) => INVENTED_FILMS[index] ?? raise(`film ${index}`));
}

function raise(what: string): never {
  throw new Error(`a programme without sense: ${what}`);
}

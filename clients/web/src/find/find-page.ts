/**
 * The first page: films and screenings by name, by day, or both. What is looked for is in the address; the page asks, shows,
 * and keeps seats left up to date (programme-feed.ts). Without a day in the address it is today's programme; when nothing
 * more is on today, that of the nearest day, and it says so.
 */
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Catalogue, useLiveProgramme } from '../programme/catalogue.ts';
import { cinemasIn, cityName } from '../programme/cities.ts';
import { DayStrip } from '../programme/day-strip.ts';
import { filmsOf, firstDayOf, screeningsOf } from '../programme/found-films.ts';
import { Places } from '../programme/places.ts';
import { dayRow, nearnessOf, todayIn } from '../programme/programme-days.ts';
import { hasMore } from '../programme/programme-feed.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { findWords } from '../words/find.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { programmeWords } from '../words/programme.ts';
import { shellWords } from '../words/shell.ts';
import { type FindFilters, filtersOf, paramsOf, queryOf } from './find-filters.ts';
import { FoundFilmRow } from './found-film.ts';
import { NothingFound } from './nothing-found.ts';
import { SearchField } from './search-field.ts';

/** A week and a day: whoever looks for "next Friday" on a Friday finds it. */
const DAYS = 8;

@Component({
  selector: 'poltrona-find',
  imports: [DayStrip, FoundFilmRow, NothingFound, SearchField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './find-page.html',
  styleUrl: './find-page.css',
})
export class FindPage {
  readonly q = input<string>();
  readonly date = input<string>();
  readonly city = input<string>();
  readonly cinema = input<string>();
  protected readonly words = useWords(findWords);
  protected readonly programmeWords = useWords(programmeWords);
  protected readonly shellWords = useWords(shellWords);
  protected readonly places = inject(Places);
  readonly #api = inject(Catalogue).api;
  readonly #router = inject(Router);
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #nowMs = signal(Date.now());
  protected readonly live = useLiveProgramme(() => this.#nowMs.set(Date.now()));

  protected readonly filters = computed<FindFilters>(
    () => {
      const [q, date, cinema] = [this.q(), this.date(), this.cinema()];
      return filtersOf({ q, date, cinema, city: this.city() ?? this.places.remembered() ?? undefined });
    },
    { equal: isAlike },
  );
  protected readonly today = computed(() => todayIn(this.places.zoneOf(this.filters().city), this.#nowMs()));
  /** The nearest day on which there is something, asked for where the day itself has nothing. Undefined: not asked (yet). */
  readonly #nearest = signal<{ readonly filters: FindFilters; readonly date: string | null } | null>(null);
  protected readonly nearest = computed(() => {
    const nearest = this.#nearest();
    return nearest !== null && isAlike(nearest.filters, this.filters()) ? nearest.date : undefined;
  });
  /** The day that is shown. */
  protected readonly day = computed(() => this.filters().date ?? this.nearest() ?? this.today());
  protected readonly days = computed(() => dayRow(this.today(), DAYS, this.day()));

  protected readonly films = computed(() => {
    const state = this.live.state();
    return state.is === 'shown' ? filmsOf(state.pages) : state.is === 'loading' ? filmsOf(state.before) : [];
  });
  protected readonly view = computed(() => {
    const state = this.live.state();
    if (state.is === 'failed') return 'failed';
    if (this.films().length > 0) return 'films';
    // Empty today: another question is on its way that says which day is not.
    return state.is === 'loading' || this.nearest() === undefined ? 'loading' : 'nothing';
  });
  /** What is on the screen belongs to the question before. */
  protected readonly isOld = computed(() => this.live.state().is === 'loading');
  protected readonly state = this.live.state;
  protected readonly hasMore = computed(() => {
    const state = this.live.state();
    return state.is === 'shown' && hasMore(state.pages);
  });

  protected readonly cinemasToChoose = computed(() => cinemasIn(this.places.cinemas(), this.filters().city));
  protected readonly cityLabel = computed(() => (this.filters().city ?? '').replace('/', ', '));
  /** The city of the address may be none of the list: then it is a choice all the same. */
  protected readonly isCityListed = computed(() =>
    this.places.cities().some(({ value }) => value === this.filters().city),
  );
  protected readonly dayName = computed(() => this.#dayName(this.day()));
  protected readonly nearestName = computed(() => {
    const nearest = this.nearest();
    return nearest === null || nearest === undefined ? null : this.words().onDay(this.#dayName(nearest));
  });
  protected readonly heading = computed(() => {
    const { q, city } = this.filters();
    const place = city === null ? null : cityName(city);
    const day = capitalised(this.dayName());
    return q === '' ? this.words().heading(day, place) : this.words().headingOf(q, day, place);
  });
  protected readonly summary = computed(() =>
    this.view() === 'films' && !this.isOld()
      ? this.words().found(this.films().length, screeningsOf(this.films()).length)
      : '',
  );
  /** The day was changed for the visitor: nothing more is on today. */
  protected readonly movedOn = computed(() => {
    if (this.filters().date !== null || this.day() === this.today() || this.films().length === 0) return '';
    const { q } = this.filters();
    const day = this.dayName();
    return q === '' ? this.words().movedOn(day) : this.words().movedOnOf(q, day);
  });
  protected readonly failedHint = computed(() => {
    const [state, words] = [this.live.state(), this.words()];
    const hints = { unreachable: words.unreachableHint, broken: words.brokenHint, refused: words.refusedHint };
    return state.is === 'failed' ? hints[state.why] : '';
  });
  protected readonly staleSince = computed(() =>
    this.programmeWords().stale(this.#formats().clock(this.live.freshAtMs())),
  );

  constructor() {
    usePageTitle(() => this.heading());
    effect(() => {
      const query = queryOf(this.filters(), this.day());
      untracked(() => this.live.ask(query));
    });
    effect(() => {
      const state = this.live.state();
      const filters = this.filters();
      if (state.is !== 'shown' || state.isStale) return;
      if (filmsOf(state.pages).length === 0) untracked(() => void this.#lookForNearest(filters));
      void this.places.load();
    });
    // Whoever shares the address shares the city that was not in it.
    effect(() => {
      const remembered = this.places.remembered();
      if (this.city() === undefined && remembered !== null) untracked(() => this.#go({ city: remembered }, true));
    });
  }

  protected search(q: string): void {
    this.#go({ q }, true);
  }

  protected chooseCity(city: string): void {
    this.places.remember(city === '' ? null : city);
    this.#go({ city: city === '' ? null : city, cinema: null }, false);
  }

  protected chooseCinema(cinema: string): void {
    this.#go({ cinema: cinema === '' ? null : Number(cinema) }, false);
  }

  protected goTo(filters: Partial<FindFilters>): void {
    if (filters.city === null) this.places.remember(null);
    this.#go(filters, false);
  }

  #go(filters: Partial<FindFilters>, replaceUrl: boolean): void {
    const queryParams = paramsOf({ ...this.filters(), ...filters });
    void this.#router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl });
  }

  async #lookForNearest(filters: FindFilters): Promise<void> {
    try {
      const { films } = await this.#api.search({ ...queryOf(filters, undefined), limit: 1 });
      this.#nearest.set({ filters, date: firstDayOf(films) });
    } catch {
      this.#nearest.set({ filters, date: null });
    }
  }

  /** "hoje", "amanhã", "sexta-feira, 27 de novembro". */
  #dayName(date: string): string {
    const nearness = nearnessOf(date, this.today());
    return nearness === 'later' ? this.#formats().longDay(date) : this.programmeWords()[nearness];
  }
}

function isAlike(a: FindFilters, b: FindFilters): boolean {
  return a.q === b.q && a.date === b.date && a.city === b.city && a.cinema === b.cinema;
}

function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

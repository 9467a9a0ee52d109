/**
 * A film: what it is, and where and when it can be seen. The days are those on which it is on, in the city that was chosen;
 * the day and the city are in the address. Seats left are live, as on the first page.
 */
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { FilmDetails } from '../../../sdk/api/catalogue-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { Catalogue, useLiveProgramme } from '../programme/catalogue.ts';
import { cityName } from '../programme/cities.ts';
import { DayStrip } from '../programme/day-strip.ts';
import { FilmPoster } from '../programme/film-poster.ts';
import { filmsOf } from '../programme/found-films.ts';
import { Places } from '../programme/places.ts';
import { dateOf, nearnessOf, todayIn } from '../programme/programme-days.ts';
import { hasMore } from '../programme/programme-feed.ts';
import { RatingBadge } from '../programme/rating-badge.ts';
import { ScreeningTimes } from '../programme/screening-times.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { filmWords } from '../words/film.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { programmeWords } from '../words/programme.ts';
import { shellWords } from '../words/shell.ts';

/** As many as a film has on one day in the largest of cities, nearly always. */
const SCREENINGS_MAX = 200;

/** Characters; beyond, a title is set smaller, so that on a phone the days are still in sight. */
const LONG_TITLE = 36;

type Film =
  | { readonly is: 'loading' }
  | { readonly is: 'shown'; readonly film: FilmDetails }
  | { readonly is: 'unknown' }
  | { readonly is: 'failed' };

@Component({
  selector: 'poltrona-film',
  imports: [DayStrip, FilmPoster, RatingBadge, RouterLink, ScreeningTimes],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './film-page.html',
  styleUrl: './film-page.css',
})
export class FilmPage {
  /** Its id, from the path. */
  readonly film = input.required<string>();
  readonly date = input<string>();
  readonly city = input<string>();
  protected readonly words = useWords(filmWords);
  protected readonly programmeWords = useWords(programmeWords);
  protected readonly shellWords = useWords(shellWords);
  protected readonly places = inject(Places);
  readonly #api = inject(Catalogue).api;
  readonly #router = inject(Router);
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #nowMs = signal(Date.now());
  protected readonly live = useLiveProgramme(() => this.#nowMs.set(Date.now()));
  protected readonly state = signal<Film>({ is: 'loading' });
  /** Counts the attempts: whoever tries again asks again. */
  readonly #attempt = signal(0);

  protected readonly chosenCity = computed(() => this.city() ?? this.places.remembered());
  protected readonly cityLabel = computed(() => (this.chosenCity() ?? '').replace('/', ', '));
  protected readonly isCityListed = computed(() =>
    this.places.cities().some(({ value }) => value === this.chosenCity()),
  );
  protected readonly shown = computed(() => {
    const state = this.state();
    return state.is === 'shown' ? state.film : null;
  });
  protected readonly days = computed(() => this.shown()?.days.map(({ date }) => date) ?? []);
  protected readonly today = computed(() => todayIn(this.places.zoneOf(this.chosenCity()), this.#nowMs()));
  /** The day of the address if the film is on then, else the first one; null while that is not known, or there is none. */
  protected readonly day = computed(() => {
    const [asked, days] = [dateOf(this.date()), this.days()];
    if (this.shown() === null) return asked;
    return asked !== null && days.includes(asked) ? asked : (days[0] ?? null);
  });
  protected readonly found = computed(() => {
    const state = this.live.state();
    const pages = state.is === 'shown' ? state.pages : state.is === 'loading' ? state.before : [];
    return filmsOf(pages)[0]?.cinemas ?? [];
  });
  protected readonly hasMore = computed(() => {
    const state = this.live.state();
    return state.is === 'shown' && hasMore(state.pages);
  });
  protected readonly facts = computed(() => {
    const [film, words] = [this.shown(), this.words()];
    if (film === null) return [];
    const accessibility = [
      film.audioDescription ? words.audioDescription : '',
      film.captions ? words.captions : '',
      film.signLanguage ? words.signLanguage : '',
    ].filter((one) => one !== '');
    return [
      { name: words.genres, value: film.genres.join(', ') },
      { name: words.distributor, value: film.distributor ?? '' },
      { name: words.accessibility, value: accessibility.join(', ') },
    ].filter(({ value }) => value !== '');
  });
  protected readonly isLong = computed(() => (this.shown()?.title.length ?? 0) > LONG_TITLE);
  protected readonly duration = computed(() => this.#formats().duration(this.shown()?.minutes ?? 0));
  protected readonly dayName = computed(() => {
    const day = this.day();
    if (day === null) return '';
    const nearness = nearnessOf(day, this.today());
    return nearness === 'later' ? this.#formats().longDay(day) : this.programmeWords()[nearness];
  });
  protected readonly nothing = computed(() => {
    const [city, words] = [this.chosenCity(), this.words()];
    return city === null
      ? { title: words.noScreenings, hint: words.noScreeningsHint }
      : { title: words.noScreeningsIn(cityName(city)), hint: words.noScreeningsInHint };
  });
  protected readonly backParams = computed(() => ({ date: this.date() ?? null, city: this.city() ?? null }));
  protected readonly staleSince = computed(() =>
    this.programmeWords().stale(this.#formats().clock(this.live.freshAtMs())),
  );

  constructor() {
    usePageTitle(() => this.shown()?.title ?? this.words().title);
    effect((onCleanup) => {
      const [id, city] = [Number(this.film()), this.chosenCity()];
      this.#attempt();
      const asking = new AbortController();
      onCleanup(() => asking.abort());
      untracked(() => void this.#load(id, city, asking.signal));
    });
    effect(() => {
      const [day, id, city] = [this.day(), Number(this.film()), this.chosenCity()];
      if (day === null || !Number.isSafeInteger(id)) return;
      const query = { film: id, date: day, city: city ?? undefined, limit: SCREENINGS_MAX };
      untracked(() => this.live.ask(query));
    });
    effect(() => {
      if (this.live.state().is === 'shown') void this.places.load();
    });
  }

  protected chooseCity(city: string): void {
    this.places.remember(city === '' ? null : city);
    void this.#router.navigate([], { queryParams: { city: city === '' ? null : city }, queryParamsHandling: 'merge' });
  }

  protected tryAgain(): void {
    this.state.set({ is: 'loading' });
    this.#attempt.update((count) => count + 1);
  }

  async #load(id: number, city: string | null, signal: AbortSignal): Promise<void> {
    if (!Number.isSafeInteger(id) || id <= 0) {
      this.state.set({ is: 'unknown' });
      return;
    }
    // Another city of the same film: what is known of it stays.
    if (this.shown()?.id !== id) this.state.set({ is: 'loading' });
    try {
      const film = await this.#api.film(id, city ?? undefined, { signal });
      if (!signal.aborted) this.state.set({ is: 'shown', film });
    } catch (cause) {
      if (signal.aborted) return;
      this.state.set({ is: cause instanceof ApiProblem && cause.status === 404 ? 'unknown' : 'failed' });
    }
  }
}

/** A film that was found, with where and when it is on. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { FoundFilm } from '../../../sdk/api/catalogue-api.ts';
import { FilmPoster } from '../programme/film-poster.ts';
import { RatingBadge } from '../programme/rating-badge.ts';
import { ScreeningTimes } from '../programme/screening-times.ts';
import { findWords } from '../words/find.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';

/** So many cinemas of a film are shown; all of them are on its own page. */
const CINEMAS_MAX = 3;

@Component({
  selector: 'poltrona-found-film',
  imports: [RouterLink, FilmPoster, RatingBadge, ScreeningTimes],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './found-film.html',
  styleUrl: './found-film.css',
})
export class FoundFilmRow {
  readonly found = input.required<FoundFilm>();
  readonly date = input.required<string>();
  readonly city = input<string | null>(null);
  /** One of the first: its poster is seen at once. */
  readonly early = input(false);
  protected readonly words = useWords(findWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly shown = computed(() => this.found().cinemas.slice(0, CINEMAS_MAX));
  protected readonly others = computed(() => this.found().cinemas.length - this.shown().length);
  protected readonly params = computed(() => ({ date: this.date(), city: this.city() }));
  protected readonly facts = computed(() => {
    const { minutes, genres } = this.found().film;
    return [this.#formats().duration(minutes), genres.join(', ')].filter((fact) => fact !== '').join(' · ');
  });
}

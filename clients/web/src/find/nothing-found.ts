/** Nothing fits: says what was looked for, and offers what would find something: another day, more places, other words. */
import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { cityName } from '../programme/cities.ts';
import { findWords } from '../words/find.ts';
import { useWords } from '../words/language.ts';
import type { FindFilters } from './find-filters.ts';

@Component({
  selector: 'poltrona-nothing-found',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="empty">
      <h2 class="title">{{ title() }}</h2>
      <p class="column soft">{{ hint() }}</p>
      <p class="ways">
        @for (way of ways(); track way.text; let first = $first) {
          <button type="button" class="button" [class.primary]="first" (click)="chosen.emit(way.filters)">{{ way.text }}</button>
        }
      </p>
    </div>
  `,
  styles: `
    .ways {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: var(--space-3);
    }
  `,
})
export class NothingFound {
  readonly filters = input.required<FindFilters>();
  /** The day that is shown, as in a sentence: "hoje", "na sexta-feira, 27 de novembro". */
  readonly onDay = input.required<string>();
  /** A day on which there is something, likewise; null: there is none. */
  readonly nearest = input.required<string | null>();
  readonly nearestDate = input.required<string | null>();
  /** What to look for instead. */
  readonly chosen = output<Partial<FindFilters>>();
  protected readonly words = useWords(findWords);
  readonly #isPlain = computed(() => {
    const { q, city, cinema } = this.filters();
    return q === '' && city === null && cinema === null;
  });

  protected readonly title = computed(() => {
    if (this.nearest() === null && this.#isPlain()) return this.words().noProgramme;
    const { q } = this.filters();
    return q !== '' && this.nearest() === null ? this.words().nothing(q) : this.words().nothingOnDay(this.onDay());
  });
  protected readonly hint = computed(() => {
    if (this.nearest() === null && this.#isPlain()) return this.words().noProgrammeHint;
    const isMisspelt = this.filters().q !== '' && this.nearest() === null;
    return isMisspelt ? this.words().nothingHint : this.words().nothingOnDayHint;
  });
  /** The likeliest first. */
  protected readonly ways = computed(() => {
    const [words, { q, city, cinema }] = [this.words(), this.filters()];
    const ways: { readonly text: string; readonly filters: Partial<FindFilters> }[] = [];
    const nearest = this.nearest();
    if (nearest !== null) ways.push({ text: words.nearestDay(nearest), filters: { date: this.nearestDate() } });
    if (cinema !== null) ways.push({ text: words.withoutCinema, filters: { cinema: null } });
    if (city !== null) ways.push({ text: words.withoutCity(cityName(city)), filters: { city: null, cinema: null } });
    if (q !== '') ways.push({ text: words.withoutText, filters: { q: '', date: null } });
    return ways;
  });
}

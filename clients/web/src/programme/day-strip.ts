/** A row of days to choose from: links, so that the address says which, and going back goes back. Sideways on a phone. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  effect,
  inject,
  input,
  viewChild,
} from '@angular/core';
import { RouterLink } from '@angular/router';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { programmeWords } from '../words/programme.ts';
import { nearnessOf } from './programme-days.ts';

@Component({
  selector: 'poltrona-days',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './day-strip.html',
  styleUrl: './day-strip.css',
})
export class DayStrip {
  readonly days = input.required<readonly string[]>();
  readonly today = input.required<string>();
  readonly chosen = input<string | null>(null);
  /** Today needs no `date` in the address: a page that is opened again tomorrow shows tomorrow's day. */
  readonly todayIsUsual = input(false);
  protected readonly words = useWords(programmeWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly list = viewChild.required<ElementRef<HTMLElement>>('list');

  protected readonly rows = computed(() => {
    const [words, formats, today] = [this.words(), this.#formats(), this.today()];
    return this.days().map((date) => {
      const nearness = nearnessOf(date, today);
      const near = nearness === 'later' ? null : words[nearness];
      return {
        date,
        isChosen: date === this.chosen(),
        param: date === today && this.todayIsUsual() ? null : date,
        label: near ?? formats.weekday(date).replace('.', ''),
        number: String(Number(date.slice(8))),
        month: formats.month(date).replace('.', ''),
        spoken: near === null ? formats.longDay(date) : `${near}, ${formats.longDay(date)}`,
      };
    });
  });

  constructor() {
    effect(() => {
      const at = this.rows().findIndex(({ isChosen }) => isChosen);
      const list = this.list().nativeElement;
      const chosen = list.children[at];
      // Only sideways: the page itself stays where it is.
      if (chosen instanceof HTMLElement && list.scrollWidth > list.clientWidth) {
        list.scrollLeft = chosen.offsetLeft - list.offsetLeft - (list.clientWidth - chosen.clientWidth) / 2;
      }
    });
  }
}

/** The age rating in the colour that everybody in the country knows, with what it means for those who do not see it. */
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { useWords } from '../words/language.ts';
import { programmeWords } from '../words/programme.ts';

@Component({
  selector: 'poltrona-rating',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<span class="mark" [class]="colour()" aria-hidden="true" [title]="meaning()">{{ rating() }}</span
    ><span class="unseen">{{ meaning() }}</span>`,
  styles: `
    .mark {
      display: inline-grid;
      place-items: center;
      width: 1.5rem;
      height: 1.5rem;
      border-radius: 0.25rem;
      font-size: 0.8125rem;
      font-weight: 750;
      line-height: 1;
      color: var(--on-rating);
      background: var(--rating-18);
    }
    .l {
      background: var(--rating-l);
    }
    .r10 {
      background: var(--rating-10);
    }
    .r12 {
      color: var(--on-rating-light);
      background: var(--rating-12);
    }
    .r14 {
      color: var(--on-rating-light);
      background: var(--rating-14);
    }
    .r16 {
      background: var(--rating-16);
    }
    .r18 {
      box-shadow: 0 0 0 1px var(--line);
    }
  `,
})
export class RatingBadge {
  readonly rating = input.required<string>();
  readonly #words = useWords(programmeWords);
  protected readonly meaning = computed(() => this.#words().ratings[this.rating()] ?? this.rating());
  protected readonly colour = computed(() => (this.rating() === 'L' ? 'l' : `r${this.rating()}`));
}

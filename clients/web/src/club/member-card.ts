/** What a member has: tickets of this month, until when, what comes next. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { Membership } from '../../../sdk/api/club-api.ts';
import { wallTime } from '../tickets/wall-time.ts';
import { clubWords } from '../words/club.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { isMonthOver } from './club-visit.ts';

@Component({
  selector: 'poltrona-member-card',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h3>{{ words().ticketsTitle }}</h3>
    <p class="left numbers">{{ left() }}</p>
    @if (isOver()) {
      <p>{{ words().monthOver }}</p>
    } @else {
    <ul class="pips" aria-hidden="true">
      @for (isLeft of pips(); track $index) {
        <li [class.used]="!isLeft"></li>
      }
    </ul>
    <p class="numbers">{{ each() }}</p>
    @if (day() !== '') {
      <p class="small soft">{{ words().until(day()) }}</p>
    }
    }
  `,
  styleUrl: './member-card.css',
})
export class MemberCard {
  readonly membership = input.required<Membership>();
  protected readonly words = useWords(clubWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly isOver = computed(() => isMonthOver(this.membership(), Date.now()));
  protected readonly left = computed(() => {
    if (this.isOver()) return this.words().monthOverTitle;
    const { ticketsLeft, plan } = this.membership();
    return this.words().left(ticketsLeft, plan.ticketsPerMonth);
  });
  /** One for each ticket of the month; the used ones last. */
  protected readonly pips = computed(() => {
    const { ticketsLeft, plan } = this.membership();
    return Array.from({ length: plan.ticketsPerMonth }, (_, n) => n < ticketsLeft);
  });
  protected readonly each = computed(() => {
    const { ticketCents, currency } = this.membership().plan;
    return ticketCents === 0 ? this.words().eachFree : this.words().each(this.#formats().money(ticketCents, currency));
  });
  protected readonly day = computed(() => {
    const { until } = this.membership();
    return until === null ? '' : this.#formats().longDay(wallTime(until, undefined));
  });
}

/** What the club costs and gives, plan beside plan. */
import { ChangeDetectionStrategy, Component, inject, input, output } from '@angular/core';
import type { ClubPlan } from '../../../sdk/api/club-api.ts';
import { clubWords } from '../words/club.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { planName } from './plan-name.ts';

@Component({
  selector: 'poltrona-plan-list',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './plan-list.html',
  styleUrl: './plan-list.css',
})
export class PlanList {
  readonly plans = input.required<readonly ClubPlan[]>();
  /** Whoever is here could join. */
  readonly canJoin = input(false);
  /** Code of the plan that is being joined; null: none is. */
  readonly joining = input<string | null>(null);
  readonly join = output<string>();
  protected readonly words = useWords(clubWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  readonly #language = inject(LanguageChoice).language;

  protected nameOf(plan: ClubPlan): string {
    return planName(plan, this.#language());
  }

  protected month({ monthCents, currency }: ClubPlan): string {
    return this.formats().money(monthCents, currency);
  }

  protected gives({ ticketsPerMonth, ticketCents, currency }: ClubPlan): string {
    if (ticketCents === 0) return this.words().givesFree(ticketsPerMonth);
    return this.words().gives(ticketsPerMonth, this.formats().money(ticketCents, currency));
  }

  /** One at a time. */
  protected choose(code: string): void {
    if (this.joining() === null) this.join.emit(code);
  }
}

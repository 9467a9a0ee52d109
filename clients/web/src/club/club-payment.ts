/** Paying a month of the club: what for, the card's fields, and one button. */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import type { Membership } from '../../../sdk/api/club-api.ts';
import type { MethodOf } from '../payment/way.ts';
import { ThemeChoice } from '../shell/theme-choice.ts';
import { clubWords } from '../words/club.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ClubCard } from './club-card.ts';
import type { ClubProblem } from './club-visit.ts';
import { planName } from './plan-name.ts';

@Component({
  selector: 'poltrona-club-payment',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './club-payment.html',
  styleUrl: './club-payment.css',
})
export class ClubPayment {
  readonly method = input.required<MethodOf<'stripe'>>();
  readonly membership = input.required<Membership>();
  readonly clientSecret = input.required<string>();
  readonly problem = input<ClubProblem | null>(null);
  readonly isBusy = input(false);
  readonly pay = output<void>();
  protected readonly card = inject(ClubCard);
  protected readonly words = useWords(clubWords);
  protected readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  protected readonly said = viewChild<ElementRef<HTMLElement>>('said');
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #language = inject(LanguageChoice).language;
  readonly #theme = inject(ThemeChoice).theme;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #isDark = signal(this.#dark.matches);
  readonly #isDrawn = signal(false);
  protected readonly isReady = computed(() => this.card.state() === 'ready' && !this.isBusy());
  protected readonly amount = computed(() => {
    const { monthCents, currency } = this.membership().plan;
    return this.#formats().money(monthCents, currency);
  });
  protected readonly summary = computed(() => {
    const { plan, status } = this.membership();
    const name = planName(plan, this.#language());
    return status === 'late'
      ? this.words().summaryLate(name, this.amount())
      : this.words().summary(name, this.amount());
  });

  constructor() {
    afterNextRender(() => {
      this.#isDrawn.set(true);
    });
    effect(() => {
      // Also for another bill than the one that the fields are for.
      this.clientSecret();
      if (this.#isDrawn()) untracked(() => this.open());
    });
    const darkened = (): void => this.#isDark.set(this.#dark.matches);
    this.#dark.addEventListener('change', darkened);
    inject(DestroyRef).onDestroy(() => {
      this.#dark.removeEventListener('change', darkened);
      this.card.close();
    });
    effect(() => {
      this.#theme();
      this.#isDark();
      const language = this.#language();
      // After the theme's own effect, so that the colours are those of now.
      setTimeout(() => this.card.follow(language));
    });
    effect(() => {
      const said = this.said();
      if (said === undefined) return;
      untracked(() => {
        // The fields say which of them is wrong; anything else is said here.
        if (this.problem() === 'incomplete') this.card.focus();
        else said.nativeElement.focus();
      });
    });
  }

  protected open(): void {
    const wish = { method: this.method(), clientSecret: this.clientSecret(), language: this.#language() };
    void this.card.open(this.place().nativeElement, wish);
  }

  protected send(): void {
    if (this.isReady()) this.pay.emit();
  }

  protected reload(): void {
    location.reload();
  }
}

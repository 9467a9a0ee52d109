/** The card's fields on the page: while they come, when they are there, and when they do not come. */
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
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { ThemeChoice } from '../shell/theme-choice.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { paymentWords } from '../words/payment.ts';
import { PaymentStep } from './payment-step.ts';
import type { MethodOf } from './way.ts';

@Component({
  selector: 'poltrona-card-part',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <h3>{{ words().card }}</h3>
    <div class="fields" [class.coming]="state() !== 'ready'" [attr.aria-busy]="state() === 'loading'">
      <div #place></div>
      @if (state() === 'loading') {
        <p class="unseen" role="status">{{ words().cardLoading }}</p>
        <div class="skeleton wide" aria-hidden="true"></div>
        <div class="skeleton" aria-hidden="true"></div>
        <div class="skeleton" aria-hidden="true"></div>
      }
    </div>
    @switch (state()) {
      @case ('missing') {
        <div class="note bad lost" role="alert">
          <p>{{ words().cardMissing }} {{ isAlone() ? words().cardMissingAlone : words().cardMissingOther }}</p>
          <button type="button" class="button" (click)="open()">{{ words().tryAgain }}</button>
        </div>
      }
      @case ('document') {
        <div class="note bad lost" role="alert">
          <p>{{ words().stale }}</p>
          <button type="button" class="button" (click)="reload()">{{ words().reload }}</button>
        </div>
      }
      @default {
        @if (step.card.problem(); as problem) {
          <p #problem class="note bad" role="alert" tabindex="-1">{{ words().problems[problem] }}</p>
        }
        <p class="small soft">{{ words().cardPrivate }}</p>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: var(--space-3);
      padding: var(--space-5);
      border-radius: var(--radius-m);
      background: var(--sheet);
    }
    :host([hidden]) {
      display: none;
    }
    h3 {
      font: 600 var(--text-m) / 1.4 var(--plain);
    }
    .fields.coming {
      display: grid;
      grid-template-columns: 1fr 1fr;
      gap: var(--space-4) var(--space-3);
    }
    .fields > div:first-child {
      grid-column: 1 / -1;
    }
    .skeleton {
      height: 4.25rem;
    }
    .skeleton.wide {
      grid-column: 1 / -1;
    }
    .lost {
      display: grid;
      gap: var(--space-3);
      justify-items: start;
    }
  `,
})
export class CardPart {
  readonly method = input.required<MethodOf<'stripe'>>();
  readonly amountCents = input.required<number>();
  readonly currency = input.required<string>();
  /** There is no other way to pay. */
  readonly isAlone = input(false);
  protected readonly step = inject(PaymentStep);
  protected readonly state = this.step.card.state;
  protected readonly words = useWords(paymentWords);
  protected readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  protected readonly problem = viewChild<ElementRef<HTMLElement>>('problem');
  readonly #language = inject(LanguageChoice).language;
  readonly #theme = inject(ThemeChoice).theme;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #isDark = signal(this.#dark.matches);
  readonly #wish = computed(() => ({
    amountCents: this.amountCents(),
    currency: this.currency(),
    language: this.#language(),
  }));

  constructor() {
    afterNextRender(() => this.open());
    const darkened = (): void => this.#isDark.set(this.#dark.matches);
    this.#dark.addEventListener('change', darkened);
    inject(DestroyRef).onDestroy(() => this.#dark.removeEventListener('change', darkened));
    effect(() => {
      this.#theme();
      this.#isDark();
      const wish = this.#wish();
      // After the theme's own effect, so that the colours are those of now.
      setTimeout(() => this.step.card.follow(wish));
    });
    effect(() => {
      const problem = this.problem();
      if (problem === undefined) return;
      untracked(() => {
        // The fields say which of them is wrong; anything else is said here.
        if (this.step.card.problem() === 'incomplete') this.step.card.focus();
        else problem.nativeElement.focus();
      });
    });
  }

  protected open(): void {
    void this.step.card.open(this.place().nativeElement, { ...this.#wish(), method: this.method() });
  }

  protected reload(): void {
    location.reload();
  }
}

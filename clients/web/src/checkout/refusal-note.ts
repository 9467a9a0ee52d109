/** A purchase that was not made: what happened, what did not, and what to do now. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  effect,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { purchaseWords } from '../words/purchase.ts';
import { mayShowAsReserved, type RefusalWay, refusalOf } from './refusal.ts';

@Component({
  selector: 'poltrona-refusal-note',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="note" [class.bad]="!refusal().isOver" role="group" aria-labelledby="refusal-title">
      <h2 #heading tabindex="-1" id="refusal-title">{{ said().title }}</h2>
      <p>{{ said().text(labels()) }}</p>
      @if (timeLeft(); as time) {
        <p class="numbers">{{ words().timeToTry(time) }}</p>
      }
      @if (isReserved()) {
        <p class="small">{{ words().reserved }}</p>
      }
      @if (prices(); as text) {
        <p class="numbers prices">{{ text }}</p>
      }
      <div class="ways">
        @for (way of refusal().ways; track way) {
          <button
            type="button"
            class="button"
            [class.primary]="$first && refusal().isOver"
            [disabled]="disabled()"
            (click)="go.emit(way)"
          >
            {{ wayText(way) }}
          </button>
        }
      </div>
    </section>
  `,
  styles: `
    section {
      display: grid;
      gap: var(--space-3);
      padding: var(--space-4) var(--space-5);
    }
    h2:focus {
      outline: none;
    }
    .prices {
      font-weight: 700;
    }
    .ways {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-3);
    }
  `,
})
export class RefusalNote {
  readonly code = input.required<number>();
  /** Of the seats that are the reason. */
  readonly labels = input<readonly string[]>([]);
  /** What the buyer saw, and what it is now; only for a changed price. */
  readonly oldCents = input(0);
  readonly newCents = input(0);
  readonly currency = input('BRL');
  /** How it was to be paid. */
  readonly method = input('sandbox');
  readonly hasSeats = input(true);
  /** A member's ticket was among what was wanted. */
  readonly hasClub = input(false);
  /** How long the seats are still held; null: it is not said. */
  readonly secondsLeft = input<number | null>(null);
  readonly disabled = input(false);
  readonly go = output<RefusalWay>();
  protected readonly words = useWords(purchaseWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');
  protected readonly refusal = computed(() => refusalOf(this.code(), this.method(), this.hasSeats(), this.hasClub()));
  protected readonly said = computed(() => this.words().refusals[this.refusal().name]);
  protected readonly isReserved = computed(() => mayShowAsReserved(this.refusal(), this.method()));
  /** Of a declined payment: it may be tried again, and there is time for it. */
  protected readonly timeLeft = computed(() => {
    const seconds = this.secondsLeft();
    if (!this.refusal().name.startsWith('declined') || this.refusal().isOver || seconds === null) return '';
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  });
  protected readonly prices = computed(() => {
    if (this.refusal().name !== 'price' || this.oldCents() === this.newCents()) return '';
    return this.words().wasAndIs(this.#money(this.oldCents()), this.#money(this.newCents()));
  });

  constructor() {
    effect(() => {
      this.code();
      this.heading().nativeElement.focus();
    });
  }

  protected wayText(way: RefusalWay): string {
    const words = this.words().ways;
    return way === 'new-price' ? words[way](this.#money(this.newCents())) : words[way];
  }

  #money(cents: number): string {
    return this.#formats().money(cents, this.currency());
  }
}

/** How long the seats are kept: calm, louder in the last minute, said aloud at two and at one; more time once. */
import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { MyHold } from '../screening/my-hold.ts';
import { checkoutWords } from '../words/checkout.ts';
import { useWords } from '../words/language.ts';

/** From here on more time is offered: earlier it would be a button about nothing. */
const OFFERED_SECONDS = 180;
const LAST_SECONDS = 60;

@Component({
  selector: 'poltrona-hold-clock',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (isPaying()) {
      <p>{{ words().heldWhilePaying }}</p>
    } @else if (hold.secondsLeft() !== null) {
      <p class="numbers" role="timer">{{ words().heldFor(time()) }}</p>
      @if (isMoreOffered()) {
        <button type="button" class="button" [disabled]="hold.isWorking()" (click)="more.emit()">
          {{ words().moreTime }}
        </button>
      }
    }
    <p class="unseen" aria-live="polite">{{ aloud() }}</p>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-2) var(--space-4);
      min-height: calc(var(--touch) + 2 * var(--space-2));
      padding: var(--space-2) var(--space-4);
      border-radius: var(--radius-m);
      background: var(--mine-wash);
      font-weight: 600;
    }
    :host(.last) {
      background: var(--bad-wash);
      color: var(--bad);
      font-size: var(--text-l);
    }
  `,
  host: { '[class.last]': 'isLast()' },
})
export class HoldClock {
  readonly isPaying = input(false);
  readonly more = output<void>();
  protected readonly hold = inject(MyHold);
  protected readonly words = useWords(checkoutWords);
  protected readonly isLast = computed(() => !this.isPaying() && (this.hold.secondsLeft() ?? 999) <= LAST_SECONDS);
  protected readonly isMoreOffered = computed(
    () => this.hold.mayExtend() && (this.hold.secondsLeft() ?? 999) <= OFFERED_SECONDS,
  );
  protected readonly time = computed(() => {
    const seconds = this.hold.secondsLeft() ?? 0;
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  });
  /** Changes twice only: a voice that counts along would drown the page. */
  protected readonly aloud = computed(() => {
    const seconds = this.hold.secondsLeft();
    if (seconds === null || seconds > 120 || this.isPaying()) return '';
    return this.words().minutesLeft(seconds > 60 ? 2 : 1);
  });
}

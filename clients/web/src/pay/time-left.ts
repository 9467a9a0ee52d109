/** How long there is still time to pay: counted from the server's seconds, said aloud at two minutes and at one. */
import { ChangeDetectionStrategy, Component, computed, effect, input, output, signal, untracked } from '@angular/core';
import { useWords } from '../words/language.ts';
import { payWords } from '../words/pay.ts';

const LAST_SECONDS = 60;

@Component({
  selector: 'poltrona-time-left',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="numbers" role="timer">{{ words().timeLeft(time()) }}</p>
    <p class="unseen" aria-live="polite">{{ aloud() }}</p>
  `,
  styles: `
    :host {
      display: block;
      padding: var(--space-3) var(--space-4);
      border-radius: var(--radius-m);
      background: var(--mine-wash);
      font-weight: 600;
    }
    :host(.last) {
      background: var(--bad-wash);
      color: var(--bad);
    }
  `,
  host: { '[class.last]': 'isLast()' },
})
export class TimeLeft {
  /** As the server said it last. */
  readonly seconds = input.required<number>();
  /** It is over by this clock; the server may still say otherwise. */
  readonly ended = output<void>();
  protected readonly words = useWords(payWords);
  protected readonly left = signal(0);
  protected readonly time = computed(
    () => `${Math.floor(this.left() / 60)}:${String(this.left() % 60).padStart(2, '0')}`,
  );
  protected readonly isLast = computed(() => this.left() <= LAST_SECONDS);
  /** Changes twice only: a voice that counts along would drown the page. */
  protected readonly aloud = computed(() => {
    const left = this.left();
    return left > 120 ? '' : this.words().minutesLeft(left > LAST_SECONDS ? 2 : 1);
  });

  constructor() {
    effect((onCleanup) => {
      const endsMs = performance.now() + this.seconds() * 1_000;
      untracked(() => this.left.set(this.seconds()));
      const timer = setInterval(() => {
        const left = Math.max(0, Math.ceil((endsMs - performance.now()) / 1_000));
        this.left.set(left);
        if (left > 0) return;
        clearInterval(timer);
        this.ended.emit();
      }, 1_000);
      onCleanup(() => clearInterval(timer));
    });
  }
}

/** A purchase under way that is no longer a form: confirming, checking, the bank's question. There is one true state, and it is shown. */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  inject,
  input,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { ChallengeOutcome } from '../../../sdk/api/purchase-api.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { purchaseWords } from '../words/purchase.ts';
import { ProviderQuestion } from './provider-question.ts';
import type { PurchaseState } from './purchase.ts';
import { PurchaseDesk } from './purchase-desk.ts';

@Component({
  selector: 'poltrona-purchase-panel',
  imports: [ProviderQuestion],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './purchase-panel.html',
  styleUrl: './purchase-panel.css',
})
export class PurchasePanel {
  readonly state = input.required<PurchaseState>();
  readonly currency = input('BRL');
  /** Answers the bank; rejects when the answer did not arrive. */
  readonly answer = input.required<(order: string, outcome: ChallengeOutcome) => Promise<void>>();
  readonly again = output<void>();
  readonly giveUp = output<void>();
  protected readonly words = useWords(purchaseWords);
  protected readonly answering = signal(false);
  protected readonly answerFailed = signal(false);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly heading = viewChild.required<ElementRef<HTMLElement>>('heading');

  readonly #desk = inject(PurchaseDesk);
  /** Who waits for the buyer; null: nobody does. */
  protected readonly by = computed(() => {
    const state = this.state();
    return state.is === 'authenticating' ? state.by : null;
  });
  protected readonly title = computed(() => {
    const state = this.state();
    const words = this.words();
    switch (state.is) {
      case 'unknown':
        return state.maybe ? words.unknownTitle : words.unsentTitle;
      case 'checking':
        return words.checkingTitle;
      case 'authenticating':
        return state.by === 'paypal' ? words.payPalTitle : words.authenticateTitle;
      default:
        return words.recoveredTitle;
    }
  });
  protected readonly text = computed(() => {
    const state = this.state();
    const words = this.words();
    switch (state.is) {
      case 'unknown':
        return state.maybe ? words.unknown : words.unsent;
      case 'checking':
        return words.checking;
      case 'authenticating': {
        const amount = this.#formats().money(state.purchase.expectedCents, this.currency());
        if (state.by === 'paypal') return words.payPal(amount);
        if (state.by === 'sandbox') return words.authenticate(amount);
        return this.#desk.bank() === 'asking' ? words.bankOpen : words.bankClosed(amount);
      }
      default:
        return words.recovered;
    }
  });
  protected readonly mayGiveUp = computed(() => {
    const state = this.state();
    return state.is === 'unknown' && !state.maybe;
  });

  constructor() {
    afterNextRender(() => this.heading().nativeElement.focus());
  }

  protected async reply(outcome: ChallengeOutcome): Promise<void> {
    const state = this.state();
    if (state.is !== 'authenticating' || this.answering()) return;
    this.answering.set(true);
    this.answerFailed.set(false);
    try {
      await this.answer()(state.order, outcome);
    } catch {
      // Whatever the reason: the bank has no answer, and the person can give it again.
      this.answerFailed.set(true);
    }
    this.answering.set(false);
  }
}

/**
 * The buyer's bank, or PayPal, waits for him, and he has come back to it: after a reload, from a window that was closed, to a question that
 * did not open. He goes on, or gives this attempt up and keeps his seats.
 */
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { PaymentStep } from '../payment/payment-step.ts';
import { PayPalPart } from '../payment/paypal-part.ts';
import { useWords } from '../words/language.ts';
import { purchaseWords } from '../words/purchase.ts';
import type { Challenger } from './purchase.ts';
import { PurchaseDesk } from './purchase-desk.ts';

@Component({
  selector: 'poltrona-provider-question',
  imports: [PayPalPart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (trouble(); as text) {
      <p class="note bad" role="alert">{{ text }}</p>
    }
    @if (by() === 'paypal') {
      @if (step.paypal(); as method) {
        <poltrona-paypal-part class="paypal" [method]="method" [dealing]="payPal" />
      }
    } @else {
      <button type="button" class="button primary" [disabled]="isBusy()" (click)="desk.askBank()">
        {{ desk.bank() === 'asking' ? words().openingBank : words().openBank }}
      </button>
    }
    <button type="button" class="button" [disabled]="isBusy()" (click)="giveUp()">
      {{ isGivingUp() ? words().givingUp : by() === 'paypal' ? words().leavePayPal : words().otherCard }}
    </button>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      gap: var(--space-3);
      width: 100%;
    }
    .note,
    .paypal {
      width: 100%;
    }
    .paypal {
      max-width: 24rem;
    }
    @media (max-width: 30rem) {
      .button {
        width: 100%;
      }
    }
  `,
})
export class ProviderQuestion {
  readonly by = input.required<Challenger>();
  protected readonly desk = inject(PurchaseDesk);
  protected readonly step = inject(PaymentStep);
  protected readonly words = useWords(purchaseWords);
  protected readonly isGivingUp = signal(false);
  readonly #failed = signal<'give-up' | 'paypal' | null>(null);
  protected readonly isBusy = computed(() => this.desk.bank() === 'asking' || this.isGivingUp());
  protected readonly trouble = computed(() => {
    const words = this.words();
    if (this.#failed() !== null) return this.#failed() === 'paypal' ? words.payPalFailed : words.giveUpFailed;
    return this.desk.bank() === 'unasked' ? words.bankUnasked : '';
  });
  protected readonly payPal = {
    mayBegin: () => true,
    order: () => this.desk.payPalOrder(),
    approved: () => this.desk.approved(),
    cancelled: () => void this.giveUp(),
    failed: () => this.#failed.set('paypal'),
  };

  protected async giveUp(): Promise<void> {
    if (this.isBusy()) return;
    this.#failed.set(null);
    this.isGivingUp.set(true);
    // Whatever the reason: the server did not hear it, and it can be said again.
    await this.desk.giveUp().catch(() => this.#failed.set('give-up'));
    this.isGivingUp.set(false);
  }
}

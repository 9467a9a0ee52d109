/**
 * PayPal's button, which stands where the page's own would: PayPal opens its window only by it. The page says what happens at
 * each step; here is only that it comes, that it may not come, and whom it tells.
 */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  type ElementRef,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import type { PayPalButtonsComponent } from '@paypal/paypal-js';
import { documentKind } from '../shell/document-kind.ts';
import { useWords } from '../words/language.ts';
import { paymentWords } from '../words/payment.ts';
import { PayPalScript } from './paypal-script.ts';
import type { MethodOf } from './way.ts';

/** What the page does when PayPal asks or tells. */
export interface PayPalDealing {
  /** The button was touched: false when something has to be mended first, and the page says what. */
  mayBegin(): boolean;
  /** PayPal's order. Rejects when there is none; the page says why. */
  order(): Promise<string>;
  approved(): void;
  /** He closed the window. */
  cancelled(): void;
  /** Also after `order` has rejected. */
  failed(): void;
}

/** The tallest that PayPal draws, and the height of our own big button. */
const HEIGHT_PX = 52;

@Component({
  selector: 'poltrona-paypal-part',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div #place class="place" [class.there]="state() === 'ready'"></div>
    @switch (state()) {
      @case ('loading') {
        <p class="unseen" role="status">{{ words().payPalLoading }}</p>
        <div class="skeleton" aria-hidden="true"></div>
      }
      @case ('missing') {
        <div class="note bad lost" role="alert">
          <p>{{ words().payPalMissing }} {{ isAlone() ? words().cardMissingAlone : words().cardMissingOther }}</p>
          <button type="button" class="button" (click)="open()">{{ words().tryAgain }}</button>
        </div>
      }
      @case ('document') {
        <div class="note bad lost" role="alert">
          <p>{{ words().stale }}</p>
          <button type="button" class="button" (click)="reload()">{{ words().reload }}</button>
        </div>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
    }
    :host([hidden]) {
      display: none;
    }
    /* PayPal's button is light whatever the theme: so is what lies behind its round corners. */
    .place {
      color-scheme: light;
    }
    .place.there {
      min-height: 3.25rem;
    }
    .skeleton {
      height: 3.25rem;
      border-radius: 999px;
    }
    .lost {
      display: grid;
      gap: var(--space-3);
      justify-items: start;
    }
  `,
})
export class PayPalPart {
  readonly method = input.required<MethodOf<'paypal'>>();
  readonly dealing = input.required<PayPalDealing>();
  /** There is no other way to pay. */
  readonly isAlone = input(false);
  protected readonly words = useWords(paymentWords);
  protected readonly state = signal<'loading' | 'ready' | 'missing' | 'document'>('loading');
  protected readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  readonly #script = inject(PayPalScript);
  #buttons: PayPalButtonsComponent | null = null;
  #isGone = false;

  constructor() {
    afterNextRender(() => void this.open());
    inject(DestroyRef).onDestroy(() => {
      this.#isGone = true;
      void this.#buttons?.close().catch(() => {});
    });
  }

  protected async open(): Promise<void> {
    if (documentKind() === 'plain' || documentKind() === 'membership') return this.state.set('document');
    this.state.set('loading');
    try {
      const { Buttons } = await this.#script.open(this.method());
      if (this.#isGone) return;
      this.#buttons = Buttons({
        fundingSource: 'paypal',
        style: { color: 'gold', shape: 'pill', label: 'pay', height: HEIGHT_PX, tagline: false, disableMaxWidth: true },
        onClick: (_data, actions) => (this.dealing().mayBegin() ? actions.resolve() : actions.reject()),
        createOrder: () => this.dealing().order(),
        onApprove: async () => this.dealing().approved(),
        onCancel: () => this.dealing().cancelled(),
        onError: () => this.dealing().failed(),
      });
      if (!this.#buttons.isEligible()) throw new Error('PayPal does not want to be shown here');
      await this.#buttons.render(this.place().nativeElement);
      if (!this.#isGone) this.state.set('ready');
    } catch {
      if (!this.#isGone) this.state.set('missing');
    }
  }

  protected reload(): void {
    location.reload();
  }
}

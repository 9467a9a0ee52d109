/**
 * A phone pays for what a kiosk has chosen: whoever has the code's access sees what it is, for how much and how long, and pays by card or
 * PayPal. The kiosk waits beside him, and hears of it by itself; a declined card is tried again there, with a new code.
 */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { type OrderPayment, PaymentApi, type PaymentMethod } from '../../../sdk/api/payment-api.ts';
import { answerChallenge } from '../../../sdk/api/purchase-api.ts';
import { newRequestId } from '../../../sdk/request-id.ts';
import { takeFromAddress } from '../account/address-token.ts';
import { Following } from '../checkout/following.ts';
import { isBegunHere, takeWayBack, wayOn } from '../checkout/way-back.ts';
import { askBank } from '../payment/bank-question.ts';
import { CardForm } from '../payment/card-form.ts';
import { PaymentChoice } from '../payment/payment-choice.ts';
import { PaymentStep } from '../payment/payment-step.ts';
import { PayPalPart } from '../payment/paypal-part.ts';
import { StripeScript } from '../payment/stripe-script.ts';
import { Server } from '../server/server.ts';
import { useHeadingFocus } from '../shell/heading-focus.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { Updates } from '../shell/updates.ts';
import { keepPendingAccess, pendingAccess } from '../tickets/pending-access.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { payWords } from '../words/pay.ts';
import { paymentWords } from '../words/payment.ts';
import { isUnsure, type PayTrouble, payAskAgainMs, payTroubleOf, payViewOf } from './pay-view.ts';
import { TimeLeft } from './time-left.ts';

@Component({
  selector: 'poltrona-pay',
  imports: [PaymentChoice, PayPalPart, RouterLink, TimeLeft],
  providers: [CardForm, PaymentStep],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './pay-page.html',
  styleUrl: './pay-page.css',
})
export class PayPage {
  readonly order = input.required<string>();
  protected readonly words = useWords(payWords);
  protected readonly paymentWords = useWords(paymentWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly step = inject(PaymentStep);
  protected readonly found = signal<OrderPayment | null>(null);
  protected readonly trouble = signal<PayTrouble | null>(null);
  protected readonly bank = signal<'asking' | 'unasked' | null>(null);
  protected readonly isGivingUp = signal(false);
  protected readonly isPayPalClosed = signal(false);
  readonly #answer = signal<'asking' | 'missing' | 'unreachable' | 'known'>('asking');
  readonly #isSending = signal(false);
  /** PayPal's window is open: its button must stay where it is. */
  readonly #isInWindow = signal(false);
  readonly #client = inject(Server).api;
  readonly #api = new PaymentApi(this.#client);
  readonly #stripe = inject(StripeScript);
  readonly #updates = inject(Updates);
  readonly #router = inject(Router);
  #access = '';
  #tries = 0;
  /** A bank has just sent the buyer back, and it has not been said yet. */
  #isBack = false;
  /** The bank's question is put by itself once. */
  #isAsked = false;
  readonly #following = new Following({
    ask: () => this.#ask(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    isSeen: () => document.visibilityState === 'visible',
  });

  protected readonly view = computed(() => {
    const view = payViewOf(this.found(), this.#answer(), this.#isSending());
    return this.#isInWindow() && (view === 'paypal' || view === 'paying') ? 'form' : view;
  });
  protected readonly title = computed(() => {
    const words = this.words();
    switch (this.view()) {
      case 'question':
        return words.questionTitle;
      case 'paypal':
        return words.payPalTitle;
      case 'paying':
        return words.payingTitle;
      case 'sold':
        return words.soldTitle;
      case 'declined':
        return words.declinedTitle;
      case 'ended':
        return words.endedTitle;
      case 'back':
        return words.backTitle;
      case 'missing':
        return words.missingTitle;
      case 'unreachable':
        return words.unreachableTitle;
      case 'loading':
        return words.loadingTitle;
      case 'form':
        return words.title;
    }
  });
  /** What a screen reader is told beside the title, whatever the page has become; the words stand on it as well. */
  protected readonly aloud = computed(() => {
    const words = this.words();
    switch (this.view()) {
      case 'form':
        if (this.isPayPalClosed()) return words.payPalClosed;
        return this.#isInWindow() ? this.paymentWords().payPalGoOn : '';
      case 'question':
        return this.bank() === 'unasked' ? '' : words.question;
      case 'paypal':
        return this.isPayPalClosed() ? words.payPalClosed : words.payPal;
      case 'back':
        return words.back(this.back());
      default:
        return this.text();
    }
  });
  /** Below the title, of what needs no more than words. */
  protected readonly text = computed(() => {
    const [words, view] = [this.words(), this.view()];
    if (view === 'back') return words.back(this.back());
    return view === 'form' || view === 'question' || view === 'paypal' ? '' : words[view];
  });
  protected readonly amount = computed(() => {
    const found = this.found();
    return found === null ? '' : this.formats().money(found.amountCents, found.currency);
  });
  protected readonly back = computed(() => {
    const found = this.found();
    if (found === null) return '';
    return this.formats().money(found.refundedCents + found.refundPendingCents, found.currency);
  });
  protected readonly payPal = computed(() => (this.step.way() === 'paypal' ? this.step.paypal() : null));
  protected readonly isBusy = computed(() => this.step.isChecking() || this.#isInWindow());
  protected readonly isReady = computed(
    () => this.step.way() !== null && (this.step.way() !== 'stripe' || this.step.card.state() === 'ready'),
  );
  protected readonly isOver = computed(() => ['sold', 'declined', 'ended', 'back', 'missing'].includes(this.view()));

  /** PayPal's button, in the form and where he has come back to it. */
  protected readonly dealing = {
    mayBegin: () => !this.isGivingUp(),
    order: () => this.#payPalOrder(),
    approved: () => {
      this.#isInWindow.set(false);
      void this.#pay('paypal', null);
    },
    cancelled: () => {
      this.#isInWindow.set(false);
      this.isPayPalClosed.set(true);
      this.#following.now();
    },
    failed: () => {
      this.#isInWindow.set(false);
      this.trouble.update((trouble) => trouble ?? 'server');
      this.#following.now();
    },
  };

  constructor() {
    usePageTitle(() => this.title());
    useHeadingFocus(this.view);
    effect(() => {
      this.order();
      untracked(() => this.#begin());
    });
    effect(() => {
      const isBanks = this.view() === 'question' && this.found()?.action?.kind === 'stripe';
      if (isBanks) untracked(() => !this.#isAsked && void this.askBank());
    });
    effect(() => this.#updates.busy.set(this.view() === 'paying' || this.view() === 'question' || this.isBusy()));
    const online = (): void => this.#following.now();
    const looked = (): void => this.#following.looked();
    addEventListener('online', online);
    document.addEventListener('visibilitychange', looked);
    inject(DestroyRef).onDestroy(() => {
      this.#following.stop();
      this.#updates.busy.set(false);
      removeEventListener('online', online);
      document.removeEventListener('visibilitychange', looked);
    });
  }

  protected ask(): void {
    this.#following.now();
  }

  /** The big button. */
  protected async pay(): Promise<void> {
    const found = this.found();
    if (found === null || this.isBusy()) return;
    const payment = await this.step.payment(found.amountCents);
    if (payment === null) return;
    await this.#pay(payment.method === 'stripe' ? 'stripe' : 'sandbox', payment.detail);
  }

  /** Puts the bank's question; whatever it comes to, the payment goes on from there. */
  protected async askBank(): Promise<void> {
    if (this.bank() === 'asking') return;
    this.#isAsked = true;
    this.bank.set('asking');
    const isSandbox = this.found()?.action?.kind === 'sandbox';
    if (isSandbox) await answerChallenge(this.#client, this.order(), 'passed').catch(() => {});
    const answer = await askBank({
      payment: () => this.#api.payment(this.order(), { access: this.#access }),
      stripe: (method) => this.#stripe.open(method),
    });
    this.bank.set(answer === 'unasked' ? 'unasked' : null);
    if (answer === 'answered') await this.#pay(this.found()?.provider ?? 'stripe', null);
  }

  protected async giveUp(): Promise<void> {
    if (this.isGivingUp()) return;
    this.isGivingUp.set(true);
    try {
      this.#take(await this.#api.cancel(this.order(), { access: this.#access }));
    } catch (cause) {
      this.trouble.set(payTroubleOf(cause) ?? 'server');
    }
    this.isGivingUp.set(false);
    this.#following.now();
  }

  #begin(): void {
    const order = this.order();
    // Kept for this tab, so that a reload still opens it; out of the address, so that nobody reads it there.
    const access = takeFromAddress('access');
    // Before anything is asked: a provider's secret in the address is nobody's to read there either.
    this.#isBack = takeWayBack();
    if (access !== '') keepPendingAccess(order, access);
    this.#access = access === '' ? pendingAccess(order) : access;
    this.found.set(null);
    this.#answer.set('asking');
    this.#tries = 0;
    this.#isAsked = false;
    this.#following.begin();
  }

  async #ask(): Promise<number | null> {
    const order = this.order();
    try {
      const found = await this.#api.payment(order, { access: this.#access });
      if (order !== this.order()) return null;
      if (this.#goesElsewhere(found)) return null;
      this.#take(found);
      this.#goOn(found);
    } catch (cause) {
      if (order !== this.order()) return null;
      const isMissing = cause instanceof ApiProblem && [400, 401, 404].includes(cause.status);
      this.#answer.set(isMissing ? 'missing' : 'unreachable');
    }
    this.#tries++;
    return payAskAgainMs(this.view(), this.#tries);
  }

  /** Before any of it is shown: what is said here is for who stands before a kiosk. */
  #goesElsewhere({ screening }: OrderPayment): boolean {
    const way = wayOn(this.#access, isBegunHere(screening.id));
    if (way === 'here') return false;
    const page = way === 'checkout' ? ['/screenings', screening.id, 'checkout'] : ['/orders', this.order()];
    void this.#router.navigate(page, { replaceUrl: true });
    return true;
  }

  /** Back from a bank's page or PayPal's, the payment goes on by itself. */
  #goOn({ state, provider }: OrderPayment): void {
    const isBack = this.#isBack;
    this.#isBack = false;
    if (!isBack || provider === null || (state !== 'action' && state !== 'paying')) return;
    this.#isAsked = true;
    void this.#pay(provider, null);
  }

  #take(found: OrderPayment): void {
    if (found.state !== this.found()?.state) {
      this.#tries = 0;
      this.trouble.update((trouble) => (isUnsure(trouble) ? null : trouble));
    }
    this.found.set(found);
    this.step.methods.set(found.methods);
    this.#answer.set('known');
  }

  async #pay(provider: PaymentMethod['method'], token: string | null): Promise<void> {
    this.trouble.set(null);
    this.isPayPalClosed.set(false);
    this.#isSending.set(true);
    await this.#say(provider, token).catch((cause: unknown) => this.trouble.set(payTroubleOf(cause)));
    // Not before it is known how it stands: what may have arrived is not sent once more.
    if (isUnsure(this.trouble())) await this.#ask();
    this.#isSending.set(false);
    this.#following.now();
  }

  /** @throws ApiProblem, ApiUnreachable */
  async #say(provider: PaymentMethod['method'], token: string | null): Promise<OrderPayment> {
    const key = newRequestId((bytes) => void crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>));
    const wish = token === null ? {} : { token };
    const found = await this.#api.pay(this.order(), { provider, ...wish, access: this.#access, key });
    this.#take(found);
    return found;
  }

  async #payPalOrder(): Promise<string> {
    this.trouble.set(null);
    this.isPayPalClosed.set(false);
    this.#isInWindow.set(true);
    try {
      const { action } = await this.#say('paypal', null);
      if (action?.kind === 'paypal') return action.order;
    } catch (cause) {
      this.trouble.set(payTroubleOf(cause));
      throw cause;
    }
    throw new Error('there is nothing to confirm at PayPal');
  }
}

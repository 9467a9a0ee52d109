/**
 * Who, how, how much: the page between the seats and the ticket. The form is here; what becomes of the purchase is in
 * `PurchaseDesk`, and which of its states is drawn in which way is said once, in `view`.
 */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  ElementRef,
  effect,
  Injector,
  inject,
  input,
  linkedSignal,
  numberAttribute,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { offer } from '../../../sdk/api/offer-api.ts';
import type { ChallengeOutcome } from '../../../sdk/api/purchase-api.ts';
import { OutcomeCode } from '../../../sdk/index.ts';
import { WhoIsHere } from '../account/who.ts';
import { ClubAtCheckout } from '../club/club-at-checkout.ts';
import { ClubNote } from '../club/club-note.ts';
import { clubSeats } from '../club/club-ticket.ts';
import { CardForm } from '../payment/card-form.ts';
import { PaymentChoice } from '../payment/payment-choice.ts';
import { PaymentStep } from '../payment/payment-step.ts';
import { PayPalPart } from '../payment/paypal-part.ts';
import { MyHold } from '../screening/my-hold.ts';
import { Server } from '../server/server.ts';
import { useHeadingFocus } from '../shell/heading-focus.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { checkoutWords } from '../words/checkout.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { paymentWords } from '../words/payment.ts';
import { type BuyerFields, cpfWrong, FIELDS, type FieldName, type FormWrongs, wrongsOf } from './buyer-form.ts';
import { emptyFields, rememberBuyer, rememberedBuyer } from './buyer-memory.ts';
import { BuyerPart } from './buyer-part.ts';
import { CheckoutTotal } from './checkout-total.ts';
import { HoldClock } from './hold-clock.ts';
import { PayPalWindow } from './paypal-window.ts';
import { isUnderWay, type Purchase } from './purchase.ts';
import { type Person, PurchaseDesk } from './purchase-desk.ts';
import { PurchasePanel } from './purchase-panel.ts';
import { type RefusalWay, refusalOf } from './refusal.ts';
import { RefusalNote } from './refusal-note.ts';
import { type Choices, halfPriceSeats, linesOf, seatTickets, totalOf, withFullPrice } from './ticket-choice.ts';
import { TicketLines } from './ticket-lines.ts';
import { nameOfWho } from './trouble.ts';

/** A purchase but for how it is paid. */
interface Wanted {
  readonly purchase: Omit<Purchase, 'requestId' | 'method' | 'detail'>;
  readonly person: Person;
}

/** After so long a payment is called slow, so that nobody thinks that the page has stopped. */
const SLOW_MS = 4_000;
/** How old an offer may be, with some reserve. */
const OFFER_AGE_MS = 1_500;

@Component({
  selector: 'poltrona-checkout',
  imports: [
    RouterLink,
    BuyerPart,
    CheckoutTotal,
    ClubNote,
    HoldClock,
    PaymentChoice,
    PayPalPart,
    PurchasePanel,
    RefusalNote,
    TicketLines,
  ],
  providers: [CardForm, ClubAtCheckout, PaymentStep, PayPalWindow, PurchaseDesk],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './checkout-page.html',
  styleUrl: './checkout-page.css',
})
export class CheckoutPage {
  readonly screening = input.required({ transform: numberAttribute });
  protected readonly hold = inject(MyHold);
  protected readonly desk = inject(PurchaseDesk);
  protected readonly club = inject(ClubAtCheckout);
  protected readonly step = inject(PaymentStep);
  protected readonly window = inject(PayPalWindow);
  protected readonly words = useWords(checkoutWords);
  protected readonly paymentWords = useWords(paymentWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  readonly #who = inject(WhoIsHere);
  readonly #server = inject(Server);
  readonly #router = inject(Router);
  readonly #language = inject(LanguageChoice).language;
  protected readonly summary = viewChild<ElementRef<HTMLElement>>('summary');
  readonly #injector = inject(Injector);
  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected readonly fields = signal<BuyerFields>(rememberedBuyer());
  readonly #choices = signal<Choices>(new Map());
  /** Fields that were left, or all of them after the first attempt: only these are called wrong. */
  readonly #judged = signal<ReadonlySet<FieldName>>(new Set());
  readonly #failure = signal<'gone' | 'unreachable' | null>(null);
  /** What the last attempt found wrong. */
  readonly #attempted = signal<readonly FieldName[]>([]);
  protected readonly isSlow = signal(false);
  protected readonly takeFailed = signal(false);
  /** The seats go from one visitor to the next: for a moment they are nobody's. */
  readonly #isHandedOver = signal(false);
  protected readonly orderHere = signal<string | null>(null);

  protected readonly account = computed(() => {
    const buyer = this.#who.buyer();
    return buyer === null || buyer.isGuest ? null : buyer;
  });
  protected readonly staff = this.#who.staff;
  protected readonly tickets = computed(() => {
    const found = this.hold.offer();
    return found === null ? [] : seatTickets(found, this.hold.seats(), this.#choices(), this.club.tickets());
  });
  protected readonly total = computed(() => totalOf(this.tickets()));
  protected readonly lines = computed(() => linesOf(this.tickets()));
  readonly #wrongs = computed<FormWrongs>(() => {
    const account = this.account();
    // No fields are shown to staff.
    if (this.staff() !== null) return {};
    if (account === null) return wrongsOf(this.fields());
    const wrong = account.cpf === null ? cpfWrong(this.fields().cpf) : null;
    return wrong === null ? {} : { cpf: wrong };
  });
  protected readonly wrongs = computed<FormWrongs>(() => {
    const judged = this.#judged();
    return Object.fromEntries(Object.entries(this.#wrongs()).filter(([name]) => judged.has(name as FieldName)));
  });
  /** Of the last attempt, what is not mended yet. */
  protected readonly summaryOf = computed(() => this.#attempted().filter((name) => this.wrongs()[name] !== undefined));
  protected readonly isBusy = computed(() => isUnderWay(this.desk.state()) || this.step.isChecking());
  /** PayPal's own button stands in the place of the page's. */
  protected readonly payPal = computed(() => {
    const isChosen = this.step.way() === 'paypal' && this.total().totalCents > 0;
    return isChosen ? this.step.paypal() : null;
  });
  protected readonly labels = computed(() => this.hold.seats().map(({ label }) => label));
  protected readonly lapsedLabels = computed(() => this.hold.lapsed().map((seat) => this.hold.labelOf(seat)));
  protected readonly here = computed(() => `/screenings/${this.screening()}/checkout`);
  protected readonly trouble = computed(() => {
    const state = this.desk.state();
    if (state.is !== 'filling' || state.trouble === null) return null;
    const { troubles } = this.words();
    return state.trouble === 'signed-in'
      ? troubles['signed-in'](nameOfWho({ buyer: this.account(), staff: this.staff() }))
      : troubles[state.trouble];
  });
  /** A purchase that ended without a ticket. */
  protected readonly refused = computed(() => {
    const state = this.desk.state();
    if (state.is === 'declined') return { code: OutcomeCode.paymentDeclined, seats: [], purchase: state.purchase };
    return state.is === 'refused' ? state : null;
  });
  protected readonly hasSeats = computed(() => this.hold.hold() !== null);
  protected readonly refusedLabels = computed(() => {
    const refused = this.refused();
    if (refused === null) return [];
    const { code, purchase } = refused;
    let seats = refused.seats;
    if (seats.length === 0 && refusalOf(code).name === 'time-up') seats = purchase.lines.map(({ seat }) => seat);
    if (seats.length === 0 && code === OutcomeCode.quotaExhausted) seats = halfPriceSeats(purchase.lines);
    return seats.map((seat) => this.hold.labelOf(seat));
  });
  /** Seats of a refused purchase for which a member's ticket was wanted. */
  protected readonly refusedClub = computed(() => {
    const refused = this.refused();
    if (refused?.code !== OutcomeCode.badRequest) return [];
    return clubSeats(refused.purchase.lines, this.club.category());
  });
  protected readonly soldOrder = computed(() => {
    const state = this.desk.state();
    return state.is === 'sold' ? state.order : null;
  });
  protected readonly status = computed(() => {
    const state = this.desk.state();
    const { steps } = this.words();
    if (this.step.isChecking()) return this.paymentWords().checking;
    if (state.is === 'identifying') return steps.identifying;
    if (state.is === 'authenticating') return this.paymentWords().payPalWaiting;
    if (state.is !== 'paying') return '';
    return state.purchase.method === 'paypal' ? steps.payPal : steps.paying;
  });

  /** Below the button. */
  protected readonly hint = computed(() => {
    if (this.isSlow()) return this.words().steps.slow;
    if (this.desk.state().is === 'authenticating') return this.paymentWords().payPalGoOn;
    return this.isBusy() ? this.words().heldWhilePaying : '';
  });

  protected readonly view = computed(() => {
    const state = this.desk.state();
    if (state.is === 'sold') return 'sold';
    const isFirstTry = state.is === 'identifying' || (state.is === 'paying' && state.tries === 0);
    const isInWindow = this.window.isOpen() && state.is === 'authenticating';
    if (isUnderWay(state) && !isFirstTry && !isInWindow) return 'panel';
    if (this.#failure() === 'gone') return 'gone';
    if (this.#isHandedOver()) return 'loading';
    const { hold } = this;
    const isThere = hold.room() !== null && hold.offer() !== null && hold.screening() === this.screening();
    if (!isThere || !hold.isKnown() || this.#who.state() === 'asking') {
      const isOffline = this.#server.connection()?.is === 'waiting';
      return this.#failure() !== null || (isThere && isOffline) ? 'unreachable' : 'loading';
    }
    if (hold.hold() !== null) return 'form';
    if (state.is === 'declined' || (state.is === 'refused' && refusalOf(state.code).isOver)) return 'over';
    if (hold.lapsed().length > 0) return 'time-up';
    return hold.bought().size > 0 ? 'bought' : 'empty';
  });

  /**
   * Also while the panel is shown in its place: the card that was declined is still typed in, and PayPal's window talks to the
   * button that has opened it.
   */
  protected readonly isFormThere = linkedSignal<string, boolean>({
    source: () => this.view(),
    computation: (view, before) => view === 'form' || (view === 'panel' && before?.value === true),
  });

  constructor() {
    usePageTitle(() => this.words().title);
    useHeadingFocus(this.view);
    effect(() => {
      const screening = this.screening();
      untracked(() => void this.load(screening));
    });
    effect(() => {
      const isOpen = this.#server.connection()?.is === 'open';
      if (isOpen && untracked(this.#failure) === 'unreachable') untracked(() => void this.load(this.screening()));
    });
    effect(() => {
      if (this.soldOrder() !== null) untracked(() => this.#toOrder());
    });
    // Now, while there is a network: after the payment the line may be gone. Without it the link on this page leads on.
    void import('./order-page.ts').catch(() => {});
    effect((onCleanup) => {
      const code = this.refused()?.code;
      const isAboutTheOffer =
        code === OutcomeCode.priceChanged || code === OutcomeCode.quotaExhausted || code === OutcomeCode.badRequest;
      if (!isAboutTheOffer) return;
      // Without an answer the old one stays: the server decides in any case.
      const load = (): void => void this.#loadOffer(this.screening()).catch(() => {});
      untracked(load);
      if (code === OutcomeCode.badRequest) untracked(() => void this.club.load());
      // Offers may be a second old: the first answer can be from before what was refused.
      const timer = setTimeout(load, OFFER_AGE_MS);
      onCleanup(() => clearTimeout(timer));
    });
    effect(() => {
      if (this.view() === 'bought') untracked(() => void this.#findOrder());
    });
    effect((onCleanup) => {
      this.isSlow.set(false);
      if (this.desk.state().is !== 'paying') return;
      const timer = setTimeout(() => this.isSlow.set(true), SLOW_MS);
      onCleanup(() => clearTimeout(timer));
    });
    const online = (): void => {
      if (this.#failure() === 'unreachable') void this.load(this.screening());
      this.#toOrder();
    };
    addEventListener('online', online);
    inject(DestroyRef).onDestroy(() => removeEventListener('online', online));
  }

  protected async load(screening: number): Promise<void> {
    this.#failure.set(null);
    try {
      const opened = this.hold.open(screening);
      void this.desk.resume(screening);
      if (this.step.methods() === null) void this.step.load();
      // Half price may have sold since the seat map was opened.
      await Promise.all([opened, this.#loadOffer(screening)]);
    } catch (cause) {
      this.#failure.set(cause instanceof ApiProblem && cause.status === 404 ? 'gone' : 'unreachable');
    }
  }

  async #loadOffer(screening: number): Promise<void> {
    const found = await offer(this.#server.api, screening);
    if (this.hold.screening() === screening) this.hold.offer.set(found);
  }

  /** For the panel, which waits for what becomes of it. */
  protected readonly answer = (order: string, outcome: ChallengeOutcome): Promise<void> =>
    this.desk.answer(order, outcome);

  protected change(fields: Partial<BuyerFields>): void {
    this.fields.update((before) => ({ ...before, ...fields }));
  }

  protected judge(name: FieldName): void {
    // He may go back to the map for other seats, and should not have to type it again.
    if (this.account() === null) rememberBuyer(this.fields());
    // An empty field that was only passed through is not a mistake yet.
    if (this.fields()[name].trim() !== '') this.#judged.update((before) => new Set([...before, name]));
  }

  protected choose({ seat, type }: { readonly seat: number; readonly type: number }): void {
    this.#choices.update((before) => new Map([...before, [seat, type]]));
  }

  protected async notMe(): Promise<void> {
    this.#isHandedOver.set(true);
    try {
      const mayBeGone = await this.desk.notMe();
      this.fields.set(emptyFields);
      this.#judged.set(new Set());
      this.#attempted.set([]);
      if (mayBeGone) this.#afterTaking();
      else this.desk.putAside();
    } catch {
      // The server was not reached: the account is still there, and is shown.
    }
    this.#isHandedOver.set(false);
    afterNextRender(() => this.focusOn('#email'), { injector: this.#injector });
  }

  /** The one big button. */
  protected async pay(): Promise<void> {
    if (this.isBusy()) return;
    const wanted = this.checked();
    if (wanted === null) return;
    const payment = await this.step.payment(wanted.purchase.expectedCents);
    if (payment !== null) this.desk.begin({ ...wanted.purchase, ...payment }, wanted.person);
  }

  /** What would be bought, and by whom; null: something has to be mended before, and the focus is on what says it. */
  protected checked(): Wanted | null {
    this.#judged.set(new Set(FIELDS));
    const wrong = FIELDS.filter((name) => this.#wrongs()[name] !== undefined);
    this.#attempted.set(wrong);
    const lines = this.lines();
    const hold = this.hold.hold();
    if (wrong.length > 0 || lines === null || hold === null) {
      afterNextRender(() => this.summary()?.nativeElement.focus(), { injector: this.#injector });
      return null;
    }
    const fields = this.fields();
    const account = this.account();
    if (account === null) rememberBuyer(fields);
    const [screening, expectedCents] = [this.screening(), this.total().totalCents];
    return {
      purchase: { screening, hold: hold.hold, lines, expectedCents },
      person:
        account === null
          ? { is: 'guest', fields, locale: this.#language() }
          : { is: 'account', id: account.id, cpf: account.cpf === null ? fields.cpf : null },
    };
  }

  /** The ways that a refusal offers. */
  protected async go(way: RefusalWay): Promise<void> {
    const purchase = this.refused()?.purchase;
    switch (way) {
      case 'pay-again':
      case 'new-price':
        return this.pay();
      case 'other-card':
        this.desk.putAside();
        return this.step.way() === 'stripe' ? this.step.card.focus() : this.focusOn('input[name="way"]:checked');
      case 'other-way':
        this.desk.putAside();
        return this.focusOn('input[name="way"]:checked');
      case 'cpf':
        this.desk.putAside();
        return this.focusOn('#cpf');
      case 'full-price': {
        const found = this.hold.offer();
        if (found === null || purchase === undefined) return;
        const named = this.refused()?.seats ?? [];
        // As many of them as the month still has stay.
        const members = this.refusedClub().slice(this.club.tickets()?.left ?? 0);
        const seats = members.length > 0 ? members : named.length > 0 ? named : halfPriceSeats(purchase.lines);
        this.#choices.set(withFullPrice(found, this.#choices(), seats));
        this.desk.putAside();
        return this.focusOn('.pay');
      }
      case 'take-again':
        await this.hold.take((purchase?.lines ?? []).map(({ seat }) => seat));
        return this.#afterTaking();
      case 'choose':
        await this.#router.navigate(['/screenings', this.screening()]);
        return;
      case 'films': {
        const film = this.hold.offer()?.film.id;
        await this.#router.navigate(film === undefined ? ['/'] : ['/films', film]);
        return;
      }
      case 'reload':
        location.reload();
    }
  }

  protected async takeAgain(): Promise<void> {
    await this.hold.takeAgain();
    this.#afterTaking();
  }

  /** For PayPal's button. */
  protected readonly dealing = this.window.dealing(() => this.checked());

  protected focusOn(selector: string): void {
    this.#host.nativeElement.querySelector<HTMLElement>(selector)?.focus();
  }

  protected isReady(): boolean {
    const isFieldsThere = this.step.way() !== 'stripe' || this.step.card.state() === 'ready';
    const isPayable = this.total().totalCents === 0 || (this.step.way() !== null && isFieldsThere);
    return this.lines() !== null && this.step.methods() !== null && isPayable;
  }

  /** In place of this page: the way back leads to the seats, and not to a purchase that is over. */
  #toOrder(): void {
    const order = this.soldOrder();
    if (order === null) return;
    // The part that shows it could not be loaded: this page says what has happened, and tries again when the network is back.
    this.#router.navigate(['/orders', order], { replaceUrl: true, state: { sold: true } }).catch(() => {});
  }

  #afterTaking(): void {
    this.takeFailed.set(this.hold.hold() === null);
    if (!this.takeFailed()) this.desk.putAside();
  }

  async #findOrder(): Promise<void> {
    this.orderHere.set(await this.desk.orderHere(this.screening()));
  }
}

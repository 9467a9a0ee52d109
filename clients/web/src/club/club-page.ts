/**
 * The cinema club: what it costs and gives, joining it, what a member has left, leaving it. What follows what is in
 * `club-visit.ts`; which of its states is drawn in which way is said once, in `view`.
 */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  effect,
  Injector,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChildren,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { Membership } from '../../../sdk/api/club-api.ts';
import { WhoIsHere } from '../account/who.ts';
import { usePageTitle } from '../shell/page-title.ts';
import { wallTime } from '../tickets/wall-time.ts';
import { whenBack } from '../tickets/when-back.ts';
import { clubWords } from '../words/club.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ClubCard } from './club-card.ts';
import { ClubPayment } from './club-payment.ts';
import type { ClubProblem } from './club-visit.ts';
import { LeaveSheet } from './leave-sheet.ts';
import { MemberCard } from './member-card.ts';
import { MembershipDesk } from './membership-desk.ts';
import { PlanList } from './plan-list.ts';
import { planName } from './plan-name.ts';

const HERE = '/account/club';

@Component({
  selector: 'poltrona-club',
  imports: [ClubPayment, LeaveSheet, MemberCard, PlanList, RouterLink],
  providers: [ClubCard, MembershipDesk],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './club-page.html',
  styleUrl: './club-page.css',
})
export class ClubPage {
  /** Of the address, with which a bank's own page leads back: how it ended there. */
  readonly redirect_status = input<string>();
  protected readonly desk = inject(MembershipDesk);
  protected readonly words = useWords(clubWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  /** Of what is shown; the last one, since a card's fields may be kept, hidden, before it. */
  protected readonly headings = viewChildren<ElementRef<HTMLElement>>('heading');
  protected readonly here = HERE;
  readonly #who = inject(WhoIsHere);
  readonly #router = inject(Router);
  readonly #injector = inject(Injector);
  readonly #language = inject(LanguageChoice).language;
  protected readonly isLeaving = signal(false);
  protected readonly wasGivenUp = signal(false);
  protected readonly giveUpProblem = signal<'unreachable' | 'other' | null>(null);

  /** Id of the account that is here; null: nobody who could be a member. */
  readonly #account = computed(() => {
    const buyer = this.#who.buyer();
    return buyer === null || buyer.isGuest ? null : buyer.id;
  });
  readonly #person = computed(() => {
    const buyer = this.#who.buyer();
    if (this.#who.staff() !== null) return 'staff';
    if (buyer === null) return 'visitor';
    if (buyer.isGuest) return 'guest';
    return buyer.cpf === null ? 'no-cpf' : 'account';
  });

  protected readonly plans = computed(() => {
    const plans = this.desk.plans();
    return typeof plans === 'string' ? [] : plans;
  });
  protected readonly view = computed(() => {
    const visit = this.desk.visit();
    const plans = this.desk.plans();
    if (this.#who.state() === 'unknown') return 'unreachable';
    if (plans === 'closed') return 'closed';
    if (this.#who.state() !== 'known') return 'loading';
    const person = this.#person();
    if (person === 'account') {
      if (visit.is === 'opening') return 'loading';
      if (visit.is !== 'choosing' && visit.is !== 'joining') return visit.is;
    }
    if (plans === 'asking') return 'loading';
    return plans === 'failed' ? 'unreachable' : 'plans';
  });
  /** Why whoever is here cannot join; null: he can. */
  protected readonly hurdle = computed(() => {
    const person = this.#person();
    return person === 'account' ? null : person;
  });
  protected readonly hurdleText = computed(() => {
    const words = this.words();
    const texts = { visitor: words.visitor, guest: words.guest, staff: words.staff, 'no-cpf': words.noCpf } as const;
    const hurdle = this.hurdle();
    return hurdle === null ? '' : texts[hurdle];
  });
  protected readonly joining = computed(() => {
    const visit = this.desk.visit();
    return visit.is === 'joining' ? visit.plan : null;
  });
  protected readonly problem = computed<ClubProblem | null>(() => {
    const visit = this.desk.visit();
    return visit.is === 'choosing' || visit.is === 'paying' ? visit.problem : null;
  });
  /** The bill that the card's fields are open for; they stay while Stripe and the server are asked. */
  protected readonly bill = linkedSignal<
    ReturnType<MembershipDesk['visit']>,
    { readonly membership: Membership; readonly clientSecret: string } | null
  >({
    source: () => this.desk.visit(),
    computation: (visit, before) => {
      if (visit.is === 'paying' || visit.is === 'confirming') return visit;
      return visit.is === 'looking' ? (before?.value ?? null) : null;
    },
  });
  protected readonly member = computed(() => {
    const visit = this.desk.visit();
    return visit.is === 'member' ? visit : null;
  });

  constructor() {
    usePageTitle(() => this.words().title);
    void this.desk.loadPlans();
    effect(() => {
      const account = this.#account();
      if (this.#who.state() === 'known') untracked(() => this.#begin(account));
    });
    let before = this.view();
    effect(() => {
      const view = this.view();
      // What is new is read from its beginning; the first picture is the frame's affair.
      if (view !== before && before !== 'loading' && view !== 'confirming')
        afterNextRender(() => this.headings().at(-1)?.nativeElement.focus(), { injector: this.#injector });
      before = view;
    });
    inject(DestroyRef).onDestroy(whenBack(() => this.#seenAgain()));
  }

  #begin(account: string | null): void {
    this.desk.reset();
    if (account === null) return;
    const status = this.redirect_status();
    if (status === undefined) return void this.desk.open();
    // The address carries a secret of Stripe's: it leaves the history at once, and nobody finds it in a bookmark.
    void this.#router.navigate([], { queryParams: {}, replaceUrl: true });
    void this.desk.open(status === 'failed' ? 'failed' : 'paid');
  }

  /** In another tab somebody may have joined or left. */
  #seenAgain(): void {
    if (this.#who.state() === 'unknown') void this.#who.ask(true);
    if (this.desk.plans() === 'failed') void this.desk.loadPlans();
    const { is } = this.desk.visit();
    if (is === 'unreachable' || is === 'slow') void this.desk.lookAgain();
    else if (is === 'member') void this.desk.refresh();
  }

  protected tryAgain(): void {
    if (this.#who.state() === 'unknown') void this.#who.ask(true);
    void this.desk.loadPlans();
    if (this.desk.visit().is === 'unreachable') void this.desk.lookAgain();
  }

  protected join(plan: string): void {
    this.wasGivenUp.set(false);
    void this.desk.join(plan);
  }

  protected pay(): void {
    void this.desk.pay(`${location.origin}${HERE}`);
  }

  /** Of what was begun and never paid. */
  protected async giveUp(): Promise<void> {
    this.giveUpProblem.set(null);
    try {
      await this.desk.leave();
      this.wasGivenUp.set(true);
    } catch {
      this.giveUpProblem.set('other');
    }
  }

  protected nameOf({ plan }: Membership): string {
    return planName(plan, this.#language());
  }

  protected monthOf({ plan }: Membership): string {
    return this.formats().money(plan.monthCents, plan.currency);
  }

  protected dayOf({ until }: Membership): string {
    return until === null ? '' : this.formats().longDay(wallTime(until, undefined));
  }
}

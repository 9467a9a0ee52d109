/**
 * The visit of the club's page (club-visit.ts) with everything that takes time: the server is asked, the card is confirmed at Stripe,
 * and what becomes of it is looked up until it is known. One for each visit.
 */
import { DestroyRef, effect, Injectable, inject, signal } from '@angular/core';
import { ClubApi, type ClubPayment, type ClubPlan, type Membership } from '../../../sdk/api/club-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { PaymentApi } from '../../../sdk/api/payment-api.ts';
import { WhoIsHere } from '../account/who.ts';
import { type MethodOf, methodOf } from '../payment/way.ts';
import { Server } from '../server/server.ts';
import { Updates } from '../shell/updates.ts';
import { ClubCard } from './club-card.ts';
import { joiningProblem } from './club-problem.ts';
import { type ClubEvent, type ClubVisit, isMonthOver, isUnderWay, next, opening, pauseMs } from './club-visit.ts';

/** failed: the server was not reached. closed: there is no club here. */
export type Plans = readonly ClubPlan[] | 'asking' | 'failed' | 'closed';

@Injectable()
export class MembershipDesk {
  readonly card = inject(ClubCard);
  readonly visit = signal<ClubVisit>(opening);
  readonly plans = signal<Plans>('asking');
  /** How Stripe's script is reached; null: not known (yet). */
  readonly stripe = signal<MethodOf<'stripe'> | null>(null);
  /** The month was paid before these eyes. */
  readonly isNew = signal(false);
  readonly #server = inject(Server);
  readonly #api = new ClubApi(this.#server.api);
  readonly #who = inject(WhoIsHere);
  readonly #updates = inject(Updates);
  #isLooking = false;
  #isGone = false;

  constructor() {
    effect(() => this.#updates.busy.set(isUnderWay(this.visit())));
    inject(DestroyRef).onDestroy(() => {
      this.#isGone = true;
      this.card.close();
      this.#updates.busy.set(false);
    });
  }

  /** What the club costs, for everybody. Never rejects: see `plans`. */
  async loadPlans(): Promise<void> {
    if (this.plans() === 'failed') this.plans.set('asking');
    try {
      const [plans, methods] = await Promise.all([this.#api.plans(), new PaymentApi(this.#server.api).methods()]);
      this.plans.set(plans);
      this.stripe.set(methodOf(methods, 'stripe'));
    } catch (cause) {
      const isClosed = cause instanceof ApiProblem && cause.status === 404;
      // What is shown already stays.
      if (isClosed || typeof this.plans() === 'string') this.plans.set(isClosed ? 'closed' : 'failed');
    }
  }

  /** Somebody else is here now, or nobody. */
  reset(): void {
    this.isNew.set(false);
    this.visit.set(opening);
  }

  /** How it stands with the account that is here. `back`: from a bank's own page, and what that said. */
  async open(back: 'paid' | 'failed' | null = null): Promise<void> {
    if (back !== null) {
      this.#hear({ kind: 'came-back', isPaid: back === 'paid' });
      return this.#lookUntilKnown();
    }
    await this.refresh();
    await this.#lookUntilKnown();
  }

  /** The same, of what may have changed elsewhere meanwhile. */
  async refresh(): Promise<void> {
    try {
      const membership = await this.#api.membership();
      // A membership whose month is settled is believed as it was last seen; of any other Stripe is asked.
      const isSettled = membership === null || (membership.status === 'active' && !isMonthOver(membership, Date.now()));
      const answer = isSettled ? { clientSecret: null, membership } : await this.#api.payment();
      this.#hear({ kind: 'looked', answer });
    } catch (cause) {
      if (cause instanceof ApiProblem && cause.status === 401) void this.#who.ask(true);
      if (cause instanceof ApiProblem && cause.status === 404) this.plans.set('closed');
      this.#hear({ kind: 'not-looked' });
    }
  }

  async join(plan: string): Promise<void> {
    if (this.visit().is !== 'choosing') return;
    this.#hear({ kind: 'join', plan });
    let answer: ClubPayment;
    try {
      await this.#api.join(plan);
      answer = await this.#api.payment();
    } catch (cause) {
      const problem = joiningProblem(cause);
      this.#hear({ kind: 'not-joined', problem });
      if (problem === 'plan-gone') void this.loadPlans();
      if (problem === 'who') void this.#who.ask(true);
      return;
    }
    this.#hear({ kind: 'looked', answer });
    await this.#lookUntilKnown();
  }

  /** By the click itself: a bank's window opens only then. */
  async pay(returnUrl: string): Promise<void> {
    if (this.visit().is !== 'paying' || this.card.state() !== 'ready') return;
    this.#hear({ kind: 'confirm' });
    this.#hear({ kind: 'confirmed', how: await this.card.confirm(returnUrl) });
    await this.#lookUntilKnown();
  }

  payOpen(): void {
    this.#hear({ kind: 'pay-open' });
  }

  /** Another plan instead of the one that is not paid; a late month not now. */
  putAside(): void {
    this.#hear({ kind: 'put-aside' });
  }

  async lookAgain(): Promise<void> {
    this.#hear({ kind: 'look-again' });
    if (this.visit().is === 'opening') return this.open();
    await this.#lookUntilKnown();
  }

  /** @throws as ClubApi.leave: still a member */
  async leave(): Promise<Membership | null> {
    const membership = await this.#api.leave().catch((cause: unknown) => {
      // Ended elsewhere, a moment ago.
      if (cause instanceof ApiProblem && cause.status === 404) return null;
      throw cause;
    });
    this.isNew.set(false);
    this.#hear({ kind: 'left', membership });
    return membership;
  }

  async #lookUntilKnown(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (let visit = this.visit(); visit.is === 'looking' && !this.#isGone; visit = this.visit()) {
      const { tries } = visit;
      if (tries > 0) await pause(pauseMs(tries - 1));
      try {
        this.#hear({ kind: 'looked', answer: await this.#api.payment() });
        const now = this.visit();
        this.isNew.set(now.is === 'member' && now.membership.status === 'active');
      } catch {
        this.#hear({ kind: 'not-looked' });
      }
    }
    this.#isLooking = false;
  }

  #hear(event: ClubEvent): void {
    this.visit.set(next(this.visit(), event));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

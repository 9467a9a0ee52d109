/**
 * The purchase in the browser: what `PurchaseRunner` asks for, done with the API, the live session and the seats that are held.
 * One for each visit of the checkout; what outlives the visit is in the memory.
 */
import { DestroyRef, effect, Injectable, Injector, inject, signal, untracked } from '@angular/core';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { PaymentApi } from '../../../sdk/api/payment-api.ts';
import { answerChallenge, type ChallengeOutcome } from '../../../sdk/api/purchase-api.ts';
import { type Buyer, type Locale, SessionApi } from '../../../sdk/api/session-api.ts';
import { newRequestId } from '../../../sdk/request-id.ts';
import type { BuyResult, Failed, MineResult, ReleaseResult } from '../../../sdk/results.ts';
import { WhoIsHere } from '../account/who.ts';
import { askBank } from '../payment/bank-question.ts';
import { StripeScript } from '../payment/stripe-script.ts';
import { MyHold } from '../screening/my-hold.ts';
import type { Hold } from '../screening/my-seats.ts';
import { Server } from '../server/server.ts';
import { VisitorToken } from '../server/visitor-token.ts';
import { Updates } from '../shell/updates.ts';
import { OrderShelf } from '../tickets/order-shelf.ts';
import type { BuyerFields } from './buyer-form.ts';
import { forgetBuyer } from './buyer-memory.ts';
import { handOver } from './hand-over.ts';
import { shelfOfTheBrowser } from './memory-shelf.ts';
import { filling, isUnderWay, type Purchase, type PurchaseState, type Trouble } from './purchase.ts';
import { keyOf, PurchaseMemory } from './purchase-memory.ts';
import { PurchaseRunner } from './purchase-runner.ts';
import { hasOwnSession, isSameGuest, troubleOf } from './trouble.ts';

export type Person =
  | { readonly is: 'guest'; readonly fields: BuyerFields; readonly locale: Locale }
  /** `cpf`: told now, to an account that had none. */
  | { readonly is: 'account'; readonly id: string; readonly cpf: string | null };

/** For whoever waits for PayPal's order: the purchase came to an end before, and the page says to which. */
export class PurchaseEnded extends Error {
  override readonly name = 'PurchaseEnded';
}

@Injectable()
export class PurchaseDesk {
  readonly state = signal<PurchaseState>(filling);
  /** The bank's question about a card: it is being put, it could not be put, or neither. */
  readonly bank = signal<'asking' | 'unasked' | null>(null);
  readonly #server = inject(Server);
  readonly #who = inject(WhoIsHere);
  readonly #hold = inject(MyHold);
  readonly #updates = inject(Updates);
  readonly #injector = inject(Injector);
  readonly #payments = new PaymentApi(this.#server.api);
  readonly #stripe = inject(StripeScript);
  readonly #runner = new PurchaseRunner({
    identify: () => this.#identify(),
    alone: (screening, run) => oneTabAtATime(keyOf(screening), run),
    visitor: () => this.#visitor(),
    mine: (screening) => this.#mine(screening),
    buy: (purchase) => this.#buy(purchase),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    memory: new PurchaseMemory(shelfOfTheBrowser(), () => Date.now()),
    tell: (state) => {
      // What was waited for has ended: the seats may be free to be paid for again.
      if (this.state().is === 'checking' && !isUnderWay(state)) void this.#hold.refresh();
      this.state.set(state);
      this.#updates.busy.set(isUnderWay(state));
      for (const listener of this.#listeners) listener(state);
      const isBanks = state.is === 'authenticating' && state.by === 'stripe';
      if (!isBanks) this.bank.set(null);
      else if (this.#askedFor !== state.purchase.requestId) void this.askBank();
    },
  });
  readonly #listeners = new Set<(state: PurchaseState) => void>();
  /** The purchase about which the bank's question was put by itself: a second time only when the buyer says so. */
  #askedFor: string | null = null;
  #person: Person | null = null;
  #screening = 0;
  /** For which identity this page has connected: a connection keeps the one with which it was opened. */
  #connectedAs: string | null = null;
  /** The purchase for which the connection is known to be its buyer's. */
  #readyFor: string | null = null;
  /** A guest that was asked for, and the key under which: asked again alike, it is the same guest. */
  #guest: { readonly text: string; readonly key: string } | null = null;

  constructor() {
    // What another tab has begun for these seats is this tab's purchase as well.
    const heard = ({ key, newValue }: StorageEvent): void => {
      if (key !== keyOf(this.#screening)) return;
      if (newValue !== null) void this.#runner.resume(this.#screening);
      // It has ended over there: a bank's question that is still shown here is out of date.
      else this.#runner.challenged();
    };
    addEventListener('storage', heard);
    effect(() => {
      const isOpen = this.#server.connection()?.is === 'open';
      // The line is back: no need to wait for the end of the pause.
      if (isOpen && untracked(this.state).is === 'unknown') untracked(() => this.#runner.again());
    });
    effect(() => {
      const hold = this.#hold.hold();
      // In payment, and this page did not begin it: its memory is lost, or it never had one.
      if (hold?.isPaying) untracked(() => this.#runner.inPayment(paidElsewhere(this.#screening, hold)));
    });
    inject(DestroyRef).onDestroy(() => {
      removeEventListener('storage', heard);
      this.#runner.stop();
      this.#updates.busy.set(false);
    });
  }

  /** After a start: goes on with a purchase of before, if there is one. */
  resume(screening: number): Promise<boolean> {
    this.#screening = screening;
    return this.#runner.resume(screening);
  }

  begin(purchase: Omit<Purchase, 'requestId'>, person: Person): void {
    if (isUnderWay(this.#runner.state)) return;
    this.#person = person;
    const requestId = newId();
    this.#readyFor = requestId;
    this.#runner.begin({ ...purchase, requestId });
  }

  again(): void {
    this.#runner.again();
  }

  putAside(): void {
    this.#runner.putAside();
  }

  /** The bank's question is answered, and the same purchase asked again. @throws ApiProblem, ApiUnreachable */
  async answer(order: string, outcome: ChallengeOutcome): Promise<void> {
    await answerChallenge(this.#server.api, order, outcome);
    this.#runner.challenged();
  }

  /** Puts the bank's question about the card; what it comes to is asked of the server. Never rejects. */
  async askBank(): Promise<void> {
    const state = this.#runner.state;
    if (state.is !== 'authenticating' || this.bank() === 'asking') return;
    const { requestId } = state.purchase;
    this.#askedFor = requestId;
    this.bank.set('asking');
    const answer = await askBank({
      payment: () => this.#payments.payment(state.order),
      stripe: (method) => this.#stripe.open(method),
    });
    const now = this.#runner.state;
    if (now.is !== 'authenticating' || now.purchase.requestId !== requestId) return;
    this.bank.set(answer === 'unasked' ? 'unasked' : null);
    if (answer === 'answered') this.#runner.challenged();
  }

  /**
   * PayPal's name for what is being paid, as soon as there is one.
   * @throws PurchaseEnded when the purchase did not come so far; ApiProblem and ApiUnreachable when nobody can say
   */
  async payPalOrder(): Promise<string> {
    const state = await this.#waitedFor();
    if (state.is !== 'authenticating') throw new PurchaseEnded(state.is);
    const { action } = await this.#payments.payment(state.order);
    if (action?.kind === 'paypal') return action.order;
    // It has gone on meanwhile, in another tab perhaps.
    this.#runner.challenged();
    throw new PurchaseEnded('paypal');
  }

  /** The buyer has agreed at PayPal. */
  approved(): void {
    this.#runner.challenged();
  }

  /** The buyer does not go on with this attempt; the seats stay his. @throws ApiProblem, ApiUnreachable: it goes on */
  async giveUp(): Promise<void> {
    const state = this.#runner.state;
    if (state.is !== 'authenticating') return;
    await this.#payments.cancel(state.order);
    this.#runner.givenUp();
  }

  /** The state in which the buyer is asked for something, or in which the purchase has ended. */
  #waitedFor(): Promise<PurchaseState> {
    return new Promise((resolve) => {
      const listener = (state: PurchaseState): void => {
        if (state.is !== 'authenticating' && isUnderWay(state)) return;
        this.#listeners.delete(listener);
        resolve(state);
      };
      this.#listeners.add(listener);
      listener(this.#runner.state);
    });
  }

  /** The order of this visitor in the screening; null: none, or nobody can say. */
  async orderHere(screening: number): Promise<string | null> {
    const mine = await this.#mine(screening);
    return mine.is === 'accepted' ? (mine.orders.at(-1)?.order ?? null) : null;
  }

  /**
   * Somebody else wants to pay. He is another visitor from now on, so that what the one before bought at this device is not shown
   * as his; the seats go over to him, for a moment through the map. True: they were asked for again, and may be somebody's.
   * @throws ApiProblem, ApiUnreachable: nothing has changed
   */
  async notMe(): Promise<boolean> {
    const { api } = this.#server;
    // Both before signing out: the end of the session ends the connection, and with it what is known of the seats.
    const hold = this.#hold.hold();
    const token = hold === null ? null : (await this.#server.session()).token;
    return handOver(hold?.seats ?? [], {
      signOut: () => new SessionApi(api).signOut(),
      forgetHim: async () => {
        forgetBuyer();
        // Where the shelf cannot be reached, nothing of it can be shown either.
        await this.#injector
          .get(OrderShelf)
          .clear()
          .catch(() => {});
      },
      release: () => releaseAs(token, this.#screening, hold?.hold ?? 0),
      leave: async (keepsVisitor) => {
        // Before: what is not held any more is not given back a second time.
        await this.#hold.refresh();
        await this.#who.forget();
        if (keepsVisitor) {
          new VisitorToken(() => localStorage).welcomed(token);
          await this.#server.reconnect();
        }
        this.#connectedAs = null;
        this.#guest = null;
        await this.#hold.refresh();
      },
      isHeld: () => this.#hold.hold() !== null,
      take: (seats) => this.#hold.take(seats),
    });
  }

  async #identify(): Promise<Trouble | null> {
    const person = this.#person;
    if (person === null) return 'server';
    try {
      const buyer = person.is === 'guest' ? await this.#guestOf(person) : await this.#accountOf(person);
      if (typeof buyer === 'string') return buyer;
      if (this.#connectedAs !== buyer.id) await this.#connectAs(buyer.id);
      return null;
    } catch (cause) {
      return troubleOf(cause);
    }
  }

  async #guestOf({ fields, locale }: Person & { is: 'guest' }): Promise<Buyer | Trouble> {
    const who = await this.#who.ask(true);
    if (this.#who.state() === 'unknown') return 'unreachable';
    if (hasOwnSession(who)) return 'signed-in';
    const { buyer } = who;
    if (buyer !== null && isSameGuest(buyer, fields)) return buyer;
    const { cpf } = fields;
    const [email, name] = [fields.email.trim(), fields.name.trim()];
    const wish = { cpf, email, locale, ...(name === '' ? {} : { name }) };
    const text = JSON.stringify(wish);
    if (this.#guest?.text !== text) this.#guest = { text, key: newId() };
    await new SessionApi(this.#server.api).becomeGuest({ ...wish, key: this.#guest.key });
    this.#connectedAs = null;
    return (await this.#who.ask(true)).buyer ?? 'unreachable';
  }

  async #accountOf({ id, cpf }: Person & { is: 'account' }): Promise<Buyer | Trouble> {
    let { buyer } = await this.#who.ask(true);
    if (this.#who.state() === 'unknown') return 'unreachable';
    if (buyer?.id !== id) return 'signed-out';
    if (buyer.cpf === null && cpf !== null) {
      buyer = await new AccountApi(this.#server.api).change({ cpf }).catch((cause: unknown) => {
        // Told on another device a moment ago: that is all we wanted.
        if (cause instanceof ApiProblem && cause.code === 'has-cpf') return null;
        throw cause;
      });
      this.#connectedAs = null;
      buyer = (await this.#who.ask(true)).buyer;
    }
    if (buyer === null) return 'unreachable';
    return buyer.cpf === null ? 'cpf-needed' : buyer;
  }

  async #connectAs(buyer: string): Promise<void> {
    await this.#server.reconnect();
    this.#connectedAs = buyer;
  }

  /** The part of the visitor's token that is no secret; known without a connection, so that a reload finds its purchase at once. */
  async #visitor(): Promise<string> {
    const session = await this.#server.session().catch(() => null);
    return session?.token?.split('.')[0] ?? '';
  }

  async #mine(screening: number): Promise<MineResult> {
    const session = await this.#server.session().catch(() => null);
    return session === null ? notSent('') : session.mine(screening);
  }

  /** The answer is given on at once: what MyHold asks afterwards must not keep the buyer waiting. */
  #buy(purchase: Purchase): Promise<BuyResult> {
    const { requestId, screening, hold, lines, method, detail, expectedCents } = purchase;
    return new Promise((resolve) => {
      this.#hold
        .purchase(async (_hold, session) => {
          // Anew after one that was given up for good, and for a purchase that was found: another tab may have said who buys
          // after this one had connected, and whoever asks as nobody would get an order that belongs to nobody.
          const isReady = this.#readyFor === requestId && session.state.is !== 'closed';
          const live = isReady ? session : await this.#anew();
          this.#readyFor = requestId;
          const result = await live.buy(screening, hold, lines, { method, detail }, { requestId, expectedCents });
          resolve(result);
          return result;
        })
        .catch(() => resolve(notSent(requestId)));
    });
  }

  async #anew(): ReturnType<Server['session']> {
    await this.#server.reconnect();
    return this.#server.session();
  }
}

/** As much as is known of a purchase that something else has begun: which seats it is about. It is never sent. */
function paidElsewhere(screening: number, { hold, seats }: Hold): Purchase {
  const lines = seats.map((seat) => ({ seat, type: 1, category: 0 }));
  return { requestId: '', screening, hold, lines, method: '', detail: '', expectedCents: 0 };
}

/** A tab that hangs must not keep the others from paying: after this they go on, and the server keeps them apart. */
const LOCK_MS = 10_000;

/** Somebody waits in front of the page; without an answer by then the seats stay under the name they have. */
const RELEASE_MS = 5_000;

async function oneTabAtATime(name: string, run: () => Promise<void>): Promise<void> {
  const signal = AbortSignal.timeout(LOCK_MS);
  // No locks without HTTPS; an error is one of waiting, since what runs never rejects.
  await (navigator.locks?.request(name, { signal }, run) ?? run()).catch(run);
}

/** In a name that this page is about to drop: on a line of its own, since signing out has cut the one there was. */
async function releaseAs(token: string | null, screening: number, hold: number): Promise<ReleaseResult> {
  if (token === null) return notSent('');
  const { connect } = await import('../../../sdk/index.ts');
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const url = `${scheme}://${location.host}/ws`;
  const session = connect({ url, token, clientName: 'shop', deadlineMs: RELEASE_MS });
  const result = await session.release(screening, hold);
  session.close();
  return result;
}

function notSent(requestId: string): Failed {
  return { is: 'failed', requestId, reason: 'closed', mayHaveHappened: false };
}

function newId(): string {
  return newRequestId((bytes) => {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  });
}

/**
 * The purchase in the browser: what `PurchaseRunner` asks for, done with the API, the live session and the seats that are held.
 * One for each visit of the checkout; what outlives the visit is in the memory.
 */
import { DestroyRef, effect, Injectable, inject, signal, untracked } from '@angular/core';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { answerChallenge, type ChallengeOutcome } from '../../../sdk/api/purchase-api.ts';
import { type Buyer, type Locale, SessionApi } from '../../../sdk/api/session-api.ts';
import { newRequestId } from '../../../sdk/request-id.ts';
import type { BuyResult, Failed, MineResult } from '../../../sdk/results.ts';
import { WhoIsHere } from '../account/who.ts';
import { MyHold } from '../screening/my-hold.ts';
import { Server } from '../server/server.ts';
import { Updates } from '../shell/updates.ts';
import type { BuyerFields } from './buyer-form.ts';
import { shelfOfTheBrowser } from './memory-shelf.ts';
import { filling, isUnderWay, type Purchase, type PurchaseState, type Trouble } from './purchase.ts';
import { keyOf, PurchaseMemory } from './purchase-memory.ts';
import { PurchaseRunner } from './purchase-runner.ts';
import { isSameGuest, troubleOf } from './trouble.ts';

export type Person =
  | { readonly is: 'guest'; readonly fields: BuyerFields; readonly locale: Locale }
  /** `cpf`: told now, to an account that had none. */
  | { readonly is: 'account'; readonly id: string; readonly cpf: string | null };

@Injectable()
export class PurchaseDesk {
  readonly state = signal<PurchaseState>(filling);
  readonly #server = inject(Server);
  readonly #who = inject(WhoIsHere);
  readonly #hold = inject(MyHold);
  readonly #updates = inject(Updates);
  readonly #runner = new PurchaseRunner({
    identify: () => this.#identify(),
    visitor: () => this.#visitor(),
    mine: (screening) => this.#mine(screening),
    buy: (purchase) => this.#buy(purchase),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    memory: new PurchaseMemory(shelfOfTheBrowser(), () => Date.now()),
    tell: (state) => {
      this.state.set(state);
      this.#updates.busy.set(isUnderWay(state));
    },
  });
  #person: Person | null = null;
  #screening = 0;
  /** For which identity this page has connected: a connection keeps the one with which it was opened. */
  #connectedAs: string | null = null;
  /** A guest that was asked for, and the key under which: asked again alike, it is the same guest. */
  #guest: { readonly text: string; readonly key: string } | null = null;

  constructor() {
    // What another tab has begun for these seats is this tab's purchase as well.
    const heard = ({ key, newValue }: StorageEvent): void => {
      if (key === keyOf(this.#screening) && newValue !== null) void this.#runner.resume(this.#screening);
    };
    addEventListener('storage', heard);
    effect(() => {
      const isOpen = this.#server.connection()?.is === 'open';
      // The line is back: no need to wait for the end of the pause.
      if (isOpen && untracked(this.state).is === 'unknown') untracked(() => this.#runner.again());
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
    this.#runner.begin({ ...purchase, requestId: newId() });
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

  /** The order of this visitor in the screening; null: none, or nobody can say. */
  async orderHere(screening: number): Promise<string | null> {
    const mine = await this.#mine(screening);
    return mine.is === 'accepted' ? (mine.orders.at(-1)?.order ?? null) : null;
  }

  /** Somebody else wants to pay. The seats stay, since they are this device's. @throws ApiProblem, ApiUnreachable */
  async notMe(): Promise<void> {
    await new SessionApi(this.#server.api).signOut();
    this.#who.is({ buyer: null, staff: null });
    await this.#connectAs('');
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
    const { buyer } = await this.#who.ask(true);
    if (this.#who.state() === 'unknown') return 'unreachable';
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
          // A connection that was given up for good is made anew before the same is asked again.
          const live = session.state.is === 'closed' ? await this.#anew() : session;
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

function notSent(requestId: string): Failed {
  return { is: 'failed', requestId, reason: 'closed', mayHaveHappened: false };
}

function newId(): string {
  return newRequestId((bytes) => {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  });
}

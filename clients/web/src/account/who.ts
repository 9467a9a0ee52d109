/**
 * Who is signed in, as pages need to know: asked once, after the first page stands, since nothing that is shown first depends on
 * it. What changes it goes through here, so that the header, the tickets, the checkout and the other tabs always agree.
 */
import { afterNextRender, computed, Injectable, Injector, inject, signal } from '@angular/core';
import { ApiUnreachable } from '../../../sdk/api/http.ts';
import { type Buyer, type Colleague, SessionApi, type Who } from '../../../sdk/api/session-api.ts';
import { Server } from '../server/server.ts';
import { bestEffort, leaveDevice } from './leave-device.ts';
import { TabTalk } from './tab-talk.ts';

/** asking: not answered yet. unknown: the server could not be asked; whoever was signed in still is. */
export type WhoState = 'asking' | 'known' | 'unknown';

/** How long leaving waits for seats to be given back: else they are free when their time is up. */
const RELEASE_MS = 1500;

@Injectable({ providedIn: 'root' })
export class WhoIsHere {
  readonly #server = inject(Server);
  readonly #injector = inject(Injector);
  readonly #session = new SessionApi(this.#server.api);
  readonly #state = signal<WhoState>('asking');
  readonly #who = signal<Who>({ buyer: null, staff: null });
  #asked: Promise<Who> | null = null;
  /** With the other tabs. */
  readonly tabs = new TabTalk();

  readonly state = this.#state.asReadonly();
  /** An account or a guest; null for visitors and staff, and while it is not known. */
  readonly buyer = computed<Buyer | null>(() => this.#who().buyer);
  readonly staff = computed<Colleague | null>(() => this.#who().staff);
  readonly isSignedIn = computed(() => this.buyer()?.isGuest === false || this.staff() !== null);

  constructor() {
    afterNextRender(() => void this.ask());
    addEventListener('online', () => {
      if (this.#state() === 'unknown') void this.ask(true);
    });
    this.tabs.hear((news) => {
      // The seats of this tab stay with its session: a purchase makes sure of who pays before it pays.
      if (news === 'who') void this.#ask((who) => this.#take(who));
      else if (news === 'signed-out') void this.#leave(() => this.#server.leaveVisitor());
    });
  }

  /**
   * Resolves with who is here; asks the server the first time only, unless `again`. Never rejects: without an answer it is
   * nobody, and `state` says "unknown".
   */
  ask(again = false): Promise<Who> {
    return this.#asked !== null && !again ? this.#asked : this.#ask((who) => this.is(who));
  }

  #ask(take: (who: Who) => Who): Promise<Who> {
    const asked = this.#session.who().then(take, (cause: unknown) => {
      this.#asked = null;
      this.#state.set('unknown');
      if (!(cause instanceof ApiUnreachable)) console.warn('who is signed in could not be asked', cause);
      return this.#who();
    });
    this.#asked = asked;
    return asked;
  }

  /** Taken over from an answer that says it. */
  is(who: Who): Who {
    const isOther = this.#state() === 'known' && nameOf(who) !== nameOf(this.#who());
    this.#take(who);
    if (isOther) this.tabs.tell('who');
    return who;
  }

  #take(who: Who): Who {
    this.#asked = Promise.resolve(who);
    this.#who.set(who);
    this.#state.set('known');
    return who;
  }

  /** The next live connection is this person's; seats that are held stay held. @throws as SessionApi.signIn. */
  async signIn(email: string, password: string): Promise<Who> {
    const who = this.is(await this.#session.signIn(email, password));
    await this.#server.reconnect();
    return who;
  }

  /**
   * Nobody is here from now on; also the visitor's token goes, and seats that were held are given back. Whatever the server says,
   * what this tab kept of the person is gone afterwards; the tickets are the caller's (OrderShelf.clear).
   * @throws as SessionApi: then the server's session goes on, and with it who is here.
   */
  async signOut(): Promise<void> {
    await this.releaseSeats();
    try {
      await this.#session.signOut();
    } catch (cause) {
      leaveDevice(() => sessionStorage);
      throw cause;
    }
    await this.forget();
  }

  /** As `signOut`, where the server has ended the session already. Never rejects. */
  async forget(): Promise<void> {
    this.tabs.tell('signed-out');
    await this.#leave(() => this.#server.forgetVisitor());
  }

  async #leave(dropVisitor: () => Promise<void>): Promise<void> {
    leaveDevice(() => sessionStorage);
    this.#take({ buyer: null, staff: null });
    try {
      await dropVisitor();
    } catch (cause) {
      console.warn('the live session could not be closed', cause);
    }
  }

  /**
   * What is held here goes on sale again, as far as that can be done soon. To be called before the session ends: with it the
   * server closes the connection by which seats are given back. The choice of seats is loaded only where a page has it already:
   * without a live connection none is held here. Never rejects.
   */
  async releaseSeats(): Promise<void> {
    if (this.#server.connection() === null) return;
    await bestEffort(async () => {
      const { MyHold } = await import('../screening/my-hold.ts');
      await this.#injector.get(MyHold).release();
    }, RELEASE_MS);
  }
}

function nameOf({ buyer, staff }: Who): string {
  return `${buyer?.id} ${staff?.who}`;
}

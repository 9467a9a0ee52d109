/**
 * Who is signed in, as pages need to know: asked once, after the first page stands, since nothing that is shown first depends on
 * it. What changes it goes through here, so that the header, the tickets and the checkout always agree.
 */
import { afterNextRender, computed, Injectable, inject, signal } from '@angular/core';
import { ApiUnreachable } from '../../../sdk/api/http.ts';
import { type Buyer, type Colleague, SessionApi, type Who } from '../../../sdk/api/session-api.ts';
import { Server } from '../server/server.ts';

/** asking: not answered yet. unknown: the server could not be asked; whoever was signed in still is. */
export type WhoState = 'asking' | 'known' | 'unknown';

@Injectable({ providedIn: 'root' })
export class WhoIsHere {
  readonly #server = inject(Server);
  readonly #session = new SessionApi(this.#server.api);
  readonly #state = signal<WhoState>('asking');
  readonly #who = signal<Who>({ buyer: null, staff: null });
  #asked: Promise<Who> | null = null;

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
  }

  /**
   * Resolves with who is here; asks the server the first time only, unless `again`. Never rejects: without an answer it is
   * nobody, and `state` says "unknown".
   */
  ask(again = false): Promise<Who> {
    if (this.#asked !== null && !again) return this.#asked;
    const asked = this.#session.who().then(
      (who) => this.is(who),
      (cause: unknown) => {
        this.#asked = null;
        this.#state.set('unknown');
        if (!(cause instanceof ApiUnreachable)) console.warn('who is signed in could not be asked', cause);
        return this.#who();
      },
    );
    this.#asked = asked;
    return asked;
  }

  /** Taken over from an answer that says it. */
  is(who: Who): Who {
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

  /** Nobody is here from now on; also the visitor's token goes, and with it seats that were held. @throws as SessionApi. */
  async signOut(): Promise<void> {
    await this.#session.signOut();
    await this.forget();
  }

  /** As `signOut`, where the server has ended the session already. */
  async forget(): Promise<void> {
    this.is({ buyer: null, staff: null });
    await this.#server.forgetVisitor();
  }
}

/** The membership of whoever is at the checkout, as far as tickets go. It comes by itself, and nothing waits for it. */
import { computed, effect, Injectable, inject, linkedSignal, signal, untracked } from '@angular/core';
import { ClubApi, type Membership } from '../../../sdk/api/club-api.ts';
import { ApiProblem } from '../../../sdk/api/http.ts';
import { WhoIsHere } from '../account/who.ts';
import { Server } from '../server/server.ts';
import { clubTicketsOf } from './club-ticket.ts';

@Injectable()
export class ClubAtCheckout {
  readonly #api = new ClubApi(inject(Server).api);
  readonly #who = inject(WhoIsHere);
  readonly #membership = signal<Membership | null>(null);
  /** Null: no member, or nobody knows (yet). */
  readonly tickets = computed(() => clubTicketsOf(this.#membership()));
  /** The `category` of such tickets, once it was heard; also when there are none any more. */
  readonly category = linkedSignal<number | null, number | null>({
    source: () => this.#membership()?.category ?? null,
    computation: (category, before) => category ?? before?.value ?? null,
  });
  /** Of whom. */
  readonly #account = computed(() => {
    const buyer = this.#who.buyer();
    return buyer === null || buyer.isGuest ? null : buyer.id;
  });

  constructor() {
    effect(() => {
      this.#account();
      untracked(() => {
        this.#membership.set(null);
        void this.load();
      });
    });
  }

  /** Never rejects: without an answer it is as before, and the server decides. */
  async load(): Promise<void> {
    const account = this.#account();
    if (account === null) return;
    try {
      const membership = await this.#api.membership();
      if (this.#account() === account) this.#membership.set(membership);
    } catch (cause) {
      // 404: there is no club here. 401: signed out in another tab.
      if (cause instanceof ApiProblem && this.#account() === account) this.#membership.set(null);
    }
  }
}

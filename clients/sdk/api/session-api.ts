/**
 * Who we are to the server: asking, signing in and out, and buying as a guest. The session itself is a cookie that no script
 * reads; after each of these calls but the first it is another one, and a live connection has to be made anew.
 */
import type { ApiClient } from './http.ts';

export type Locale = 'pt-BR' | 'en';

export interface Buyer {
  /** Random; what orders and tickets name. */
  readonly id: string;
  readonly isGuest: boolean;
  readonly name: string | null;
  readonly email: string | null;
  /** Masked: "***.982.247-**". Null: not told yet. */
  readonly cpf: string | null;
  /** "1990-12-24" */
  readonly birthDate: string | null;
  /** The language of messages. */
  readonly locale: Locale;
}

export interface Colleague {
  /** "user:12" */
  readonly who: string;
  readonly name: string | null;
  readonly role: string;
}

/** Both null: a visitor. */
export interface Who {
  readonly buyer: Buyer | null;
  readonly staff: Colleague | null;
}

export interface GuestWish {
  /** With or without dots and hyphen. */
  readonly cpf: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly locale: Locale;
  /** Of this wish, to repeat it after a reload. By default each call is a wish of its own. */
  readonly key?: string | undefined;
}

export class SessionApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Also keeps an account signed in: the server makes its cookie new. */
  who(): Promise<Who> {
    return this.#client.ask('/api/session');
  }

  /**
   * @throws ApiProblem 401 `wrong-credentials` (address, password, or an address that is not confirmed: it is not said which),
   * 429 `too-many-attempts`, 503 when too many sign in at this moment.
   */
  signIn(email: string, password: string): Promise<Who> {
    return this.#client.ask('/api/session', { method: 'POST', body: { email, password } });
  }

  /** Ends the session on the server as well. For a visitor it does nothing. */
  async signOut(): Promise<void> {
    await this.#client.ask('/api/session', { method: 'DELETE' });
  }

  /**
   * Begins a guest's session, which takes the place of the one before. `expiresAt`: an instant, a day ahead.
   * @throws ApiProblem 400 (`fields` name cpf, email or name), 429 `too-many-attempts`.
   */
  async becomeGuest(wish: GuestWish): Promise<{ readonly id: string; readonly expiresAt: string }> {
    const { key, ...body } = wish;
    const { buyer, expiresAt } = await this.#client.ask<{ buyer: { id: string }; expiresAt: string }>('/api/guests', {
      method: 'POST',
      body,
      ...(key === undefined ? {} : { key }),
    });
    return { id: buyer.id, expiresAt };
  }
}

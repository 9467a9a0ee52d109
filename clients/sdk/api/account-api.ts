/** An account: opening it, its password, its profile, and being forgotten. Signing in and out is in session-api.ts. */
import type { ApiClient } from './http.ts';
import type { Buyer, Locale } from './session-api.ts';

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  /** With or without dots and hyphen. */
  readonly cpf: string;
  readonly locale: Locale;
}

/** What is left out stays. A CPF can be told once, by an account that has none. */
export interface ProfileChange {
  readonly name?: string;
  readonly locale?: Locale;
  readonly cpf?: string;
}

export interface Forgotten {
  /** Of what was bought: tickets that lie ahead (they stay good, but can be sent to nobody any more), and past ones. */
  readonly tickets: { readonly future: number; readonly past: number };
  readonly sessionsEnded: number;
  /** An instant: until then a keyed hash of the CPF is kept for counting. Null: nothing is kept. */
  readonly cpfForgottenAt: string | null;
}

/** Every method @throws ApiProblem: 400 `invalid` with `fields`, 429 `too-many-attempts`, and what it says itself. */
export class AccountApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** A link is sent to the address, whatever is known of it; nobody is signed in before it was followed. */
  async open(account: NewAccount): Promise<void> {
    await this.#client.ask('/api/accounts', { method: 'POST', body: account });
  }

  /** With the token of the message and the password of the sign-up. @throws ApiProblem 403 `wrong-password`, 410 `link-void`. */
  async confirm(token: string, password: string): Promise<void> {
    await this.#client.ask('/api/accounts/confirm', { method: 'POST', body: { token, password } });
  }

  /** A link for a new password is sent, if there is such an account: the answer does not tell. */
  async forgotPassword(email: string): Promise<void> {
    await this.#client.ask('/api/password/forgotten', { method: 'POST', body: { email } });
  }

  /** With the token of a message, an invitation's as well; ends all sessions. @throws ApiProblem 410 `link-void`. */
  async resetPassword(token: string, password: string): Promise<'buyer' | 'staff'> {
    const answer = await this.#client.ask<{ for: 'buyer' | 'staff' }>('/api/password/reset', {
      method: 'POST',
      body: { token, password },
    });
    return answer.for;
  }

  /** Ends all other sessions. @throws ApiProblem 403 `wrong-password`. */
  async changePassword(current: string, password: string): Promise<void> {
    await this.#client.ask('/api/password', { method: 'POST', body: { current, password } });
  }

  /** A CPF ends all other sessions as well. @throws ApiProblem 409 `cpf-in-use` or `has-cpf`, 403 for a guest. */
  async change(change: ProfileChange): Promise<Buyer> {
    return (await this.#client.ask<{ buyer: Buyer }>('/api/account', { method: 'PATCH', body: change })).buyer;
  }

  /** What being forgotten would mean; nothing is changed. A guest has no password. @throws ApiProblem 403 `wrong-password`. */
  wouldForget(password: string | undefined): Promise<Forgotten> {
    return this.#forget(password, true);
  }

  /** Erases everything about the person and signs out. @throws ApiProblem 403 `wrong-password`. */
  forgetMe(password: string | undefined): Promise<Forgotten> {
    return this.#forget(password, false);
  }

  #forget(password: string | undefined, dryRun: boolean): Promise<Forgotten> {
    const body = password === undefined ? { dryRun } : { password, dryRun };
    return this.#client.ask('/api/account', { method: 'DELETE', body });
  }
}

/**
 * The cinema club over HTTP: what it costs and gives, one's own membership, joining and leaving. The monthly money goes from the
 * page straight to Stripe, by a secret that is the member's own; what the server knows of it is what it has seen there.
 */
import type { ApiClient } from './http.ts';

export interface ClubPlan {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  /** What a month costs. */
  readonly monthCents: number;
  readonly ticketsPerMonth: number;
  /** What a member pays for each of them, at most. */
  readonly ticketCents: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** incomplete: the first month is not paid. late: a later one is not. ended: it is over. */
export type ClubStatus = 'incomplete' | 'active' | 'late' | 'ended';

export interface Membership {
  readonly plan: ClubPlan;
  readonly status: ClubStatus;
  /** Of this month. */
  readonly ticketsLeft: number;
  /** Code of the ticket type that such a ticket has. */
  readonly ticketType: string;
  /** The `category` of a purchase's line for one of them. */
  readonly category: number;
  /** Until when this month is paid, an instant; null: no month was paid yet. */
  readonly until: string | null;
  /** It ends then, and is not renewed. */
  readonly leaving: boolean;
}

export interface ClubPayment {
  /** What Stripe's script confirms the payment with: the buyer's secret, never kept anywhere. Null: nothing is to be paid. */
  readonly clientSecret: string | null;
  readonly membership: Membership | null;
}

/** Every method @throws ApiProblem: 404 where there is no club, 401 for a visitor, and what it says itself. */
export class ClubApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Those that can be joined, by price. For everybody. */
  async plans(): Promise<readonly ClubPlan[]> {
    return (await this.#client.ask<{ plans: readonly ClubPlan[] }>('/api/club/plans')).plans;
  }

  /** Null: no member. Guests are none. */
  async membership(): Promise<Membership | null> {
    return (await this.#client.ask<{ membership: Membership | null }>('/api/club')).membership;
  }

  /**
   * Begins a membership, or finds the one that was begun; nothing is charged by it, see `payment`.
   * @throws ApiProblem 403 `not-an-account` (a guest) or `cpf-needed`, 404 no such plan, 503 `provider-unknown`: nothing was charged
   */
  async join(plan: string): Promise<Membership | null> {
    const request = { method: 'POST', body: { plan } } as const;
    return (await this.#client.ask<{ membership: Membership | null }>('/api/club/join', request)).membership;
  }

  /** How it stands at Stripe at this moment, and what is to be paid. @throws ApiProblem 503 `provider-unknown` */
  payment(): Promise<ClubPayment> {
    return this.#client.ask('/api/club/payment');
  }

  /**
   * The paid month stays; what was never paid ends at once. Again changes nothing.
   * @throws ApiProblem 404 no member, 503 `provider-unknown`: still a member
   */
  async leave(): Promise<Membership | null> {
    const request = { method: 'POST', body: {} } as const;
    return (await this.#client.ask<{ membership: Membership | null }>('/api/club/leave', request)).membership;
  }
}

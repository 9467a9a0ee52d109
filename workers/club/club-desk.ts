/**
 * Joining and leaving the club. What the provider says is looked up and written down, and nothing else makes a member: neither the
 * page that says "paid", nor what a webhook quotes. Each step is found again after a crash: a membership is begun in our tables
 * first, and what is made for it at the provider has a key of that membership.
 */
import type pg from 'pg';
import {
  beginMembership,
  type ClubMember,
  customerOf,
  findBySubscription,
  findClubMember,
  membershipsToLookAt,
  setSubscription,
  subscriptionSeen,
} from '../../storage/club/club-members.ts';
import { findClubPlan, setPlanPrice } from '../../storage/club/club-plans.ts';
import type { Log } from '../../storage/log.ts';
import type { ClubProvider } from './club-provider.ts';

export interface ClubPorts {
  /** Role app. */
  readonly pool: pg.Pool;
  readonly provider: ClubProvider;
  readonly log: Log;
}

/** Memberships that are looked at in one round: a request each. */
const LOOKS_MAX = 50;

export class ClubDesk {
  readonly #ports: ClubPorts;

  constructor(ports: ClubPorts) {
    this.#ports = ports;
  }

  /**
   * Begins a membership, or finds the one that is begun. Whoever has not paid for the first month of another plan yet changes
   * over to this one. Null: there is no such plan to join, or the buyer was forgotten meanwhile.
   * @throws ProviderUnknown, ProviderRefused
   */
  async join(buyer: string, code: string): Promise<ClubMember | null> {
    const { pool, provider } = this.#ports;
    const plan = await findClubPlan(pool, code);
    if (plan === null || plan.status !== 'active' || plan.priceId === null) return null;
    let member = await beginMembership(pool, buyer, plan.id);
    if (member !== null) member = await this.#now(member);
    if (member !== null && member.plan !== code && member.status === 'incomplete') {
      if (member.subscription !== null) {
        await this.#seen(await provider.cancelNow(member.subscription, keyOf(member, 'end')));
      }
      member = await beginMembership(pool, buyer, plan.id);
    }
    if (member === null || member.subscription !== null || member.plan !== code) return member;
    const known = member.customer ?? (await customerOf(pool, buyer));
    const customer = known ?? (await provider.createCustomer(buyer, keyOf(member, 'customer')));
    // Before the subscription: should its answer be lost, the same customer asks with the same key again.
    if (!(await setSubscription(pool, member.id, { customer, subscription: null }))) return this.#forgotten(customer);
    const sight = await provider.subscribe(customer, plan.priceId, keyOf(member, 'subscribe'));
    const { subscription } = sight;
    if (!(await setSubscription(pool, member.id, { customer, subscription }))) return this.#forgotten(customer);
    return this.#seen(sight);
  }

  /** What the page confirms the first payment with, or one that failed; null: nothing is to be paid. @throws ProviderUnknown, ProviderRefused */
  async clientSecret(member: ClubMember): Promise<string | null> {
    if (member.subscription === null || member.status === 'active') return null;
    return this.#ports.provider.clientSecret(member.subscription);
  }

  /** Paid tickets stay until the end of the month. Null: no member. @throws ProviderUnknown, ProviderRefused */
  async leave(buyer: string): Promise<ClubMember | null> {
    const { pool, provider } = this.#ports;
    const found = await findClubMember(pool, buyer);
    if (found === null || found.subscription === null || found.cancelsAtEnd) return found;
    const member = await this.#now(found);
    const { subscription } = found;
    // Of a month that was not paid the provider would go on asking for the money until its end.
    return this.#seen(
      member.status === 'active'
        ? await provider.cancelAtEnd(subscription, keyOf(member, `leave.${member.periodEnd?.getTime() ?? 0}`))
        : await provider.cancelNow(subscription, keyOf(member, 'end')),
    );
  }

  /** Looks at a subscription of which something was heard. False: it is none of ours. @throws ProviderUnknown, ProviderRefused */
  async look(subscription: string): Promise<boolean> {
    if ((await findBySubscription(this.#ports.pool, subscription)) === null) return false;
    return (await this.#seen(await this.#ports.provider.look(subscription))) !== null;
  }

  /** Those whose renewal nobody told us of; resolves with how many were looked at. */
  async lookAround(): Promise<number> {
    const found = await membershipsToLookAt(this.#ports.pool, LOOKS_MAX);
    for (const subscription of found) {
      await this.look(subscription).catch((cause: unknown) =>
        this.#ports.log.warn({ subscription, cause }, 'a membership could not be looked at; again later'),
      );
    }
    return found.length;
  }

  /** Makes at the provider what a new plan needs; again changes nothing. @throws ProviderUnknown, ProviderRefused */
  async offer(code: string): Promise<void> {
    const { pool, provider } = this.#ports;
    const plan = await findClubPlan(pool, code);
    if (plan === null || plan.priceId !== null) return;
    const { product, price } = await provider.createPrice(plan, `club.plan.${plan.id}`);
    await setPlanPrice(pool, plan.id, product, price);
  }

  /** What was paid in another tab a moment ago is not ended as if it had not been. */
  async #now(member: ClubMember): Promise<ClubMember> {
    if (member.subscription === null || member.status === 'active') return member;
    return (await this.#seen(await this.#ports.provider.look(member.subscription))) ?? member;
  }

  /** "Forget me" came in between: its job may not have seen what was just made. */
  async #forgotten(customer: string): Promise<null> {
    await this.#ports.provider.forgetCustomer(customer);
    return null;
  }

  #seen(sight: Parameters<typeof subscriptionSeen>[1]): Promise<ClubMember | null> {
    return subscriptionSeen(this.#ports.pool, sight);
  }
}

function keyOf(member: ClubMember, step: string): string {
  return `club.${member.id}.${step}`;
}

/** The cinema club over HTTP: what it offers, and one's own membership. */
import { z } from 'zod';
import { type ClubMember, findClubMember, ticketsLeft } from '../../storage/club/club-members.ts';
import { findClubPlan, listClubPlans } from '../../storage/club/club-plans.ts';
import { CLUB_TYPE, clubCategory } from '../../storage/club/club-tickets.ts';
import { type AttemptLimits, mayTry } from '../accounts/attempt-limits.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import type { BuyerPrincipal } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import { asked, REFUSED, UNKNOWN } from './ask-club.ts';
import { code, type PlanEndpointPorts, planEndpoints, planView, TAG, viewOfPlan } from './plan-endpoints.ts';

export interface ClubEndpointPorts extends PlanEndpointPorts {
  readonly limits: AttemptLimits;
  nowMs(): number;
}

const membershipView = z.object({
  plan: planView,
  status: z.enum(['incomplete', 'active', 'late', 'ended']),
  ticketsLeft: z.int().nonnegative().meta({ description: 'Of this month, for the price of `plan.ticketCents` each.' }),
  ticketType: z.string().meta({ description: 'Code of the ticket type that such a ticket has.' }),
  /** The id that a purchase names. */
  category: z.int(),
  until: z.string().nullable().meta({ description: 'Until when this month is paid.' }),
  leaving: z.boolean().meta({ description: 'It ends then, and is not renewed.' }),
});
const answer = z.object({ membership: membershipView.nullable() });

/** Only where the provider of the monthly payments is on. */
export function clubEndpoints(ports: ClubEndpointPorts): Endpoint[] {
  return [...memberEndpoints(ports), ...planEndpoints(ports)];
}

function memberEndpoints(ports: ClubEndpointPorts): Endpoint[] {
  const { pool, desk, limits, log } = ports;
  const looks = new LooksUnderWay();
  const mine = async (buyer: string) => ({ membership: await membershipOf(ports, await findClubMember(pool, buyer)) });
  return [
    endpoint({
      method: 'GET',
      path: '/api/club/plans',
      summary: 'What the club costs and gives',
      tag: TAG,
      access: { kind: 'public' },
      answer: z.object({ plans: z.array(planView) }),
      handle: async () => ({ body: { plans: (await listClubPlans(pool)).map(viewOfPlan) } }),
    }),
    endpoint({
      method: 'GET',
      path: '/api/club',
      summary: 'One’s own membership',
      description: '`membership` null: no member. Guests are none.',
      tag: TAG,
      access: { kind: 'buyer' },
      answer,
      handle: async ({ principal }) => ({ body: await mine(principal.buyer) }),
    }),
    endpoint({
      method: 'POST',
      path: '/api/club/join',
      summary: 'Join the club',
      description:
        'Begins a subscription, or finds the one that was begun. Nothing is paid by it: the page asks `GET /api/club/payment` and ' +
        'confirms the first month with Stripe. Whoever is a member already stays one, of the same plan.',
      tag: TAG,
      access: { kind: 'buyer' },
      body: z.strictObject({ plan: code }),
      answer,
      once: 'app',
      problems: {
        403: 'not-an-account: guests cannot join; cpf-needed: tell the CPF first',
        404: 'There is no such plan to join.',
        429: 'Tried often enough.',
        503: `provider-unknown: Stripe did not answer; joining charges nothing, try again. ${REFUSED}`,
      },
      // Stripe is asked before the transaction begins, and by keys of the membership: again is the same.
      prepare: async ({ principal, body }) => {
        mustBeAccount(principal);
        await mayTry(limits, ['join club', principal.buyer]);
        return asked(log, UNKNOWN.join, () => desk.join(principal.buyer, body.plan));
      },
      handle: async (_request, member) => {
        if (member === null) throw Problem.notFound('such plan to join');
        return { body: { membership: await membershipOf(ports, member) } };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/club/payment',
      summary: 'What the first month is confirmed with',
      description: 'A secret of the buyer’s for Stripe.js; null when nothing is to be paid. Looks at Stripe first.',
      tag: TAG,
      access: { kind: 'buyer' },
      answer: z.object({ clientSecret: z.string().nullable(), membership: membershipView.nullable() }),
      problems: {
        429: 'Looked at too often.',
        503: `provider-unknown: Stripe did not answer; it is not known whether it was paid, look again. ${REFUSED}`,
      },
      handle: async ({ principal }) => {
        const clientSecret = await looks.of(principal.buyer, () => lookAtPayment(ports, principal.buyer));
        return { body: { clientSecret, ...(await mine(principal.buyer)) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/club/leave',
      summary: 'Leave the club',
      description: 'What is paid stays until the end of the month; nothing is charged after it.',
      tag: TAG,
      access: { kind: 'buyer' },
      answer,
      once: 'app',
      problems: {
        404: 'No member.',
        503: `provider-unknown: Stripe did not answer; it is not known whether the membership ends, look again. ${REFUSED}`,
      },
      prepare: ({ principal }) => asked(log, UNKNOWN.leave, () => desk.leave(principal.buyer)),
      handle: async (_request, member) => {
        if (member === null) throw Problem.notFound('membership');
        return { body: { membership: await membershipOf(ports, member) } };
      },
    }),
  ];
}

async function membershipOf(
  { pool, nowMs }: ClubEndpointPorts,
  member: ClubMember | null,
): Promise<z.input<typeof membershipView> | null> {
  const plan = member === null ? null : await findClubPlan(pool, member.plan);
  if (member === null || plan === null) return null;
  return {
    plan: viewOfPlan(plan),
    status: statusOf(member.status),
    ticketsLeft: await ticketsLeft(pool, member, nowMs()),
    ticketType: CLUB_TYPE,
    category: await clubCategory(pool),
    until: member.periodEnd?.toISOString() ?? null,
    leaving: member.cancelsAtEnd,
  };
}

/** Stripe's words, as far as anybody has to know. */
function statusOf(status: string): 'incomplete' | 'active' | 'late' | 'ended' {
  if (status === 'active' || status === 'incomplete') return status;
  return status === 'canceled' || status === 'incomplete_expired' ? 'ended' : 'late';
}

/** Ten people with one CPF are one payer, but a membership is an account's, which can sign in again. */
function mustBeAccount({ isGuest, payer }: BuyerPrincipal): void {
  if (isGuest) throw new Problem(403, 'not-an-account', 'Guests cannot join: sign up for an account first.');
  if (payer === null) throw new Problem(403, 'cpf-needed', 'The account has no CPF yet: tell it first.');
}

/** Looks at Stripe first: the first month may have been paid meanwhile, or a renewal. Null: nothing is to be paid. */
async function lookAtPayment(
  { pool, desk, limits, log, nowMs }: ClubEndpointPorts,
  buyer: string,
): Promise<string | null> {
  const begun = await findClubMember(pool, buyer);
  if (begun === null) return null;
  const { subscription } = begun;
  // Also when the month is over by our books: its renewal may be late to be heard of.
  const isOver = (begun.periodEnd?.getTime() ?? 0) <= nowMs();
  if (subscription === null || (begun.status === 'active' && !isOver)) return null;
  await mayTry(limits, ['look at club', buyer]);
  return asked(log, UNKNOWN.payment, async () => {
    await desk.look(subscription);
    const member = await findClubMember(pool, buyer);
    return member === null ? null : desk.clientSecret(member);
  });
}

/** Several tabs that look at the same moment are one look. */
class LooksUnderWay {
  readonly #looks = new Map<string, Promise<string | null>>();

  of(buyer: string, look: () => Promise<string | null>): Promise<string | null> {
    const known = this.#looks.get(buyer);
    if (known !== undefined) return known;
    const done = look().finally(() => this.#looks.delete(buyer));
    this.#looks.set(buyer, done);
    return done;
  }
}

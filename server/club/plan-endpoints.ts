/** The club's plans, as administrators keep them: added here, made at the provider, offered no longer. */
import type pg from 'pg';
import { z } from 'zod';
import {
  addClubPlan,
  type ClubPlan,
  findClubPlan,
  listClubPlans,
  withdrawClubPlan,
} from '../../storage/club/club-plans.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import type { Log } from '../../storage/log.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import type { ClubDesk } from '../../workers/club/club-desk.ts';
import { line, staff, why } from '../admin/admin-fields.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { asked, REFUSED, UNKNOWN } from './ask-club.ts';

export interface PlanEndpointPorts {
  /** Role app. */
  readonly pool: pg.Pool;
  readonly desk: ClubDesk;
  /** Hears of what the provider will not do: that is for whoever runs the server. */
  readonly log: Log;
}

/** The chapter of the description. */
export const TAG = 'Club';
export const code = z.string().regex(/^[a-z0-9-]{1,40}$/);
const cents = z.int().nonnegative();

/** A plan, as everybody may see it. */
export const planView = z.object({
  code,
  name: z.string(),
  nameEn: z.string(),
  monthCents: cents,
  ticketsPerMonth: z.int(),
  ticketCents: cents,
  currency: z.string(),
});

export function planEndpoints({ pool, desk, log }: PlanEndpointPorts): Endpoint[] {
  const listed = planView.extend({ status: z.string(), members: z.int(), isOffered: z.boolean() });
  const viewOfListed = (plan: ClubPlan) => ({
    ...viewOfPlan(plan),
    status: plan.status,
    members: plan.members,
    isOffered: plan.status === 'active' && plan.priceId !== null,
  });
  return [
    endpoint({
      method: 'GET',
      path: '/api/admin/club/plans',
      summary: 'All plans, with their members',
      tag: TAG,
      // What members pay, and how many they are, is the operator's.
      access: staff('payments:read'),
      answer: z.object({ plans: z.array(listed) }),
      handle: async () => ({ body: { plans: (await listClubPlans(pool, true)).map(viewOfListed) } }),
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/club/plans',
      summary: 'Offer a plan',
      description:
        'Made at Stripe as well. What a plan costs and gives does not change afterwards: members have agreed to it.',
      tag: TAG,
      access: staff('users:write'),
      body: z.strictObject({
        code,
        name: line(1, 80),
        nameEn: line(1, 80),
        monthCents: z.int().min(100).max(1_000_000),
        ticketsPerMonth: z.int().min(1).max(31),
        ticketCents: z.int().min(0).max(100_000),
        why,
      }),
      answer: z.object({ plan: listed }),
      once: 'app',
      problems: { 409: 'code-taken: there is another plan of that code' },
      handle: async ({ body, client, principal }) => {
        const { why: reason, ...plan } = body;
        const added = await addClubPlan(client, plan);
        if (added === null) throw Problem.conflict('code-taken', `There is a plan "${plan.code}" already.`);
        await recordAction(client, {
          who: principal.who,
          action: 'club-plan.add',
          target: `club-plan:${plan.code}`,
          why: reason,
          details: plan,
        });
        return { body: { plan: viewOfListed(added) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/club/plans/{code}/offer',
      summary: 'Make a plan at Stripe, so that it can be joined',
      description: 'Again changes nothing.',
      tag: TAG,
      access: staff('users:write'),
      params: z.object({ code }),
      answer: z.object({ plan: listed }),
      problems: {
        404: 'There is no such plan.',
        503: `provider-unknown: Stripe did not answer; try again. ${REFUSED}`,
      },
      handle: async ({ params, principal }) => {
        const wanted = await findClubPlan(pool, params.code);
        if (wanted !== null && wanted.priceId === null) {
          // Before it is made there, so that nothing is made that nobody has on record.
          const action = { who: principal.who, action: 'club-plan.offer', target: `club-plan:${params.code}` };
          await inTransaction(pool, (client) => recordAction(client, action));
          await asked(log, UNKNOWN.offer, () => desk.offer(params.code));
        }
        const plan = await findClubPlan(pool, params.code);
        if (plan === null) throw Problem.notFound('such plan');
        return { body: { plan: viewOfListed(plan) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/club/plans/{code}/withdraw',
      summary: 'Offer a plan no longer',
      description: 'Members stay members.',
      tag: TAG,
      access: staff('users:write'),
      params: z.object({ code }),
      body: z.strictObject({ why }),
      answer: z.object({ plan: listed }),
      once: 'app',
      problems: { 404: 'There is no such plan.' },
      handle: async ({ params, body, client, principal }) => {
        const isWithdrawn = await withdrawClubPlan(client, params.code);
        const plan = await findClubPlan(client, params.code);
        if (plan === null) throw Problem.notFound('such plan');
        if (isWithdrawn) {
          await recordAction(client, {
            who: principal.who,
            action: 'club-plan.withdraw',
            target: `club-plan:${params.code}`,
            why: body.why,
          });
        }
        return { body: { plan: viewOfListed(plan) } };
      },
    }),
  ];
}

/** As planView has it. */
export function viewOfPlan({ code: name, ...plan }: ClubPlan): z.input<typeof planView> {
  const { monthCents, ticketsPerMonth, ticketCents, currency, nameEn } = plan;
  return { code: name, name: plan.name, nameEn, monthCents, ticketsPerMonth, ticketCents, currency };
}

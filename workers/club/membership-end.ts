/**
 * The job that follows "forget me": whatever the provider would still take from a member who is forgotten is ended there at once, and
 * the customer with the card is deleted. Done again it finds nothing left to do.
 */
import type pg from 'pg';
import { z } from 'zod';
import { customerForgotten, END_MEMBERSHIP, knownAtProvider } from '../../storage/club/club-ends.ts';
import { type JobTask, jobTask } from '../jobs/tasks.ts';
import type { ClubProvider } from './club-provider.ts';

export interface MembershipEndPorts {
  /** Role app. */
  readonly pool: pg.Pool;
  /** Null where no provider is configured any more: the job fails then, because somebody may still be charged. */
  readonly provider: ClubProvider | null;
}

export function endMembershipTask({ pool, provider }: MembershipEndPorts): JobTask {
  return jobTask(END_MEMBERSHIP, z.object({ buyer: z.string() }), async ({ buyer }, { signal, log }) => {
    const known = await knownAtProvider(pool, buyer);
    if (known.length === 0) return;
    if (provider === null) {
      throw new Error(
        'A member of the club was forgotten, and Stripe is not configured here: Stripe may go on charging. Configure it again, or cancel at Stripe.',
      );
    }
    for (const { member, subscription } of known) {
      signal.throwIfAborted();
      if (subscription !== null) await provider.cancelNow(subscription, `club.${member}.end`);
    }
    for (const customer of new Set(known.map((one) => one.customer))) {
      await provider.forgetCustomer(customer);
      await customerForgotten(pool, customer);
    }
    log.info({ buyer, memberships: known.length }, 'a forgotten member’s subscription has ended at the provider');
  });
}

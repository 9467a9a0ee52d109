/**
 * Disputes whose webhooks never came: refunds would be sent to whom the bank has paid already. Once a day, for each provider apart,
 * those that it lists are looked at, and those that are open in our books; what is new is saved, which wakes the order's books.
 */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Provider } from '../../actors/payment/payment.ts';
import { disputeStandings } from '../../storage/payments/dispute-standing.ts';
import { saveDispute } from '../../storage/payments/disputes.ts';
import { findOrderOf } from '../../storage/payments/payment-finder.ts';
import { type JobTask, jobTask, type RecurringJob } from '../jobs/tasks.ts';
import type { ProviderDesk } from './provider-port.ts';

export interface DisputeLookupPorts {
  /** Role app. */
  readonly pool: Pool;
  readonly adapters: ReadonlyMap<Provider, ProviderDesk>;
  nowMs(): number;
}

/** Twice as long as providers repeat a webhook. */
const SINCE_MS = 7 * 86_400_000;
/** Of each provider in one round, a request for each; what is beyond is said in the log. */
const LOOKED_MAX = 2_000;
/** Ten past five in the morning in Brasília. */
const DAILY = '10 8 * * *';

export function disputeTasks(ports: DisputeLookupPorts): { tasks: JobTask[]; recurring: RecurringJob[] } {
  const listing = [...ports.adapters].filter(([, { listDisputesSince }]) => listDisputesSince !== undefined);
  const tasks = listing.map(([provider, adapter]) =>
    jobTask(`look-up-disputes-${provider}`, z.object({}), async (_payload, { signal, log }) => {
      const ids = await listed(adapter, ports.nowMs() - SINCE_MS);
      const standings = await disputeStandings(ports.pool, provider, [...ids], LOOKED_MAX);
      const known = new Map(standings.map((standing) => [standing.id, standing]));
      const open = standings.filter(({ outcome }) => outcome === null).map(({ id }) => id);
      if (ids.size >= LOOKED_MAX) log.warn({ provider, most: LOOKED_MAX }, 'not all disputes were looked up');
      let saved = 0;
      for (const id of new Set([...open, ...ids])) {
        // What is left is found the next day.
        signal.throwIfAborted();
        const before = known.get(id);
        if (before?.outcome != null) continue;
        const sight = await adapter.lookDispute(id);
        if (before?.status === sight.status && before.outcome === sight.outcome) continue;
        const order = await findOrderOf(ports.pool, provider, sight.payment);
        // Somebody else's, who uses the account as well.
        if (order === null) continue;
        await saveDispute(ports.pool, order, provider, sight, 'reconcile');
        saved++;
        log.warn(
          { provider, dispute: id, order, status: sight.status },
          'a dispute was found that no webhook had told',
        );
      }
      if (saved > 0) log.info({ provider, saved }, 'disputes were looked up');
    }),
  );
  return { tasks, recurring: tasks.map(({ name }) => ({ task: name, at: DAILY })) };
}

async function listed(adapter: ProviderDesk, sinceMs: number): Promise<Set<string>> {
  const ids = new Set<string>();
  await adapter.listDisputesSince?.(sinceMs, (id) => {
    ids.add(id);
    return ids.size < LOOKED_MAX;
  });
  return ids;
}

/**
 * A cancelled screening is wound up: sales closed, every ticket that was not used refunded, every buyer told.
 *
 * Nothing is remembered between two runs. What is left to do is in the tables: an order with live tickets is one that
 * was not refunded yet, and the facts that refund it change the tables in their own commit. So the job may be killed
 * anywhere, run twice at once, or begin again after days. The request ids are made of the job's key and of what is asked, so that a
 * command whose answer was lost is the same command when it is sent again. Buyers are told before their tickets go, since
 * afterwards nobody could tell them from those who had given theirs back long ago; the message's id is made of screening and
 * buyer, and a second one is not queued.
 *
 * It does not end well while the tables have a live ticket. An order that is refused stops none behind it; when all were tried the
 * tables are asked again, because of two tickets one may have been let in meanwhile: the other is then a refund of its own,
 * with an id of its own. What is left after that makes the job fail, which is seen and tried again.
 *
 * Payments under way are left to end: whoever they belong to asks the provider, at the latest when the payment's time is up.
 * Until then the job comes back.
 *
 * No money moves from here either. Each refund's fact wakes the books of its order in the same commit, and those are looked after by
 * the sweep until the provider has sent it back (workers/payments): a provider that is away holds up no ticket, and how far the money
 * has come is counted from the books (storage/payments/screening-refunds.ts).
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import { type OrderLeft, ordersInPayment, ordersWithTickets, screeningNow } from '../storage/admin/orders-left.ts';
import { inTransaction } from '../storage/in-transaction.ts';
import { addJob } from '../storage/jobs.ts';
import { queueMessages } from '../storage/messages.ts';
import { type JobTask, jobTask } from './jobs/tasks.ts';

/** The task's name. */
export const CANCEL_SCREENING = 'cancel-screening';

/** What the job says to the screening's actor; StaffCommands of the server takes it as it is. */
export type CancellationCommand = { readonly requestId: string; readonly by: string } & (
  | { readonly kind: 'close-sales' }
  | { readonly kind: 'refund'; readonly order: string; readonly tickets: readonly string[] }
);

export interface CancellationPorts {
  /** With the app role. */
  readonly pool: pg.Pool;
  ask(screening: number, command: CancellationCommand): Promise<{ readonly outcome: Answer }>;
}

const payload = z.object({ screening: z.int().positive(), key: z.string().regex(/^[\w-]{1,64}$/) });
type Payload = z.output<typeof payload>;

/** Orders that are refunded at once: enough to fill a commit, few enough for a mailbox that buyers use as well. */
const ORDERS_AT_ONCE = 64;
/** When to look again for payments under way, milliseconds. They end within minutes. */
const AGAIN_MS = 30_000;

/**
 * How often the tables are looked through in one run: once for what was sold, once to see that nothing is left, and once more
 * for what changed in between.
 */
const ROUNDS_MAX = 3;

/** Says who in the journal: no buyer, and no member of staff by hand. */
const BY = 'system';

/** Something could not be refunded, or nobody knows whether it was: the job is tried again later. */
export class CancellationStuck extends Error {
  override readonly name = 'CancellationStuck';
}

export function cancelScreeningTask(ports: CancellationPorts): JobTask {
  return jobTask(CANCEL_SCREENING, payload, async (job, { signal, log }) => {
    const refunded = await windUp(ports, job, signal);
    log.info({ screening: job.screening, refunded }, 'a cancelled screening was refunded');
  });
}

/**
 * Does what is left; resolves with how many orders were refunded.
 * @throws CancellationStuck, or the signal's reason
 */
export async function windUp(
  ports: CancellationPorts,
  job: Payload,
  signal: AbortSignal,
  ordersAtOnce = ORDERS_AT_ONCE,
): Promise<number> {
  const { pool } = ports;
  const { screening, key } = job;
  if ((await screeningNow(pool, screening))?.isCancelled !== true) return 0;
  const closed = await ports.ask(screening, { kind: 'close-sales', by: BY, requestId: idOf(key, 'close') });
  mustBeKnown(closed.outcome, 'sales were not closed');
  // Counted before the orders are looked at: one that is sold in between is then found, or counted and looked for again.
  const paying = await ordersInPayment(pool, screening);
  let refunded = 0;
  for (let round = 1; ; round++) {
    const { found, done, failures } = await refundAll(ports, job, signal, ordersAtOnce);
    refunded += done;
    if (failures.length > 0) throw stuck(`${failures.length} of ${found} orders could not be refunded`, failures[0]);
    if (found === 0) break;
    if (round === ROUNDS_MAX) throw stuck('orders with live tickets were found in each round');
  }
  if (paying > 0) {
    const runAt = new Date(Date.now() + AGAIN_MS);
    await addJob(pool, CANCEL_SCREENING, job, { key: `${CANCEL_SCREENING}:${screening}`, runAt });
  }
  return refunded;
}

/** Tries each order with live tickets once, whatever becomes of the others. */
async function refundAll(
  ports: CancellationPorts,
  job: Payload,
  signal: AbortSignal,
  ordersAtOnce: number,
): Promise<{ readonly found: number; readonly done: number; readonly failures: readonly unknown[] }> {
  let [found, done] = [0, 0];
  const failures: unknown[] = [];
  for (let after = ''; ; ) {
    const orders = await ordersWithTickets(ports.pool, job.screening, after, ordersAtOnce);
    const last = orders.at(-1);
    if (last === undefined) return { found, done, failures };
    signal.throwIfAborted();
    await tell(ports.pool, job.screening, orders);
    for (const result of await Promise.allSettled(orders.map((order) => refund(ports, job, order)))) {
      if (result.status === 'rejected') failures.push(result.reason);
      else if (result.value) done++;
    }
    found += orders.length;
    after = last.order;
  }
}

/** One message to a buyer for a screening, ever. */
function tell(pool: pg.Pool, screening: number, orders: readonly OrderLeft[]): Promise<void> {
  const messages = [...new Set(orders.map(({ buyer }) => buyer))].map((buyer) => ({
    id: idOf('screening-cancelled', screening, buyer),
    kind: 'screening-cancelled' as const,
    recipientKind: 'buyer' as const,
    recipient: buyer,
    params: { screening },
  }));
  return inTransaction(pool, (client) => queueMessages(client, messages));
}

/** False when somebody else was quicker: one of the tickets was refunded by hand, or let in at this moment; the rest is found again. */
async function refund(ports: CancellationPorts, { screening, key }: Payload, left: OrderLeft): Promise<boolean> {
  const { order, tickets } = left;
  const requestId = idOf(key, order, ...tickets);
  const { outcome } = await ports.ask(screening, { kind: 'refund', by: BY, order, tickets, requestId });
  if (outcome.code === OutcomeCode.ticketVoid || outcome.code === OutcomeCode.ticketUsed) return false;
  mustBeKnown(outcome, `order ${order} was not refunded`);
  return true;
}

function mustBeKnown({ code }: Answer, what: string): void {
  if (code !== OutcomeCode.accepted) throw new CancellationStuck(`${what}: outcome ${code}`);
}

/** `first`: one of the reasons, which is told as well; the log has no room for all. */
function stuck(what: string, first?: unknown): CancellationStuck {
  if (first === undefined) return new CancellationStuck(what);
  return new CancellationStuck(`${what}; the first: ${(first as Error).message}`, { cause: first });
}

/** The same for the same parts, and fit for a request id. */
function idOf(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

/**
 * Everybody with a ticket of a moved screening is told its new start, once for each move. Found anew each time: whoever
 * bought meanwhile is told as well, which does no harm. Payments that began before the move are waited for, because their
 * buyers had read the old time.
 */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import { buyersOf, ordersInPayment, screeningNow } from '../storage/admin/orders-left.ts';
import { inTransaction } from '../storage/in-transaction.ts';
import { addJob } from '../storage/jobs.ts';
import { queueMessages } from '../storage/messages.ts';
import { type JobTask, jobTask } from './jobs/tasks.ts';

/** The task's name. */
export const TELL_NEW_START = 'tell-new-start';

const payload = z.object({
  screening: z.int().positive(),
  /** Names this move. */
  key: z.string().regex(/^[\w-]{1,64}$/),
  from: z.string(),
  to: z.string(),
  movedAtMs: z.number(),
});
type Payload = z.output<typeof payload>;

const BUYERS_AT_ONCE = 500;
/** When to look again for payments under way, milliseconds. */
const AGAIN_MS = 60_000;

export function tellNewStartTask(pool: pg.Pool): JobTask {
  return jobTask(TELL_NEW_START, payload, async (move, { signal }) => {
    await tellNewStart(pool, move, signal);
  });
}

/** Resolves with how many buyers there are; those who were told before are not told again. `pool` has the app role. */
export async function tellNewStart(pool: pg.Pool, move: Payload, signal: AbortSignal): Promise<number> {
  const { screening, key, from, to, movedAtMs } = move;
  const now = await screeningNow(pool, screening);
  // Moved again, or cancelled: its buyers hear of that, and must not hear of this afterwards.
  if (now === null || now.isCancelled || now.startsLocal !== to) return 0;
  // Counted first: what is sold in between is then found, or looked for again.
  const paying = await ordersInPayment(pool, screening, movedAtMs);
  let told = 0;
  for (let after = ''; ; ) {
    const buyers = await buyersOf(pool, screening, after, BUYERS_AT_ONCE);
    const last = buyers.at(-1);
    if (last === undefined) break;
    signal.throwIfAborted();
    const messages = buyers.map((buyer) => ({
      id: createHash('sha256')
        .update(JSON.stringify([key, buyer]))
        .digest('base64url')
        .slice(0, 22),
      kind: 'screening-rescheduled' as const,
      recipientKind: 'buyer' as const,
      recipient: buyer,
      params: { screening, from, to },
    }));
    await inTransaction(pool, (client) => queueMessages(client, messages));
    told += buyers.length;
    after = last;
  }
  if (paying > 0) {
    const runAt = new Date(Date.now() + AGAIN_MS);
    await addJob(pool, TELL_NEW_START, move, { key: `${TELL_NEW_START}:${key}`, runAt });
  }
  return told;
}

/** Tells a buyer that his tickets died because their money could not be had: once, however often it is asked for. */
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import { queueMessages } from '../messages.ts';

/** False: there is no such order. Role app. */
export async function queueVoidLetter(pool: pg.Pool, order: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ recipient: string }>({
      name: 'void-letter',
      // Not the payer where a contact is known: with somebody's CPF others may have bought as well.
      text: 'select coalesce(contact, buyer) as recipient from orders where id = $1',
      values: [order],
    });
    const [row] = rows;
    if (row === undefined) return false;
    const letter = {
      kind: 'tickets-voided',
      recipientKind: 'buyer',
      recipient: row.recipient,
      params: { order },
    } as const;
    await queueMessages(client, [{ id: `tickets-voided:${order}`, ...letter }]);
    return true;
  });
}

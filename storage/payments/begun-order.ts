/**
 * What an order is about before it has tickets or books: its seats, as the fact says with which its payment began. For a phone that
 * is to pay what a kiosk has chosen.
 */
import type pg from 'pg';
import { FactKind } from '../../actors/seat-fact.ts';
import { decodeFact } from '../fact-codec.ts';

/** The seats by number, in the order of the lines; null when no payment of such an order began. Role app. */
export async function seatsOfBegun(
  queryable: Pick<pg.Pool, 'query'>,
  screening: number,
  order: string,
): Promise<readonly number[] | null> {
  const { rows } = await queryable.query<{ body: string }>({
    name: 'order-begun',
    // The facts of one screening, by the journal's key; the id is looked for as text, and compared exactly below.
    text: `select body from journal where screening = $1 and kind = ${FactKind.paymentBegun} and strpos(body, $2) > 0
           order by version desc`,
    values: [screening, JSON.stringify(order)],
  });
  for (const { body } of rows) {
    const fact = decodeFact(FactKind.paymentBegun, body);
    if (fact.kind === FactKind.paymentBegun && fact.order === order) return fact.lines.map(({ seat }) => seat);
  }
  return null;
}

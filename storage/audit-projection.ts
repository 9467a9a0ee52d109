/** Whether the tables `orders` and `tickets` say what the facts say. */

import type { AuditLedger, LedgerOrder } from './audit-ledger.ts';
import type { AuditFindings } from './audit-report.ts';
import type { TextRow } from './grouped-cursor.ts';

export const ORDERS_SQL =
  'select screening, id, buyer, state, amount_cents, contact from orders order by screening, id';
export const TICKETS_SQL = `select screening, id, order_id, seat, code, buyer, type, price_cents, state, category, fee_cents
  from tickets order by screening, id`;

/** What the table may say of an order beyond the actor's knowledge: money moves on after the seats are sold. */
const STATES: Readonly<Record<LedgerOrder['state'], readonly string[]>> = {
  created: ['created', 'authorised'],
  sold: ['sold', 'captured'],
  refused: ['refused'],
  cancelled: ['cancelled', 'expired'],
  refunded: ['refunded'],
};

export function compareProjection(
  screening: number,
  ledger: AuditLedger,
  orders: readonly TextRow[],
  tickets: readonly TextRow[],
  findings: AuditFindings,
): void {
  const wrong = (message: string): void => findings.add('projection', screening, null, message);
  const sums = new Map<string, number>();
  const seatOf = new Map<string, string>();

  const missingTickets = new Set(ledger.tickets.keys());
  for (const row of tickets) {
    const [, id = '', order = '', seat = '', code, buyer, type, price, state, category, fee] = textsOf(row);
    missingTickets.delete(id);
    sums.set(order, (sums.get(order) ?? 0) + Number(price) + Number(fee));
    if (state === 'live' || state === 'used') {
      const other = seatOf.get(seat);
      if (other !== undefined) {
        findings.add(
          'sold-once',
          screening,
          null,
          `seat ${seat} has two live tickets in the table, ${other} and ${id}`,
        );
      }
      seatOf.set(seat, id);
    }
    const fact = ledger.tickets.get(id);
    if (fact === undefined) {
      wrong(`ticket ${id} is in the table and not in the journal`);
      continue;
    }
    const inTable = [order, seat, code, buyer, type, price, state, category, fee].join(' · ');
    const terms = [fact.type, fact.priceCents, fact.state, fact.category ?? '', fact.feeCents];
    const inJournal = [fact.order, fact.seat, fact.code, fact.buyer, ...terms].join(' · ');
    if (inTable !== inJournal) wrong(`ticket ${id} is "${inTable}" in the table and "${inJournal}" in the journal`);
  }
  for (const id of missingTickets) wrong(`ticket ${id} is in the journal and not in the table`);

  const missingOrders = new Set(ledger.orders.keys());
  for (const row of orders) {
    const [, id = '', buyer, state = '', amount, contact] = textsOf(row);
    missingOrders.delete(id);
    const fact = ledger.orders.get(id);
    if (fact === undefined) {
      wrong(`order ${id} is in the table and not in the journal`);
      continue;
    }
    if (!STATES[fact.state].includes(state))
      wrong(`order ${id} is ${state} in the table and ${fact.state} in the journal`);
    if (buyer !== fact.payer)
      wrong(`order ${id} is of buyer ${buyer} in the table and of ${fact.payer} in the journal`);
    if (contact !== (fact.contact ?? ''))
      wrong(`order ${id} belongs to "${contact}" in the table and to "${fact.contact ?? ''}" in the journal`);
    const lines = fact.lines.reduce((sum, line) => sum + line.priceCents + (line.feeCents ?? 0), 0);
    const sold = sums.get(id);
    if (Number(amount) !== lines || (sold !== undefined && sold !== lines)) {
      const message = `order ${id} amounts to ${amount} cents, its lines to ${lines}, its tickets to ${sold ?? 'nothing yet'}`;
      findings.add('sums', screening, null, message);
    }
  }
  for (const id of missingOrders) wrong(`order ${id} is in the journal and not in the table`);
}

/** What is null is written like nothing. */
function textsOf(row: TextRow): readonly string[] {
  return row.map((value) => value ?? '');
}

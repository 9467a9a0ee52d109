/**
 * Whether the books of the money and the tickets say the same (promise I5). The auditor adds up by himself: of what was taken there
 * must be left exactly what good tickets cost, what is not sold must not be reserved or taken, and what is sold must be paid. Where a
 * person was told of a difference already (a case), or somebody is about to put it right, it is none.
 *
 * Orders without books are passed over: those that cost nothing have none, nor have those that were sold before there were any.
 */
import type { AuditFindings } from './audit-report.ts';
import type { TextRow } from './grouped-cursor.ts';

/** Somebody looks after it within that time, or has not for so long: then it was left, minutes. */
const LEFT_AFTER_MINUTES = 10;

/** What goes back counts from when it was written down: then it is owed. A lost dispute has gone, an open one is a case. */
export const PAYMENTS_SQL = `select p.screening, p.order_id, p.phase, p.amount_cents, p.captured_cents, p.case_kind,
    (p.due_at > now() - interval '${LEFT_AFTER_MINUTES} minutes') is true,
    coalesce((select sum(r.cents) from refunds r where r.order_id = p.order_id and r.phase <> 'failed'), 0),
    coalesce((select sum(d.cents) from disputes d where d.order_id = p.order_id and d.outcome = 'lost'), 0)
  from payments p order by p.screening, p.order_id`;

interface Books {
  readonly order: string;
  readonly phase: string;
  readonly amountCents: number;
  readonly capturedCents: number;
  readonly sentBackCents: number;
  readonly lostCents: number;
  readonly isLookedAfter: boolean;
  readonly hasCase: boolean;
}

interface Sale {
  readonly state: string;
  readonly amountCents: number;
  livingCents: number;
  cancelledCents: number;
  isSold: boolean;
}

/** `orders`, `tickets`: rows of ORDERS_SQL and TICKETS_SQL. */
export function compareMoney(
  screening: number,
  payments: readonly TextRow[],
  orders: readonly TextRow[],
  tickets: readonly TextRow[],
  findings: AuditFindings,
): void {
  if (payments.length === 0) return;
  const sales = salesOf(orders, tickets);
  for (const row of payments) {
    const books = booksOf(row);
    for (const message of divergences(books, sales.get(books.order))) findings.add('money', screening, null, message);
  }
}

function salesOf(orders: readonly TextRow[], tickets: readonly TextRow[]): Map<string, Sale> {
  const sales = new Map<string, Sale>();
  for (const [, id, , state, amount] of orders) {
    sales.set(id ?? '', {
      state: state ?? '',
      amountCents: Number(amount),
      livingCents: 0,
      cancelledCents: 0,
      isSold: false,
    });
  }
  for (const [, , order, , , , , price, state, , fee] of tickets) {
    const sale = sales.get(order ?? '');
    if (sale === undefined) continue;
    sale.isSold = true;
    const cents = Number(price) + Number(fee);
    if (state === 'live' || state === 'used') sale.livingCents += cents;
    if (state === 'cancelled') sale.cancelledCents += cents;
  }
  return sales;
}

function booksOf([, order, phase, amount, captured, caseKind, isDue, sentBack, lost]: TextRow): Books {
  return {
    order: order ?? '',
    phase: phase ?? '',
    amountCents: Number(amount),
    capturedCents: Number(captured),
    sentBackCents: Number(sentBack),
    lostCents: Number(lost),
    // As PostgreSQL writes it.
    isLookedAfter: isDue === 't',
    hasCase: caseKind !== null,
  };
}

/** Each in a sentence. */
function divergences(books: Books, sale: Sale | undefined): string[] {
  const { order, amountCents, capturedCents, sentBackCents } = books;
  if (sale === undefined) return [`there are books of order ${order}, and no such order`];
  const found: string[] = [];
  if (amountCents !== sale.amountCents)
    found.push(`order ${order} amounts to ${sale.amountCents} cents, and its payment to ${amountCents}`);
  if (sentBackCents > capturedCents) {
    found.push(`of order ${order} ${capturedCents} cents were taken, and ${sentBackCents} sent back`);
  } else if (!books.isLookedAfter && !books.hasCase) {
    const difference = unlike(books, sale);
    if (difference !== null) found.push(`${difference}; nobody looks after it, and nobody was told`);
  }
  return found;
}

/** How money and seats are at odds; null: they agree. */
function unlike(
  { order, phase, ...cents }: Books,
  { state, livingCents, cancelledCents, isSold }: Sale,
): string | null {
  const isPaying = state === 'created' || state === 'authorised';
  switch (phase) {
    case 'captured': {
      const keptCents = cents.capturedCents - cents.sentBackCents - cents.lostCents;
      if (isPaying) return `the money of order ${order} was taken, and its seats are still only held`;
      if (!isSold && keptCents > 0)
        return `${keptCents} cents of order ${order} were taken, and no seat was sold for them`;
      // What staff cancelled keeps its money; what was refunded does not. What a bank took back was taken for good tickets, or for
      // seats that went back as well.
      const isOwnLoss = keptCents >= 0 && keptCents <= livingCents + cancelledCents;
      const missingCents = livingCents + cancelledCents - keptCents;
      if (missingCents === 0 || (isOwnLoss && missingCents <= cents.lostCents)) return null;
      return `of order ${order} ${keptCents} cents are kept, and the tickets that they are for cost ${livingCents + cancelledCents}`;
    }
    case 'authorised':
      return `the money of order ${order} is reserved, and neither taken nor let go (its seats: ${state})`;
    case 'cancelled':
    case 'declined':
      if (isPaying) return `the payment of order ${order} is ${phase}, and its seats are still held for it`;
      return livingCents === 0
        ? null
        : `good tickets of order ${order} cost ${livingCents} cents, and its payment is ${phase}`;
    default:
      if (livingCents > 0)
        return `good tickets of order ${order} cost ${livingCents} cents, and its payment is only ${phase}`;
      return `the payment of order ${order} is ${phase}, and its seats are ${state}`;
  }
}

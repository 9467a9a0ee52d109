/**
 * Whether seats and money agree (promise I5), by three witnesses who do not ask each other: the tickets, our books of the money, and
 * the providers' own. Nothing of the server's code is used, so that what it believes of itself cannot hide what is.
 */
import type pg from 'pg';
import type { PayPalStandIn } from '../providers/paypal/paypal-stand-in.ts';
import type { StripeStandIn } from '../providers/stripe/stripe-stand-in.ts';

export interface Witnesses {
  readonly stripe?: StripeStandIn;
  readonly paypal?: PayPalStandIn;
}

/** What a provider has of an order, cents. */
interface AtProvider {
  reservedCents: number;
  capturedCents: number;
  /** Sent back, or on its way. */
  returnedCents: number;
  /** Of what was taken, what the buyer's bank has taken back. */
  takenBackCents: number;
  /** Ids of what its buyer could still pay. */
  payable: string[];
}

interface OrderRow {
  readonly order: string;
  readonly state: string | null;
  /** Price and fees of its tickets but the refunded ones: what staff cancels keeps its money on purpose. */
  readonly coveredCents: number;
  readonly phase: string | null;
  readonly object: string | null;
  readonly capturedCents: number;
  readonly returnedCents: number;
  readonly caseKind: string | null;
  readonly isDue: boolean;
}

const PAYABLE = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action', 'processing']);

/** By order; what was made for no order is under ''. */
function providersSay({ stripe, paypal }: Witnesses): Map<string, AtProvider> {
  const said = new Map<string, AtProvider>();
  const of = (order: string | undefined): AtProvider => {
    const known = said.get(order ?? '');
    if (known !== undefined) return known;
    const nothing: AtProvider = {
      reservedCents: 0,
      capturedCents: 0,
      returnedCents: 0,
      takenBackCents: 0,
      payable: [],
    };
    said.set(order ?? '', nothing);
    return nothing;
  };
  const orderOfIntent = new Map<string, string | undefined>();
  for (const intent of stripe?.books.paymentIntents.all() ?? []) {
    const { order } = intent.metadata;
    orderOfIntent.set(intent.id, order);
    const at = of(order);
    if (intent.status === 'requires_capture') at.reservedCents += intent.amount_capturable;
    if (PAYABLE.has(intent.status)) at.payable.push(intent.id);
    at.capturedCents += intent.amount_received;
  }
  for (const { payment_intent, status, amount } of stripe?.books.refunds.all() ?? [])
    if (status === 'succeeded' || status === 'pending') of(orderOfIntent.get(payment_intent)).returnedCents += amount;
  for (const { payment_intent, status, amount } of stripe?.books.disputes.all() ?? [])
    if (status === 'lost') of(orderOfIntent.get(payment_intent)).takenBackCents += amount;
  for (const { capture, cents, outcome } of paypal?.state.disputes.values() ?? [])
    if (outcome === 'lost') of(capture.customId).takenBackCents += cents;
  for (const { order, status, cents, renewed, captures } of paypal?.state.authorizations.values() ?? []) {
    const at = of(order.customId);
    if (status === 'CREATED' && renewed === null) at.reservedCents += cents;
    for (const capture of captures) {
      if (capture.status === 'PENDING' || capture.status === 'DECLINED') continue;
      at.capturedCents += capture.cents;
      for (const refund of capture.refunds)
        if (refund.status === 'COMPLETED' || refund.status === 'PENDING') at.returnedCents += refund.cents;
    }
  }
  return said;
}

const ORDERS_SQL = `
  select coalesce(o.id, p.order_id) as "order", o.state,
    coalesce((select sum(price_cents + fee_cents) from tickets t where t.order_id = coalesce(o.id, p.order_id)
      and t.state <> 'refunded'), 0)::float8 as "coveredCents",
    p.phase, p.object_id as object, coalesce(p.captured_cents, 0)::float8 as "capturedCents",
    coalesce((select sum(cents) from refunds r where r.order_id = p.order_id and r.phase in ('done', 'pending')), 0)::float8
      as "returnedCents", p.case_kind as "caseKind", p.due_at is not null as "isDue"
  from orders o full join payments p on p.order_id = o.id order by 1`;

/**
 * What does not agree, a sentence each; none when all is well and nothing is under way any more. `client` may read all tables.
 * Not looked at: fees, and PayPal orders that nobody has approved (they end by themselves and reserve nothing).
 */
export async function disagreements(
  client: Pick<pg.ClientBase | pg.Pool, 'query'>,
  witnesses: Witnesses,
  { mayHaveCases = false }: { readonly mayHaveCases?: boolean } = {},
): Promise<string[]> {
  const { rows } = await client.query<OrderRow>(ORDERS_SQL);
  const said = providersSay(witnesses);
  const wrong: string[] = [];
  for (const row of rows) {
    const { order, state, coveredCents, phase, object, caseKind } = row;
    const at = said.get(order) ?? {
      reservedCents: 0,
      capturedCents: 0,
      returnedCents: 0,
      takenBackCents: 0,
      payable: [],
    };
    said.delete(order);
    const say = (what: string): void => void wrong.push(`${order} (${state}, ${phase ?? 'no books'}): ${what}`);
    if (state === 'created' || state === 'authorised') say('its seats are held for a payment');
    if (at.reservedCents > 0) say(`${at.reservedCents} cents are reserved and neither taken nor given back`);
    const keptCents = at.capturedCents - at.returnedCents - at.takenBackCents;
    if (keptCents !== coveredCents)
      say(`${keptCents} cents are ours at the provider, ${coveredCents} are covered by tickets`);
    if (phase === null) continue;
    if (row.capturedCents !== at.capturedCents) say(`books ${row.capturedCents} taken, provider ${at.capturedCents}`);
    if (row.returnedCents !== at.returnedCents)
      say(`books ${row.returnedCents} sent back, provider ${at.returnedCents}`);
    if (phase !== (at.capturedCents > 0 ? 'captured' : 'cancelled')) say('the books have not come to their end');
    // What no book names nobody can pay: its secret was never told.
    if (object !== null && at.payable.includes(object)) say('it can still be paid');
    if (row.isDue) say('somebody still has to look after it');
    if (caseKind !== null && !mayHaveCases) say(`it is a case: ${caseKind}`);
  }
  for (const [order, { reservedCents, capturedCents, returnedCents }] of said)
    if (reservedCents > 0 || capturedCents !== returnedCents)
      wrong.push(`'${order}', an order that nobody here knows: ${reservedCents} reserved, ${capturedCents} taken`);
  return wrong;
}

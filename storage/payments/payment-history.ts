/**
 * All that is known of one order's money, for a person who asks what happened: the books, every step with the provider's name for the
 * request, refunds, disputes, webhooks, tickets, and the facts of the journal by their versions. As of one moment.
 */
import type pg from 'pg';
import type { RefundPhase } from '../../actors/payment/payment.ts';
import { inTransaction } from '../in-transaction.ts';
import { type ListedDispute, listDisputes } from './disputes.ts';
import { loadPayment } from './payment-books.ts';
import type { PaymentRecord, StepName } from './payment-record.ts';

export interface PastStep {
  readonly atMs: number;
  readonly step: StepName;
  readonly outcome: string;
  readonly requestKey: string | null;
  readonly providerRequest: string | null;
  readonly objectId: string | null;
  readonly cents: number | null;
  readonly cause: string;
}

export interface PastRefund {
  readonly id: string;
  readonly cents: number;
  readonly phase: RefundPhase;
  readonly object: string | null;
  readonly reason: string | null;
  readonly tries: number;
  readonly createdMs: number;
  readonly doneMs: number | null;
  readonly failedMs: number | null;
}

export interface PastEvent {
  readonly id: string;
  readonly type: string;
  readonly object: string | null;
  /** The provider's clock. */
  readonly createdMs: number | null;
  readonly receivedMs: number;
  readonly appliedMs: number | null;
  readonly outcome: string | null;
  readonly attempts: number;
}

export interface PastTicket {
  readonly id: string;
  readonly code: string;
  readonly seat: number;
  readonly priceCents: number;
  readonly feeCents: number;
  readonly state: 'live' | 'used' | 'cancelled' | 'refunded';
}

/** A fact of the journal that names the order: its version, and its kind (actors/seat-fact.ts). */
export interface PastFact {
  readonly version: number;
  readonly kind: number;
  readonly atMs: number;
}

export interface PaymentHistory {
  readonly record: PaymentRecord;
  /** What else the row has. */
  readonly more: {
    readonly feeCents: number | null;
    readonly lastFailure: string | null;
    readonly authorisedMs: number | null;
    readonly capturedMs: number | null;
    /** Null: the order is in no table. */
    readonly orderState: string | null;
  };
  readonly steps: readonly PastStep[];
  readonly refunds: readonly PastRefund[];
  readonly disputes: readonly ListedDispute[];
  readonly events: readonly PastEvent[];
  readonly tickets: readonly PastTicket[];
  readonly facts: readonly PastFact[];
}

/** Steps that are told, the last ones: a payment that fails for a week at its longest pause has fewer. */
export const STEPS_MAX = 1_000;
const DISPUTES_MAX = 100;
const EVENTS_MAX = 500;

/** Null: the order has no books. `pool` has the role app or reader. */
export async function paymentHistory(pool: pg.Pool, order: string): Promise<PaymentHistory | null> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read read only');
    const record = await loadPayment(client, order);
    if (record === null) return null;
    const all = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> =>
      (await client.query<Row>(text, [...values])).rows;
    const { screening, object, authorisation, capture } = record.payment;
    const [more] = await all<PaymentHistory['more']>(MORE, [order]);
    const refunds = await all<PastRefund>(REFUNDS, [order]);
    const objects = [object, authorisation, capture, ...refunds.map((refund) => refund.object)];
    const disputes = await listDisputes(client, { order, limit: DISPUTES_MAX });
    objects.push(...disputes.map(({ id }) => id));
    return {
      record,
      more: more ?? { feeCents: null, lastFailure: null, authorisedMs: null, capturedMs: null, orderState: null },
      steps: (await all<PastStep>(STEPS, [order, STEPS_MAX])).reverse(),
      refunds,
      disputes,
      events: await all<PastEvent>(EVENTS, [record.payment.provider, objects.filter((id) => id !== null), EVENTS_MAX]),
      tickets: await all<PastTicket>(TICKETS, [order]),
      facts: await all<PastFact>(FACTS, [screening, `"${order}"`]),
    };
  });
}

const MORE = `select provider_fee_cents::float8 as "feeCents", last_failure as "lastFailure", ${ms('authorised_at')} as "authorisedMs",
    ${ms('captured_at')} as "capturedMs", (select state from orders where id = order_id) as "orderState"
  from payments where order_id = $1`;

const STEPS = `select ${ms('at')} as "atMs", step, outcome, request_key as "requestKey", provider_request as "providerRequest",
    object_id as "objectId", cents::float8 as cents, cause
  from payment_steps where order_id = $1 order by id desc limit $2`;

const REFUNDS = `select id, cents::float8 as cents, phase, object_id as object, reason, tries, ${ms('created_at')} as "createdMs",
    ${ms('done_at')} as "doneMs", ${ms('failed_at')} as "failedMs"
  from refunds where order_id = $1 order by created_at, id`;

const EVENTS = `select event_id as id, type, object_id as object, ${ms('created_at')} as "createdMs", ${ms('received_at')} as "receivedMs",
    ${ms('applied_at')} as "appliedMs", outcome, attempts
  from provider_events where provider = $1 and object_id = any($2::text[]) order by received_at, event_id limit $3`;

const TICKETS = `select id, code, seat, price_cents as "priceCents", fee_cents as "feeCents", state from tickets
  where order_id = $1 order by seat, created_at`;

/** All of a screening's facts are looked at, some thousands: only people ask. The text of a fact has ids in quotes. */
const FACTS = `select version, kind::int as kind, at_ms::float8 as "atMs" from journal
  where screening = $1 and kind between 8 and 12 and strpos(body, $2) > 0 order by version`;

/** Milliseconds since 1970. */
function ms(column: string): string {
  return `(extract(epoch from ${column}) * 1000)::float8`;
}

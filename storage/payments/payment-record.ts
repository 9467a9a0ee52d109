/**
 * A payment as it is read from the books: what the machine decides by (actors/payment), beside it what only its drivers need, and
 * the version that whoever changes it must have seen. One query reads all of it, the seats' side included, so that money and seats
 * are of one moment.
 */

import type { PaymentChange } from '../../actors/payment/evolve-payment.ts';
import type { Payment, PaymentCase, PaymentPhase, Provider, Refund, SeatsSide } from '../../actors/payment/payment.ts';
import type { DeclineBound } from './decline-bounds.ts';

export interface PaymentRecord {
  readonly payment: Payment;
  /** As of the moment it was loaded. */
  readonly seatsSide: SeatsSide;
  /** Names a card at the provider, until it was used; never told to anybody else. */
  readonly token: string | null;
  /** Steps that failed in a row. */
  readonly failures: number;
  readonly caseKind: PaymentCase | null;
  /** When somebody looks after it by himself, milliseconds since 1970; null: nothing is left to be done. */
  readonly dueAtMs: number | null;
  readonly createdMs: number;
  /** When the provider was first asked, or about to be asked, to reserve the money; null: never. */
  readonly askedMs: number | null;
}

export interface NewPayment {
  readonly order: string;
  readonly screening: number;
  readonly provider: Provider;
  readonly amountCents: number;
  /** ISO 4217, upper case. */
  readonly currency: string;
  readonly seats: readonly number[];
  readonly token: string | null;
  /** Who tries it, as a decline counts; absent: it does not count. */
  readonly declines?: readonly DeclineBound[];
  /** When somebody else looks after it, should whoever begins it die. */
  readonly dueInMs: number;
}

/** What is written of a payment beside its version; what is not named stays. */
export type BooksChange = PaymentChange & {
  /** It was used, or is of no use any more. */
  readonly token?: null;
  /** From now; null: nothing is left to be done. */
  readonly dueInMs?: number | null;
  readonly failures?: number;
  /** A short word. */
  readonly lastFailure?: string | null;
  readonly caseKind?: PaymentCase | null;
  /** What the provider keeps for itself. */
  readonly feeCents?: number;
};

/** One line of an order's history. */
export interface StepNote {
  readonly step: StepName;
  /** What came of it, a short word. */
  readonly outcome: string;
  /** Our idempotency key; absent where nothing was sent. */
  readonly requestKey?: string | null;
  /** The provider's name for the request. */
  readonly providerRequest?: string | null;
  readonly objectId?: string | null;
  readonly cents?: number | null;
  /** Who caused it: 'checkout', 'webhook', 'sweep', 'overdue', 'reconcile', or an account's id. */
  readonly cause: string;
}

export type StepName =
  | 'begin'
  | 'create'
  | 'authorise'
  | 'look'
  | 'sell'
  | 'free'
  | 'capture'
  | 'cancel'
  | 'want-refund'
  | 'refund'
  | 'look-refund'
  | 'webhook'
  | 'void-tickets'
  | 'end'
  | 'report'
  | 'dispute'
  | 'note';

/** A row of RECORD_COLUMNS. */
export interface PaymentRow {
  readonly order: string;
  readonly screening: number;
  readonly provider: Provider;
  readonly phase: PaymentPhase;
  readonly version: number;
  readonly amountCents: number;
  readonly currency: string;
  readonly seats: number[];
  readonly object: string | null;
  readonly authorisation: string | null;
  readonly capture: string | null;
  readonly capturedCents: number;
  readonly tries: number;
  readonly isDoubtful: boolean;
  readonly ending: Payment['ending'];
  readonly declineCode: string | null;
  readonly isDisputed: boolean;
  readonly token: string | null;
  readonly failures: number;
  readonly caseKind: PaymentCase | null;
  readonly dueAtMs: number | null;
  readonly createdMs: number;
  readonly askedMs: number | null;
  readonly refunds: Refund[];
  readonly seatsAre: SeatsSide['is'];
  readonly soldCents: number;
  readonly voidedCents: number;
}

export function recordOf(row: PaymentRow): PaymentRecord {
  const { token, failures, caseKind, dueAtMs, createdMs, askedMs, seatsAre, soldCents, voidedCents, ...payment } = row;
  return {
    payment,
    seatsSide: { is: seatsAre, soldCents, voidedCents },
    token,
    failures,
    caseKind,
    dueAtMs,
    createdMs,
    askedMs,
  };
}

/** Cents as a double: exact up to ninety trillion of a currency, and a bigint would come as a text. */
const PAYMENT_COLUMNS = `p.order_id as "order", p.screening::float8 as screening, p.provider, p.phase, p.version,
    p.amount_cents::float8 as "amountCents", p.currency, p.seats, p.object_id as object, p.authorisation_id as authorisation,
    p.capture_id as capture, p.captured_cents::float8 as "capturedCents", p.tries, p.is_doubtful as "isDoubtful", p.ending,
    p.decline_code as "declineCode", p.is_disputed as "isDisputed", p.token, p.failures, p.case_kind as "caseKind",
    (extract(epoch from p.due_at) * 1000)::float8 as "dueAtMs", (extract(epoch from p.created_at) * 1000)::float8 as "createdMs",
    (extract(epoch from p.asked_at) * 1000)::float8 as "askedMs"`;

/**
 * The seats' side: an order that is being paid has no tickets yet, one with tickets was sold, whatever became of them, and all
 * others have ended without a sale. An order that is in no table was never being paid: its money must not be taken.
 */
const SEATS_COLUMNS = `case when t.count > 0 then 'sold' when o.state in ('created', 'authorised') then 'paying' else 'free' end as "seatsAre",
    t.sold as "soldCents", t.voided as "voidedCents"`;

/**
 * Of a ticket of the payment `p`: its money is not ours. What staff "cancel" keeps what was taken for it, as the law allows for a
 * fraud; "refund" gives it back. Where nothing was taken yet, nothing will be.
 */
export const GIVEN_BACK = `(state = 'refunded' or (state = 'cancelled' and p.phase <> 'captured'))`;

const SEATS_JOIN = `left join orders o on o.id = p.order_id
    cross join lateral (
      select count(*) as count, coalesce(sum(price_cents + fee_cents), 0)::float8 as sold,
        coalesce(sum(price_cents + fee_cents) filter (where ${GIVEN_BACK}), 0)::float8 as voided
      from tickets where order_id = p.order_id) t`;

const REFUNDS_COLUMN = `coalesce((select jsonb_agg(jsonb_build_object('id', r.id, 'cents', r.cents, 'phase', r.phase, 'object', r.object_id)
      order by r.created_at, r.id) from refunds r where r.order_id = p.order_id), '[]') as refunds`;

/** Of `p`, a row of payments: a whole PaymentRow. */
export const RECORD_COLUMNS = `${PAYMENT_COLUMNS}, ${REFUNDS_COLUMN}, ${SEATS_COLUMNS}`;
export const RECORD_JOINS = SEATS_JOIN;

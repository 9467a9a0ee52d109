/** Payments as the administration looks through them, the newest first. */
import type pg from 'pg';
import type { PaymentCase, PaymentPhase, Provider } from '../../actors/payment/payment.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface ListedPayment {
  readonly order: string;
  readonly screening: number;
  readonly provider: Provider;
  readonly phase: PaymentPhase;
  readonly amountCents: number;
  readonly capturedCents: number;
  /** Sent back, or on its way. */
  readonly refundedCents: number;
  readonly currency: string;
  readonly object: string | null;
  readonly caseKind: PaymentCase | null;
  readonly failures: number;
  readonly lastFailure: string | null;
  readonly isDisputed: boolean;
  /** When it is looked after next; null: nothing is left to be done. */
  readonly dueAtMs: number | null;
  readonly createdMs: number;
  readonly updatedMs: number;
}

export interface PaymentsWanted {
  readonly phase?: PaymentPhase | undefined;
  /** 'any': whatever a person has to look at. */
  readonly case?: PaymentCase | 'any' | undefined;
  readonly screening?: number | undefined;
  readonly sinceMs?: number | undefined;
  /** The last order of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export async function listPayments(pool: Queryable, wanted: PaymentsWanted): Promise<ListedPayment[]> {
  // Not prepared by a name: which index is the right one depends on what is wanted.
  const { rows } = await pool.query<ListedPayment>(
    `select p.order_id as "order", p.screening::float8 as screening, p.provider, p.phase, p.amount_cents::float8 as "amountCents",
       p.captured_cents::float8 as "capturedCents", p.currency, p.object_id as object, p.case_kind as "caseKind", p.failures,
       p.last_failure as "lastFailure", p.is_disputed as "isDisputed", (extract(epoch from p.due_at) * 1000)::float8 as "dueAtMs",
       (extract(epoch from p.created_at) * 1000)::float8 as "createdMs", (extract(epoch from p.updated_at) * 1000)::float8 as "updatedMs",
       (select coalesce(sum(cents), 0)::float8 from refunds r where r.order_id = p.order_id and r.phase <> 'failed') as "refundedCents"
     from payments p
     where ($1::text is null or p.phase = $1) and ($2::text is null or ($2 = 'any' and p.case_kind is not null) or p.case_kind = $2)
       and ($3::bigint is null or p.screening = $3) and ($4::float8 is null or p.created_at >= to_timestamp($4 / 1000))
       and ($5::text is null or (p.created_at, p.order_id) < (select created_at, order_id from payments where order_id = $5))
     order by p.created_at desc, p.order_id desc limit $6`,
    [
      wanted.phase ?? null,
      wanted.case ?? null,
      wanted.screening ?? null,
      wanted.sinceMs ?? null,
      wanted.before ?? null,
      wanted.limit,
    ],
  );
  return rows;
}

/**
 * What is sent back: rows of their own beside the payment, each written down before it is sent, under an id that is the provider's
 * idempotency key as well. They change with the payment's version, so that two who want to send back at once are one after the
 * other, and the second sees what the first has wanted.
 */
import type pg from 'pg';
import type { Payment, Refund } from '../../actors/payment/payment.ts';
import { addStep, stepValues } from './payment-books.ts';
import type { PaymentRecord, StepNote } from './payment-record.ts';

type Queryable = Pick<pg.Pool, 'query'>;

export interface RefundMore {
  readonly reason?: string | null;
  readonly tries?: number;
  /** The provider has to be looked at before anything else is asked of it; absent: as it is. */
  readonly isDoubtful?: true;
  /** Of the payment: from now; null: nothing is left to be done; absent: as it is. */
  readonly dueInMs?: number | null;
}

/** Writes a refund down that is still to be sent. Null: somebody was quicker. @throws RangeError when more would go back than was taken. */
export async function wantRefund(
  pool: Queryable,
  record: PaymentRecord,
  refund: Refund,
  note: StepNote,
): Promise<PaymentRecord | null> {
  const { capturedCents, refunds } = record.payment;
  const sentCents = refunds.reduce((sum, { phase, cents }) => (phase === 'failed' ? sum : sum + cents), 0);
  if (sentCents + refund.cents > capturedCents)
    throw new RangeError(
      `refund ${refund.id} of ${refund.cents} cents: ${capturedCents} were taken, ${sentCents} go back already`,
    );
  return addRefund(pool, record, refund, note, record.payment.isDoubtful);
}

/**
 * Notes what the provider has sent back without being asked by us: "<order>.x1". It was the look's answer, so that with it nothing is
 * in doubt any more. Null: somebody was quicker.
 */
export async function foundRefund(
  pool: Queryable,
  record: PaymentRecord,
  found: { readonly object: string | null; readonly cents: number },
  note: StepNote,
): Promise<PaymentRecord | null> {
  const { order, refunds } = record.payment;
  const count = refunds.filter(({ id }) => id.startsWith(`${order}.x`)).length;
  return addRefund(pool, record, { id: `${order}.x${count + 1}`, ...found, phase: 'done' }, note, false);
}

async function addRefund(
  pool: Queryable,
  record: PaymentRecord,
  refund: Refund,
  note: StepNote,
  isDoubtful: boolean,
): Promise<PaymentRecord | null> {
  const { order, version, refunds } = record.payment;
  const { rows } = await pool.query<{ version: number }>({
    name: 'refund-add',
    text: `with changed as (
        update payments set version = version + 1, updated_at = now(), is_doubtful = $14::boolean
        where order_id = $1 and version = $2 returning order_id, version),
      added as (
        insert into refunds (id, order_id, cents, phase, object_id, done_at)
        select $3::text, order_id, $4::bigint, $5::text, $6::text, case when $5::text = 'done' then now() end from changed),
      step as (${addStep('changed', 7)})
      select version from changed`,
    values: [order, version, refund.id, refund.cents, refund.phase, refund.object, ...stepValues(note), isDoubtful],
  });
  return next(record, rows[0], { refunds: [...refunds, refund], isDoubtful }, record.dueAtMs);
}

/** Writes how a refund stands. Null: somebody was quicker. */
export async function changeRefund(
  pool: Queryable,
  record: PaymentRecord,
  refund: Refund,
  { reason, tries, dueInMs, isDoubtful: isNowDoubtful }: RefundMore,
  note: StepNote,
): Promise<PaymentRecord | null> {
  const { order, version, refunds } = record.payment;
  const isDoubtful = isNowDoubtful ?? record.payment.isDoubtful;
  const { rows } = await pool.query<{ version: number; dueAtMs: number | null }>({
    name: 'refund-change',
    text: `with changed as (
        update payments set version = version + 1, updated_at = now(), is_doubtful = $17::boolean,
          due_at = case when $3::boolean then now() + $4::float8 * interval '1 millisecond' else due_at end
        where order_id = $1 and version = $2 returning order_id, version, due_at),
      moved as (
        update refunds r set phase = $6::text, object_id = $7, reason = coalesce($8::text, reason), tries = coalesce($9::int, tries),
          updated_at = now(), done_at = case when $6::text = 'done' then coalesce(done_at, now()) else done_at end,
          failed_at = case when $6::text = 'failed' then coalesce(failed_at, now()) else failed_at end
        from changed where r.id = $5 and r.order_id = changed.order_id),
      step as (${addStep('changed', 10)})
      select version, (extract(epoch from due_at) * 1000)::float8 as "dueAtMs" from changed`,
    values: [
      order,
      version,
      dueInMs !== undefined,
      dueInMs ?? null,
      refund.id,
      refund.phase,
      refund.object,
      reason ?? null,
      tries ?? null,
      ...stepValues(note),
      isDoubtful,
    ],
  });
  const [row] = rows;
  const changed = refunds.map((other) => (other.id === refund.id ? refund : other));
  return next(record, row, { refunds: changed, isDoubtful }, row?.dueAtMs ?? null);
}

function next(
  record: PaymentRecord,
  row: { readonly version: number } | undefined,
  changed: Pick<Payment, 'refunds' | 'isDoubtful'>,
  dueAtMs: number | null,
): PaymentRecord | null {
  if (row === undefined) return null;
  return { ...record, payment: { ...record.payment, ...changed, version: row.version }, dueAtMs };
}

/**
 * The books of the money, one row an order: begun once, read whole, and changed only by who has seen the last version. Whoever comes
 * second is told so (null), loads again and decides again; nobody's change is ever lost under another's, and no lock is held while
 * a provider is asked.
 *
 * Every change writes its line of history in the same statement: books and history cannot disagree, and a purchase pays one
 * round trip for both.
 */
import type pg from 'pg';
import { countDecline, isWithinBounds, TooManyDeclines } from './decline-bounds.ts';
import {
  type BooksChange,
  type NewPayment,
  type PaymentRecord,
  type PaymentRow,
  RECORD_COLUMNS,
  RECORD_JOINS,
  recordOf,
  type StepNote,
} from './payment-record.ts';

type Queryable = Pick<pg.Pool, 'query'>;

/** The columns of a line of history, after the order's id. */
const STEP_COLUMNS = 'step, outcome, request_key, provider_request, object_id, cents, cause';

/** The values of a StepNote, in the order of STEP_COLUMNS. */
export function stepValues(note: StepNote): readonly unknown[] {
  const { step, outcome, requestKey, providerRequest, objectId, cents, cause } = note;
  return [step, outcome, requestKey ?? null, providerRequest ?? null, objectId ?? null, cents ?? null, cause];
}

/** A CTE's body that adds a line to the history of each row of `changed`; its values begin at $`first`. */
export function addStep(changed: string, first: number): string {
  const types = ['text', 'text', 'text', 'text', 'text', 'bigint', 'text'];
  const values = types.map((type, index) => `$${first + index}::${type}`).join(', ');
  return `insert into payment_steps (order_id, ${STEP_COLUMNS}) select order_id, ${values} from ${changed}`;
}

/**
 * Begins the books of an order. Said again, also by another at the same moment, it answers what there is and changes nothing:
 * one order has one payment with one provider.
 * @throws TooManyDeclines: it is not begun
 */
export async function beginPayment(pool: Queryable, wanted: NewPayment, cause: string): Promise<PaymentRecord> {
  const { order, screening, provider, amountCents, currency, seats, token, declines = [], dueInMs } = wanted;
  const note: StepNote = { step: 'begin', outcome: 'begun', cents: amountCents, cause };
  const { rows } = await pool.query<PaymentRow>({
    name: 'payment-begin',
    text: `with begun as (
        insert into payments (order_id, screening, provider, phase, amount_cents, currency, seats, token, due_at, tried_as)
        select $1, $2::bigint, $3, 'created', $4::bigint, $5, $6::integer[], $7, now() + $8::float8 * interval '1 millisecond', $16::text[]
        where ${isWithinBounds('$16::text[]', '$17::integer[]')}
        on conflict (order_id) do nothing returning *),
      step as (${addStep('begun', 9)}),
      p as (select * from begun union all select * from payments where order_id = $1)
      select ${RECORD_COLUMNS} from p ${RECORD_JOINS}`,
    values: [
      ...[order, screening, provider, amountCents, currency, seats, token, dueInMs, ...stepValues(note)],
      ...[declines.map(({ key }) => key), declines.map(({ max }) => max)],
    ],
  });
  const [row] = rows;
  if (row !== undefined) return recordOf(row);
  // Begun by another while we waited for him, our statement's moment being before his; or not begun at all.
  const record = await loadPayment(pool, order);
  if (record === null) throw new TooManyDeclines(`order ${order} is not paid for`);
  return record;
}

/** Null: it has no books. */
export async function loadPayment(pool: Queryable, order: string): Promise<PaymentRecord | null> {
  const { rows } = await pool.query<PaymentRow>({
    name: 'payment-load',
    text: `select ${RECORD_COLUMNS} from payments p ${RECORD_JOINS} where p.order_id = $1`,
    values: [order],
  });
  const [row] = rows;
  return row === undefined ? null : recordOf(row);
}

/**
 * Writes a change and its line of history. Null: somebody was quicker, and nothing was written. The seats' side of the result is
 * that of `record`.
 */
export async function changePayment(
  pool: Queryable,
  record: PaymentRecord,
  change: BooksChange,
  note: StepNote,
): Promise<PaymentRecord | null> {
  const { token, dueInMs, failures, lastFailure, caseKind, feeCents, ...moved } = change;
  const payment = { ...record.payment, ...moved };
  // What could not even be made at the provider tells nobody anything about a card.
  const isDecline = payment.phase === 'declined' && record.payment.phase !== 'declined' && note.step !== 'create';
  const { rows } = await pool.query<{ version: number; dueAtMs: number | null; askedMs: number | null }>({
    name: isDecline ? 'payment-declined' : 'payment-change',
    text: `with changed as (
        update payments set version = version + 1, phase = $3::text, object_id = $4, authorisation_id = $5, capture_id = $6,
          captured_cents = $7::bigint, tries = $8, is_doubtful = $9::boolean, ending = $10, decline_code = $11, is_disputed = $12,
          token = case when $13::boolean then null else token end,
          tried_as = case when $3::text in ('declined', 'captured', 'cancelled') then null else tried_as end,
          due_at = case when $14::boolean then now() + $15::float8 * interval '1 millisecond' else due_at end,
          failures = $16, last_failure = case when $17::boolean then $18::text else last_failure end, case_kind = $19,
          provider_fee_cents = coalesce($20::bigint, provider_fee_cents),
          asked_at = case when $3::text = 'authorising' then coalesce(asked_at, now()) else asked_at end,
          authorised_at = case when $3::text in ('authorised', 'captured') then coalesce(authorised_at, now()) else authorised_at end,
          captured_at = case when $3::text = 'captured' or $7::bigint > 0 then coalesce(captured_at, now()) else captured_at end,
          updated_at = now()
        where order_id = $1::text and version = $2::int
        returning order_id, version, due_at, asked_at),
      step as (${addStep('changed', 21)})${
        isDecline
          ? `,
      declined as (${countDecline('changed')})`
          : ''
      }
      select version, (extract(epoch from due_at) * 1000)::float8 as "dueAtMs",
        (extract(epoch from asked_at) * 1000)::float8 as "askedMs"
      from changed`,
    values: [
      payment.order,
      record.payment.version,
      payment.phase,
      payment.object,
      payment.authorisation,
      payment.capture,
      payment.capturedCents,
      payment.tries,
      payment.isDoubtful,
      payment.ending,
      payment.declineCode,
      payment.isDisputed,
      token === null,
      dueInMs !== undefined,
      dueInMs ?? null,
      failures ?? record.failures,
      lastFailure !== undefined,
      lastFailure ?? null,
      caseKind === undefined ? record.caseKind : caseKind,
      feeCents ?? null,
      ...stepValues(note),
    ],
  });
  const [row] = rows;
  if (row === undefined) return null;
  return {
    ...record,
    payment: { ...payment, version: row.version },
    token: token === null ? null : record.token,
    failures: failures ?? record.failures,
    caseKind: caseKind === undefined ? record.caseKind : caseKind,
    dueAtMs: row.dueAtMs,
    askedMs: row.askedMs,
  };
}

/** Adds a line of history where nothing changes. */
export async function noteStep(pool: Queryable, order: string, note: StepNote): Promise<void> {
  await pool.query({
    name: 'payment-step',
    text: `with named (order_id) as (values ($1::text)) ${addStep('named', 2)}`,
    values: [order, ...stepValues(note)],
  });
}

/** Payments as the administration is told of them: instants as text, and without what names a card. */
import { z } from 'zod';
import { PAYMENT_CASES, PAYMENT_PHASES, PROVIDERS } from '../../actors/payment/payment.ts';
import { FactKind } from '../../actors/seat-fact.ts';
import type { ListedDispute } from '../../storage/payments/disputes.ts';
import type { PaymentHistory } from '../../storage/payments/payment-history.ts';
import type { ListedPayment } from '../../storage/payments/payment-list.ts';

const cents = z.number().meta({ description: 'Cents.' });
const instant = z.string().meta({ description: 'An instant, ISO 8601 in UTC.' });
const text = z.string().nullable();
const provider = z.enum(PROVIDERS);

const payment = z.object({
  order: z.string(),
  screening: z.number(),
  provider,
  phase: z.enum(PAYMENT_PHASES).meta({ description: 'docs/payments.md tells what each means.' }),
  amountCents: cents,
  capturedCents: cents,
  refundedCents: cents.meta({ description: 'Sent back, or on its way, cents.' }),
  currency: z.string(),
  object: text.meta({ description: 'The provider’s id of what is paid.' }),
  case: z.enum(PAYMENT_CASES).nullable().meta({ description: 'What a person has to know of; null: nothing.' }),
  failures: z.number().meta({ description: 'Steps that failed in a row.' }),
  lastFailure: text,
  isDisputed: z.boolean(),
  dueAt: instant.nullable().meta({ description: 'When it is looked after next; null: nothing is left to be done.' }),
  createdAt: instant,
});

export const listedPayment = payment.extend({ updatedAt: instant });

export const shownDispute = z.object({
  id: z.string(),
  order: z.string(),
  screening: z.number(),
  provider,
  cents,
  currency: z.string(),
  reason: z.string(),
  status: z.string().meta({ description: 'As the provider calls it.' }),
  outcome: z.enum(['won', 'lost']).nullable(),
  answerBy: instant.nullable().meta({ description: 'Until when an answer counts.' }),
  openedAt: instant,
  closedAt: instant.nullable(),
});

export const shownPayment = payment.extend({
  orderState: text,
  authorisation: text,
  capture: text,
  declineCode: text,
  feeCents: cents.nullable().meta({ description: 'What the provider keeps, cents; null: not told yet.' }),
  soldCents: cents.meta({ description: 'Price and fees of all its tickets, cents.' }),
  voidedCents: cents.meta({ description: 'Of those that were given back, cents.' }),
  authorisedAt: instant.nullable(),
  capturedAt: instant.nullable(),
  steps: z.array(
    z.object({
      at: instant,
      step: z.string(),
      outcome: z.string(),
      requestKey: text.meta({ description: 'Our idempotency key.' }),
      providerRequest: text.meta({ description: 'The provider’s name for the request.' }),
      object: text,
      cents: cents.nullable(),
      cause: z.string().meta({ description: 'Who caused it.', examples: ['checkout', 'webhook', 'reconcile'] }),
    }),
  ),
  refunds: z.array(
    z.object({
      id: z.string(),
      cents,
      phase: z.enum(['wanted', 'pending', 'done', 'failed']),
      object: text,
      reason: text,
      tries: z.number(),
      createdAt: instant,
      doneAt: instant.nullable(),
    }),
  ),
  disputes: z.array(shownDispute),
  events: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      object: text,
      receivedAt: instant,
      appliedAt: instant.nullable(),
      outcome: text,
      attempts: z.number(),
    }),
  ),
  tickets: z.array(z.object({ id: z.string(), code: z.string(), seat: z.number(), cents, state: z.string() })),
  facts: z
    .array(z.object({ version: z.number(), fact: z.string(), at: instant }))
    .meta({ description: 'What the journal says of the order: versions of the screening.' }),
});

export function listedOf(listed: ListedPayment): z.input<typeof listedPayment> {
  const { caseKind, dueAtMs, createdMs, updatedMs, ...rest } = listed;
  const times = { dueAt: isoOrNull(dueAtMs), createdAt: iso(createdMs), updatedAt: iso(updatedMs) };
  return { ...rest, case: caseKind, ...times };
}

export function disputeOf(dispute: ListedDispute): z.input<typeof shownDispute> {
  const { dueMs, openedMs, closedMs, isOpen: _open, updatedMs: _updated, ...rest } = dispute;
  return { ...rest, answerBy: isoOrNull(dueMs), openedAt: iso(openedMs), closedAt: isoOrNull(closedMs) };
}

const FACT_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(FactKind).map(([name, kind]) => [kind, name]));

export function shownOf(history: PaymentHistory): z.input<typeof shownPayment> {
  const { record, more, steps, refunds, disputes, events, tickets, facts } = history;
  const { refunds: _refunds, version: _version, seats: _seats, tries: _tries, ...books } = record.payment;
  const { isDoubtful: _isDoubtful, ending: _ending, ...money } = books;
  return {
    ...money,
    refundedCents: refunds.reduce((sum, { phase, cents: part }) => (phase === 'failed' ? sum : sum + part), 0),
    case: record.caseKind,
    failures: record.failures,
    lastFailure: more.lastFailure,
    dueAt: isoOrNull(record.dueAtMs),
    createdAt: iso(record.createdMs),
    orderState: more.orderState,
    feeCents: more.feeCents,
    soldCents: record.seatsSide.soldCents,
    voidedCents: record.seatsSide.voidedCents,
    authorisedAt: isoOrNull(more.authorisedMs),
    capturedAt: isoOrNull(more.capturedMs),
    steps: steps.map(({ atMs, objectId, ...step }) => ({ ...step, at: iso(atMs), object: objectId })),
    refunds: refunds.map(({ createdMs, doneMs, failedMs: _failedMs, ...refund }) => ({
      ...refund,
      createdAt: iso(createdMs),
      doneAt: isoOrNull(doneMs),
    })),
    disputes: disputes.map(disputeOf),
    events: events.map(({ createdMs: _createdMs, receivedMs, appliedMs, ...event }) => ({
      ...event,
      receivedAt: iso(receivedMs),
      appliedAt: isoOrNull(appliedMs),
    })),
    tickets: tickets.map(({ priceCents, feeCents, ...ticket }) => ({ ...ticket, cents: priceCents + feeCents })),
    facts: facts.map(({ version, kind, atMs }) => ({
      version,
      fact: FACT_NAMES.get(kind) ?? String(kind),
      at: iso(atMs),
    })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}

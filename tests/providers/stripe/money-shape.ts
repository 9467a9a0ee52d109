/** New balance transactions, refunds and disputes in the full shape of the API. */
import type { Books } from './books.ts';
import type { BalanceTransaction, Charge, Dispute, Metadata, Refund } from './kinds.ts';

/** Stripe's price for a Brazilian card: 3.99 % and R$ 0.39, in cents, half up. */
export function chargeFee(amount: number): number {
  return Math.floor((amount * 399 + 5_000) / 10_000) + 39;
}
/** What Stripe takes for a dispute, in cents, won or lost. */
export const DISPUTE_FEE = 5_500;
/** Money of a card in Brazil can be paid out after 30 days. */
const AVAILABLE_AFTER_SECONDS = 30 * 86_400;

/** A line of the balance: `amount` signed, `fee` never negative, net = amount − fee. */
export function newBalanceTransaction(
  books: Books,
  line: {
    readonly amount: number;
    readonly fee: number;
    readonly currency: string;
    readonly source: string;
    readonly type: 'adjustment' | 'charge' | 'refund' | 'refund_failure';
    readonly category: string;
  },
): BalanceTransaction {
  return books.balanceTransactions.add({
    id: books.newId('txn'),
    object: 'balance_transaction',
    amount: line.amount,
    available_on: books.now() + AVAILABLE_AFTER_SECONDS,
    balance_type: 'payments',
    created: books.now(),
    currency: line.currency,
    description: null,
    exchange_rate: null,
    fee: line.fee,
    fee_details:
      line.fee === 0
        ? []
        : [
            {
              amount: line.fee,
              application: null,
              currency: line.currency,
              description: 'Stripe fee',
              type: 'stripe_fee',
            },
          ],
    net: line.amount - line.fee,
    reporting_category: line.category,
    source: line.source,
    status: 'pending',
    type: line.type,
  });
}

export function newRefund(
  books: Books,
  charge: Charge,
  wanted: { readonly amount: number; readonly reason: string | null; readonly metadata: Metadata },
  status: 'pending' | 'succeeded',
): Refund {
  return {
    id: books.newId('re'),
    object: 'refund',
    amount: wanted.amount,
    balance_transaction: null,
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: { card: { type: 'refund' }, type: 'card' },
    metadata: wanted.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: wanted.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status,
    transfer_reversal: null,
  };
}

/** The fields an answer to a dispute may fill; all empty. */
const EVIDENCE =
  `access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal
  customer_communication customer_email_address customer_name customer_purchase_ip customer_signature
  duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy
  refund_policy_disclosure refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier
  shipping_date shipping_documentation shipping_tracking_number uncategorized_file uncategorized_text`.split(/\s+/);
const ANSWER_WITHIN_SECONDS = 9 * 86_400;

export function newDispute(books: Books, charge: Charge, amount: number, reason: string): Dispute {
  return {
    id: books.newId('du'),
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: { ...Object.fromEntries(EVIDENCE.map((field) => [field, null])), enhanced_evidence: {} },
    evidence_details: {
      due_by: books.now() + ANSWER_WITHIN_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
      type: 'card',
    },
    reason,
    status: 'needs_response',
  };
}

/** The objects of the stand-in: of each kind the fields it works with. What is only shown stands in the `-shape` files. */
import type { ApiObject } from './collection.ts';

export type Metadata = Record<string, string>;

export type IntentStatus =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'canceled'
  | 'succeeded';

export interface PaymentIntent extends ApiObject {
  object: 'payment_intent';
  amount: number;
  amount_capturable: number;
  amount_received: number;
  canceled_at: number | null;
  cancellation_reason: string | null;
  capture_method: 'automatic' | 'automatic_async' | 'manual';
  client_secret: string;
  created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: unknown;
  latest_charge: string | null;
  metadata: Metadata;
  next_action: { type: string; [field: string]: unknown } | null;
  payment_method: string | null;
  payment_method_types: string[];
  setup_future_usage: string | null;
  status: IntentStatus;
}

export interface Charge extends ApiObject {
  object: 'charge';
  amount: number;
  amount_captured: number;
  amount_refunded: number;
  balance_transaction: string | null;
  captured: boolean;
  currency: string;
  disputed: boolean;
  paid: boolean;
  payment_intent: string;
  payment_method: string;
  refunded: boolean;
  status: 'failed' | 'pending' | 'succeeded';
}

export interface Refund extends ApiObject {
  object: 'refund';
  amount: number;
  balance_transaction: string | null;
  charge: string;
  payment_intent: string;
  metadata: Metadata;
  status: 'canceled' | 'failed' | 'pending' | 'requires_action' | 'succeeded';
}

export interface Dispute extends ApiObject {
  object: 'dispute';
  amount: number;
  balance_transactions: ApiObject[];
  charge: string;
  payment_intent: string;
  metadata: Metadata;
  status: 'lost' | 'needs_response' | 'under_review' | 'won';
}

export interface BalanceTransaction extends ApiObject {
  object: 'balance_transaction';
  amount: number;
  fee: number;
  net: number;
  source: string;
  type: string;
}

export interface PaymentMethod extends ApiObject {
  object: 'payment_method';
  customer: string | null;
}

export interface ConfirmationToken extends ApiObject {
  object: 'confirmation_token';
  expires_at: number;
  payment_intent: string | null;
}

export interface ApiEvent extends ApiObject {
  object: 'event';
  created: number;
  type: string;
}

export interface Customer extends ApiObject {
  object: 'customer';
  /** Shown in the place of everything else. */
  deleted?: true;
  metadata: Metadata;
  invoice_settings: { default_payment_method: string | null; [field: string]: unknown };
}

export interface Product extends ApiObject {
  object: 'product';
  active: boolean;
  metadata: Metadata;
}

export interface Price extends ApiObject {
  object: 'price';
  active: boolean;
  currency: string;
  metadata: Metadata;
  product: string;
  recurring: { interval: 'day' | 'month' | 'week' | 'year'; interval_count: number; [field: string]: unknown } | null;
  unit_amount: number;
}

export interface SubscriptionItem extends ApiObject {
  object: 'subscription_item';
  current_period_end: number;
  current_period_start: number;
  price: Price;
  quantity: number;
}

export interface Subscription extends ApiObject {
  object: 'subscription';
  cancel_at: number | null;
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  customer: string;
  default_payment_method: string | null;
  ended_at: number | null;
  items: { object: 'list'; data: SubscriptionItem[]; has_more: boolean; url: string };
  latest_invoice: string | null;
  metadata: Metadata;
  status: 'active' | 'canceled' | 'incomplete' | 'incomplete_expired' | 'past_due' | 'unpaid';
}

export interface Invoice extends ApiObject {
  object: 'invoice';
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  customer: string;
  parent: { subscription_details: { subscription: string; [field: string]: unknown }; [field: string]: unknown };
  status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
  status_transitions: { finalized_at: number | null; paid_at: number | null; [field: string]: unknown };
}

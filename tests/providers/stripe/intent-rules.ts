/**
 * Which call a payment intent allows in which status: Stripe's state machine, as a table. Everything that the stand-in refuses
 * about an intent's status is refused here, with Stripe's code and the intent in the error, as the SDK hands it on.
 */
import { refused, type StripeFailure } from './failure.ts';
import type { IntentStatus, PaymentIntent } from './kinds.ts';

export type IntentCall = 'cancel' | 'capture' | 'confirm' | 'update_amount';

const ALLOWED: Readonly<Record<IntentCall, readonly IntentStatus[]>> = {
  cancel: ['requires_payment_method', 'requires_capture', 'requires_confirmation', 'requires_action'],
  capture: ['requires_capture'],
  confirm: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
  update_amount: ['requires_payment_method', 'requires_confirmation', 'requires_action'],
};

/** @throws StripeFailure 400 payment_intent_unexpected_state */
export function expectAllowed(intent: PaymentIntent, call: IntentCall): void {
  if (!ALLOWED[call].includes(intent.status)) throw unexpectedState(intent, call);
}

export function unexpectedState(intent: PaymentIntent, call: IntentCall): StripeFailure {
  const verb = call === 'update_amount' ? 'update the amount of' : call;
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be used so: ${ALLOWED[call].join(', ')}.`;
  return refused('payment_intent_unexpected_state', message, { payment_intent: { ...intent } });
}

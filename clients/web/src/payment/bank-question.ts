/**
 * The bank's question about a card, put by Stripe's script. Whatever comes of it is no end: the same purchase is asked again
 * afterwards, and the server says how it stands.
 */
import type { PaymentIntentOrSetupIntentResult } from '@stripe/stripe-js';
import type { OrderPayment } from '../../../sdk/api/payment-api.ts';
import { isUnasked } from './card-problem.ts';
import { type MethodOf, methodOf } from './way.ts';

export interface BankPorts {
  /** Rejects when the server cannot be reached. */
  payment(): Promise<OrderPayment>;
  /** Rejects when Stripe's script does not come. */
  stripe(method: MethodOf<'stripe'>): Promise<{
    handleNextAction(options: { clientSecret: string }): Promise<PaymentIntentOrSetupIntentResult>;
  }>;
}

/** answered: it is time to ask how the purchase stands, also when there was no question any more. unasked: it could not be put. */
export type BankAnswer = 'answered' | 'unasked';

/** Never rejects. */
export async function askBank({ payment, stripe }: BankPorts): Promise<BankAnswer> {
  try {
    const { action, methods } = await payment();
    const method = methodOf(methods, 'stripe');
    if (action?.kind !== 'stripe' || method === null) return 'answered';
    const { error } = await (await stripe(method)).handleNextAction({ clientSecret: action.clientSecret });
    return error !== undefined && isUnasked(error) ? 'unasked' : 'answered';
  } catch {
    return 'unasked';
  }
}

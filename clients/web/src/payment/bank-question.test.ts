/** The bank's question: put once there is one, and never taken for an end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PaymentIntentOrSetupIntentResult, StripeErrorType } from '@stripe/stripe-js';
import type { BuyerAction, OrderPayment, PaymentMethod } from '../../../sdk/api/payment-api.ts';
import { askBank } from './bank-question.ts';
import { cardProblemOf } from './card-problem.ts';

const METHOD: PaymentMethod = {
  method: 'stripe',
  publishableKey: 'pk',
  script: 'https://js.stripe.com/x',
  release: 'x',
};
const QUESTION: BuyerAction = { kind: 'stripe', clientSecret: 'pi_1_secret_2' };

function payment(action: BuyerAction | null): () => Promise<OrderPayment> {
  return async () => ({ action, methods: [METHOD] }) as unknown as OrderPayment;
}

function stripeThatSays(error: StripeErrorType | null, asked: string[] = []) {
  return async () => ({
    handleNextAction: async ({ clientSecret }: { clientSecret: string }) => {
      asked.push(clientSecret);
      return (error === null ? {} : { error: { type: error } }) as PaymentIntentOrSetupIntentResult;
    },
  });
}

test('[WC26] the bank’s question is put with the order’s own secret; yes, no and a closed window are answers alike', async () => {
  for (const error of [null, 'card_error', 'invalid_request_error', 'validation_error'] as const) {
    const asked: string[] = [];
    const answer = await askBank({ payment: payment(QUESTION), stripe: stripeThatSays(error, asked) });
    assert.deepEqual([answer, asked], ['answered', ['pi_1_secret_2']], String(error));
  }
});

test('[WC26] where there is no question any more, how it stands is asked for at once', async () => {
  const never = () => Promise.reject(new Error('the script is not needed'));
  assert.equal(await askBank({ payment: payment(null), stripe: never }), 'answered');
});

test('[WC26] without server, script or Stripe the question is still to be put', async () => {
  const gone = () => Promise.reject(new Error('no line'));
  assert.equal(await askBank({ payment: gone, stripe: stripeThatSays(null) }), 'unasked');
  assert.equal(await askBank({ payment: payment(QUESTION), stripe: gone }), 'unasked');
  for (const error of ['api_connection_error', 'api_error', 'rate_limit_error'] as const)
    assert.equal(await askBank({ payment: payment(QUESTION), stripe: stripeThatSays(error) }), 'unasked', error);
});

test('[WC26] a card’s problem is one of three that people can do something about', () => {
  assert.equal(cardProblemOf({ type: 'validation_error' }), 'incomplete');
  assert.equal(cardProblemOf({ type: 'card_error' }), 'card');
  for (const type of ['api_connection_error', 'api_error', 'authentication_error'] as const)
    assert.equal(cardProblemOf({ type }), 'unreachable');
});

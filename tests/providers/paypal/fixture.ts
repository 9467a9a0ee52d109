/** What the tests of this folder begin with: a stand-in with its own clock, the SDK, and the usual requests. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ApiError, CheckoutPaymentIntent, type OrderRequest } from '@paypal/paypal-server-sdk';
import type { RawAnswer, RawRequest } from '../raw-server.ts';
import { type PayPalOptions, PayPalStandIn } from './paypal-stand-in.ts';
import { type SdkClient, sdkClient } from './sdk-client.ts';

export interface Exchange {
  readonly request: RawRequest;
  readonly answer: RawAnswer;
}

export interface Fixture extends SdkClient {
  readonly paypal: PayPalStandIn;
  /** Moved by the test. Starts now, since the SDK's token knows the machine's clock only. */
  readonly clock: { nowMs: number };
  /** Every request with its answer. */
  readonly exchanges: Exchange[];
  /** A created order's id. */
  create(more?: { order?: string; value?: string; requestId?: string }): Promise<string>;
  /** An authorised order's authorisation. */
  authorize(order: string): Promise<string>;
  /** A captured order's capture. */
  capture(authorization: string, more?: { value?: string; isFinal?: boolean }): Promise<string>;
}

/** Prefer for a whole answer. */
export const WHOLE = 'return=representation';

export async function openFixture(t: TestContext, options: PayPalOptions = {}): Promise<Fixture> {
  const clock = { nowMs: Date.now() };
  const exchanges: Exchange[] = [];
  const paypal = await PayPalStandIn.start({
    nowMs: () => clock.nowMs,
    observe: (request, answer) => exchanges.push({ request, answer }),
    ...options,
  });
  t.after(() => paypal.close());
  const sdk = sdkClient(paypal);
  let orders = 0;
  return {
    ...sdk,
    paypal,
    clock,
    exchanges,
    async create({ order = `order-${++orders}`, value = '64.00', requestId = `${order}.create` } = {}) {
      const { result } = await sdk.orders.createOrder({ body: orderRequest(order, value), paypalRequestId: requestId });
      return result.id ?? '';
    },
    async authorize(order) {
      paypal.approve(order);
      const { result } = await sdk.orders.authorizeOrder({ id: order, prefer: WHOLE });
      return result.purchaseUnits?.[0]?.payments?.authorizations?.[0]?.id ?? '';
    },
    async capture(authorizationId, { value, isFinal = true } = {}) {
      const amount = value === undefined ? {} : { amount: brl(value) };
      const { result } = await sdk.payments.captureAuthorizedPayment({
        authorizationId,
        body: { finalCapture: isFinal, ...amount },
      });
      return result.id ?? '';
    },
  };
}

export const brl = (value: string) => ({ currencyCode: 'BRL', value });

/** The order as the shop asks for it. */
export function orderRequest(order: string, value: string): OrderRequest {
  return {
    intent: CheckoutPaymentIntent.Authorize,
    purchaseUnits: [{ referenceId: 'default', customId: order, invoiceId: order, amount: brl(value) }],
    paymentSource: {
      paypal: {
        experienceContext: {
          returnUrl: 'https://cinema.example/pagar/volta',
          cancelUrl: 'https://cinema.example/pagar/desiste',
          locale: 'pt-BR',
        },
      },
    },
  };
}

/** Asserts that `call` is refused with `issue`. @returns The error, for more. */
export async function refused(call: Promise<unknown>, status: number, issue: string): Promise<ApiError> {
  const error = await call.then(
    () => assert.fail(`not refused, but ${issue} was expected`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ApiError, String(error));
  const { details = [], debug_id: debugId } = JSON.parse(String(error.body)) as {
    details?: { issue: string }[];
    debug_id: string;
  };
  assert.deepEqual([error.statusCode, details[0]?.issue], [status, issue]);
  assert.equal(error.headers['paypal-debug-id'], debugId);
  return error;
}

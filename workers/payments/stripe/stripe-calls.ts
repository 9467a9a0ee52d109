/**
 * Calls of Stripe's API through its SDK, each within one deadline, its repetition included, and each with our idempotency key. What
 * comes of a call is an answer with Stripe's id of the request, ProviderUnknown or ProviderRefused, and nothing else.
 *
 * The SDK could repeat by itself; it would give every attempt the whole time again, and it cannot be told to stop. So it is
 * told not to, and the one repetition is here: after a connection that broke, and where Stripe says that it is worth it. More is the
 * desk's business, which looks before it asks again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Answered } from '../provider-port.ts';
import { isWorthRepeating, stripeFailure } from './stripe-failure.ts';
import { StripeHttp } from './stripe-http.ts';

/** What is needed to ask; more may be there. */
export interface StripeAccount {
  readonly secretKey: string;
  /** While one takes the place of another, several. */
  readonly webhookSecrets: readonly string[];
  /** A stand-in's address, without a path; null: Stripe's own. */
  readonly apiUrl: string | null;
}

export interface StripeTiming {
  /** A call, all of it. */
  readonly callMs: number;
  /** Before a request is sent a second time. */
  readonly pauseMs: number;
}

/** Banks take seconds to answer; a buyer does not wait longer than this, and the desk goes on without him. */
export const STRIPE_TIMING: StripeTiming = { callMs: 10_000, pauseMs: 500 };

/**
 * The version of the API that this adapter was written and tested with. Named here, although the SDK names it as well: an update
 * of the package must not change what the answers look like without a failing compilation.
 */
export const STRIPE_API_VERSION = '2026-10-28.endive';

/** The first one, and one repetition. */
const ATTEMPTS_MAX = 2;

export class StripeCalls {
  readonly stripe: Stripe;
  readonly #timing: StripeTiming;

  constructor(account: StripeAccount, timing: StripeTiming = STRIPE_TIMING) {
    this.stripe = new Stripe(account.secretKey, {
      apiVersion: STRIPE_API_VERSION,
      httpClient: new StripeHttp(),
      maxNetworkRetries: 0,
      // Times of our requests, our platform: nobody's business.
      telemetry: false,
      timeout: timing.callMs,
      ...addressOf(account.apiUrl),
    });
    this.#timing = timing;
  }

  /**
   * `send` passes the options on to the SDK's method as they are.
   * @throws ProviderUnknown, ProviderRefused
   */
  async ask<Result extends object>(
    send: (options: Stripe.RequestOptions) => Promise<Stripe.Response<Result>>,
    key?: string,
  ): Promise<Answered<Result>> {
    try {
      const result = await this.askSdk(send, key);
      return { result, request: result.lastResponse.requestId ?? null };
    } catch (error) {
      throw stripeFailure(error);
    }
  }

  /** As `ask`, for callers that read the SDK's own errors. @throws StripeError */
  async askSdk<Result>(send: (options: Stripe.RequestOptions) => Promise<Result>, key?: string): Promise<Result> {
    const { callMs, pauseMs } = this.#timing;
    const untilMs = performance.now() + callMs;
    for (let attempt = 1; ; attempt++) {
      const leftMs = Math.max(1, Math.ceil(untilMs - performance.now()));
      try {
        return await send({ timeout: leftMs, ...(key !== undefined && { idempotencyKey: key }) });
      } catch (error) {
        const isLast = attempt >= ATTEMPTS_MAX || performance.now() + pauseMs >= untilMs;
        if (isLast || !isWorthRepeating(error)) throw error;
      }
      await pause(pauseMs);
    }
  }
}

function addressOf(apiUrl: string | null): Partial<Stripe.StripeConfig> {
  if (apiUrl === null) return {};
  const { protocol, hostname, port } = new URL(apiUrl);
  const isPlain = protocol === 'http:';
  return { protocol: isPlain ? 'http' : 'https', host: hostname, port: port === '' ? (isPlain ? 80 : 443) : port };
}

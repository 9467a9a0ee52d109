/**
 * Calls to PayPal through its SDK: to the address that was configured, with our token, over kept-alive connections, within a deadline, and
 * with failures in the port's words.
 *
 * What the SDK (2.5) does, and what is done about it: it has no time limit unless one is set; it repeats nothing unless it is told to,
 * and it is not; it speaks HTTP/1.1 through axios, over whatever agents it is given; it would follow redirects and the environment's
 * proxies, and must do neither with a token in its hand; it knows PayPal's two addresses and no third, so that each request is given
 * its origin on the way out.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type ApiResponse, Client, Environment, OrdersController, PaymentsController } from '@paypal/paypal-server-sdk';
import { type Answered, ProviderUnknown } from '../provider-port.ts';
import { failureOf, failureOfAnswer, isBrokenLine, requestOf } from './paypal-failure.ts';
import { fetchText } from './paypal-fetch.ts';
import { PaypalToken } from './paypal-token.ts';

export interface PaypalAccount {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of the webhook at PayPal; signed into every transmission. */
  readonly webhookId: string;
  readonly environment: 'live' | 'sandbox';
  /** PayPal's own, or a stand-in's; without a slash at the end. */
  readonly apiUrl: string;
  /** For tests. */
  readonly nowMs?: () => number;
  readonly deadlineMs?: number;
}

/** Of a single call of the SDK. */
export type RequestOptions = NonNullable<Parameters<OrdersController['getOrder']>[1]>;

export interface PaypalSdk {
  readonly orders: OrdersController;
  readonly payments: PaymentsController;
}

/** Of one call, its repetition included, milliseconds. PayPal authorises within one or two seconds; buyers wait for this one. */
const DEADLINE_MS = 10_000;
/** At once, as many as the desk's runs on a thread; more would only wait at PayPal. */
const SOCKETS_MAX = 256;
/** Kept open while nothing is asked. */
const FREE_SOCKETS_MAX = 64;
/** A free connection is closed by us before PayPal does it, which would break the next request, milliseconds. */
const FREE_SOCKET_MS = 30_000;
/** PayPal's objects are of some kilobytes. */
const ANSWER_BYTES_MAX = 1_048_576;
const TOKEN_PATH = '/v1/oauth2/token';

export class PaypalCalls {
  readonly #sdk: PaypalSdk;
  readonly #token: PaypalToken;
  readonly #apiUrl: string;
  readonly #deadlineMs: number;

  constructor(account: PaypalAccount) {
    const { apiUrl, nowMs = Date.now, deadlineMs = DEADLINE_MS } = account;
    this.#apiUrl = apiUrl;
    this.#deadlineMs = deadlineMs;
    this.#token = new PaypalToken(async () => {
      const { accessToken, expiresIn } = await client.clientCredentialsAuthManager.fetchToken();
      return { text: accessToken, seconds: Number(expiresIn ?? 0) };
    }, nowMs);
    const client = clientOf(account, deadlineMs, this.#token);
    this.#sdk = { orders: new OrdersController(client), payments: new PaymentsController(client) };
  }

  /**
   * Asks, and asks again once at once when the line broke before an answer, or the token was not good any more. Safe, since each
   * request that does something has a key of ours: the second one is told what came of the first.
   *
   * @throws ProviderUnknown ProviderRefused
   */
  async ask<Result>(
    call: (sdk: PaypalSdk, options: RequestOptions) => Promise<ApiResponse<Result>>,
  ): Promise<Answered<Result>> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), this.#deadlineMs);
    const once = async (): Promise<Answered<Result>> => {
      try {
        const { result, headers } = await call(this.#sdk, { abortSignal: deadline.signal });
        return { result, request: requestOf(headers) };
      } catch (thrown) {
        throw failureOf(thrown);
      }
    };
    try {
      return await once();
    } catch (failure) {
      if (deadline.signal.aborted || !(isBrokenLine(failure) || isTokenOver(failure))) throw failure;
      return await once();
    } finally {
      clearTimeout(timer);
    }
  }

  /** GET of what the SDK does not know, parsed. @throws ProviderUnknown ProviderRefused */
  async get(path: string): Promise<Answered<unknown>> {
    try {
      return await this.#getOnce(path);
    } catch (failure) {
      if (!isBrokenLine(failure) && !isTokenOver(failure)) throw failure;
      return await this.#getOnce(path);
    }
  }

  async #getOnce(path: string): Promise<Answered<unknown>> {
    const token = await this.#token.get().catch((thrown) => {
      throw failureOf(thrown);
    });
    const { status, headers, text } = await fetchText(this.#apiUrl + path, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      bytesMax: ANSWER_BYTES_MAX,
      deadlineMs: this.#deadlineMs,
    });
    if (status === 401) this.#token.forget(token);
    if (status !== 200) throw failureOfAnswer(status, headers, text);
    try {
      return { result: JSON.parse(text), request: requestOf(headers) };
    } catch (cause) {
      throw new ProviderUnknown('unreadable', requestOf(headers), null, cause);
    }
  }
}

/** PayPal has revoked the token, or our clock is late: it was forgotten when this came. */
function isTokenOver(failure: unknown): boolean {
  return failure instanceof ProviderUnknown && failure.failure === 'status 401';
}

function clientOf(account: PaypalAccount, deadlineMs: number, token: PaypalToken): Client {
  const { origin } = new URL(account.apiUrl);
  // The override is called inside Client's constructor, before there are fields: what it needs comes from around it.
  class ClientAtAddress extends Client {
    override getRequestBuilderFactory(): ReturnType<Client['getRequestBuilderFactory']> {
      const make = super.getRequestBuilderFactory();
      return (...call) => {
        const builder = make(...call);
        builder.intercept(async (request, options, next) => {
          const { pathname, search } = new URL(request.url);
          const url = origin + pathname + search;
          if (pathname === TOKEN_PATH) return await next({ ...request, url }, options);
          const text = await token.get();
          const headers = { ...request.headers, authorization: `Bearer ${text}` };
          const context = await next({ ...request, url, headers }, options);
          if (context.response.statusCode === 401) token.forget(text);
          return context;
        });
        return builder;
      };
    }
  }
  const agent = {
    keepAlive: true,
    maxSockets: SOCKETS_MAX,
    maxFreeSockets: FREE_SOCKETS_MAX,
    timeout: FREE_SOCKET_MS,
  };
  return new ClientAtAddress({
    clientCredentialsAuthCredentials: {
      oAuthClientId: account.clientId,
      oAuthClientSecret: account.clientSecret,
      // One without an end, never sent: it keeps the SDK's own cache still.
      oAuthToken: { accessToken: '-', tokenType: 'Bearer' },
    },
    environment: account.environment === 'live' ? Environment.Production : Environment.Sandbox,
    timeout: deadlineMs,
    httpClientOptions: {
      httpAgent: new HttpAgent(agent),
      httpsAgent: new HttpsAgent(agent),
      retryConfig: { maxNumberOfRetries: 0 },
    },
    unstable_httpClientOptions: { maxRedirects: 0, proxy: false, maxContentLength: ANSWER_BYTES_MAX },
  });
}

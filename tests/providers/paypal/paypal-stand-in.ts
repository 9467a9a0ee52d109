/**
 * A PayPal on this machine: the HTTP of Orders v2, Payments v2, disputes and webhooks as far as the shop uses them, the script
 * for the shop's page and the buyer's window. Its answers keep the shapes and its refusals the words of PayPal's API
 * descriptions; its memory is Maps, its clock the caller's, its faults scripted. What it does not copy: risk decisions, several
 * purchase units, other currencies' decimals, and the times PayPal itself takes.
 */
import { randomBytes } from 'node:crypto';
import type { Fault, FaultScript, Matcher } from '../faults.ts';
import { type RawAnswer, type RawRequest, RawServer, type Seen } from '../raw-server.ts';
import { failure, PayPalApi } from './paypal-api.ts';
import { answerBrowser } from './paypal-browser.ts';
import * as buyer from './paypal-buyer.ts';
import { CERTIFICATE_PEM } from './paypal-certificate.ts';
import { feeOf } from './paypal-money.ts';
import { ORDER_TTL_MS } from './paypal-orders.ts';
import { type Dispute, PayPalState, type Refund } from './paypal-state.ts';
import { PayPalTokens } from './paypal-tokens.ts';
import { type Delivery, type PayPalEvent, PayPalWebhooks } from './paypal-webhooks.ts';
import type { PayPalWorld } from './paypal-world.ts';

export interface PayPalOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly webhookId?: string;
  /** Where events go; absent: nowhere, they are held. */
  readonly webhookUrl?: string;
  /** 'send' when there is a `webhookUrl`. */
  readonly webhooks?: 'hold' | 'send';
  /** How long a token lasts; PayPal's nine hours. */
  readonly tokenSeconds?: number;
  readonly latencyMs?: number;
  readonly nowMs?: () => number;
  /** Sees every exchange: for tests of shapes. */
  readonly observe?: (request: RawRequest, answer: RawAnswer) => void;
}

/** What the buyers' money did, in cents: the books a test compares with the shop's. */
export interface PayPalBooks {
  /** Held and not yet taken, voided or lapsed. */
  readonly authorizedCents: number;
  readonly capturedCents: number;
  readonly refundedCents: number;
  readonly feeCents: number;
}

const CERTIFICATE = '/v1/notifications/certs/CERT-360caa42-fca2a594-5edc0ebc';

export class PayPalStandIn {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly webhookId: string;
  readonly certificatePem = CERTIFICATE_PEM;
  readonly state: PayPalState;
  readonly #server: RawServer;
  readonly #world: PayPalWorld;

  private constructor(server: RawServer, world: PayPalWorld, clientId: string, clientSecret: string) {
    this.#server = server;
    this.#world = world;
    this.state = world.state;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.webhookId = world.webhooks.webhookId;
  }

  static async start(options: PayPalOptions = {}): Promise<PayPalStandIn> {
    const { clientId = 'client-of-tests', clientSecret = 'secret-of-tests', tokenSeconds = 32_400 } = options;
    const nowMs = options.nowMs ?? (() => Date.now());
    const state = new PayPalState(nowMs);
    let base = '';
    const webhooks = new PayPalWebhooks({
      webhookId: options.webhookId ?? '1JE4291016473214C',
      url: options.webhookUrl,
      mode: options.webhooks ?? (options.webhookUrl === undefined ? 'hold' : 'send'),
      nowMs,
      certUrl: () => base + CERTIFICATE,
    });
    const world: PayPalWorld = {
      state,
      webhooks,
      tokens: new PayPalTokens(clientId, clientSecret, tokenSeconds, nowMs),
      get base() {
        return base;
      },
    };
    const api = new PayPalApi(world);
    const server = await RawServer.start(
      async (request, course) => {
        if (request.path === CERTIFICATE) {
          return { status: 200, headers: { 'content-type': 'application/x-pem-file' }, body: CERTIFICATE_PEM };
        }
        // A slow or failing buyer's window is not among the faults: those meet the API.
        const answer = answerBrowser(world, request, clientId) ?? (await api.answer(request, course));
        options.observe?.(request, answer);
        return answer;
      },
      {
        port: options.port,
        latencyMs: options.latencyMs,
        keyHeader: 'paypal-request-id',
        readBody: ({ text }) => (text.startsWith('{') ? parsed(text) : text),
        bodyOfStatus: () => failure(randomBytes(6).toString('hex')),
      },
    );
    base = server.url;
    return new PayPalStandIn(server, world, clientId, clientSecret);
  }

  /** Base of the API and host of the browser's script. */
  get url(): string {
    return this.#server.url;
  }

  get certUrl(): string {
    return this.url + CERTIFICATE;
  }

  get requests(): Seen[] {
    return this.#server.requests;
  }

  get faults(): FaultScript {
    return this.#server.faults;
  }

  /** The next `times` requests that fit meet `fault`. */
  on(matcher: Matcher, fault: Fault, times = 1): void {
    this.#server.on(matcher, fault, times);
  }

  get isDown(): boolean {
    return this.#server.isDown;
  }

  set isDown(isDown: boolean) {
    this.#server.isDown = isDown;
  }

  get events(): PayPalEvent[] {
    return this.#world.webhooks.events;
  }

  get webhooks(): 'hold' | 'send' {
    return this.#world.webhooks.mode;
  }

  set webhooks(mode: 'hold' | 'send') {
    this.#world.webhooks.mode = mode;
  }

  get webhookUrl(): string | undefined {
    return this.#world.webhooks.url;
  }

  set webhookUrl(url: string | undefined) {
    this.#world.webhooks.url = url;
  }

  /** Delivers a kept event now. @returns The shop's status; 0: nobody answered. */
  deliver(event: PayPalEvent, delivery: Delivery = {}): Promise<{ status: number }> {
    return this.#world.webhooks.deliver(event, delivery);
  }

  /**
   * The buyer approves in PayPal's window.
   * @param declines The means of payment will refuse when the order is authorised, until the buyer approves again.
   * @param needsAction Authorising will send the buyer back once.
   * @throws Error for an unknown order, or one that is expired or done.
   */
  approve(orderId: string, { declines = false, needsAction = false } = {}): void {
    const trouble = declines ? 'declines' : needsAction ? 'needs-action' : null;
    if (!buyer.approve(this.#world, known(this.state.orders, orderId), trouble)) {
      throw new Error(`the order ${orderId} can no longer be approved`);
    }
  }

  /** The buyer goes back without approving: PayPal tells nobody, the order stays as it is. */
  cancelByBuyer(orderId: string): void {
    known(this.state.orders, orderId);
  }

  /** The order's three hours are over now. */
  expireOrder(orderId: string): void {
    known(this.state.orders, orderId).updatedMs = this.state.nowMs() - ORDER_TTL_MS - 1;
  }

  /** PayPal knows the order no more, as some time after it expired: asked for it, it answers 404. */
  forget(orderId: string): void {
    this.state.orders.delete(known(this.state.orders, orderId).id);
  }

  /** The hold on the money ends now, as after 29 days. */
  lapse(authorizationId: string): void {
    buyer.lapse(this.#world, known(this.state.authorizations, authorizationId));
  }

  /** How the next captures end, in this order; after them they complete. */
  nextCaptures(...statuses: ('COMPLETED' | 'PENDING' | 'DECLINED')[]): void {
    this.state.scripted.captures.push(...statuses);
  }

  settleCapture(captureId: string, status: 'COMPLETED' | 'DECLINED'): void {
    buyer.settleCapture(this.#world, known(this.state.captures, captureId), status);
  }

  /** How the next refunds end, in this order; after them they complete. */
  nextRefunds(...statuses: ('COMPLETED' | 'PENDING' | 'FAILED')[]): void {
    this.state.scripted.refunds.push(...statuses);
  }

  settleRefund(refundId: string, status: Exclude<Refund['status'], 'PENDING'>): void {
    buyer.settleRefund(this.#world, known(this.state.refunds, refundId), status);
  }

  /** PayPal takes the money of a capture back from the merchant. */
  reverse(captureId: string): void {
    buyer.reverse(this.#world, known(this.state.captures, captureId));
  }

  /** @param amountCents The whole capture when absent. */
  openDispute(captureId: string, more: { reason?: string; amountCents?: number } = {}): Dispute {
    const capture = known(this.state.captures, captureId);
    const { reason = 'MERCHANDISE_OR_SERVICE_NOT_RECEIVED', amountCents = capture.cents } = more;
    return buyer.openDispute(this.#world, capture, reason, amountCents);
  }

  updateDispute(disputeId: string): void {
    buyer.updateDispute(this.#world, known(this.state.disputes, disputeId));
  }

  closeDispute(disputeId: string, outcome: 'won' | 'lost'): void {
    buyer.closeDispute(this.#world, known(this.state.disputes, disputeId), outcome);
  }

  /** Every token given so far is refused from now on. */
  revokeTokens(): void {
    this.#world.tokens.revokeAll();
  }

  /** Sums over everything, or over the orders whose `custom_id` is `customId`. */
  books(customId?: string): PayPalBooks {
    const books = { authorizedCents: 0, capturedCents: 0, refundedCents: 0, feeCents: 0 };
    for (const { order, status, cents, renewed } of this.state.authorizations.values()) {
      // A renewal holds the same money under another id.
      const isHeld = status === 'CREATED' && renewed === null;
      if (isHeld && (customId === undefined || order.customId === customId)) books.authorizedCents += cents;
    }
    for (const { cents, status, customId: of, refunds } of this.state.captures.values()) {
      if ((customId !== undefined && of !== customId) || status === 'PENDING' || status === 'DECLINED') continue;
      books.capturedCents += cents;
      books.feeCents += feeOf(cents);
      for (const refund of refunds) if (refund.status === 'COMPLETED') books.refundedCents += refund.cents;
    }
    return books;
  }

  async close(): Promise<void> {
    this.#world.webhooks.close();
    await this.#server.close();
  }
}

function known<T>(things: ReadonlyMap<string, T>, id: string): T {
  const thing = things.get(id);
  if (thing === undefined) throw new Error(`PayPal knows no ${id}`);
  return thing;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

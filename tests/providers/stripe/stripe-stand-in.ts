/**
 * Stripe, as far as Poltrona knows it, on the loopback: the API, the browser's script and frames, and webhooks. It keeps Stripe's
 * rules about what may follow what, its memory of idempotency keys and the shape of its answers; it moves no money and invents no
 * weather: everything that goes wrong was scripted by a test. What it does not have: Connect, taxes, anything but cards in reais.
 */
import type { Fault, Matcher } from '../faults.ts';
import { type Course, type RawAnswer, type RawRequest, RawServer, type Seen } from '../raw-server.ts';
import { Books, BY_ITSELF, type StandInEvent } from './books.ts';
import { cardOfNumber } from './cards.ts';
import { clubRoutes } from './club-routes.ts';
import { noSuch } from './failure.ts';
import { readForm, textOf, textsOf } from './form.ts';
import type { Charge, Dispute, PaymentIntent, Refund, Subscription } from './kinds.ts';
import { answerPage } from './pages.ts';
import { PaymentIntents } from './payment-intents.ts';
import { paymentRoutes } from './payment-routes.ts';
import { Refunds } from './refunds.ts';
import { bodyOfStatus, type Route, Router } from './router.ts';
import { Subscriptions } from './subscriptions.ts';
import { type Delivery, Webhooks } from './webhooks.ts';

export interface StripeStandInOptions {
  /** Absent: any free port. */
  readonly port?: number;
  readonly secretKey?: string;
  readonly publishableKey?: string;
  /** All of them sign, newest first. */
  readonly webhookSecrets?: readonly string[];
  /** Where webhooks go; absent: they are held. */
  readonly webhookUrl?: string;
  /** Whether they are sent by themselves; `send` where there is an address. */
  readonly webhooks?: 'hold' | 'send';
  /** A pause before every answer: a provider's own time, for benchmarks. */
  readonly latencyMs?: number;
  readonly nowMs?: () => number;
}

/** An object or its id: tests have now the one, now the other. */
export type Named = string | { readonly id: string };

export class StripeStandIn {
  readonly secretKey: string;
  readonly publishableKey: string;
  readonly books: Books;
  readonly webhooks: Webhooks;
  readonly #intents: PaymentIntents;
  readonly #refunds: Refunds;
  readonly #subscriptions: Subscriptions;
  readonly #router: Router;
  #server: RawServer | null = null;

  private constructor(options: StripeStandInOptions) {
    const nowMs = options.nowMs ?? Date.now;
    this.secretKey = options.secretKey ?? 'sk_test_standin';
    this.publishableKey = options.publishableKey ?? 'pk_test_standin';
    this.books = new Books(nowMs);
    this.webhooks = new Webhooks({
      mode: options.webhooks ?? (options.webhookUrl === undefined ? 'hold' : 'send'),
      url: options.webhookUrl ?? null,
      secrets: options.webhookSecrets ?? ['whsec_standin'],
      nowMs,
    });
    this.books.onEvent = (event) => this.webhooks.offer(event);
    this.#intents = new PaymentIntents(this.books, () => this.url);
    this.#refunds = new Refunds(this.books);
    this.#subscriptions = new Subscriptions(this.books, this.#intents);
    this.#intents.listener = this.#subscriptions;
    this.#router = new Router({
      books: this.books,
      secretKey: this.secretKey,
      publishableKey: this.publishableKey,
      routes: [
        ...paymentRoutes(this.books, this.#intents, this.#refunds),
        ...clubRoutes(this.books, this.#subscriptions),
        ...eventRoutes(this.books),
      ],
      includable: (object, field) => this.#includable(String(object['object']), String(object['id']), field),
      catchUp: () => this.#intents.lapseDue(),
    });
  }

  static async start(options: StripeStandInOptions = {}): Promise<StripeStandIn> {
    const standIn = new StripeStandIn(options);
    standIn.#server = await RawServer.start((request, course) => standIn.#answer(request, course), {
      port: options.port,
      latencyMs: options.latencyMs,
      keyHeader: 'idempotency-key',
      readBody: ({ path, text }) => (path.startsWith('/elements/') ? null : readForm(new URLSearchParams(text))),
      bodyOfStatus,
    });
    return standIn;
  }

  get url(): string {
    return this.#live.url;
  }

  /** The newest 20,000 requests, oldest first: what was really asked. */
  get requests(): readonly Seen[] {
    return this.#live.requests;
  }

  /** The events so far, oldest first, also those that no webhook carries. */
  get events(): readonly StandInEvent[] {
    return this.books.events;
  }

  get isDown(): boolean {
    return this.#live.isDown;
  }

  set isDown(isDown: boolean) {
    this.#live.isDown = isDown;
  }

  on(matcher: Matcher, fault: Fault, times = 1): void {
    this.#live.on(matcher, fault, times);
  }

  /** Faults that no request has met yet. */
  get faultsWaiting(): number {
    return this.#live.faults.waiting;
  }

  clearFaults(): void {
    this.#live.faults.clear();
  }

  /** The events of `type`, of `objectId` where given; oldest first. */
  eventsOf(type: string, objectId?: string): readonly StandInEvent[] {
    return this.events.filter(
      (event) => event.type === type && (objectId === undefined || event.objectId === objectId),
    );
  }

  deliver(event: StandInEvent, delivery?: Delivery): Promise<{ status: number }> {
    return this.webhooks.deliver(event, delivery);
  }

  /** How the bank asks for 3-D Secure from now on. */
  set challengeBy(by: 'overlay' | 'redirect') {
    this.#intents.challengeBy = by;
  }

  /** What refunds are at first from now on; `pending` ones wait for `settleRefund`. */
  set refundsStartAs(status: 'pending' | 'succeeded') {
    this.#refunds.firstStatus = status;
  }

  /** What the browser's frame does: a card becomes a token. Returns its id, `ctoken_…`. */
  tokenOfCard(number: string): string {
    const id = this.books.newId('ctoken');
    return this.#intents.newToken(id, cardOfNumber(number)).id;
  }

  passChallenge(intent: Named): PaymentIntent {
    return this.#itself(() => this.#intents.passChallenge(this.books.paymentIntents.get(idOf(intent))));
  }

  failChallenge(intent: Named): PaymentIntent {
    return this.#itself(() => this.#intents.failChallenge(this.books.paymentIntents.get(idOf(intent))));
  }

  /** What was `processing` is authorised or declined. */
  settleProcessing(intent: Named, outcome: 'declines' | 'pays'): PaymentIntent {
    return this.#itself(() => this.#intents.settleProcessing(this.books.paymentIntents.get(idOf(intent)), outcome));
  }

  /** The authorisation lapses now, whatever the clock says. */
  lapse(intent: Named): PaymentIntent {
    return this.#itself(() => this.#intents.lapse(this.books.paymentIntents.get(idOf(intent))));
  }

  settleRefund(refund: Named, outcome: 'failed' | 'succeeded'): Refund {
    return this.#itself(() => this.#refunds.settle(this.books.refunds.get(idOf(refund)), outcome));
  }

  /** `of`: a charge or a payment intent. Absent: the whole amount, reason fraudulent. */
  openDispute(of: Named, { reason = 'fraudulent', amount }: { reason?: string; amount?: number } = {}): Dispute {
    const charge = this.#chargeOf(idOf(of));
    return this.#itself(() => this.#refunds.openDispute(charge, reason, amount ?? charge.amount_captured));
  }

  reviewDispute(dispute: Named): Dispute {
    return this.#itself(() => this.#refunds.reviewDispute(this.books.disputes.get(idOf(dispute))));
  }

  closeDispute(dispute: Named, outcome: 'lost' | 'won'): Dispute {
    return this.#itself(() => this.#refunds.closeDispute(this.books.disputes.get(idOf(dispute)), outcome));
  }

  /** The next period of a subscription is billed, and paid unless it `fails`; its end, where it was to end. */
  renew(subscription: Named, { fails = false }: { fails?: boolean } = {}): Subscription {
    return this.#itself(() => this.#subscriptions.renew(this.books.subscriptions.get(idOf(subscription)), fails));
  }

  /** The unpaid invoice of a subscription is tried again. */
  retryInvoice(subscription: Named, { fails = false }: { fails?: boolean } = {}): Subscription {
    return this.#itself(() => this.#subscriptions.retry(this.books.subscriptions.get(idOf(subscription)), fails));
  }

  /** The first payment of a subscription never came. */
  expireSubscription(subscription: Named): Subscription {
    return this.#itself(() => this.#subscriptions.expire(this.books.subscriptions.get(idOf(subscription))));
  }

  async close(): Promise<void> {
    this.webhooks.close();
    await this.#live.close();
  }

  #answer(request: RawRequest, course: Course): RawAnswer | Promise<RawAnswer> {
    if (request.path.startsWith('/v1/')) return this.#router.answer(request, course);
    const page = answerPage(request, {
      tokenOf: (number) => this.tokenOfCard(number),
      endChallenge: (id, secret, isPassed) => {
        const intent = this.books.paymentIntents.find(id);
        if (intent?.client_secret !== secret || intent.status !== 'requires_action') return null;
        return (isPassed ? this.passChallenge(intent) : this.failChallenge(intent)).status;
      },
      returnUrlOf: (id) => this.#intents.returnUrlOf(id),
    });
    return page ?? this.#router.answer(request, course);
  }

  get #live(): RawServer {
    if (this.#server === null) throw new Error('the stand-in is not started');
    return this.#server;
  }

  /** What an object shows only when it is asked for by `expand`. */
  #includable(kind: string, id: string, field: string): unknown {
    switch (`${kind}.${field}`) {
      case 'invoice.confirmation_secret':
        return this.#subscriptions.confirmationSecretOf(id);
      case 'invoice.payments':
        return this.#subscriptions.paymentsOf(id);
      case 'charge.refunds':
        return this.books.refunds.list(`/v1/charges/${id}/refunds`, {}, (refund) => refund.charge === id);
      default:
        return undefined;
    }
  }

  #chargeOf(id: string): Charge {
    const chargeId = id.startsWith('pi_') ? this.books.paymentIntents.get(id).latest_charge : id;
    if (chargeId === null) throw noSuch('charge', id);
    return this.books.charges.get(chargeId);
  }

  /** What happens without a request: its events name none. */
  #itself<Result>(work: () => Result): Result {
    this.books.cause = BY_ITSELF;
    return work();
  }
}

function idOf(named: Named): string {
  return typeof named === 'string' ? named : named.id;
}

function eventRoutes(books: Books): readonly Route[] {
  return [
    [
      'GET',
      '/v1/events',
      (form) => {
        const type = textOf(form, 'type');
        const types = textsOf(form, 'types');
        const isWanted = (kind: string): boolean =>
          (type === undefined || type === kind) && (types.length === 0 || types.includes(kind));
        return books.listEvents(form, isWanted);
      },
    ],
    ['GET', '/v1/events/:id', (_form, id) => books.getEvent(id)],
  ];
}

/**
 * Orders with money: a real database, a real engine for the seats, the real desk, and providers in memory. Buyers' and staff's
 * requests are handed to routers, webhooks to the intake's endpoint.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Payment, Provider } from '../../actors/payment/payment.ts';
import { ROLE_PERMISSIONS, type Role, type StaffPrincipal } from '../../server/api/principal.ts';
import { ApiRouter } from '../../server/api/router.ts';
import { paymentAdminEndpoints } from '../../server/payments/admin-endpoints.ts';
import { paymentEndpoints } from '../../server/payments/payment-endpoints.ts';
import { paymentMethods } from '../../server/payments/payment-methods.ts';
import type { PaymentPorts } from '../../server/payments/payment-ports.ts';
import { orderEndpoints } from '../../server/tickets/order-endpoints.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import type { NewPayment, PaymentRecord } from '../../storage/payments/payment-record.ts';
import { TicketSigner } from '../../storage/tickets/ticket-qr.ts';
import { booksIn, type SeatsPort } from '../../workers/payments/desk-ports.ts';
import { PaymentCare } from '../../workers/payments/payment-care.ts';
import { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import type { ProviderDesk } from '../../workers/payments/provider-port.ts';
import { type Bite, type ReconcileCase, type ReconcileWish, START } from '../../workers/payments/reconciler.ts';
import { type AccountsStage, accountsStage } from './accounts-stage.ts';
import { AdminStage, type ApiAnswer } from './admin-stage.ts';
import { OrdersStage, type Person, POLICY, PUBLIC_URL } from './orders-stage.ts';
import { newTickets } from './screening.ts';
import { ScriptedProvider } from './scripted-provider.ts';

export const STRIPE = {
  ...{ secretKey: 'sk_x', publishableKey: 'pk_x', webhookSecrets: ['whsec_x'], apiUrl: null },
  ...{ scriptUrl: 'https://js.stripe.com/endive/stripe.js', release: 'endive' },
};
const HOUR_MS = 3_600_000;

export class PaidOrdersStage {
  readonly orders: OrdersStage;
  readonly stripe = new ScriptedProvider('stripe');
  readonly paypal = new ScriptedProvider('paypal');
  readonly desk: PaymentDesk;
  /** Another node's, which knows nothing but the books. */
  readonly newDesk: () => PaymentDesk;
  readonly care: PaymentCare;
  readonly lines: string[] = [];
  /** What the screening's actor answers to the desk: nothing. */
  isActorAway = false;
  readonly #staff: ApiRouter;
  #count = 0;

  private constructor(accounts: AccountsStage, seats: AdminStage, signer: TicketSigner) {
    this.orders = new OrdersStage(accounts, seats, signer);
    const log = (_details: object, message: string): void => void this.lines.push(message);
    const logs = { info: () => {}, warn: log, error: log };
    const adapters = new Map<Provider, ProviderDesk>([
      ['stripe', this.stripe],
      ['paypal', this.paypal],
    ]);
    this.newDesk = () =>
      new PaymentDesk({
        ...{ books: booksIn(seats.app), adapters, seats: this.#seatsPort(), nowMs: Date.now, log: logs },
        returnUrlOf: (order) => `${PUBLIC_URL}/pay/${order}`,
        delay: () => Promise.resolve(),
      });
    this.desk = this.newDesk();
    this.care = new PaymentCare({
      ...{ pool: seats.app, desk: this.desk, adapters, subscription: null, nowMs: Date.now, log: logs },
    });
    this.#staff = new ApiRouter({
      endpoints: paymentAdminEndpoints({
        pool: seats.app,
        nowMs: Date.now,
        reconcile: (wish, place) => this.care.reconcile(wish, place),
      }),
      pools: { app: seats.app, accounts: seats.app },
      seals: accounts.seals,
      origins: [],
      authenticate: async (request) => staffOf(request.header('x-who') ?? ''),
      addressOf: () => '203.0.113.7',
      log: (message, details) => this.lines.push(`${message} ${String(details['cause'])}`),
    });
  }

  static async create(t: TestContext): Promise<PaidOrdersStage> {
    let made: PaidOrdersStage | null = null;
    const later = (): PaidOrdersStage => {
      assert.ok(made !== null, 'the stage is not there yet');
      return made;
    };
    const accounts = await accountsStage(t, ({ pool, seals, nowMs }) => {
      const ports: PaymentPorts = {
        get pool() {
          return later().orders.seats.app;
        },
        get signer() {
          return later().orders.signer;
        },
        get desk() {
          return later().desk;
        },
        ...{ accounts: pool, seals, cancelPolicy: POLICY, publicUrl: PUBLIC_URL, nowMs, paymentTtlMs: 300_000 },
        ask: (screening, command) => later().orders.seats.ports.ask(screening, command),
        methods: paymentMethods({ stripe: STRIPE, paypal: null, sandboxPayments: false }),
      };
      return [...orderEndpoints(ports), ...paymentEndpoints(ports)];
    });
    const seats = await AdminStage.create(t, accounts.config);
    const signer = new TicketSigner({ pool: seats.app, seals: accounts.seals, nowMs: () => accounts.nowMs });
    made = new PaidOrdersStage(accounts, seats, signer);
    made.orders.screening = await seats.screening(seats.mine, 30);
    return made;
  }

  /** The books of an order that is being paid; `person` pays 30.00 a seat. */
  async begins(
    person: Person,
    order: string,
    seats: readonly number[],
    wanted: Partial<NewPayment> = {},
  ): Promise<void> {
    await this.orders.pays(person, { order, seats });
    const { screening } = this.orders;
    const cents = 3_000 * seats.length;
    const answer = await this.desk.pay(
      {
        ...{ order, screening, provider: 'stripe', amountCents: cents, currency: 'BRL', seats, token: 'ok' },
        ...{ dueInMs: 60_000, ...wanted },
      },
      'checkout',
    );
    assert.notEqual(answer, 'declined');
  }

  /** Paid, sold and taken. */
  async sells(
    person: Person,
    order: string,
    seats: readonly number[],
    wanted: Partial<NewPayment> = {},
  ): Promise<void> {
    await this.begins(person, order, seats, wanted);
    await this.desk.run(order, 'checkout');
    assert.equal((await this.books(order)).payment.phase, 'captured');
  }

  async books(order: string): Promise<PaymentRecord> {
    const record = await loadPayment(this.orders.seats.app, order);
    assert.ok(record !== null, `order ${order} has no books`);
    return record;
  }

  /** All that happened is as old as that: nothing of it is under way any more. */
  async ages(order: string, hours: number): Promise<void> {
    await this.orders.seats.rows(
      `update payments set updated_at = updated_at - $2 * interval '1 hour', created_at = created_at - $2 * interval '1 hour',
         asked_at = asked_at - $2 * interval '1 hour', authorised_at = authorised_at - $2 * interval '1 hour', captured_at = captured_at - $2 * interval '1 hour'
       where order_id = $1`,
      [order, hours],
    );
    await this.orders.seats.rows(
      `update refunds set updated_at = updated_at - $2 * interval '1 hour' where order_id = $1`,
      [order, hours],
    );
    for (const provider of [this.stripe, this.paypal])
      for (const object of provider.objects.values()) if (object.order === order) object.createdMs -= hours * HOUR_MS;
  }

  /** All bites of the reconciler. */
  async reconciles(wish: Partial<ReconcileWish> = {}): Promise<ReconcileCase[]> {
    const full = {
      sinceMs: Date.now() - 30 * 24 * HOUR_MS,
      isDryRun: false,
      isThorough: true,
      listedMax: 1_000,
      ...wish,
    };
    const cases: ReconcileCase[] = [];
    for (let place: Bite['next'] = START; place !== null; ) {
      const bite: Bite = await this.care.reconcile(full, place);
      cases.push(...bite.cases);
      place = bite.next;
    }
    return cases;
  }

  /** A request by staff: 'administrator', or 'partner 1' (of exhibitor 1). */
  async asks(
    who: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<ApiAnswer & { readonly text: string }> {
    const [pathname = '', query = ''] = path.split('?');
    const headers: Record<string, string> = { 'x-who': who, 'content-type': 'application/json' };
    if (method === 'POST') headers['idempotency-key'] = `staff-key-${++this.#count}`;
    const response = await this.#staff.answer({
      ...{ method, path: pathname, query: new URLSearchParams(query), remoteAddress: '127.0.0.1' },
      header: (name) => headers[name],
      body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
    });
    assert.ok(response !== null, `no endpoint has the path ${pathname}`);
    const text = Buffer.from(response.body ?? '').toString();
    const isJson = response.headers?.['content-type']?.startsWith('application/json') === true;
    return { status: response.status, body: isJson ? JSON.parse(text) : null, headers: response.headers ?? {}, text };
  }

  #seatsPort(): SeatsPort {
    const says = async (payment: Payment, command: object): Promise<number> => {
      const seats = this.orders.seats;
      const full = { buyer: 'system', order: payment.order, ...command } as Parameters<AdminStage['says']>[1];
      return (await seats.says(payment.screening, full)).outcome.code;
    };
    return {
      sell: async (payment) => {
        if (this.isActorAway) return 'unknown';
        const tickets = newTickets(payment.order, payment.seats);
        return (await says(payment, { kind: 'confirm', tickets })) === 0 ? 'sold' : 'refused';
      },
      free: async (payment, keepHold) => {
        if (this.isActorAway) return 'unknown';
        await says(payment, { kind: 'cancel-payment', keepHold });
        return 'freed';
      },
      voidTickets: async (payment) => {
        if (this.isActorAway) return 'unknown';
        return (await says(payment, { kind: 'cancel', byStaff: true })) === 0 ? 'voided' : 'used';
      },
    };
  }
}

function staffOf(who: string): StaffPrincipal {
  const [role = '', exhibitor] = who.split(' ');
  return {
    ...{ kind: 'staff', who: `key:${role}`, role: role as Role, cinemaIds: null, session: null },
    exhibitorId: exhibitor === undefined ? null : Number(exhibitor),
    permissions: new Set(ROLE_PERMISSIONS[role as Role]),
  };
}

/**
 * The money in one process: the real engine and books on a real PostgreSQL, the real desk, checkout and adapters, the stand-ins. What
 * nodes do is in the test's hands, step by step; webhooks come over HTTP, are verified, and have been applied when their sender hears.
 *
 * A node here is a desk with its checkout: two of them know of each other only what the database says, as two processes do.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';
import type { Command } from '../../actors/seat-command.ts';
import { type Answer, OutcomeCode } from '../../actors/seat-outcome.ts';
import { Checkout, type PurchaseRequest } from '../../server/checkout.ts';
import { paymentsAt } from '../../server/payments/payment-port.ts';
import { seatsOver } from '../../server/payments/seats-port.ts';
import { commonRules } from '../../server/rules.ts';
import { PLAIN_OFFER, pricesOf } from '../../server/seat-prices.ts';
import { requestIdOf, type StaffAnswer, StaffCommands } from '../../server/staff-commands.ts';
import { auditDatabase } from '../../storage/audit.ts';
import { loadScreening } from '../../storage/catalogue.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { booksIn } from '../../workers/payments/desk-ports.ts';
import { storedForm } from '../../workers/payments/event-applier.ts';
import { PaymentCare } from '../../workers/payments/payment-care.ts';
import { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import { payPalDesk } from '../../workers/payments/paypal/paypal-desk.ts';
import type { ProviderDesk } from '../../workers/payments/provider-port.ts';
import { stripeDesk } from '../../workers/payments/stripe/stripe-desk.ts';
import { ShardEngine } from '../../workers/shard-engine.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { PayPalStandIn } from '../providers/paypal/paypal-stand-in.ts';
import { StripeStandIn } from '../providers/stripe/stripe-stand-in.ts';
import { until } from '../support/deadline.ts';
import { disagreements } from '../support/money-agreement.ts';
import { testDatabase } from '../support/postgres.ts';
import { hold } from '../support/screening.ts';
import { addScreenings } from '../support/screenings.ts';

const PATIENCE_MS = 20_000;
const SECRET = 'whsec_of_these_tests';
const COLUMNS = 40;
/** A lost answer is lost: the adapter does not ask a second time by itself, the desk has to. */
const TIMING = { callMs: 10_000, pauseMs: 60_000 };

export class MoneyNode {
  readonly desk: PaymentDesk;
  readonly care: PaymentCare;
  readonly checkout: Checkout;
  readonly adapters: ReadonlyMap<Provider, ProviderDesk>;

  constructor(stage: MoneyStage) {
    const { stripe, paypal, engine } = stage;
    this.adapters = new Map<Provider, ProviderDesk>([
      ['stripe', stripeDesk({ secretKey: stripe.secretKey, webhookSecrets: [SECRET], apiUrl: stripe.url }, TIMING)],
      [
        'paypal',
        payPalDesk({
          ...{ clientId: paypal.clientId, clientSecret: paypal.clientSecret, webhookId: paypal.webhookId },
          ...{ environment: 'sandbox', apiUrl: paypal.url },
        }),
      ],
    ]);
    this.desk = new PaymentDesk({
      ...{ books: booksIn(stage.shard), adapters: this.adapters, nowMs: Date.now, log: SILENT_LOG },
      seats: seatsOver((screening, command) => stage.staff.ask(screening, command)),
      returnUrlOf: (order) => `https://poltrona.example/pay/${order}`,
    });
    this.care = new PaymentCare({
      ...{ pool: stage.app, desk: this.desk, adapters: this.adapters, subscription: null, nowMs: Date.now },
      log: SILENT_LOG,
    });
    this.checkout = new Checkout({
      bus: engine.bus,
      payments: paymentsAt(this.desk, () => {}),
      prices: async (screening) => {
        const record = await loadScreening(engine.pool, screening);
        return record === null ? null : pricesOf(record, PLAIN_OFFER);
      },
      pricesAreOld: () => {},
      pricesAreDoubted: () => {},
      nowMs: Date.now,
      stepDeadlineMs: 5_000,
      log: () => {},
    });
  }

  /** Resolves when nothing is under way behind a buyer's back. */
  async quiet(): Promise<void> {
    await until(
      () => this.desk.underWay === 0,
      PATIENCE_MS,
      () => 'the desk does not come to rest',
    );
  }
}

export class MoneyStage {
  readonly stripe: StripeStandIn;
  readonly paypal: PayPalStandIn;
  readonly engine: ShardEngine;
  readonly staff: StaffCommands;
  readonly shard: pg.Pool;
  readonly app: pg.Pool;
  readonly screening: number;
  /** Buys. */
  readonly node: MoneyNode;
  /** Hears the webhooks. */
  readonly other: MoneyNode;
  /** Orders whose time is over, as the actor says. */
  readonly overdue: string[];
  #seat = 0;
  #buyers = 0;

  private constructor(
    parts: Pick<MoneyStage, 'stripe' | 'paypal' | 'engine' | 'shard' | 'app' | 'screening' | 'overdue'>,
  ) {
    this.stripe = parts.stripe;
    this.paypal = parts.paypal;
    this.engine = parts.engine;
    this.shard = parts.shard;
    this.app = parts.app;
    this.screening = parts.screening;
    this.overdue = parts.overdue;
    this.staff = new StaffCommands({
      bus: parts.engine.bus,
      deadlineMs: 5_000,
      nowMs: Date.now,
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    });
    this.node = new MoneyNode(this);
    this.other = new MoneyNode(this);
  }

  static async open(t: TestContext, rows = 10): Promise<MoneyStage> {
    const database = await testDatabase(t);
    const wanted = { count: 1, rows, columns: COLUMNS, startsAtMs: Date.now() + 10 * 86_400_000 };
    const [screening = 0] = await addScreenings(database, wanted);
    const [shard, app] = [createPool(database, 'shard', 'test desk', 8), createPool(database, 'app', 'test app', 6)];
    const overdue: string[] = [];
    const engine = engineOn(database, overdue);
    await engine.start();
    const nowMs = (): number => Date.now();
    const stripe = await StripeStandIn.start({ webhookSecrets: [SECRET], webhooks: 'hold', nowMs });
    const paypal = await PayPalStandIn.start({ webhooks: 'hold', nowMs });
    const stage = new MoneyStage({ stripe, paypal, engine, shard, app, screening, overdue });
    const intake = await listen(stage.other);
    stripe.webhooks.url = `${intake.url}/stripe`;
    paypal.webhookUrl = `${intake.url}/paypal`;
    t.after(async () => {
      intake.close();
      await Promise.all([stripe.close(), paypal.close()]);
      await engine.stop();
      await Promise.all([shard.end(), app.end()]);
    });
    return stage;
  }

  /** Another one's desk, who knows nothing of what these are doing. */
  newNode(): MoneyNode {
    return new MoneyNode(this);
  }

  /** Somebody with `count` seats of his own, who has not begun to pay. `card`: how the card's token begins; each is used once. */
  async buyer(method: 'stripe' | 'paypal', card = 'ctoken_ok', count = 1): Promise<StageBuyer> {
    const seats = Array.from({ length: count }, () => this.#seat++);
    return this.#holding(method, card, seats);
  }

  /** Somebody who wants the seats that `before` had. */
  sameSeats({ request }: StageBuyer): Promise<StageBuyer> {
    const { method, seats } = request;
    return this.#holding(
      method === 'paypal' ? method : 'stripe',
      'ctoken_ok',
      seats.map(([seat]) => seat),
    );
  }

  async #holding(method: 'stripe' | 'paypal', card: string, seats: readonly number[]): Promise<StageBuyer> {
    const number = ++this.#buyers;
    const buyer = `buyer-${number}`;
    const wish = { atMs: 0, ...hold(buyer, seats), requestId: `hold-${number}-of-this-test` } as Command;
    const { outcome } = await this.command(wish);
    assert.ok('kind' in outcome && outcome.kind === 'hold', `seat ${seats[0]} was not held: ${outcome.code}`);
    return new StageBuyer(this, {
      ...{ buyer, payer: buyer, requestId: `purchase-${number}-of-this-test`, screening: this.screening },
      ...{ hold: outcome.hold, seats: seats.map((seat) => [seat, 1] as const), method, detail: `${card}_${number}` },
    });
  }

  command(command: Command): Promise<{ readonly outcome: Answer }> {
    return new Promise((resolve) => {
      const asker = { answered: (_tag: number, _id: string, outcome: Answer) => resolve({ outcome }) };
      this.engine.bus.submit(this.screening, command, asker, 0, Date.now() + 5_000);
    });
  }

  /** Tickets of `order` given back, by the actor: the books are woken in the same transaction. */
  refund(order: string, tickets?: readonly string[]): Promise<StaffAnswer> {
    const requestId = requestIdOf('staff', 'refund', order, ...(tickets ?? []));
    const wish = { kind: 'refund', by: 'staff', requestId, order } as const;
    return this.staff.ask(this.screening, tickets === undefined ? wish : { ...wish, tickets });
  }

  disagreements(options?: { readonly mayHaveCases?: boolean }): Promise<string[]> {
    return disagreements(this.app, this, options);
  }

  /** Every order of the books is looked after by everybody at once, until nobody has anything to do. */
  async sweep(nodes: readonly MoneyNode[] = [this.node, this.other]): Promise<void> {
    for (let round = 0; round < 10; round++) {
      const { rows } = await this.app.query<{ order: string }>(
        `select order_id as "order" from payments where due_at is not null or phase not in ('captured', 'cancelled')`,
      );
      if (rows.length === 0) return;
      const runs = rows.flatMap(({ order }) => nodes.map((node) => node.care.run(order, 'sweep').catch(() => null)));
      await Promise.all(runs);
    }
  }

  /** Seats and money agree, and the audit finds nothing. */
  async endsWell(options?: { readonly mayHaveCases?: boolean }): Promise<void> {
    await Promise.all([this.node.quiet(), this.other.quiet()]);
    assert.deepEqual(await this.disagreements(options), []);
    const report = await auditDatabase(this.app);
    assert.deepEqual(report.violations, []);
  }
}

export class StageBuyer {
  readonly #stage: MoneyStage;
  readonly request: PurchaseRequest;

  constructor(stage: MoneyStage, request: PurchaseRequest) {
    this.#stage = stage;
    this.request = request;
  }

  /** Says the purchase, to `node`. */
  buys(node: MoneyNode = this.#stage.node): Promise<Answer> {
    return new Promise((resolve) => {
      node.checkout.buy(this.request, { answered: (_tag, _id, outcome) => resolve(outcome) }, 0);
    });
  }

  /** 'sold', or the name of what he hears instead. */
  async hears(node?: MoneyNode): Promise<string> {
    const outcome = await this.buys(node);
    if (outcome.code === OutcomeCode.accepted) return 'kind' in outcome ? outcome.kind : 'accepted';
    return Object.entries(OutcomeCode).find(([, code]) => code === outcome.code)?.[0] ?? String(outcome.code);
  }

  /** '' while there is none. */
  async order(): Promise<string> {
    const { rows } = await this.#stage.app.query<{ id: string }>('select id from orders where buyer = $1', [
      this.request.buyer,
    ]);
    return rows[0]?.id ?? '';
  }

  async books(): Promise<{ readonly phase: string; readonly object: string; readonly capture: string | null }> {
    const { rows } = await this.#stage.app.query(
      'select phase, object_id as object, capture_id as capture from payments where order_id = $1',
      [await this.order()],
    );
    return rows[0];
  }

  async agrees(): Promise<void> {
    const { object } = await this.books();
    if (this.request.method === 'paypal') this.#stage.paypal.approve(object);
    else this.#stage.stripe.passChallenge(object);
  }

  /** Paid and taken. */
  async bought(): Promise<string> {
    const first = await this.hears();
    if (first === 'authenticationNeeded') await this.agrees();
    assert.equal(first === 'sold' ? first : await this.hears(), 'sold');
    await this.#stage.node.quiet();
    assert.equal((await this.books()).phase, 'captured');
    return this.order();
  }

  async tickets(): Promise<readonly { readonly id: string; readonly state: string }[]> {
    const { rows } = await this.#stage.app.query('select id, state from tickets where order_id = $1 order by seat', [
      await this.order(),
    ]);
    return rows;
  }
}

function engineOn(database: DatabaseConfig, overdue: string[]): ShardEngine {
  return new ShardEngine(
    {
      ...{ thread: 0, writerName: 'test engine', database, rules: commonRules(600) },
      owners: new Uint8Array(SHARDS),
      epochs: new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 1])),
      links: new Map(),
      cluster: null,
    },
    {
      decided: () => {},
      committed: () => {},
      fenced: () => {},
      commitUnknown: () => {},
      answersReleased: () => {},
      paymentDue: (_screening, order) => overdue.push(order),
      failed: (cause) => assert.fail(String(cause)),
      log: () => {},
    },
  );
}

/** The webhooks' address of a node. */
async function listen({ adapters, care }: MoneyNode): Promise<{ readonly url: string; close(): void }> {
  const receive = async (request: IncomingMessage): Promise<number> => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const adapter = adapters.get(request.url === '/stripe' ? 'stripe' : 'paypal');
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    const event = (await adapter?.verifyWebhook(header, Buffer.concat(parts))) ?? null;
    if (event === null) return 400;
    if ((await care.store(storedForm(event))) === 'new') await care.apply(storedForm(event));
    return 200;
  };
  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(503).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

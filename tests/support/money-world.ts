/**
 * Purchases with real money's machinery: a real server process on a real PostgreSQL, both providers' stand-ins, the real SDKs
 * between them, webhooks over HTTP. The server can be killed and started again at the same address; the providers go on
 * meanwhile, as they would.
 *
 * Time passes by `later`: what waits for a time in the books is due now, and what a provider made is old. Nobody sleeps.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { auditDatabase } from '../../storage/audit.ts';
import { clientConfig, createPool } from '../../storage/database.ts';
import type { Fault, Matcher } from '../providers/faults.ts';
import { PayPalStandIn } from '../providers/paypal/paypal-stand-in.ts';
import { StripeStandIn } from '../providers/stripe/stripe-stand-in.ts';
import { type AccountsStage, accountsStage, STAGE_SECRET } from './accounts-stage.ts';
import { cpfOf } from './cpfs.ts';
import { until } from './deadline.ts';
import { ran } from './heard-ports.ts';
import { disagreements } from './money-agreement.ts';
import { freePort } from './nats.ts';
import { PaidBuyer, type PaidMethod } from './paid-buyer.ts';
import { addScreenings } from './screenings.ts';
import { databaseUrl, type ServerProcess, startServer } from './server-process.ts';

/** Long enough for a loaded machine; what is waited for comes within a second or two. */
export const PATIENCE_MS = 30_000;
const HOUR_MS = 3_600_000;

/** The calls of a purchase and of its end, by what they are for. */
export const CALLS = {
  stripe: {
    create: { method: 'POST', path: /^\/v1\/payment_intents$/ },
    look: { method: 'GET', path: /^\/v1\/payment_intents\/[^/]+$/ },
    authorise: { method: 'POST', path: /\/confirm$/ },
    capture: { method: 'POST', path: /\/capture$/ },
    cancel: { method: 'POST', path: /\/cancel$/ },
    refund: { method: 'POST', path: /^\/v1\/refunds$/ },
  },
  paypal: {
    create: { method: 'POST', path: /^\/v2\/checkout\/orders$/ },
    look: { method: 'GET', path: /^\/v2\/checkout\/orders\/[^/]+$/ },
    authorise: { method: 'POST', path: /\/authorize$/ },
    capture: { method: 'POST', path: /\/capture$/ },
    cancel: { method: 'POST', path: /\/void$/ },
    refund: { method: 'POST', path: /\/refund$/ },
  },
} as const satisfies Record<PaidMethod, Record<string, Matcher>>;
export type Call = keyof (typeof CALLS)['stripe'];

/** A case as the administration is told it. */
export interface ToldCase {
  readonly order: string;
  readonly found: string;
  readonly did: readonly string[];
  readonly left: string;
}

export interface WorldOptions {
  /** hold: no webhook ever comes unless the test delivers it. */
  readonly webhooks: 'hold' | 'send';
  readonly environment?: Readonly<Record<string, string>>;
  /** Rows of ten seats. */
  readonly rows?: number;
}

export class MoneyWorld {
  readonly stage: AccountsStage;
  readonly stripe: StripeStandIn;
  readonly paypal: PayPalStandIn;
  readonly screening: number;
  /** The login itself; sees everything. */
  readonly sql: pg.Pool;
  readonly #t: TestContext;
  readonly #environment: Readonly<Record<string, string>>;
  #server: ServerProcess | null = null;
  #staffKey: Promise<string> | null = null;
  #keys = 0;
  #seats = 0;

  private constructor(
    t: TestContext,
    stage: AccountsStage,
    standIns: Pick<MoneyWorld, 'stripe' | 'paypal'>,
    sql: pg.Pool,
    screening: number,
    environment: Readonly<Record<string, string>>,
  ) {
    this.#t = t;
    this.stage = stage;
    this.stripe = standIns.stripe;
    this.paypal = standIns.paypal;
    this.sql = sql;
    this.screening = screening;
    this.#environment = environment;
  }

  /** With its server started. */
  static async open(t: TestContext, options: WorldOptions): Promise<MoneyWorld> {
    const stage = await accountsStage(t);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { webhooks, rows = 6 } = options;
    const stripe = await StripeStandIn.start({
      ...{ webhookSecrets: ['whsec_of_these_tests'], webhookUrl: `${url}/api/webhooks/stripe`, webhooks },
    });
    t.after(() => stripe.close());
    const paypal = await PayPalStandIn.start({ webhookUrl: `${url}/api/webhooks/paypal`, webhooks });
    t.after(() => paypal.close());
    const wanted = { count: 1, rows, columns: 10, startsAtMs: stage.nowMs + 10 * 86_400_000 };
    const [screening = 0] = await addScreenings(stage.config, wanted);
    const sql = createPool(stage.config, 'migrator', 'test looks', 3);
    t.after(() => sql.end());
    const environment = {
      PORT: String(port),
      PUBLIC_URL: url,
      POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64'),
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
      STRIPE_WEBHOOK_SECRETS: 'whsec_of_these_tests',
      STRIPE_API_URL: stripe.url,
      PAYPAL_CLIENT_ID: paypal.clientId,
      PAYPAL_CLIENT_SECRET: paypal.clientSecret,
      PAYPAL_WEBHOOK_ID: paypal.webhookId,
      PAYPAL_API_URL: paypal.url,
      ...options.environment,
    };
    const world = new MoneyWorld(t, stage, { stripe, paypal }, sql, screening, environment);
    await world.start();
    return world;
  }

  get server(): ServerProcess {
    if (this.#server === null) throw new Error('the server is dead at this moment');
    return this.#server;
  }

  async start(): Promise<void> {
    this.#server = await startServer(this.#t, { database: this.stage.config, environment: this.#environment });
  }

  /** SIGKILL. What its connections have asked PostgreSQL for and not got yet they will not get either. */
  async kill(): Promise<void> {
    const { server } = this;
    this.#server = null;
    server.kill('SIGKILL');
    await server.exited;
    const superuser = new pg.Client(clientConfig({ ...this.stage.config, user: 'postgres' }, 'migrator', 'the killer'));
    await superuser.connect();
    try {
      const dead = `from pg_stat_activity where datname = current_database() and application_name like 'poltrona %'`;
      await until(
        async () => (await superuser.query(`select pg_terminate_backend(pid) ${dead}`)).rowCount === 0,
        PATIENCE_MS,
        () => 'connections of the killed server live on',
      );
    } finally {
      await superuser.end();
    }
  }

  /** A guest with a seat of his own, who has not begun to pay. `card`: how the card's token begins; each is used once. */
  async buyer(method: PaidMethod, card = 'ctoken_ok'): Promise<PaidBuyer> {
    const seat = this.#seats++;
    const detail = `${card}_${seat}`;
    const guest = await this.stage.ask('POST', '/api/guests', {
      ...{ body: { cpf: cpfOf(seat + 1), email: `guest${seat}@example.com` }, address: `203.0.113.${seat % 250}` },
    });
    assert.ok(guest.cookie !== undefined, `no guest: ${JSON.stringify(guest.json)} ${this.stage.logged.join('\n')}`);
    const buyer = new PaidBuyer(this, { cookie: guest.cookie, id: guest.json.buyer.id, seat, method, detail });
    await buyer.hold();
    return buyer;
  }

  // ---- the providers -------------------------------------------------------------------------------------------------

  on(method: PaidMethod, call: Call, fault: Fault, times = 1): void {
    this[method].on(CALLS[method][call], fault, times);
  }

  /** How often the provider has been asked for this so far. */
  asked(method: PaidMethod, call: Call): number {
    const matcher: Matcher = CALLS[method][call];
    const isIt = (path: string): boolean => matcher.path instanceof RegExp && matcher.path.test(path);
    return this[method].requests.filter((seen) => seen.method === matcher.method && isIt(seen.path)).length;
  }

  /** The next such call meets `fault`; resolves when `work` has led to it. */
  async meets(method: PaidMethod, call: Call, fault: Fault, work: () => Promise<unknown>): Promise<void> {
    const before = this.asked(method, call);
    this.on(method, call, fault);
    const done = work();
    done.catch(() => {});
    await until(
      () => this.asked(method, call) > before,
      PATIENCE_MS,
      () => `${method} was not asked to ${call}: ${this.#server?.lastWords()}`,
    );
    // The stand-in does what it was asked for in the turns after it was asked.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  // ---- time, and those who look after payments -------------------------------------------------------------------------

  /** Whatever waits for its time in the books is due. */
  async due(): Promise<void> {
    await this.sql.query('update payments set due_at = now() where due_at is not null');
    await this.sql.query('update provider_events set try_at = now() where applied_at is null');
  }

  /** Everything at the providers and in the books is an hour older. */
  async later(): Promise<void> {
    for (const intent of this.stripe.books.paymentIntents.all()) intent.created -= HOUR_MS / 1_000;
    await this.sql.query(`update payments set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour',
      authorised_at = authorised_at - interval '1 hour', captured_at = captured_at - interval '1 hour'`);
  }

  /** The reconciler, all of it, once; resolves with what it found. */
  async reconcile(): Promise<readonly ToldCase[]> {
    const cases: ToldCase[] = [];
    for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
      const { status, body } = await this.staff('POST', '/api/admin/payments/reconcile', { after });
      assert.equal(status, 200, JSON.stringify(body));
      cases.push(...body.cases);
      after = body.next;
    }
    return cases;
  }

  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire, looked at by assertions.
  async staff(method: string, address: string, body?: unknown): Promise<{ status: number; body: any }> {
    this.#staffKey ??= this.#makeStaffKey();
    const key = await this.#staffKey;
    const response = await fetch(`http://127.0.0.1:${this.server.port}${address}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': `key-of-these-tests-${++this.#keys}`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  async #makeStaffKey(): Promise<string> {
    const home = mkdtempSync(path.join(os.tmpdir(), 'poltrona-home-'));
    try {
      const file = path.join(home, 'key');
      const { POLTRONA_SECRET_KEY = '' } = this.#environment;
      const environment = { DATABASE_URL: databaseUrl(this.stage.config), POLTRONA_SECRET_KEY, XDG_CONFIG_HOME: home };
      const words = ['users', 'create-administrator', 'staff@example.com', '--key-file', file];
      const { code, errors } = await ran(words, { environment });
      assert.equal(code, 0, errors.join('\n'));
      return readFileSync(file, 'utf8').trim();
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }

  // ---- what must be true ---------------------------------------------------------------------------------------------

  disagreements(options?: { readonly mayHaveCases?: boolean }): Promise<string[]> {
    return disagreements(this.sql, this, options);
  }

  /** Waits until seats and money agree everywhere, while whatever is due is due at once. */
  async settled(options?: { readonly mayHaveCases?: boolean }): Promise<void> {
    let left: string[] = [];
    await until(
      async () => {
        left = await this.disagreements(options);
        if (left.length > 0) await this.due();
        return left.length === 0;
      },
      PATIENCE_MS,
      () => `seats and money do not agree:\n${left.join('\n')}\n${this.#server?.lastWords()}`,
    );
  }

  /** Seats and money agree, the reconciler finds nothing, and the audit neither. */
  async endsWell(options?: { readonly mayHaveCases?: boolean }): Promise<void> {
    await this.settled(options);
    await this.later();
    const cases = await this.reconcile();
    assert.deepEqual(
      cases.filter(({ found }) => found !== 'case' || options?.mayHaveCases !== true),
      [],
    );
    assert.deepEqual(await this.disagreements(options), []);
    const reader = createPool(this.stage.config, 'reader', 'test audit', 1);
    try {
      const report = await auditDatabase(reader);
      assert.deepEqual(report.violations, []);
    } finally {
      await reader.end();
    }
  }
}

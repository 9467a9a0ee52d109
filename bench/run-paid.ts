/**
 * `paid`: whole purchases that are really paid, at a fixed rate: hold, payment reserved at the provider, seats sold durably, money taken,
 * webhooks told and heard; no letters. The providers' stand-ins run in this process, the buyers in another, beside the server and PostgreSQL. At
 * the end tickets, books and providers are compared, the reconciler looks at everything, and the audit at the rest.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { auditDatabase } from '../storage/audit.ts';
import { createPool, type DatabaseConfig } from '../storage/database.ts';
import { PayPalStandIn } from '../tests/providers/paypal/paypal-stand-in.ts';
import { StripeStandIn } from '../tests/providers/stripe/stripe-stand-in.ts';
import { cpfOf } from '../tests/support/cpfs.ts';
import { ran } from '../tests/support/heard-ports.ts';
import { disagreements } from '../tests/support/money-agreement.ts';
import { BenchDatabase, withClient } from './bench-database.ts';
import { benchFolder, removeFolder } from './bench-folder.ts';
import { configurationOf } from './machine.ts';
import type { BenchOptions } from './options.ts';
import type { PaidLoadLine, PaidLoadPlan, PaidLoadResult } from './paid-load-plan.ts';
import { createProgramme } from './programme.ts';
import { type Reporter, round } from './result.ts';
import { stopWhenInterrupted } from './run-parts.ts';
import { HOST, ServerProcess, urlOf } from './server-process.ts';

const RATE = 200;
const RATE_SMOKE = 20;
const GUESTS = 64;
const GUESTS_SMOKE = 8;
const ORIGIN = 'http://bench.test';
const WEBHOOK_SECRET = 'whsec_of_this_benchmark';
/** Drawing a ticket costs more than selling it, and can wait; what is measured here is the money. */
const NO_LETTERS = `
  create function no_letters() returns trigger language plpgsql as
    $$ begin new.confirmation_queued_at := coalesce(new.confirmation_queued_at, now()); return new; end $$;
  grant execute on function no_letters to public;
  create trigger no_letters before insert or update of state on orders for each row execute function no_letters()`;
/** How long what is done behind the buyers' backs may take after the last sale, milliseconds. */
const SETTLE_MS = 60_000;
const FAULTS_SHOWN = 5;

interface Part {
  readonly part: string;
  readonly method: 'paypal' | 'stripe';
  /** The provider's own time, of each call. */
  readonly latencyMs: number;
  /** Calls that a buyer waits for: what of his time is the provider's. */
  readonly calls: number;
}

const PARTS: readonly Part[] = [
  { part: 'cards', method: 'stripe', latencyMs: 0, calls: 2 },
  { part: 'cards, 150 ms a call', method: 'stripe', latencyMs: 150, calls: 2 },
  // Made; looked at for the page; looked at and reserved.
  { part: 'PayPal', method: 'paypal', latencyMs: 0, calls: 4 },
];

export async function runPaid(options: BenchOptions, reporter: Reporter): Promise<boolean> {
  const database = await BenchDatabase.start();
  try {
    const configuration = await database.asAdmin((client) => configurationOf(options, client));
    let isClean = true;
    for (const [index, part] of PARTS.entries()) {
      reporter.progress(`paid: ${part.part}`);
      const config = await database.create(`paid${index}`, true);
      const figures = await new PaidRun(options, config, part).run(reporter, database);
      reporter.result({ bench: 'paid', part: part.part, ...figures, configuration });
      isClean &&= figures.audit === 'ok';
    }
    return isClean;
  } finally {
    await database.stop();
  }
}

class PaidRun {
  readonly #options: BenchOptions;
  readonly #config: DatabaseConfig;
  readonly #part: Part;
  readonly #rate: number;
  readonly #secretKey = randomBytes(32).toString('base64');
  readonly #folder = benchFolder('paid');

  constructor(options: BenchOptions, config: DatabaseConfig, part: Part) {
    this.#options = options;
    this.#config = config;
    this.#part = part;
    this.#rate = options.rate ?? (options.smoke ? RATE_SMOKE : RATE);
  }

  async run(reporter: Reporter, database: BenchDatabase): Promise<Record<string, unknown> & { audit: string }> {
    const { method, latencyMs, calls } = this.#part;
    const { seconds, warmSeconds, seats, threads } = this.#options;
    mkdirSync(this.#folder, { recursive: true });
    const stripe = await StripeStandIn.start({ latencyMs, webhookSecrets: [WEBHOOK_SECRET] });
    const paypal = await PayPalStandIn.start({ latencyMs });
    const purchases = Math.ceil(this.#rate * (seconds + warmSeconds + 2));
    const firstScreening = await createProgramme(this.#config, Math.ceil(purchases / seats), seats);
    await withClient(this.#config, (client) => client.query(NO_LETTERS));
    await database.settle();
    const { profileFolder } = this.#options;
    const flags = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${path.resolve(profileFolder)}`];
    const environment = this.#environment(stripe, paypal, threads);
    const server = await ServerProcess.run('../server/main.js', environment, flags);
    try {
      stripe.webhooks.url = `http://${HOST}:${server.port}/api/webhooks/stripe`;
      paypal.webhookUrl = `http://${HOST}:${server.port}/api/webhooks/paypal`;
      stripe.webhooks.mode = 'send';
      paypal.webhooks = 'send';
      const guests = await makeGuests(server.port, this.#options.smoke ? GUESTS_SMOKE : GUESTS);
      const { host, port } = { host: HOST, port: server.port };
      const plan = {
        host,
        port,
        origin: ORIGIN,
        method,
        payPalUrl: paypal.url,
        rate: this.#rate,
        seconds,
        warmSeconds,
      };
      const { load, serverCpuSeconds } = await runLoad({ ...plan, guests, firstScreening, seats }, server);
      const check = await this.#check({ stripe, paypal, server });
      for (const fault of check.faults.slice(0, FAULTS_SHOWN)) reporter.progress(fault);
      const { latency, measuredSeconds } = load;
      const failures = Object.keys(load.failed).length;
      const isClean = check.faults.length === 0 && failures === 0 && load.sold > 0;
      return {
        offered_per_s: this.#rate,
        paid_per_s: round(latency.count / measuredSeconds),
        sold: load.sold,
        failed: load.failed,
        repeated: load.repeated,
        under_way_max: load.underWayMax,
        p50_ms: latency.p50_ms,
        p90_ms: latency.p90_ms,
        p99_ms: latency.p99_ms,
        max_ms: latency.max_ms,
        provider_ms: calls * latencyMs,
        p99_beyond_provider_ms: round(latency.p99_ms - calls * latencyMs),
        captured_after_p50_ms: round(check.capturedAfterP50Ms),
        captured_after_p99_ms: round(check.capturedAfterP99Ms),
        agreed_after_ms: round(check.agreedAfterMs),
        provider_requests_per_order: round(check.requestsPerOrder),
        webhooks_lost: stripe.webhooks.lost,
        reconciler_cases: check.cases,
        server_cpu_ms_per_order: round((serverCpuSeconds * 1_000) / Math.max(1, latency.count)),
        server_resident_mb: round(server.residentBytes() / 2 ** 20),
        generator_cores: round(load.generatorCores),
        audit: isClean ? 'ok' : `${check.faults.length} disagreements, ${failures} kinds of failures`,
      };
    } finally {
      await server.stop();
      await Promise.all([stripe.close(), paypal.close()]);
      removeFolder(this.#folder);
    }
  }

  #environment(stripe: StripeStandIn, paypal: PayPalStandIn, threads: number): Record<string, string> {
    return {
      DATABASE_URL: urlOf(this.#config),
      POLTRONA_FOLDER: this.#folder,
      POLTRONA_THREADS: String(threads),
      POLTRONA_DEMO: 'off',
      POLTRONA_LOG_LEVEL: 'warn',
      POLTRONA_MESSAGES_PER_SECOND: '0',
      POLTRONA_CONNECTIONS_PER_ADDRESS: '0',
      POLTRONA_ORIGINS: ORIGIN,
      POLTRONA_SECRET_KEY: this.#secretKey,
      STRIPE_SECRET_KEY: stripe.secretKey,
      STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
      STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRET,
      STRIPE_API_URL: stripe.url,
      PAYPAL_CLIENT_ID: paypal.clientId,
      PAYPAL_CLIENT_SECRET: paypal.clientSecret,
      PAYPAL_WEBHOOK_ID: paypal.webhookId,
      PAYPAL_API_URL: paypal.url,
    };
  }

  /** Waits until everything agrees by itself; then the reconciler looks at all of it, once. */
  async #check({ stripe, paypal, server }: { stripe: StripeStandIn; paypal: PayPalStandIn; server: ServerProcess }) {
    const pool = createPool(this.#config, 'reader', 'bench audit', 2);
    try {
      const startedMs = performance.now();
      let faults = await disagreements(pool, { stripe, paypal });
      while (faults.length > 0 && performance.now() - startedMs < SETTLE_MS) {
        await delay(200);
        faults = await disagreements(pool, { stripe, paypal });
      }
      const agreedAfterMs = performance.now() - startedMs;
      const requests = stripe.requests.length + paypal.requests.length;
      const { rows } = await pool.query<{ p50: number; p99: number; count: number }>(
        `select percentile_disc(0.5) within group (order by ms) as p50, percentile_disc(0.99) within group (order by ms) as p99,
            count(*)::int as count
          from (select extract(epoch from p.captured_at - t.created_at)::float8 * 1000 as ms
            from payments p join tickets t on t.order_id = p.order_id) as lag`,
      );
      const cases = await this.#reconcile(stripe, server);
      faults.push(...cases, ...(await disagreements(pool, { stripe, paypal })));
      const { violations } = await auditDatabase(pool);
      faults.push(...violations.map((violation) => JSON.stringify(violation)));
      const [lag = { p50: 0, p99: 0, count: 0 }] = rows;
      return {
        ...{ faults, agreedAfterMs, cases: cases.length, requestsPerOrder: requests / Math.max(1, lag.count) },
        ...{ capturedAfterP50Ms: lag.p50, capturedAfterP99Ms: lag.p99 },
      };
    } finally {
      await pool.end();
    }
  }

  /** As an administrator asks for it, over everything, as if an hour had passed. Resolves with what it found. */
  async #reconcile(stripe: StripeStandIn, { port }: ServerProcess): Promise<string[]> {
    for (const intent of stripe.books.paymentIntents.all()) intent.created -= 3_600;
    await withClient(this.#config, (client) =>
      client.query(`update payments set created_at = created_at - interval '1 hour', updated_at = updated_at - interval '1 hour',
        authorised_at = authorised_at - interval '1 hour', captured_at = captured_at - interval '1 hour'`),
    );
    const file = path.join(this.#folder, 'key');
    const environment = {
      ...{ DATABASE_URL: urlOf(this.#config), POLTRONA_SECRET_KEY: this.#secretKey, XDG_CONFIG_HOME: this.#folder },
    };
    const words = ['users', 'create-administrator', 'bench@example.com', '--key-file', file];
    const { code, errors } = await ran(words, { environment });
    if (code !== 0) throw new Error(errors.join('\n'));
    const key = readFileSync(file, 'utf8').trim();
    const found: string[] = [];
    for (let after: string | null = null, bite = 0; bite === 0 || after !== null; bite++) {
      const response = await fetch(`http://${HOST}:${port}/api/admin/payments/reconcile`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': `reconcile-of-bench-${bite}`,
        },
        body: JSON.stringify({ after }),
      });
      if (!response.ok) throw new Error(`the reconciler answers ${response.status}`);
      const { cases, next } = (await response.json()) as { cases: object[]; next: string | null };
      found.push(...cases.map((each) => JSON.stringify(each)));
      after = next;
    }
    return found;
  }
}

/** Cookies of so many guests. */
async function makeGuests(port: number, count: number): Promise<string[]> {
  const make = async (index: number): Promise<string> => {
    const response = await fetch(`http://${HOST}:${port}/api/guests`, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json', 'idempotency-key': `guest-of-bench-${index}` },
      body: JSON.stringify({ cpf: cpfOf(index + 1), email: `guest${index}@example.com` }),
    });
    const cookie = /__Host-poltrona=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1];
    if (cookie === undefined) throw new Error(`no guest: ${response.status} ${await response.text()}`);
    return cookie;
  };
  const cookies: string[] = [];
  for (let index = 0; index < count; index++) cookies.push(await make(index));
  return cookies;
}

async function runLoad(
  plan: PaidLoadPlan,
  server: ServerProcess,
): Promise<{ readonly load: PaidLoadResult; readonly serverCpuSeconds: number }> {
  const program = fileURLToPath(new URL('./paid-load-main.js', import.meta.url));
  const planFile = JSON.stringify(plan);
  const child = spawn(process.execPath, [program, planFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stopped = stopWhenInterrupted(async () => child.kill('SIGKILL'));
  const closed = once(child, 'close') as Promise<[number | null]>;
  let load: PaidLoadResult | null = null;
  let serverCpuSeconds = 0;
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as PaidLoadLine;
    if ('result' in line) load = line.result;
    else serverCpuSeconds = server.cpuSeconds() - (line.phase === 'measuring' ? 0 : serverCpuSeconds);
  }
  const [code] = await closed;
  stopped();
  if (load === null) throw new Error(`the load ended with code ${code}`);
  return { load, serverCpuSeconds };
}

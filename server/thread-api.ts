/**
 * The HTTP API of one thread: all endpoints, who asks, and the connections that they need. None of it is on the way of a
 * click; it shares the thread's event loop and nothing else with it.
 *
 * Requests that are done once run in a transaction, and what is asked beside it (who is it? may it?) has connections of its own:
 * in one pool, transactions that all wait for one more connection would wait for each other.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Provider } from '../actors/payment/payment.ts';
import { SessionEnds } from '../storage/accounts/session-ends.ts';
import { listScreenings } from '../storage/catalogue.ts';
import { createPool, type DatabaseConfig, type DatabaseRole } from '../storage/database.ts';
import { endPools } from '../storage/end-pool.ts';
import type { Log } from '../storage/log.ts';
import { packageVersion } from '../storage/package-root.ts';
import { Seals } from '../storage/sealing.ts';
import { listTicketTypes } from '../storage/ticket-types.ts';
import { TicketSigner } from '../storage/tickets/ticket-qr.ts';
import { ClubDesk } from '../workers/club/club-desk.ts';
import type { ClubProvider } from '../workers/club/club-provider.ts';
import { type CareDesk, PaymentCare } from '../workers/payments/payment-care.ts';
import type { ProviderDesk } from '../workers/payments/provider-port.ts';
import type { SeatSnapshot } from '../workers/seat-replica.ts';
import { accountEndpoints } from './accounts/account-endpoints.ts';
import type { AccountPorts } from './accounts/account-ports.ts';
import { Authenticator } from './accounts/authenticate.ts';
import { Passwords } from './accounts/passwords.ts';
import { identify } from './accounts/session-cookie.ts';
import { adminEndpoints } from './admin/admin-endpoints.ts';
import { ApiDescription } from './api/api-description.ts';
import { ApiRouter } from './api/router.ts';
import { clientAddress, type TrustedProxies, trustedProxies } from './client-address.ts';
import { clubEndpoints } from './club/club-endpoints.ts';
import type { Config } from './config.ts';
import type { Identity } from './identity.ts';
import { messageEndpoints } from './messages/message-endpoints.ts';
import { paymentAdminEndpoints } from './payments/admin-endpoints.ts';
import { paymentEndpoints } from './payments/payment-endpoints.ts';
import { paymentMethods } from './payments/payment-methods.ts';
import type { DeskPort } from './payments/payment-ports.ts';
import { sandboxEndpoints } from './payments/sandbox-endpoints.ts';
import { isWebhook, webhookEndpoints } from './payments/webhook-endpoints.ts';
import { WEBHOOK_BYTES_MAX, WebhookIntake } from './payments/webhook-intake.ts';
import { commonRules } from './rules.ts';
import { searchEndpoints } from './search/search-endpoints.ts';
import type { ThreadSearch } from './search/thread-search.ts';
import { offerEndpoint } from './shop/offer-endpoint.ts';
import type { HttpRequest, HttpResponse, UpgradeRequest } from './socket/socket-port.ts';
import { UploadRoom, type UploadRules } from './socket/upload-room.ts';
import type { StaffCommands } from './staff-commands.ts';
import { orderEndpoints } from './tickets/order-endpoints.ts';
import { limitsOf, type OrderPorts } from './tickets/order-ports.ts';

export interface ThreadApiPorts {
  readonly config: Config;
  readonly database: DatabaseConfig;
  readonly secretKey: Uint8Array;
  /** For pg_stat_activity. */
  readonly name: string;
  readonly staff: StaffCommands;
  readonly search: ThreadSearch;
  readonly payments: {
    readonly desk: DeskPort & CareDesk;
    readonly adapters: ReadonlyMap<Provider, ProviderDesk>;
    /** Null: nobody takes the club's money each month. */
    readonly club: ClubProvider | null;
  };
  /** The committed seats of a screening that exists; null when its owner cannot be reached now. */
  seatsNow(screening: number): Promise<SeatSnapshot | null>;
  /** A file waits to be imported. */
  importWaiting(): void;
  /** A session has ended, here or on another node: its sockets are to be closed. */
  sessionEnded(session: string): void;
  readonly log: Log;
}

/** Requests that change something, at a time; others wait for a connection. */
const TRANSACTIONS_MAX = 2;
const ASKING_MAX = 3;
/** A query of the API that takes longer is given up. */
const QUERY_MS = 15_000;
/** A request's transaction commits within so many milliseconds, as a rule. */
const COMMIT_MS = 100;
/** Three of the largest files at once, on each thread. */
const UPLOAD_ROOM_BYTES = 200 * 1024 * 1024;
/** One at once from one address, so that whoever only pretends does not keep all others out. */
const UPLOAD_SENDER_BYTES = 65 * 1024 * 1024;

/** Webhooks at work on one thread, each with one statement at a time; they come in storms, and nobody waits for them at a screen. */
const WEBHOOKS_MAX = 2;
/** How long a stop waits for those under way, milliseconds; the sweep of another node, or of the next start, takes the rest. */
const WEBHOOKS_STOP_MS = 3_000;
/** Whose part of the room for long bodies webhooks take: one part for all of them, whoever sends them. */
const WEBHOOK_SENDER = 'webhooks';

export class ThreadApi {
  readonly uploads: UploadRules;
  readonly #webhooks: WebhookIntake;
  readonly #router: ApiRouter;
  readonly #description: ApiDescription;
  readonly #pools: pg.Pool[] = [];
  readonly #ends: SessionEnds;
  readonly #seals: Seals;

  constructor(ports: ThreadApiPorts) {
    const { config, database, log } = ports;
    const proxies = trustedProxies(config.trustedProxies);
    const addressOf = (request: HttpRequest): string => addressBehind(request, proxies);
    const pool = (role: DatabaseRole, use: string, max: number): pg.Pool => {
      const made = createPool(database, role, `${ports.name} ${use}`.slice(0, 63), max, undefined, QUERY_MS);
      this.#pools.push(made);
      return made;
    };
    const seals = new Seals(ports.secretKey);
    this.#seals = seals;
    const app = pool('app', 'api', ASKING_MAX);
    const accounts = pool('accounts', 'accounts', ASKING_MAX);
    const authenticator = new Authenticator({
      pool: accounts,
      seals,
      addressOf,
      nowMs: Date.now,
    });
    this.#ends = new SessionEnds({
      database,
      log,
      onEnded: (name) => {
        authenticator.forget(name);
        ports.sessionEnded(name);
      },
      nowMs: Date.now,
    });
    const account: AccountPorts = { pool: accounts, seals, passwords: new Passwords(), authenticator, nowMs: Date.now };
    const buyers = this.#orderPorts(ports, { app, accounts, seals });
    const club = clubDeskOf(ports, app);
    const care = new PaymentCare({
      pool: pool('app', 'webhooks', WEBHOOKS_MAX),
      desk: ports.payments.desk,
      adapters: ports.payments.adapters,
      subscription: club === null ? null : (object) => club.look(object),
      nowMs: Date.now,
      log,
    });
    this.#webhooks = new WebhookIntake({
      adapters: ports.payments.adapters,
      store: (event) => care.store(event),
      apply: (event) => care.apply(event),
      nowMs: Date.now,
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs).unref();
        return () => clearTimeout(timer);
      },
    });
    const endpoints = [
      ...searchEndpoints({
        search: ports.search,
        nowMs: Date.now,
        salesAfterStartMs: commonRules(config.holdSeconds).salesAfterStartMs,
        listScreenings: (query) => listScreenings(app, query),
        ticketTypes: () => listTicketTypes(app),
      }),
      offerEndpoint({
        pool: app,
        terms: {
          cancelDays: config.cancelDays,
          cancelMinutesBefore: config.cancelMinutesBefore,
          salesAfterStartMs: commonRules(config.holdSeconds).salesAfterStartMs,
        },
        nowMs: Date.now,
      }),
      ...accountEndpoints(account),
      ...adminEndpoints({
        pool: app,
        ask: (screening, command) => ports.staff.ask(screening, command),
        seatsNow: (screening) => ports.seatsNow(screening),
        // Its transaction has yet to commit; should that take longer, the runner looks by itself every few seconds.
        importStored: () => void setTimeout(() => ports.importWaiting(), COMMIT_MS).unref(),
        nowMs: Date.now,
      }),
      ...messageEndpoints(accounts),
      ...orderEndpoints(buyers),
      ...paymentEndpoints({
        ...buyers,
        desk: ports.payments.desk,
        methods: paymentMethods(config),
        paymentTtlMs: commonRules(config.holdSeconds).paymentTtlMs,
      }),
      ...paymentAdminEndpoints({
        pool: app,
        nowMs: Date.now,
        reconcile: (wish, place) => care.reconcile(wish, place),
      }),
      ...webhookEndpoints(
        this.#webhooks,
        WEBHOOKS.filter((provider) => ports.payments.adapters.has(provider)),
      ),
      ...(club === null
        ? []
        : clubEndpoints({ pool: app, desk: club, limits: limitsOf(buyers), nowMs: Date.now, log })),
      ...(config.sandboxPayments ? sandboxEndpoints() : []),
    ];
    this.#router = new ApiRouter({
      endpoints,
      pools: {
        app: pool('app', 'once', TRANSACTIONS_MAX),
        accounts: pool('accounts', 'accounts once', TRANSACTIONS_MAX),
      },
      seals,
      origins: config.origins,
      authenticate: (request) => authenticator.authenticate(request),
      addressOf,
      log: (message, details) => log.error(details, message),
    });
    this.#description = new ApiDescription(endpoints, packageVersion());
    this.uploads = {
      room: new UploadRoom(UPLOAD_ROOM_BYTES, UPLOAD_SENDER_BYTES),
      // Only from whoever at least seems to be staff: a key is looked up and a session asked for when the body is there. Webhooks
      // come from strangers until their signature is checked, and are short beside what staff sends.
      bytesMax: (head) => {
        if (isWebhook(head.path)) return WEBHOOK_BYTES_MAX;
        return authenticator.mayBeStaff(head) ? this.#router.bodyBytesMax(head.method, head.path) : 0;
      },
      senderOf: (head) =>
        isWebhook(head.path)
          ? WEBHOOK_SENDER
          : clientAddress(head.remoteAddress, head.header('x-forwarded-for'), proxies),
    };
  }

  /** Resolves when it hears of sessions that end. @throws when the database cannot be reached. */
  start(): Promise<void> {
    return this.#ends.start();
  }

  async stop(): Promise<void> {
    const applied = Promise.race([this.#webhooks.stop(), delay(WEBHOOKS_STOP_MS, undefined, { ref: false })]);
    await Promise.all([this.#ends.stop(), applied]);
    await endPools(...this.#pools);
  }

  #orderPorts(
    { config, staff }: ThreadApiPorts,
    { app, accounts, seals }: { app: pg.Pool; accounts: pg.Pool; seals: Seals },
  ): OrderPorts {
    return {
      ...{ pool: app, accounts, seals, signer: new TicketSigner({ pool: app, seals, nowMs: Date.now }) },
      cancelPolicy: { days: config.cancelDays, minutesBefore: config.cancelMinutesBefore },
      publicUrl: config.publicUrl,
      ask: (screening, command) => staff.ask(screening, command),
      nowMs: Date.now,
    };
  }

  /** The answer; null when the API has no such path. Never rejects. */
  async answer(request: HttpRequest): Promise<HttpResponse | null> {
    return this.#description.answer(request) ?? this.#router.answer(request);
  }

  /** Who opens a WebSocket, by the cookie that came with it; null for visitors. */
  identify(request: UpgradeRequest): Identity | null {
    const isEnded = (session: string, issuedMs: number): boolean => this.#ends.isEnded(session, issuedMs);
    return identify({ seals: this.#seals, isEnded, nowMs: Date.now }, request);
  }
}

const WEBHOOKS = ['stripe', 'paypal'] as const;

function clubDeskOf({ payments, log }: ThreadApiPorts, pool: pg.Pool): ClubDesk | null {
  return payments.club === null ? null : new ClubDesk({ pool, provider: payments.club, log });
}

function addressBehind(request: HttpRequest, proxies: TrustedProxies): string {
  return clientAddress(request.remoteAddress, request.header('x-forwarded-for'), proxies);
}

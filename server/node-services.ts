/**
 * What a node does beside selling, on its main thread: follows the catalogue for the threads' search, passes on how many seats
 * are left, runs imports that wait, looks after payments that nobody waits for, sees to it that buyers are told, and does jobs (messages, cancellations, layouts). All of it waits for others most of the time;
 * what computes has threads of its own. Nothing here decides about a seat: jobs ask the actors like anybody else.
 */
import path from 'node:path';
import type pg from 'pg';
import type { Answer } from '../actors/seat-outcome.ts';
import { createPool, type DatabaseConfig } from '../storage/database.ts';
import { endPools } from '../storage/end-pool.ts';
import { forgetImportFiles } from '../storage/import/import-job.ts';
import type { LayoutChange } from '../storage/layout-changes.ts';
import type { Log } from '../storage/log.ts';
import { sweepConfirmations, sweepPool } from '../storage/order-confirmations.ts';
import { forgetOldEvents } from '../storage/payments/provider-events.ts';
import type { Seals } from '../storage/sealing.ts';
import { TicketSigner } from '../storage/tickets/ticket-qr.ts';
import { CatalogueFollower } from '../workers/catalogue-follower.ts';
import { ALL_SEATS_LEFT, seatsLeftSubject } from '../workers/cluster/bus-subjects.ts';
import type { NatsConnection } from '../workers/cluster/nats-connection.ts';
import { ImportPool } from '../workers/import/import-pool.ts';
import { ImportRunner } from '../workers/import/import-runner.ts';
import { cleaningTasks, DAILY } from '../workers/jobs/cleaning-tasks.ts';
import { JOB_STOP_MS } from '../workers/jobs/job-runner.ts';
import { startJobs } from '../workers/jobs/job-service.ts';
import { layoutTask } from '../workers/layout-changer.ts';
import { ConfirmationSweep } from '../workers/mail/confirmation-sweep.ts';
import { parseMailFrom, parseSmtpUrl } from '../workers/mail/smtp-url.ts';
import { cancelScreeningTask } from '../workers/screening-cancellation.ts';
import { tellNewStartTask } from '../workers/screening-move.ts';
import type { Config } from './config.ts';
import type { Metric } from './metrics.ts';
import { NodePayments } from './payments/node-payments.ts';
import { SeatsLeftHub } from './search/seats-left.ts';
import { requestIdOf, type StaffAnswer, type StaffCommand } from './staff-commands.ts';
import type { ToThread } from './thread-messages.ts';

export interface NodeServicesPorts {
  readonly config: Config;
  readonly database: DatabaseConfig;
  readonly seals: Seals;
  /** Null: one node alone. */
  readonly nats: { readonly connection: NatsConnection; readonly node: string } | null;
  tellThreads(message: ToThread): void;
  ask(screening: number, command: StaffCommand): Promise<StaffAnswer>;
  readonly log: Log;
}

/** What stopping may take, milliseconds: the jobs under way. */
export const SERVICES_STOP_MS = JOB_STOP_MS + 3_000;
/** Jobs (two at a time) and imports; few queries, none of them long. */
const CONNECTIONS_MAX = 3;

export class NodeServices {
  readonly #ports: NodeServicesPorts;
  readonly #app: pg.Pool;
  /** Of the role that may queue for people; one connection is enough. */
  readonly #accounts: pg.Pool;
  readonly #follower: CatalogueFollower;
  readonly #seatsLeft: SeatsLeftHub;
  readonly #importPool = new ImportPool();
  readonly #imports: ImportRunner;
  readonly #confirmations: ConfirmationSweep;
  #payments: NodePayments | null = null;
  #jobs: { stop(): Promise<void> } | null = null;
  #unsubscribe: () => void = () => {};

  constructor(ports: NodeServicesPorts) {
    this.#ports = ports;
    const { database, log } = ports;
    this.#app = createPool(database, 'app', 'poltrona services', CONNECTIONS_MAX);
    this.#follower = new CatalogueFollower({
      database,
      log,
      onChange: (change) => ports.tellThreads({ kind: 'catalogue', change }),
    });
    this.#seatsLeft = new SeatsLeftHub({
      toThreads: (bytes) => ports.tellThreads({ kind: 'seats-left', bytes }),
      publish: this.#publisher(),
      nowMs: Date.now,
      after: timer,
    });
    this.#imports = new ImportRunner({ pool: this.#app, database, threads: this.#importPool, log });
    this.#accounts = sweepPool(database);
    this.#confirmations = new ConfirmationSweep({
      sweep: (limit, sinceMs) => sweepConfirmations(this.#accounts, { limit, sinceMs }),
      nowMs: Date.now,
      after: timer,
      log,
    });
  }

  /** Resolves when jobs are being taken. The catalogue is read meanwhile: `catalogueRead`. */
  async start(): Promise<void> {
    this.#follower.start();
    this.#imports.start();
    this.#listen();
    this.#confirmations.start();
    const { config, database, log } = this.#ports;
    const ask = (screening: number, command: StaffCommand): Promise<StaffAnswer> => this.#ports.ask(screening, command);
    this.#payments = await NodePayments.open({ config, database, ask, log });
    this.#jobs = await this.#startJobs(this.#payments);
    this.#payments.start();
  }

  /** When everything of the catalogue has been passed on to the threads once. */
  get catalogueRead(): Promise<void> {
    return this.#follower.firstRead;
  }

  /** From one of our threads. */
  seatsLeft(bytes: Uint8Array): void {
    this.#seatsLeft.fromThread(bytes);
  }

  /** None before the start has come to the payments. */
  metrics(): Metric[] {
    return this.#payments?.metrics() ?? [];
  }

  /** A file waits. */
  importWaiting(): void {
    this.#imports.wake();
  }

  /** Gives back what is under way: other nodes, or the next start, go on with it. */
  async stop(): Promise<void> {
    this.#unsubscribe();
    this.#seatsLeft.stop();
    await Promise.all([
      ...[this.#follower.stop(), this.#imports.stop(), this.#confirmations.stop(), this.#jobs?.stop()],
      this.#payments?.stop(),
    ]);
    await this.#importPool.close();
    await endPools(this.#app, this.#accounts);
  }

  #startJobs(payments: NodePayments): Promise<{ stop(): Promise<void> }> {
    const { config, database, seals, log } = this.#ports;
    const ask = (screening: number, command: StaffCommand): Promise<StaffAnswer> => this.#ports.ask(screening, command);
    const files = cleaningTasks([
      { name: 'forget-import-files', at: DAILY, clean: () => forgetImportFiles(this.#app) },
      { name: 'forget-old-webhooks', at: DAILY, clean: () => forgetOldEvents(this.#accounts) },
    ]);
    return startJobs({
      database,
      seals,
      smtp: config.smtpUrl === null ? null : parseSmtpUrl(config.smtpUrl),
      mailFolder: path.join(config.folder, 'mail'),
      mailFrom: parseMailFrom(config.mailFrom),
      siteUrl: config.publicUrl,
      signer: new TicketSigner({ pool: this.#app, seals, nowMs: Date.now }),
      cancellation: { days: config.cancelDays, minutesBefore: config.cancelMinutesBefore },
      tasks: [
        ...files.tasks,
        ...payments.tasks,
        cancelScreeningTask({ pool: this.#app, ask }),
        tellNewStartTask(this.#app),
        layoutTask({ pool: this.#app, nowMs: Date.now, ask: (change, attempt) => this.#changeLayout(change, attempt) }),
      ],
      recurring: [...files.recurring, ...payments.recurring],
      log,
    });
  }

  async #changeLayout({ screening, seatMap, halfQuota }: LayoutChange, attempt: string | number): Promise<Answer> {
    const requestId = requestIdOf('system', 'layout', screening, seatMap, attempt);
    const command = { kind: 'change-map', seatMap, halfQuota, by: 'system', requestId } as const;
    return (await this.#ports.ask(screening, command)).outcome;
  }

  #publisher(): ((bytes: Uint8Array) => void) | null {
    const { nats, log } = this.#ports;
    if (nats === null) return null;
    const subject = seatsLeftSubject(nats.node);
    return (bytes) => {
      try {
        nats.connection.publish(subject, bytes);
      } catch (cause) {
        // The connection is closing; the numbers are counted again by whoever goes on.
        log.warn({ cause }, 'how many seats are left could not be told to the other nodes');
      }
    };
  }

  #listen(): void {
    const { nats } = this.#ports;
    if (nats === null) return;
    const own = seatsLeftSubject(nats.node);
    const subscription = nats.connection.subscribe(ALL_SEATS_LEFT, {
      callback: (error, message) => {
        if (error === null && message.subject !== own) this.#seatsLeft.heard(message.data);
      },
    });
    this.#unsubscribe = () => subscription.unsubscribe();
  }
}

function timer(delayMs: number, callback: () => void): () => void {
  const waiting = setTimeout(callback, delayMs);
  return () => clearTimeout(waiting);
}

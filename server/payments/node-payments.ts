/**
 * Payments that nobody waits for, on a node's main thread: the sweep, the reconciler's job, and the club's. It has a desk and
 * connections of its own, apart from those of the threads that sell; seats are asked of their owners, like everybody asks.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { z } from 'zod';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { endPools } from '../../storage/end-pool.ts';
import type { Log } from '../../storage/log.ts';
import { claimDue } from '../../storage/payments/payments-due.ts';
import { surveyPayments } from '../../storage/payments/payments-survey.ts';
import { claimEvents } from '../../storage/payments/provider-events.ts';
import { queueVoidLetter } from '../../storage/payments/void-letter.ts';
import { challengeOf } from '../../storage/sandbox-challenges.ts';
import { ClubDesk } from '../../workers/club/club-desk.ts';
import { endMembershipTask } from '../../workers/club/membership-end.ts';
import { type JobTask, jobTask, type RecurringJob } from '../../workers/jobs/tasks.ts';
import { booksIn } from '../../workers/payments/desk-ports.ts';
import { disputeTasks } from '../../workers/payments/dispute-lookup.ts';
import { PaymentCare } from '../../workers/payments/payment-care.ts';
import { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import { PaymentSweep } from '../../workers/payments/payment-sweep.ts';
import { reconcileTasks } from '../../workers/payments/reconcile-job.ts';
import type { Config } from '../config.ts';
import type { Metric } from '../metrics.ts';
import type { StaffAnswer, StaffCommand } from '../staff-commands.ts';
import { PaymentMetrics } from './payment-metrics.ts';
import { openClub, openProviders, returnUrlOf } from './payment-providers.ts';
import { seatsOver } from './seats-port.ts';

export interface NodePaymentsPorts {
  readonly config: Config;
  readonly database: DatabaseConfig;
  ask(screening: number, command: StaffCommand): Promise<StaffAnswer>;
  readonly log: Log;
}

/** Statements are short, and a run waits for a provider most of its time. */
const CONNECTIONS_MAX = 4;
/** A line that has gone silent is not waited for longer, milliseconds: four of those, and nobody would look after payments any more. */
const QUERY_MS = 15_000;
/** What stopping waits for the runs under way, milliseconds; what is cut off is looked at again by another node. */
const STOP_MS = 5_000;
/** Each hour: memberships whose renewal nobody told us of. */
const LOOK_AFTER_CLUB = 'look-after-club';
const HOURLY = '23 * * * *';

export class NodePayments {
  readonly #pool: pg.Pool;
  readonly #sweep: PaymentSweep;
  readonly #metrics: PaymentMetrics;
  readonly tasks: readonly JobTask[];
  readonly recurring: readonly RecurringJob[];

  private constructor(
    pool: pg.Pool,
    sweep: PaymentSweep,
    tasks: readonly JobTask[],
    recurring: readonly RecurringJob[],
  ) {
    this.#pool = pool;
    this.#sweep = sweep;
    this.#metrics = new PaymentMetrics(() => surveyPayments(pool), Date.now);
    this.tasks = tasks;
    this.recurring = recurring;
  }

  static async open({ config, database, ask, log }: NodePaymentsPorts): Promise<NodePayments> {
    const pool = createPool(database, 'app', 'poltrona payments', CONNECTIONS_MAX, undefined, QUERY_MS);
    const adapters = await openProviders(config, (order) => challengeOf(pool, order));
    const clubProvider = await openClub(config);
    const club = clubProvider === null ? null : new ClubDesk({ pool, provider: clubProvider, log });
    const desk = new PaymentDesk({
      ...{ books: booksIn(pool), adapters, seats: seatsOver(ask), nowMs: Date.now, log },
      returnUrlOf: (order) => returnUrlOf(config.publicUrl, order),
      tellVoided: (order) => queueVoidLetter(pool, order),
    });
    const subscription = club === null ? null : (object: string) => club.look(object);
    const care = new PaymentCare({ pool, desk, adapters, subscription, nowMs: Date.now, log });
    const sweep = new PaymentSweep({
      claimDue: (limit, leaseMs) => claimDue(pool, limit, leaseMs),
      run: async (order) => void (await care.run(order, 'sweep')),
      claimEvents: (limit, olderThanMs) => claimEvents(pool, limit, olderThanMs),
      apply: (event) => care.apply(event),
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      log,
    });
    const reconciler = reconcileTasks({ bite: (wish, place) => care.reconcile(wish, place), nowMs: Date.now });
    const disputes = disputeTasks({ pool, adapters, nowMs: Date.now });
    return new NodePayments(
      pool,
      sweep,
      [
        ...[...reconciler.tasks, ...disputes.tasks, endMembershipTask({ pool, provider: clubProvider })],
        ...(club === null ? [] : [clubTask(club)]),
      ],
      [
        ...reconciler.recurring,
        ...disputes.recurring,
        ...(club === null ? [] : [{ task: LOOK_AFTER_CLUB, at: HOURLY }]),
      ],
    );
  }

  start(): void {
    this.#sweep.start();
  }

  metrics(): Metric[] {
    return this.#metrics.values();
  }

  /** Within STOP_MS, and a moment for the connections. */
  async stop(): Promise<void> {
    await Promise.race([this.#sweep.stop(), delay(STOP_MS, undefined, { ref: false })]);
    await endPools(this.#pool);
  }
}

function clubTask(club: ClubDesk): JobTask {
  return jobTask(LOOK_AFTER_CLUB, z.object({}), async (_payload, { log }) => {
    const looked = await club.lookAround();
    if (looked > 0) log.info({ looked }, 'memberships were looked at');
  });
}

/** The money on a thread that sells: its desk, the providers that are on, and connections for the books apart from the seats'. */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';
import { clubCategory, takeClubTickets } from '../../storage/club/club-tickets.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { endPools } from '../../storage/end-pool.ts';
import type { Log } from '../../storage/log.ts';
import { challengeOf } from '../../storage/sandbox-challenges.ts';
import { Seals } from '../../storage/sealing.ts';
import type { ClubProvider } from '../../workers/club/club-provider.ts';
import { booksIn } from '../../workers/payments/desk-ports.ts';
import { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import type { ProviderDesk } from '../../workers/payments/provider-port.ts';
import { declineBounds } from '../accounts/attempt-limits.ts';
import type { ClubPort } from '../club/club-offer.ts';
import type { Config } from '../config.ts';
import type { StaffCommands } from '../staff-commands.ts';
import { type CheckoutPayments, paymentsAt } from './payment-port.ts';
import { openClub, openProviders, returnUrlOf } from './payment-providers.ts';
import { seatsOver } from './seats-port.ts';

export interface ThreadPaymentsPorts {
  readonly config: Config;
  readonly database: DatabaseConfig;
  readonly secretKey: Uint8Array;
  /** For pg_stat_activity. */
  readonly name: string;
  readonly staff: StaffCommands;
  readonly log: Log;
}

/** A purchase has five short statements, each of which waits for a commit: at 200 a second six connections were all taken and purchases queued (bench `paid`). */
const CONNECTIONS_MAX = 16;
/** A statement of the books that takes longer is given up, milliseconds: the next run finds out whether it was done. */
const QUERY_MS = 5_000;
/** What a drain leaves at least to runs under way, milliseconds: a capture's usual second. */
const CLOSE_MIN_MS = 1_000;

export class ThreadPayments {
  readonly desk: PaymentDesk;
  readonly adapters: ReadonlyMap<Provider, ProviderDesk>;
  readonly club: ClubProvider | null;
  readonly checkout: CheckoutPayments;
  /** What a member's tickets are asked of; none where there is no club. */
  readonly clubPort: { readonly club?: ClubPort };
  readonly #pool: pg.Pool;

  private constructor(
    pool: pg.Pool,
    adapters: ReadonlyMap<Provider, ProviderDesk>,
    club: ClubProvider | null,
    { config, secretKey, staff, log }: ThreadPaymentsPorts,
  ) {
    this.#pool = pool;
    this.adapters = adapters;
    this.club = club;
    this.desk = new PaymentDesk({
      ...{ books: booksIn(pool), adapters, nowMs: Date.now, log },
      seats: seatsOver((screening, command) => staff.ask(screening, command)),
      returnUrlOf: (order) => returnUrlOf(config.publicUrl, order),
    });
    const seals = new Seals(secretKey);
    this.checkout = paymentsAt(
      this.desk,
      (order, cause) => log.warn({ order, cause }, 'a payment could not be brought to its end; it is tried again'),
      (by) => declineBounds(seals, by),
    );
    this.clubPort = club === null ? {} : { club: clubIn(pool) };
  }

  static async open(ports: ThreadPaymentsPorts): Promise<ThreadPayments> {
    const { config, database, name, log } = ports;
    const onIdleError = (cause: Error): void => log.warn({ cause }, 'an idle database connection broke');
    const pool = createPool(database, 'shard', name.slice(0, 63), CONNECTIONS_MAX, onIdleError, QUERY_MS);
    const adapters = await openProviders(config, (order) => challengeOf(pool, order));
    return new ThreadPayments(pool, adapters, await openClub(config), ports);
  }

  /** Begins nothing more; resolves when what is under way has ended, or after `ms`: the rest is found by its time in the books. */
  async close(ms: number): Promise<void> {
    await Promise.race([this.desk.close(), delay(Math.max(ms, CLOSE_MIN_MS), undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    await endPools(this.#pool);
  }
}

/** The member's ticket keeps its id: it is read once. */
function clubIn(pool: pg.Pool): ClubPort {
  let category: Promise<number> | null = null;
  return {
    category() {
      category ??= clubCategory(pool).catch((cause: unknown) => {
        category = null;
        throw cause;
      });
      return category;
    },
    take: (contact, order, count) => takeClubTickets(pool, contact, order, count),
  };
}

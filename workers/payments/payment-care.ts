/**
 * The desk beside a purchase, for whoever looks after payments that nobody waits for: webhooks on the threads, the sweep and the
 * reconciler on the main one. It adds what those have in common: a buyer whose tickets had to die is told, events are stored and
 * noted, and what fails is said in the log and comes again.
 */
import type { Pool } from 'pg';
import type { Provider } from '../../actors/payment/payment.ts';
import type { Log } from '../../storage/log.ts';
import { saveDispute } from '../../storage/payments/disputes.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import { findOrderOf } from '../../storage/payments/payment-finder.ts';
import { eventApplied, eventFailed, storeEvent } from '../../storage/payments/provider-events.ts';
import { queueVoidLetter } from '../../storage/payments/void-letter.ts';
import { DeskBusy, type RunResult, SeatsUnknown } from './desk-ports.ts';
import { applyEvent, type EventPorts, type StoredEvent } from './event-applier.ts';
import { type ProviderDesk, ProviderRefused, ProviderUnknown } from './provider-port.ts';
import { type Bite, type Place, type ReconcileWish, reconcileBite } from './reconciler.ts';

/** Of the desk (payment-desk.ts), as much as is needed here. */
export interface CareDesk {
  run(order: string, cause: string, options?: { readonly look?: boolean }): Promise<RunResult>;
}

export interface PaymentCarePorts {
  /** Role app. */
  readonly pool: Pool;
  readonly desk: CareDesk;
  readonly adapters: ReadonlyMap<Provider, ProviderDesk>;
  /** The club's: looks at a subscription; false: not one of ours. Null: there is no club. */
  readonly subscription: ((object: string) => Promise<boolean>) | null;
  nowMs(): number;
  readonly log: Log;
}

const TOLD = [ProviderUnknown, ProviderRefused, DeskBusy, SeatsUnknown];

/** Who caused a step, for the history. */
export type CareCause = 'webhook' | 'sweep' | 'reconcile';

export class PaymentCare {
  readonly #ports: PaymentCarePorts;
  readonly #events: EventPorts;

  constructor(ports: PaymentCarePorts) {
    this.#ports = ports;
    const { pool } = ports;
    this.#events = {
      payment: async (order) => (await loadPayment(pool, order))?.payment ?? null,
      orderOf: (provider, id) => findOrderOf(pool, provider, id),
      look: async (order) => void (await this.run(order, 'webhook')),
      lookDispute: (provider, id) => this.#adapter(provider).lookDispute(id),
      saveDispute: (provider, order, sight) => saveDispute(pool, order, provider, sight, 'webhook'),
      subscription: async (object) => (await ports.subscription?.(object)) ?? false,
    };
  }

  /**
   * Has the desk look at the provider and do what is then to be done.
   * @throws ProviderUnknown and what the database throws: then it is tried again, by the books' own time
   */
  async run(order: string, cause: CareCause): Promise<RunResult> {
    // The sweep comes when it is time: whether the provider has to be looked at first the machine knows.
    const result = await this.#ports.desk.run(order, cause, { look: cause !== 'sweep' });
    if (result.did.includes('void-tickets')) await this.#tell(order);
    return result;
  }

  /** 'known': it came before. */
  store(event: StoredEvent): Promise<'new' | 'known'> {
    return storeEvent(this.#ports.pool, event);
  }

  /** Applies an event that is stored, and notes what came of it. Never rejects: what failed comes again. */
  async apply(event: StoredEvent): Promise<void> {
    const { pool, log } = this.#ports;
    const { provider, id, type } = event;
    try {
      const { outcome, order } = await applyEvent(event, this.#events);
      await eventApplied(pool, provider, id, outcome, order);
    } catch (cause) {
      // Of those the desk tells itself, once for all orders.
      const isTold = TOLD.some((kind) => cause instanceof kind);
      if (!isTold) log.warn({ provider, event: id, type, cause }, 'a webhook could not be applied; it is tried again');
      await eventFailed(pool, provider, id).catch(() => {
        // The database is away: the event is still open, and the sweep comes back to it.
      });
    }
  }

  reconcile(wish: ReconcileWish, place: Place): Promise<Bite> {
    const { pool, adapters, nowMs } = this.#ports;
    return reconcileBite({ pool, adapters, nowMs, run: (order) => this.run(order, 'reconcile') }, wish, place);
  }

  /** The letter is queued once, however often this is tried; who is not told now is told by the next look at the order. */
  async #tell(order: string): Promise<void> {
    await queueVoidLetter(this.#ports.pool, order).catch((cause: unknown) =>
      this.#ports.log.error({ order, cause }, 'a buyer could not be told that his tickets were cancelled'),
    );
  }

  #adapter(provider: Provider): ProviderDesk {
    const adapter = this.#ports.adapters.get(provider);
    if (adapter === undefined) throw new ProviderUnknown(`${provider} is off here`);
    return adapter;
  }
}

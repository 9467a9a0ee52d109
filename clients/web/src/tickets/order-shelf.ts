/**
 * Orders as pages show them: what this device keeps at once, then what the server says. Without an answer the kept ones stay, and
 * `freshness` says so; nothing is ever taken away because the network is.
 */
import { computed, Injectable, inject, signal } from '@angular/core';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { type Order, TicketsApi } from '../../../sdk/api/tickets-api.ts';
import { WhoIsHere } from '../account/who.ts';
import { Server } from '../server/server.ts';
import { type KeptOrder, KeptOrders, type OrderOwner } from './kept-orders.ts';
import { openOrderStore } from './order-database.ts';
import { overMs } from './order-standing.ts';
import { keepPendingAccess, pendingAccess } from './pending-access.ts';

/** asking: of the server. offline, failed: it did not answer, without and with a network. */
export type Freshness = 'asking' | 'fresh' | 'offline' | 'failed';

/** Kept orders that came by link or code are asked for one by one: as many as a family has in a season. */
const ASKED_ONE_BY_ONE_MAX = 12;

@Injectable({ providedIn: 'root' })
export class OrderShelf {
  readonly #who = inject(WhoIsHere);
  readonly #keeper = openOrderStore().then((store) => new KeptOrders(store, () => Date.now()));
  readonly #kept = signal<ReadonlyMap<string, KeptOrder> | null>(null);
  /** As listed just now, also what is not kept. */
  readonly #listed = signal<readonly Order[]>([]);

  readonly api = new TicketsApi(inject(Server).api);
  readonly freshness = signal<Freshness>('asking');
  /** Null: not even the device has been asked yet. */
  readonly orders = computed<readonly Order[] | null>(() => {
    const kept = this.#kept();
    if (kept === null) return null;
    const listed = this.#listed();
    const ids = new Set(listed.map(({ id }) => id));
    return [...listed, ...[...kept.values()].map(({ order }) => order).filter(({ id }) => !ids.has(id))];
  });
  /** When the oldest of what is shown was seen, milliseconds since 1970; null: nothing is kept. */
  readonly seenMs = computed(() => {
    const seen = [...(this.#kept()?.values() ?? [])].map(({ seenMs }) => seenMs);
    return seen.length === 0 ? null : Math.min(...seen);
  });

  /** Reads what is kept, then asks the server for all of it. Never rejects. */
  async refresh(): Promise<void> {
    this.freshness.set('asking');
    await this.read();
    try {
      const { buyer } = await this.#who.ask(this.#who.state() === 'unknown');
      if (this.#who.state() === 'unknown') throw new ApiUnreachable('who is here is not known');
      const owner = buyer === null ? null : { buyer: buyer.id, isGuest: buyer.isGuest };
      const listed = owner === null ? [] : await this.#list(owner);
      this.#listed.set(listed);
      await this.#askOneByOne(new Set(listed.map(({ id }) => id)));
      await this.read();
      this.freshness.set('fresh');
    } catch (cause) {
      this.freshness.set(freshnessOf(cause));
    }
  }

  async read(): Promise<void> {
    const all = await (await this.#keeper).all();
    this.#kept.set(new Map(all.map((kept) => [kept.id, kept])));
  }

  kept(id: string): KeptOrder | null {
    return this.#kept()?.get(id) ?? null;
  }

  /**
   * One order from the server, by `access` (of a link), else by what is kept, else by the session.
   * @throws ApiProblem 404 where it is none of the asker's, ApiUnreachable.
   */
  async ask(id: string, access: string): Promise<Order> {
    if (access !== '') keepPendingAccess(id, access);
    const token = access || pendingAccess(id) || this.kept(id)?.order.access;
    if (token !== undefined && token !== '') {
      try {
        return await this.take(await this.api.order(id, { access: token }), null);
      } catch (cause) {
        // Too old a link; the session may still open it.
        if (!(cause instanceof ApiProblem) || ![401, 403, 404].includes(cause.status)) throw cause;
      }
    }
    const order = await this.api.order(id);
    const { buyer } = await this.#who.ask();
    return this.take(order, buyer === null ? null : { buyer: buyer.id, isGuest: buyer.isGuest });
  }

  /** The server has just said so. */
  async take(order: Order, owner: OrderOwner | null): Promise<Order> {
    await (await this.#keeper).keep([order], owner);
    keepPendingAccess(order.id, null);
    this.#listed.update((listed) => listed.map((one) => (one.id === order.id ? order : one)));
    await this.read();
    return order;
  }

  /** Somebody signed in to an account: tickets of other accounts leave this device. */
  async keepOnlyAccount(buyer: string): Promise<void> {
    await (await this.#keeper).keepOnlyAccount(buyer);
    this.#listed.set([]);
    await this.read();
  }

  /** Signed out: all tickets leave this device. */
  async clear(): Promise<void> {
    await (await this.#keeper).clear();
    this.#listed.set([]);
    await this.read();
  }

  async #list(owner: OrderOwner): Promise<readonly Order[]> {
    const orders = await this.api.orders();
    await (await this.#keeper).keep(orders, owner);
    return orders;
  }

  async #askOneByOne(listed: ReadonlySet<string>): Promise<void> {
    const nowMs = Date.now();
    const rest = [...(this.#kept()?.values() ?? [])].filter(
      ({ id, order }) => !listed.has(id) && overMs(order) > nowMs,
    );
    const answers = await Promise.allSettled(
      rest.slice(0, ASKED_ONE_BY_ONE_MAX).map(({ id, order }) => this.api.order(id, { access: order.access })),
    );
    const orders = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    await (await this.#keeper).keep(orders, null);
    const away = answers.find((answer) => answer.status === 'rejected' && answer.reason instanceof ApiUnreachable);
    if (away?.status === 'rejected') throw away.reason;
  }
}

export function freshnessOf(cause: unknown): Freshness {
  return cause instanceof ApiUnreachable && !navigator.onLine ? 'offline' : 'failed';
}

/**
 * Orders as pages show them: what this device keeps at once, then what the server says. Without an answer the kept ones stay, and
 * `freshness` says so; nothing is ever taken away because the network is.
 */
import { computed, Injectable, inject, signal } from '@angular/core';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { type Order, TicketsApi } from '../../../sdk/api/tickets-api.ts';
import { WhoIsHere } from '../account/who.ts';
import { Server } from '../server/server.ts';
import type { OpenWish } from './action-outcome.ts';
import { type Freshness, freshnessOf } from './freshness.ts';
import { type KeptOrder, KeptOrders, type OrderOwner } from './kept-orders.ts';
import { openOrderStore } from './order-database.ts';
import { overMs } from './order-standing.ts';
import { keepPendingAccess, pendingAccess } from './pending-access.ts';

/** Kept orders that came by link or code are asked for one by one: as many as a family has in a season. */
const ASKED_ONE_BY_ONE_MAX = 12;

@Injectable({ providedIn: 'root' })
export class OrderShelf {
  readonly #who = inject(WhoIsHere);
  readonly #store = openOrderStore();
  readonly #keeper = new KeptOrders(this.#store, () => Date.now());
  readonly #kept = signal<ReadonlyMap<string, KeptOrder> | null>(null);
  /** As listed just now, also what is not kept. */
  readonly #listed = signal<readonly Order[]>([]);

  /** Goes up when orders leave the device: an answer that was asked for before may belong to somebody who is gone. */
  #era = 0;
  readonly #dropped = signal(0);
  /** Counts how often orders have left the device, each time when they have. */
  readonly dropped = this.#dropped.asReadonly();

  /** Cancellations that were asked for and are neither done nor refused, by order: a sheet that is opened again goes on with them. */
  readonly openWishes = new Map<string, OpenWish>();
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

  constructor() {
    this.#who.tabs.hear((news) => {
      if (news === 'signed-out') void this.#drop((keeper) => keeper.clear());
      else if (news === 'dropped') void this.#drop(() => Promise.resolve(this.#store.forget()));
      else if (news === 'kept') void this.read().then(() => this.#listKept());
    });
  }

  /** Reads what is kept, then asks the server for all of it. Never rejects. */
  async refresh(): Promise<void> {
    const era = this.#era;
    this.freshness.set('asking');
    await this.read();
    try {
      const { buyer } = await this.#who.ask(this.#who.state() === 'unknown');
      if (this.#who.state() === 'unknown') throw new ApiUnreachable('who is here is not known');
      const owner = buyer === null ? null : { buyer: buyer.id, isGuest: buyer.isGuest };
      const listed = owner === null ? [] : await this.api.orders();
      if (!(await this.#keep(listed, owner, era))) return this.refresh();
      this.#listed.set(listed);
      await this.#askOneByOne(new Set(listed.map(({ id }) => id)), era);
      await this.read();
      this.freshness.set('fresh');
    } catch (cause) {
      this.freshness.set(freshnessOf(cause, navigator.onLine));
    }
  }

  /** What is kept, as far as it can be read. Never rejects. */
  async read(): Promise<void> {
    try {
      const all = await this.#keeper.all();
      this.#kept.set(new Map(all.map((kept) => [kept.id, kept])));
    } catch (cause) {
      // Something there is no order as this page knows them: the server's answer has to do.
      console.warn('kept tickets could not be read', cause);
      this.#kept.update((kept) => kept ?? new Map());
    }
  }

  kept(id: string): KeptOrder | null {
    return this.#kept()?.get(id) ?? null;
  }

  /**
   * One order from the server, by `access` (of a link), else by what is kept, else by the session.
   * @throws ApiProblem 404 where it is none of the asker's, ApiUnreachable.
   */
  async ask(id: string, access: string): Promise<Order> {
    const era = this.#era;
    if (access !== '') keepPendingAccess(id, access);
    const token = access || pendingAccess(id) || this.kept(id)?.order.access;
    if (token !== undefined && token !== '') {
      try {
        return await this.#take(await this.api.order(id, { access: token }), null, era);
      } catch (cause) {
        // Too old a link; the session may still open it.
        if (!(cause instanceof ApiProblem) || ![401, 403, 404].includes(cause.status)) throw cause;
      }
    }
    const order = await this.api.order(id);
    const { buyer } = await this.#who.ask();
    return this.#take(order, buyer === null ? null : { buyer: buyer.id, isGuest: buyer.isGuest }, era);
  }

  /** The server has just said so. Resolves with the order, also where it cannot be kept. */
  take(order: Order): Promise<Order> {
    return this.#take(order, null, this.#era);
  }

  async #take(order: Order, owner: OrderOwner | null, era: number): Promise<Order> {
    if (!(await this.#keep([order], owner, era))) return order;
    // What is not on the device yet is opened again with the link's access after a reload.
    if (!this.#store.owes) keepPendingAccess(order.id, null);
    this.#listed.update((listed) => listed.map((one) => (one.id === order.id ? order : one)));
    await this.read();
    return order;
  }

  /** Somebody signed in to an account: tickets of other accounts leave this device. */
  async keepOnlyAccount(buyer: string): Promise<void> {
    await this.#drop((keeper) => keeper.keepOnlyAccount(buyer));
    this.#who.tabs.tell('dropped');
  }

  /** Signed out: all tickets leave this device. Never rejects. */
  async clear(): Promise<void> {
    await this.#drop((keeper) => keeper.clear());
    this.#who.tabs.tell('dropped');
  }

  async #drop(work: (keeper: KeptOrders) => Promise<void>): Promise<void> {
    this.#era++;
    this.#listed.set([]);
    try {
      await work(this.#keeper);
    } catch (cause) {
      console.warn('kept tickets could not be sorted', cause);
    }
    // Also what was asked for meanwhile, with the access of an order that was still there.
    this.#era++;
    await this.read();
    this.#dropped.update((count) => count + 1);
  }

  /** False, and nothing is kept: something has left the device since it was asked for. */
  async #keep(orders: readonly Order[], owner: OrderOwner | null, era: number): Promise<boolean> {
    if (era !== this.#era) return false;
    try {
      await this.#keeper.keep(orders, owner);
    } catch (cause) {
      console.warn('tickets could not be kept', cause);
    }
    if (orders.length > 0) this.#who.tabs.tell('kept');
    return true;
  }

  /** What another tab has kept is newer than what this one was told. */
  #listKept(): void {
    this.#listed.update((listed) => listed.map((order) => this.kept(order.id)?.order ?? order));
  }

  async #askOneByOne(listed: ReadonlySet<string>, era: number): Promise<void> {
    const nowMs = Date.now();
    const rest = [...(this.#kept()?.values() ?? [])].filter(
      ({ id, order }) => !listed.has(id) && overMs(order) > nowMs,
    );
    const answers = await Promise.allSettled(
      rest.slice(0, ASKED_ONE_BY_ONE_MAX).map(({ id, order }) => this.api.order(id, { access: order.access })),
    );
    const orders = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    await this.#keep(orders, null, era);
    const away = answers.find((answer) => answer.status === 'rejected' && answer.reason instanceof ApiUnreachable);
    if (away?.status === 'rejected') throw away.reason;
  }
}

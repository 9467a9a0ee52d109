/**
 * Orders that are kept on the device, with the codes that open the gate, for the cinema's basement where no network reaches.
 * Written after each answer of the server, read first. A store is asked for four things only, so that IndexedDB and a Map can
 * both be one.
 *
 * What goes, and when: everything when an account signs out here; an account's when another one signs in; a guest's, and what
 * came by a link or by a code, when the screening is over and its link with it; an account's a month after.
 *
 * What does not go: a guest's when another guest begins. Families and friends buy on one phone, each with his CPF, and show all
 * tickets at the gate from it; what the first one bought must not vanish there because the second one bought as well. Whoever
 * wants it gone ends his visit, and the page says that this is what it does.
 */
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { orderStanding, overMs } from './order-standing.ts';

/** A buyer whose session the order was listed in. */
export interface OrderOwner {
  readonly buyer: string;
  readonly isGuest: boolean;
}

export interface KeptOrder {
  /** The order's. */
  readonly id: string;
  readonly order: Order;
  /** When the server said so, by this device's clock, milliseconds since 1970. */
  readonly seenMs: number;
  /** Null: came by a link, or by code and CPF. */
  readonly owner: OrderOwner | null;
}

/** Writes are done, or not, as one. */
export interface OrderStore {
  all(): Promise<readonly KeptOrder[]>;
  put(orders: readonly KeptOrder[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

/** Four years of a ticket each week; some 3 KB each. At the bound those whose screening was the earliest go. */
export const KEPT_MAX = 200;
const DAY_MS = 86_400_000;
/** As long as the link of an order is good. */
export const GUEST_KEEPS_MS = DAY_MS;
export const ACCOUNT_KEEPS_MS = 30 * DAY_MS;

export class KeptOrders {
  readonly #store: OrderStore;
  readonly #nowMs: () => number;

  constructor(store: OrderStore, nowMs: () => number) {
    this.#store = store;
    this.#nowMs = nowMs;
  }

  /** What is there, without what has had its time, which is dropped. */
  async all(): Promise<readonly KeptOrder[]> {
    const all = await this.#store.all();
    const { kept, dropped } = worthKeeping(all, this.#nowMs());
    if (dropped.length > 0) await this.#store.remove(dropped.map(({ id }) => id));
    return kept;
  }

  /**
   * As the server has just said. An order that was listed for somebody before stays his when it comes by its link. Orders
   * without tickets are not kept: what became of a payment is the server's to say.
   */
  async keep(orders: readonly Order[], owner: OrderOwner | null): Promise<void> {
    const before = new Map((await this.#store.all()).map((kept) => [kept.id, kept]));
    const seenMs = this.#nowMs();
    await this.#store.put(
      orders
        .filter((order) => orderStanding(order) === 'tickets')
        .map((order) => ({ id: order.id, order, seenMs, owner: owner ?? before.get(order.id)?.owner ?? null })),
    );
    await this.all();
  }

  /** Somebody signed in: what belongs to other accounts goes. A guest's visit may have been his own. */
  async keepOnlyAccount(buyer: string): Promise<void> {
    const others = (await this.#store.all()).filter(
      ({ owner }) => owner !== null && !owner.isGuest && owner.buyer !== buyer,
    );
    await this.#store.remove(others.map(({ id }) => id));
  }

  clear(): Promise<void> {
    return this.#store.clear();
  }
}

export function worthKeeping(
  all: readonly KeptOrder[],
  nowMs: number,
): { readonly kept: readonly KeptOrder[]; readonly dropped: readonly KeptOrder[] } {
  const isTimely = ({ order, owner }: KeptOrder): boolean =>
    nowMs < overMs(order) + (owner === null || owner.isGuest ? GUEST_KEEPS_MS : ACCOUNT_KEEPS_MS);
  const latestFirst = [...all].sort((one, other) => overMs(other.order) - overMs(one.order));
  const kept = latestFirst.filter(isTimely).slice(0, KEPT_MAX);
  const ids = new Set(kept.map(({ id }) => id));
  return { kept, dropped: all.filter(({ id }) => !ids.has(id)) };
}

/** For tests: it lasts as long as the page. */
export class MemoryOrderStore implements OrderStore {
  readonly #orders = new Map<string, KeptOrder>();

  all(): Promise<readonly KeptOrder[]> {
    return Promise.resolve([...this.#orders.values()]);
  }

  put(orders: readonly KeptOrder[]): Promise<void> {
    for (const kept of orders) this.#orders.set(kept.id, kept);
    return Promise.resolve();
  }

  remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#orders.delete(id);
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.#orders.clear();
    return Promise.resolve();
  }
}

/**
 * One after the other for each order, many orders side by side. In one process nobody asks a provider about an order that somebody
 * else is just asking about; between processes the versions of the books decide. Bounded as a whole: at the bound who comes is
 * sent away at once, and comes back when he repeats or when the books say so.
 */
import { DeskBusy } from './desk-ports.ts';

/** Under way and waiting, on one thread. A purchase is half a second to a second at its provider: some 250 orders a second. */
export const ORDERS_UNDER_WAY_MAX = 256;
/** Of these, places that purchases leave free for what has to follow: what is sold has to be taken also when more want to buy than fit. */
export const ROOM_TO_FOLLOW = 64;
/** Of one order, whoever is at work not counted: nobody's repetitions may take the room of others' purchases. */
export const WAITING_PER_ORDER_MAX = 4;

export class OrderLines {
  readonly #max: number;
  /** By order: settles when the last in its line has. */
  readonly #tails = new Map<string, Promise<unknown>>();
  /** By order: how many are in its line, at work or waiting. */
  readonly #lengths = new Map<string, number>();
  /** By order and kind: work that whoever wants the same may share. */
  readonly #shared = new Map<string, Promise<unknown>>();
  #count = 0;
  #isClosed = false;

  constructor(max: number = ORDERS_UNDER_WAY_MAX) {
    this.#max = max;
  }

  /** Runs `work` when all earlier work of `order` has ended; `leaves`: places that it leaves free for others. @throws DeskBusy */
  async inLine<Result>(order: string, work: () => Promise<Result>, leaves = 0): Promise<Result> {
    if (this.#isClosed) throw new DeskBusy('the server is stopping');
    if (this.#count >= this.#max - leaves) throw new DeskBusy(`${this.#count} payments are under way`);
    const length = this.#lengths.get(order) ?? 0;
    if (length > WAITING_PER_ORDER_MAX) throw new DeskBusy(`${length} runs of order ${order} are under way`);
    this.#count++;
    this.#lengths.set(order, length + 1);
    const before = this.#tails.get(order) ?? Promise.resolve();
    const done = before.then(work, work);
    const tail = done.catch(() => {});
    this.#tails.set(order, tail);
    try {
      return await done;
    } finally {
      this.#count--;
      const left = (this.#lengths.get(order) ?? 1) - 1;
      if (left > 0) this.#lengths.set(order, left);
      else this.#lengths.delete(order);
      if (this.#tails.get(order) === tail) this.#tails.delete(order);
    }
  }

  /** As `inLine`; who comes while the same `kind` of work of the order is under way gets its result, since it would be his own. */
  shared<Result>(kind: string, order: string, work: () => Promise<Result>, leaves = 0): Promise<Result> {
    const key = `${kind} ${order}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known as Promise<Result>;
    const done = this.inLine(order, work, leaves).finally(() => this.#shared.delete(key));
    this.#shared.set(key, done);
    return done;
  }

  get underWay(): number {
    return this.#count;
  }

  /** Takes nothing more; resolves when all that is under way has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}

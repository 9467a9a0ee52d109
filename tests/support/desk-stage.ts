/**
 * A payment desk with real books, a provider in the test's hands, and seats as their tables have them: what the actor would commit is
 * written there at once. Several desks can share one stage, as several nodes do.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import type { NewPayment, PaymentRecord } from '../../storage/payments/payment-record.ts';
import { wake } from '../../storage/payments/payments-due.ts';
import { booksIn, DeskBusy, type DeskPorts, type SeatsPort } from '../../workers/payments/desk-ports.ts';
import { PaymentDesk } from '../../workers/payments/payment-desk.ts';
import { HandProvider } from './hand-provider.ts';
import { testDatabase } from './postgres.ts';

export const TICKET_CENTS = 3_200;
export const ORDER_CENTS = TICKET_CENTS * 2;

export class DeskStage {
  readonly config: DatabaseConfig;
  readonly pool: pg.Pool;
  readonly provider = new HandProvider();
  readonly seats: TableSeats;
  readonly ports: DeskPorts;
  readonly desk: PaymentDesk;
  /** Whose buyers were told that their tickets died unpaid. */
  readonly told: string[] = [];
  /** Ahead of the real clock, milliseconds. */
  aheadMs = 0;
  #orders = 0;
  readonly #begun = new Map<string, NewPayment>();

  private constructor(config: DatabaseConfig, pool: pg.Pool) {
    this.config = config;
    this.pool = pool;
    this.seats = new TableSeats(pool);
    this.ports = {
      books: booksIn(pool),
      adapters: new Map([['stripe', this.provider]]),
      seats: this.seats,
      returnUrlOf: (order) => `http://shop/pay/${order}`,
      tellVoided: async (order) => this.told.push(order),
      nowMs: () => Date.now() + this.aheadMs,
      log: SILENT_LOG,
      delay: () => new Promise((resolve) => setImmediate(resolve)),
    };
    this.desk = this.anotherDesk();
  }

  static async create(t: TestContext): Promise<DeskStage> {
    const config = await testDatabase(t);
    const pool = createPool(config, 'shard', 'test', 8);
    t.after(() => pool.end());
    return new DeskStage(config, pool);
  }

  /** As on another node. `ports`: what is other there. */
  anotherDesk(ports: Partial<DeskPorts> = {}): PaymentDesk {
    return new PaymentDesk({ ...this.ports, ...ports });
  }

  /** An order in payment, as its actor has begun it. */
  async begun(token: string | null = 'ok'): Promise<NewPayment> {
    const number = ++this.#orders;
    const order = `order-${number}`;
    await this.pool.query(
      `insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
       values ($1, 7, 'ana', 'created', $2, now(), now())`,
      [order, ORDER_CENTS],
    );
    const money = { provider: 'stripe', amountCents: ORDER_CENTS, currency: 'BRL' } as const;
    // Seats of its own: a seat is sold once.
    const wanted = { order, screening: 7, ...money, seats: [number * 2, number * 2 + 1], token, dueInMs: 60_000 };
    this.#begun.set(order, wanted);
    return wanted;
  }

  /** What was said of an order when it began. */
  wanted(order: string): NewPayment {
    const wanted = this.#begun.get(order);
    assert.ok(wanted !== undefined, `${order} never began`);
    return wanted;
  }

  /** Whoever comes after a crash: the buyer himself, if he is still there, and the sweep on another node. */
  async comesBack({ order }: NewPayment, isBuyerGone: boolean): Promise<void> {
    const desk = this.anotherDesk();
    const left = await this.ports.books.load(order);
    // The sweep sees only what the books say is due.
    if (left !== null && left.dueAtMs === null) await this.agrees(order);
    if (!isBuyerGone) await this.buys(this.wanted(order), desk);
    const { record } = await desk.run(order, 'sweep');
    // Without books: the actor tells when its time is over, and nothing was asked of anybody.
    if (record === null) await this.pool.query(`update orders set state = 'cancelled' where id = $1`, [order]);
  }

  /** All that a checkout does with money and seats; resolves with what the buyer hears. */
  async buys(wanted: NewPayment, desk: PaymentDesk = this.desk, seats: SeatsPort = this.seats): Promise<string> {
    const answer = await desk.pay(wanted, 'checkout');
    if (answer === 'authentication-needed') return answer;
    const record = await this.record(wanted.order);
    const heard = answer === 'approved' ? await seats.sell(record.payment) : await seats.free(record.payment, true);
    // Behind the buyer's back, where enough others are at it already.
    await desk.run(wanted.order, 'checkout').catch((cause: unknown) => {
      if (!(cause instanceof DeskBusy)) throw cause;
    });
    return heard === 'freed' ? 'declined' : heard;
  }

  async record(order: string): Promise<PaymentRecord> {
    const record = await this.ports.books.load(order);
    assert.ok(record !== null, `${order} has no books`);
    return record;
  }

  /** As staff, or the buyer's right to change his mind: the facts void tickets and wake the books. */
  async voids(order: string, seats: readonly number[] = this.wanted(order).seats): Promise<void> {
    await this.pool.query(`update tickets set state = 'refunded' where order_id = $1 and seat = any($2)`, [
      order,
      seats,
    ]);
    await wake(this.pool, [order]);
  }

  async steps(order: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ line: string }>(
      `select step || ': ' || outcome as line from payment_steps where order_id = $1 order by id`,
      [order],
    );
    return rows.map(({ line }) => line);
  }

  /** Seats, books and provider tell the same story, and nobody has anything left to do. */
  async agrees(order: string): Promise<'sold' | 'free'> {
    const record = await this.ports.books.load(order);
    const held = [...this.provider.objects.values()].filter((object) => object.order === order);
    if (record === null) {
      assert.equal(held.length, 0, `${order} is at the provider, and in no books`);
      return 'free';
    }
    const { payment, seatsSide, dueAtMs, caseKind } = record;
    const livingCents = seatsSide.soldCents - seatsSide.voidedCents;
    const keptCents = held.reduce((sum, { capturedCents }) => sum + capturedCents, 0) - this.#sentBack(order);
    const open = held.filter(({ is }) => is !== 'captured' && is !== 'cancelled');
    assert.equal(keptCents, livingCents, `${order}: ${keptCents} cents kept for tickets of ${livingCents}`);
    assert.deepEqual(open, [], `${order}: somebody could still pay, or has for nothing`);
    assert.notEqual(seatsSide.is, 'paying', `${order} is still being paid`);
    assert.equal(dueAtMs, null, `${order} is left to somebody`);
    const isUnpaid = caseKind === 'sold-unpaid' && livingCents === 0;
    assert.ok(!isUnpaid || this.told.includes(order), `${order}: its buyer was never told that his tickets are void`);
    const isTaken = payment.phase === 'captured';
    assert.equal(payment.capturedCents > 0, isTaken);
    assert.ok(payment.phase === 'captured' || payment.phase === 'cancelled', payment.phase);
    return seatsSide.is === 'sold' ? 'sold' : 'free';
  }

  #sentBack(order: string): number {
    return [...this.provider.objects.values()]
      .filter((object) => object.order === order)
      .flatMap(({ refunds }) => [...refunds.values()])
      .reduce((sum, { cents, is }) => (is === 'failed' ? sum : sum + cents), 0);
  }
}

/** The actor's decisions about an order, in the tables that follow from them. */
export class TableSeats implements SeatsPort {
  readonly #pool: pg.Pool;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  /** The next answers are lost. */
  lost = 0;
  /** Somebody was let in with one of the tickets. */
  isUsed = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async sell({ order, screening, seats }: Parameters<SeatsPort['sell']>[0]): Promise<'sold' | 'refused' | 'unknown'> {
    this.asked.push(`sell ${order}`);
    const { rowCount } = await this.#pool.query(
      `with o as (update orders set state = 'sold' where id = $1 and state = 'created' returning id, buyer)
       insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, category, fee_cents, state, created_at, updated_at)
       select o.id || '-' || s, o.id || '-' || s, $2, s, o.id, o.buyer, 1, $4, null, 0, 'live', now(), now()
       from o, unnest($3::int[]) as s`,
      [order, screening, seats, TICKET_CENTS],
    );
    if ((rowCount ?? 0) === 0 && (await this.#state(order)) !== 'sold') return 'refused';
    return this.#answer('sold');
  }

  async free({ order }: Parameters<SeatsPort['free']>[0], keepHold: boolean): Promise<'freed' | 'sold' | 'unknown'> {
    this.asked.push(`free ${order}${keepHold ? ' keeping the hold' : ''}`);
    await this.#pool.query(`update orders set state = $2 where id = $1 and state = 'created'`, [
      order,
      keepHold ? 'refused' : 'cancelled',
    ]);
    return (await this.#state(order)) === 'sold' ? 'sold' : this.#answer('freed');
  }

  async voidTickets({ order }: Parameters<SeatsPort['voidTickets']>[0]): Promise<'voided' | 'used' | 'unknown'> {
    this.asked.push(`void ${order}`);
    if (this.isUsed) return 'used';
    await this.#pool.query(`update tickets set state = 'refunded' where order_id = $1`, [order]);
    await wake(this.#pool, [order]);
    return this.#answer('voided');
  }

  async #state(order: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ state: string }>('select state from orders where id = $1', [order]);
    return rows[0]?.state;
  }

  #answer<Outcome>(outcome: Outcome): Outcome | 'unknown' {
    if (this.lost === 0) return outcome;
    this.lost--;
    return 'unknown';
  }
}

/** The books of money on a real database: a screening, orders that are being paid, and their tickets, written by hand. */
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { beginPayment } from '../../storage/payments/payment-books.ts';
import type { NewPayment, PaymentRecord, StepNote } from '../../storage/payments/payment-record.ts';
import { connected, testDatabase } from './postgres.ts';
import { screeningIn, sellOrders } from './sold-orders.ts';

export const NOTE: StepNote = { step: 'note', outcome: 'done', cause: 'test' };

export class BooksStage {
  readonly config: DatabaseConfig;
  /** The login itself, which may write everything. */
  readonly owner: pg.Client;
  readonly shard: pg.Pool;
  readonly app: pg.Pool;
  readonly screening: number;

  constructor(config: DatabaseConfig, owner: pg.Client, shard: pg.Pool, app: pg.Pool, screening: number) {
    this.config = config;
    this.owner = owner;
    this.shard = shard;
    this.app = app;
    this.screening = screening;
  }

  static async create(t: TestContext): Promise<BooksStage> {
    const config = await testDatabase(t);
    const owner = await connected(t, config, 'migrator');
    const shard = createPool(config, 'shard', 'test', 4);
    const app = createPool(config, 'app', 'test', 4);
    t.after(() => Promise.all([shard.end(), app.end()]));
    return new BooksStage(config, owner, shard, app, await screeningIn(owner));
  }

  /** An order whose seats are held for it. */
  async paying(order: string): Promise<void> {
    await sellOrders(this.owner, this.screening, [{ id: order, contact: null, state: 'created' }]);
  }

  /** An order with tickets of 23.10 each. */
  async sold(order: string, seats: readonly number[]): Promise<void> {
    await sellOrders(this.owner, this.screening, [{ id: order, contact: null, seats }]);
  }

  /** Books of `order`; of what is not named, anything. */
  begin(order: string, wanted: Partial<NewPayment> = {}): Promise<PaymentRecord> {
    return beginPayment(this.shard, { ...this.wanted(order), ...wanted }, 'checkout');
  }

  wanted(order: string): NewPayment {
    const { screening } = this;
    return {
      ...{ order, screening, provider: 'stripe', amountCents: 4620, currency: 'BRL', seats: [0, 1] },
      ...{ token: 'ctoken_1', dueInMs: 60_000 },
    };
  }

  async rows<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.owner.query<Row>(text, [...values])).rows;
  }

  async steps(order: string): Promise<string[]> {
    const rows = await this.rows<{ line: string }>(
      `select concat_ws(' ', step, outcome, request_key, provider_request, object_id, cents, cause) as line
       from payment_steps where order_id = $1 order by id`,
      [order],
    );
    return rows.map(({ line }) => line);
  }
}

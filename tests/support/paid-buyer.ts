/** A guest who buys one seat and pays for it: says the same purchase as often as it takes, to whatever server is there. */
import assert from 'node:assert/strict';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import type { RawWebSocket } from '../../server/socket/raw-websocket.ts';
import { said, socketOf } from '../survival/signed-in.ts';
import { until } from './deadline.ts';
import type { MoneyWorld } from './money-world.ts';
import { newRequestId } from './test-client.ts';

export type PaidMethod = 'stripe' | 'paypal';
/** How a purchase ended for its buyer. */
export type Ending = 'sold' | 'declined' | 'ended';

export interface PaidBuyerOptions {
  readonly cookie: string;
  /** Random id of the guest. */
  readonly id: string;
  readonly seat: number;
  readonly method: PaidMethod;
  readonly detail: string;
}

const PATIENCE_MS = 30_000;
const NOBODY_KNOWS: ReadonlySet<number> = new Set([OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired]);

export class PaidBuyer {
  readonly seat: number;
  readonly method: PaidMethod;
  readonly #world: MoneyWorld;
  readonly #options: PaidBuyerOptions;
  readonly #requestId = newRequestId();
  #hold = 0;
  #token: string | null = null;
  #socket: { readonly of: unknown; readonly socket: RawWebSocket } | null = null;

  constructor(world: MoneyWorld, options: PaidBuyerOptions) {
    this.#world = world;
    this.#options = options;
    this.seat = options.seat;
    this.method = options.method;
  }

  async hold(): Promise<void> {
    const { screening } = this.#world;
    const hold = { op: ClientOp.hold, requestId: newRequestId(), screening, seats: [this.seat], hold: 0 } as const;
    const { body, code } = await said(await this.#talk(), hold);
    assert.ok(body.kind === 'held', `seat ${this.seat} was not held: ${code}`);
    this.#hold = body.hold;
  }

  /** Says the purchase, for the first time or again: always the same one. Rejects when the server dies meanwhile. */
  async buys(): Promise<Answer> {
    const { screening } = this.#world;
    const { method, detail } = this.#options;
    return said(await this.#talk(), {
      ...{ op: ClientOp.buy, requestId: this.#requestId, screening, hold: this.#hold, seats: [[this.seat, 1]] },
      ...{ method, detail },
    });
  }

  /** Says it until it has an end; `asked`: what he does when his bank or PayPal wants him. */
  async buysToTheEnd(asked: () => Promise<void> | void = () => {}): Promise<Ending> {
    let answer: Answer | null = null;
    await until(
      async () => {
        answer = await this.buys();
        if (answer.code === OutcomeCode.authenticationNeeded) await asked();
        return answer.code !== OutcomeCode.authenticationNeeded && !NOBODY_KNOWS.has(answer.code);
      },
      PATIENCE_MS,
      () => `seat ${this.seat} comes to no end: ${answer?.code} ${this.#world.server.lastWords()}`,
    );
    const { body, code } = answer as unknown as Answer;
    if (body.kind === 'sold') return 'sold';
    return code === OutcomeCode.paymentDeclined ? 'declined' : 'ended';
  }

  /** The id of his order; '' while there is none. */
  async order(): Promise<string> {
    const { rows } = await this.#world.sql.query<{ id: string }>(
      'select id from orders where contact = $1 order by created_at desc limit 1',
      [this.#options.id],
    );
    return rows[0]?.id ?? '';
  }

  /** The provider's id of what he pays; '' while the books do not know it. */
  async object(): Promise<string> {
    const { rows } = await this.#world.sql.query<{ object_id: string | null }>(
      'select object_id from payments where order_id = $1',
      [await this.order()],
    );
    return rows[0]?.object_id ?? '';
  }

  /** What the books say, '' where there are none. */
  async phase(): Promise<string> {
    const { rows } = await this.#world.sql.query<{ phase: string }>('select phase from payments where order_id = $1', [
      await this.order(),
    ]);
    return rows[0]?.phase ?? '';
  }

  /** He agrees in PayPal's window, or passes his bank's question. */
  async agrees(): Promise<void> {
    const object = await this.object();
    if (this.method === 'paypal') this.#world.paypal.approve(object);
    else this.#world.stripe.passChallenge(object);
  }

  /** A request of his browser's. */
  async asks(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const { port } = this.#world.server;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        cookie: `__Host-poltrona=${this.#options.cookie}`,
        origin: `http://127.0.0.1:${port}`,
        'idempotency-key': newRequestId(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  async givesUp(): Promise<number> {
    return (await this.asks('POST', `/api/orders/${await this.order()}/payment/cancel`, {})).status;
  }

  async #talk(): Promise<RawWebSocket> {
    const { server } = this.#world;
    if (this.#socket?.of === server) return this.#socket.socket;
    const { socket, token } = await socketOf(server, this.#options.cookie, {}, this.#token);
    this.#token = token;
    this.#socket = { of: server, socket };
    return socket;
  }
}

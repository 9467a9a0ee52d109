/**
 * A purchase: begin the payment (from now on the hold cannot expire under it), authorise, sell. The seats are
 * sold durably before anybody is told, and a real provider captures only after that (promise I5).
 *
 * Idempotent as a whole, because each step is: the order's id is made from the buyer's request, and the steps'
 * request ids from the buyer's request id. The same purchase sent again finds the same order at whatever step it
 * is, and goes on from there; the same request id with other content makes another order id, which the
 * actor notices.
 */
import { createHash } from 'node:crypto';
import { customAlphabet, nanoid } from 'nanoid';
import { type TicketLine, TicketType } from '../actors/seat-command.ts';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import type { Bus } from '../workers/bus.ts';
import type { PaymentProvider } from './payments/payment-port.ts';
import type { SeatPrices } from './seat-prices.ts';

/** No 0 O 1 I L U: read aloud in a dark room. 30^10 codes: with a hundred million sold, one new one in six million is taken already (and drawn again). */
const ticketCode = customAlphabet('23456789ABCDEFGHJKMNPQRSTVWXYZ', 10);

export interface PurchaseRequest {
  readonly buyer: string;
  /** For whose ten tickets it counts: the identified holder of a CPF; of an anonymous visitor the buyer himself. */
  readonly payer: string;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly seats: readonly (readonly [seat: number, type: TicketType])[];
  /** What the payment method wants to know; the sandbox: 'approved' or 'declined'. */
  readonly detail: string;
}

export interface CheckoutPorts {
  readonly bus: Bus;
  readonly payments: PaymentProvider;
  /** Null for an unknown screening. */
  prices(screening: number): Promise<SeatPrices | null>;
  /** The layout has changed since they were read: what is remembered of them is to be forgotten. */
  pricesAreOld(screening: number): void;
  nowMs(): number;
  /** How long each step may take, milliseconds. */
  readonly stepDeadlineMs: number;
  log(message: string, details: Readonly<Record<string, unknown>>): void;
}

export class Checkout {
  readonly #ports: CheckoutPorts;
  #loggedMs = 0;
  #unlogged = 0;

  constructor(ports: CheckoutPorts) {
    this.#ports = ports;
  }

  /** Answers the asker once, like a command. */
  buy(request: PurchaseRequest, asker: Asker, tag: number): void {
    this.#buy(request).then(
      ({ outcome, version }) => asker.answered(tag, request.requestId, outcome, version, this.#ports.nowMs()),
      (cause: unknown) => {
        this.#logRarely('a purchase did not come to an end; the buyer may repeat it', {
          requestId: request.requestId,
          screening: request.screening,
          cause,
        });
        asker.answered(tag, request.requestId, { code: OutcomeCode.unavailable }, 0, this.#ports.nowMs());
      },
    );
  }

  /** An outage is repeated by every buyer every few milliseconds; the log says it once a second. */
  #logRarely(message: string, details: Readonly<Record<string, unknown>>): void {
    this.#unlogged++;
    const nowMs = this.#ports.nowMs();
    if (nowMs - this.#loggedMs < 1_000) return;
    this.#ports.log(message, { ...details, sinceLastLine: this.#unlogged });
    this.#loggedMs = nowMs;
    this.#unlogged = 0;
  }

  async #buy(request: PurchaseRequest): Promise<Step> {
    const { buyer, requestId, screening, seats, detail } = request;
    const order = orderIdOf(request);
    const step = { buyer, atMs: 0, order };

    let begun = await this.#begin(request, order, `${requestId}.b`);
    if (begun.outcome.code === OutcomeCode.seatUnknown) {
      // The layout has just changed, and with it the kinds of the seats. A refusal is remembered by its request id: another one.
      this.#ports.pricesAreOld(screening);
      begun = await this.#begin(request, order, `${requestId}.b2`);
    }
    if (begun.outcome.code !== OutcomeCode.accepted) return begun;
    // The order's own amount: the price may have changed since the purchase was first sent.
    const amountCents = begun.outcome.kind === 'payment' ? begun.outcome.amountCents : 0;
    if ((await this.#ports.payments.authorise(order, amountCents, detail)) === 'declined') {
      const cancelled = await this.#ask(screening, {
        ...step,
        kind: 'cancel-payment',
        requestId: `${requestId}.d`,
        keepHold: true,
      });
      // Whether or not the hold could be kept, the card was declined; only "nobody knows" says more.
      const isUnsettled = cancelled.outcome.code >= OutcomeCode.busy && cancelled.outcome.code <= OutcomeCode.failed;
      return isUnsettled ? cancelled : { outcome: { code: OutcomeCode.paymentDeclined }, version: cancelled.version };
    }
    const tickets = seats.map(([seat]) => ({ seat, ticket: nanoid(), code: ticketCode() }));
    return this.#ask(screening, { ...step, kind: 'confirm', requestId: `${requestId}.c`, tickets });
  }

  async #begin(request: PurchaseRequest, order: string, requestId: string): Promise<Step> {
    const { buyer, payer, screening, hold, seats } = request;
    const prices = await this.#ports.prices(screening);
    if (prices === null) return { outcome: { code: OutcomeCode.unknownScreening }, version: 0 };
    const lines = seats.map(
      ([seat, type]): TicketLine => ({ seat, type, priceCents: priceOf(prices.fullCents(seat), type) }),
    );
    const { seatMap } = prices;
    return this.#ask(screening, {
      kind: 'begin-payment',
      requestId,
      buyer,
      atMs: 0,
      hold,
      order,
      payer,
      lines,
      seatMap,
    });
  }

  /** An order's payment deadline has passed: the provider decides what becomes of the seats. */
  async endOverdue(screening: number, order: string): Promise<void> {
    const end = await this.#ports.payments.end(order);
    if (end === 'paid') return;
    await this.#ask(screening, {
      kind: 'cancel-payment',
      requestId: `${order}.overdue`,
      buyer: 'system',
      atMs: 0,
      order,
      keepHold: false,
    });
  }

  #ask(screening: number, command: Parameters<Bus['submit']>[1]): Promise<Step> {
    return new Promise((resolve) => {
      const asker: Asker = { answered: (_tag, _requestId, outcome, version) => resolve({ outcome, version }) };
      this.#ports.bus.submit(screening, command, asker, 0, this.#ports.nowMs() + this.#ports.stepDeadlineMs);
    });
  }
}

interface Step {
  readonly outcome: Answer;
  readonly version: number;
}

/** Half of what everybody pays, the odd cent in the buyer's favour; a courtesy costs nothing. */
function priceOf(fullCents: number, type: TicketType): number {
  switch (type) {
    case TicketType.halfInQuota:
    case TicketType.halfOutsideQuota:
      return Math.floor(fullCents / 2);
    case TicketType.courtesy:
      return 0;
    default:
      return fullCents;
  }
}

/** 132 bits of a hash of all that the buyer asked for. */
function orderIdOf({ buyer, payer, requestId, screening, hold, seats, detail }: PurchaseRequest): string {
  const content = JSON.stringify([
    ...[buyer, requestId, screening, hold, seats, detail],
    ...(payer === buyer ? [] : [payer]),
  ]);
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

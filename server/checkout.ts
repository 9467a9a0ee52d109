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
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import type { Bus } from '../workers/bus.ts';
import type { PaymentProvider } from './payments/payment-port.ts';
import { isOnOffer, linesOf, type SeatPrices, type WantedSeat } from './seat-prices.ts';

/** No 0 O 1 I L U: read aloud in a dark room. 30^10 codes: with a hundred million sold, one new one in six million is taken already (and drawn again). */
const ticketCode = customAlphabet('23456789ABCDEFGHJKMNPQRSTVWXYZ', 10);

export interface PurchaseRequest {
  readonly buyer: string;
  /** For whose ten tickets it counts: the identified holder of a CPF; of an anonymous visitor the buyer himself. */
  readonly payer: string;
  /** The account or guest to whom the order will belong; absent: an anonymous visitor's. */
  readonly contact?: string;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly seats: readonly WantedSeat[];
  /** What the payment method wants to know (payments/sandbox.ts). */
  readonly detail: string;
  /** The total that the buyer was shown, cents: at another one nothing begins. */
  readonly expectedCents?: number;
}

export interface CheckoutPorts {
  readonly bus: Bus;
  readonly payments: PaymentProvider;
  /** Null for an unknown screening. */
  prices(screening: number): Promise<SeatPrices | null>;
  /** The layout has changed since they were read: what is remembered of them is to be forgotten. */
  pricesAreOld(screening: number): void;
  /** A buyer knows others: what is remembered is to be looked at again, but not as often as somebody says so. */
  pricesAreDoubted(screening: number): void;
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

    const begun = await this.#begin(request, order);
    if (begun.outcome.code !== OutcomeCode.accepted) return begun;
    // The order's own amount: the price may have changed since the purchase was first sent.
    const amountCents = begun.outcome.kind === 'payment' ? begun.outcome.amountCents : 0;
    const authorisation = await this.#ports.payments.authorise(order, amountCents, detail);
    if (authorisation === 'authentication-needed') {
      // The hold is paying and waits; said again, the purchase comes by here again.
      return { outcome: { code: OutcomeCode.authenticationNeeded, order }, version: begun.version };
    }
    if (authorisation === 'declined') {
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

  /**
   * Begins, or finds what has begun. What the actor refuses because of prices is asked once more with those of now: the
   * catalogue may have changed a moment ago. A refusal is remembered by its request id: the second time has another one, and
   * is asked again whenever the first was refused so, since it may be the one that began.
   */
  async #begin(request: PurchaseRequest, order: string): Promise<Step> {
    const { requestId, screening } = request;
    const first = await this.#tryToBegin(request, order, `${requestId}.b`);
    const { code } = first.outcome;
    // The layout has just changed, and with it the kinds of the seats.
    if (code === OutcomeCode.seatUnknown) this.#ports.pricesAreOld(screening);
    else if (code === OutcomeCode.priceChanged || code === OutcomeCode.orderUnknown) {
      this.#ports.pricesAreDoubted(screening);
    } else return first;
    const second = await this.#tryToBegin(request, order, `${requestId}.b2`);
    if (second.outcome.code !== OutcomeCode.orderUnknown) return second;
    return { outcome: { code: OutcomeCode.badRequest }, version: 0 };
  }

  /** A ticket type that is not to be had begins nothing; but an order that is there already is found, whatever became of its types. */
  async #tryToBegin(request: PurchaseRequest, order: string, requestId: string): Promise<Step> {
    const { buyer, payer, screening, hold, seats, contact, expectedCents } = request;
    const prices = await this.#ports.prices(screening);
    if (prices === null) return { outcome: { code: OutcomeCode.unknownScreening }, version: 0 };
    const onlyAgain = !isOnOffer(prices, seats);
    const begun = await this.#ask(screening, {
      ...{ kind: 'begin-payment', requestId, buyer, atMs: 0, hold, order, payer },
      ...{ lines: linesOf(prices, seats), seatMap: prices.seatMap },
      ...(contact === undefined ? {} : { contact }),
      ...(expectedCents === undefined ? {} : { expectedCents }),
      ...(onlyAgain ? { onlyAgain } : {}),
    });
    // Whatever else the actor had against it: the request is wrong before that.
    const isRefused = begun.outcome.code >= OutcomeCode.requestIdReused;
    return onlyAgain && isRefused ? { ...begun, outcome: { code: OutcomeCode.orderUnknown } } : begun;
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

/**
 * 132 bits of a hash of all that the buyer asked for. What came later counts only where it is there: a purchase that was begun
 * under an older build is found again. To whom it will belong is not part of it.
 */
function orderIdOf(request: PurchaseRequest): string {
  const { buyer, payer, requestId, screening, hold, seats, detail, expectedCents } = request;
  const content = JSON.stringify([
    ...[buyer, requestId, screening, hold, seats, detail],
    ...(payer === buyer ? [] : [payer]),
    ...(expectedCents === undefined ? [] : [expectedCents]),
  ]);
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/**
 * A purchase: begin the payment (from now on the hold cannot expire under it), have the money reserved, sell. The seats are
 * sold durably before anybody is told, and the money is taken only after that, without the buyer waiting for it (promise I5).
 *
 * Idempotent as a whole, because each step is: the order's id is made from the buyer's request, and the steps'
 * request ids from the buyer's request id. The same purchase sent again finds the same order at whatever step it
 * is, and goes on from there; the same request id with other content makes another order id, which the
 * actor notices.
 */
import { createHash } from 'node:crypto';
import { SYSTEM } from '../actors/seat-command.ts';
import { type Answer, OutcomeCode } from '../actors/seat-outcome.ts';
import type { Asker } from '../workers/asker.ts';
import type { Bus } from '../workers/bus.ts';
import type { PayAnswer } from '../workers/payments/desk-ports.ts';
import { type ClubPort, clubOffer } from './club/club-offer.ts';
import type { CheckoutPayments } from './payments/payment-port.ts';
import { newTickets } from './payments/seats-port.ts';
import type { PurchaseMethod } from './purchase-method.ts';
import { RareLog } from './rare-log.ts';
import { isOnOffer, linesOf, type SeatPrices, type WantedSeat } from './seat-prices.ts';

export interface PurchaseRequest {
  readonly buyer: string;
  /** For whose ten tickets it counts: the identified holder of a CPF; of an anonymous visitor the buyer himself. */
  readonly payer: string;
  /** The account or guest to whom the order will belong; absent: an anonymous visitor's. */
  readonly contact?: string;
  /** Of the client, as the limits count it. */
  readonly address?: string;
  readonly requestId: string;
  readonly screening: number;
  readonly hold: number;
  readonly seats: readonly WantedSeat[];
  readonly method: PurchaseMethod;
  /** What the method wants to know (payments/payment-port.ts). */
  readonly detail: string;
  /** The total that the buyer was shown, cents: at another one nothing begins. */
  readonly expectedCents?: number;
}

export interface CheckoutPorts {
  readonly bus: Bus;
  readonly payments: CheckoutPayments;
  /** Absent: there is no club. */
  readonly club?: ClubPort;
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

/** An outage is repeated by every buyer every few milliseconds, and by every overdue order every few seconds. */
const LOST_EVERY_MS = 1_000;
const UNENDED_EVERY_MS = 60_000;

export class Checkout {
  readonly #ports: CheckoutPorts;
  readonly #lost: RareLog;
  readonly #unended: RareLog;

  constructor(ports: CheckoutPorts) {
    this.#ports = ports;
    this.#lost = new RareLog(ports, LOST_EVERY_MS);
    this.#unended = new RareLog(ports, UNENDED_EVERY_MS);
  }

  /** Answers the asker once, like a command. */
  buy(request: PurchaseRequest, asker: Asker, tag: number): void {
    this.#buy(request).then(
      ({ outcome, version }) => asker.answered(tag, request.requestId, outcome, version, this.#ports.nowMs()),
      (cause: unknown) => {
        this.#lost.say('a purchase did not come to an end; the buyer may repeat it', {
          requestId: request.requestId,
          screening: request.screening,
          cause,
        });
        asker.answered(tag, request.requestId, { code: OutcomeCode.unavailable }, 0, this.#ports.nowMs());
      },
    );
  }

  async #buy(request: PurchaseRequest): Promise<Step> {
    const order = orderIdOf(request);
    const begun = await this.#begin(request, order);
    if (begun.outcome.code !== OutcomeCode.accepted) return begun;
    // The order's own amount: the price may have changed since the purchase was first sent.
    const amountCents = begun.outcome.kind === 'payment' ? begun.outcome.amountCents : 0;
    const paid = await this.#pay(request, order, amountCents);
    switch (paid) {
      case 'authentication-needed':
        // The hold is paying and waits; said again, the purchase comes by here again.
        return { outcome: { code: OutcomeCode.authenticationNeeded, order }, version: begun.version };
      case 'refused':
        return this.#giveBack(request, order, OutcomeCode.paymentRefused);
      case 'declined': {
        const declined = await this.#giveBack(request, order, OutcomeCode.paymentDeclined);
        // The declined payment is still open at its provider.
        if (amountCents > 0) this.#ports.payments.settle(order);
        return declined;
      }
      case 'approved': {
        const sold = await this.#sell(request, order);
        // Nobody knows: the books will, or the buyer says it again.
        if (amountCents > 0 && !isUnsettled(sold)) this.#ports.payments.settle(order);
        return sold;
      }
    }
  }

  /** Of what costs nothing no provider is asked: they know no payment of nothing. 'refused': what costs something cannot be free; or too many declines. */
  async #pay(
    { screening, seats, method, detail, payer, contact, address }: PurchaseRequest,
    order: string,
    amountCents: number,
  ): Promise<PayAnswer | 'refused'> {
    const { payments } = this.#ports;
    if (amountCents === 0) return 'approved';
    switch (method) {
      case 'free':
        return 'refused';
      case 'phone':
        return (await payments.standing(order)) ?? 'authentication-needed';
      default:
        return payments.pay({
          ...{ order, screening, method, amountCents, detail },
          ...{ seats: seats.map(([seat]) => seat), by: { payer, contact, address } },
        });
    }
  }

  #sell({ buyer, requestId, screening, seats }: PurchaseRequest, order: string): Promise<Step> {
    const tickets = newTickets(seats.map(([seat]) => seat));
    return this.#ask(screening, { kind: 'confirm', requestId: `${requestId}.c`, buyer, atMs: 0, order, tickets });
  }

  /** Whether or not the hold could be kept, the money is not to be had; only "nobody knows" says more. */
  async #giveBack({ buyer, requestId, screening }: PurchaseRequest, order: string, code: NoMoney): Promise<Step> {
    const command = {
      kind: 'cancel-payment',
      requestId: `${requestId}.d`,
      buyer,
      atMs: 0,
      order,
      keepHold: true,
    } as const;
    const cancelled = await this.#ask(screening, command);
    return isUnsettled(cancelled) ? cancelled : { outcome: { code }, version: cancelled.version };
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
    const catalogue = await this.#ports.prices(screening);
    if (catalogue === null) return { outcome: { code: OutcomeCode.unknownScreening }, version: 0 };
    const prices = await clubOffer(this.#ports.club, catalogue, request, order);
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

  /** As `endOverdue`, for who does not wait; the actor says it again. */
  overdue(screening: number, order: string): void {
    this.endOverdue(screening, order).catch((cause: unknown) =>
      this.#unended.say('overdue payments could not be ended; they are tried again', { screening, order, cause }),
    );
  }

  /** An order's payment deadline has passed: the money decides what becomes of the seats. */
  async endOverdue(screening: number, order: string): Promise<void> {
    if ((await this.#ports.payments.end(order)) !== 'unknown') return;
    // Nothing was ever asked of a provider.
    await this.#ask(screening, {
      kind: 'cancel-payment',
      requestId: `${order}.overdue`,
      buyer: SYSTEM,
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

type NoMoney = typeof OutcomeCode.paymentDeclined | typeof OutcomeCode.paymentRefused;

interface Step {
  readonly outcome: Answer;
  readonly version: number;
}

/** Nobody knows whether it was done. */
function isUnsettled({ outcome: { code } }: Step): boolean {
  return code >= OutcomeCode.busy && code <= OutcomeCode.failed;
}

/**
 * 132 bits of a hash of all that the buyer asked for. What came later counts only where it is there: a purchase that was begun
 * under an older build is found again. To whom it will belong is not part of it. By another method it is another order: its money is
 * elsewhere.
 */
function orderIdOf(request: PurchaseRequest): string {
  const { buyer, payer, requestId, screening, hold, seats, method, detail, expectedCents } = request;
  const content = JSON.stringify([
    ...[buyer, requestId, screening, hold, seats, detail],
    ...(payer === buyer ? [] : [payer]),
    ...(expectedCents === undefined ? [] : [expectedCents]),
    ...(method === 'sandbox' ? [] : [{ method }]),
  ]);
  return createHash('sha256').update(content).digest('base64url').slice(0, 22);
}

/**
 * A checkout on a real runtime, with the money in the test's hands and a bus that can lose answers: the owner has done what it was
 * told, and nobody hears of it.
 */
import assert from 'node:assert/strict';
import type { TicketType } from '../../actors/seat-command.ts';
import type { SeatMap } from '../../actors/seat-map.ts';
import { OutcomeCode } from '../../actors/seat-outcome.ts';
import { Checkout, type PurchaseRequest } from '../../server/checkout.ts';
import type { ClubPort } from '../../server/club/club-offer.ts';
import type { CheckoutPayments, PurchasePayment } from '../../server/payments/payment-port.ts';
import { PLAIN_OFFER, pricesOf, type SeatPrices } from '../../server/seat-prices.ts';
import type { TicketOffer } from '../../storage/ticket-offer.ts';
import type { ActorMessage, Bus } from '../../workers/bus.ts';
import type { PayAnswer } from '../../workers/payments/desk-ports.ts';
import { turns } from './hand-store.ts';
import { Heard } from './heard.ts';
import { RuntimeStage, type StageOptions } from './runtime-stage.ts';
import { hold } from './screening.ts';

type Step = 'begin-payment' | 'confirm' | 'cancel-payment';

export class CheckoutStage {
  readonly runtime: RuntimeStage;
  readonly payments = new HandPayments();
  /** Price of a full ticket, cents; null: no such screening; an error: the catalogue cannot be read. */
  price: number | null | Error = 3_000;
  /** The layout that the catalogue's cache has; null: the present one. */
  cachedMap: SeatMap | null = null;
  /** Full price by kind of seat, cents; null: all cost `price`. */
  seatPrices: Readonly<Record<string, number>> | null = null;
  /** Ticket types and fee of the catalogue. */
  offer: TicketOffer = PLAIN_OFFER;
  /** What the cache has instead of `price` and `offer`, until the prices are doubted; null: nothing old. */
  cachedPrice: number | null = null;
  cachedOffer: TicketOffer | null = null;
  /** How often the prices were doubted. */
  doubts = 0;
  /** Steps whose answer will be lost, once each: `unavailable` is heard, or nothing at all. */
  lost: { readonly step: Step; readonly heard: 'unavailable' | 'nothing' }[] = [];
  /** Steps that will not reach their owner, once each. */
  refused: Step[] = [];
  /** Steps that reached the bus. */
  readonly steps: Step[] = [];
  readonly logged: string[] = [];
  readonly bus: Bus;
  /** Members' tickets; null: there is no club. */
  club: ClubPort | null = null;
  readonly checkout: Checkout;

  constructor(options: StageOptions = {}) {
    this.runtime = new RuntimeStage(options);
    this.bus = this.#bus();
    this.checkout = new Checkout({
      bus: this.bus,
      club: {
        category: () => this.club?.category() ?? Promise.resolve(0),
        take: (contact, order, count) => this.club?.take(contact, order, count) ?? Promise.resolve(null),
      },
      payments: this.payments,
      prices: () =>
        this.price instanceof Error ? Promise.reject(this.price) : Promise.resolve(this.#prices(this.price)),
      pricesAreOld: () => {
        this.cachedMap = null;
      },
      pricesAreDoubted: () => {
        this.doubts++;
        this.cachedPrice = null;
        this.cachedOffer = null;
      },
      nowMs: () => this.runtime.nowMs,
      stepDeadlineMs: 5_000,
      log: (message) => this.logged.push(message),
    });
  }

  #prices(priceCents: number | null): SeatPrices | null {
    if (priceCents === null) return null;
    const seatMap = this.cachedMap ?? this.runtime.runtime.liveActor(7)?.state.map ?? this.runtime.map;
    const catalogue = { seatMap, priceCents: this.cachedPrice ?? priceCents, seatPrices: this.seatPrices };
    return pricesOf(catalogue, this.cachedOffer ?? this.offer);
  }

  /** A hold of these seats of screening 7. */
  async held(buyer: string, seats: readonly number[]): Promise<number> {
    const heard = await this.runtime.does(7, hold(buyer, seats), `hold-${buyer}-${seats.join('-')}`);
    return heard.accepted('hold').hold;
  }

  /** Buys, and lets everything happen that can. */
  async buys(request: PurchaseRequest): Promise<Heard> {
    const heard = new Heard();
    this.checkout.buy(request, heard, 1);
    await turns();
    await turns();
    return heard;
  }

  /** How many orders the journal sold, and how many payments began. */
  get sales(): { readonly begun: number; readonly sold: number; readonly tickets: number } {
    const facts = this.runtime.facts(7).map(({ fact }) => fact);
    return {
      begun: facts.filter(({ kind }) => kind === 8).length,
      sold: facts.filter(({ kind }) => kind === 10).length,
      tickets: facts.reduce((sum, fact) => sum + (fact.kind === 10 ? fact.tickets.length : 0), 0),
    };
  }

  #bus(): Bus {
    const { runtime } = this.runtime;
    return {
      submit: (screening, command, asker, tag, deadlineMs) => {
        const step = command.kind as Step;
        this.steps.push(step);
        const refusedAt = this.refused.indexOf(step);
        if (refusedAt >= 0) {
          this.refused.splice(refusedAt, 1);
          asker.answered(tag, command.requestId, { code: OutcomeCode.unavailable }, 0, this.runtime.nowMs);
          return;
        }
        const lostAt = this.lost.findIndex((lost) => lost.step === step);
        const [lost] = lostAt < 0 ? [] : this.lost.splice(lostAt, 1);
        runtime.submit(
          screening,
          command satisfies ActorMessage,
          {
            answered: (ownTag, requestId, outcome, version, nowMs) => {
              if (lost?.heard === 'nothing') return;
              const heard = lost === undefined ? outcome : ({ code: OutcomeCode.unavailable } as const);
              asker.answered(ownTag, requestId, heard, version, nowMs);
            },
          },
          tag,
          deadlineMs,
        );
      },
      subscribe: () => assert.fail('a checkout follows nobody'),
      unsubscribe: () => assert.fail('a checkout follows nobody'),
    };
  }
}

/** Money that behaves as the test wants: 'approved' unless told otherwise. */
export class HandPayments implements CheckoutPayments {
  readonly authorised: { readonly order: string; readonly amountCents: number; readonly detail: string }[] = [];
  /** What was asked for beside the amount, in the same order. */
  readonly purchases: PurchasePayment[] = [];
  readonly settled: string[] = [];
  readonly ended: string[] = [];
  /** What the next payments answer; an error: nobody knows. */
  answers: (PayAnswer | 'refused' | Error)[] = [];
  /** How the payments stand that other devices have begun; null: none has. */
  standingAnswer: PayAnswer | null = null;
  /** 'done': what it was decided that the seats become is done. */
  endAnswer: Awaited<ReturnType<CheckoutPayments['end']>> | Error = 'unknown';

  pay(purchase: PurchasePayment): Promise<PayAnswer | 'refused'> {
    const { order, amountCents, detail } = purchase;
    this.authorised.push({ order, amountCents, detail });
    this.purchases.push(purchase);
    const answer = this.answers.shift() ?? 'approved';
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }

  standing(): Promise<PayAnswer | null> {
    return Promise.resolve(this.standingAnswer);
  }

  settle(order: string): void {
    this.settled.push(order);
  }

  end(order: string): ReturnType<CheckoutPayments['end']> {
    this.ended.push(order);
    const { endAnswer } = this;
    return endAnswer instanceof Error ? Promise.reject(endAnswer) : Promise.resolve(endAnswer);
  }
}

export function purchase(
  holdId: number,
  seats: readonly number[],
  request: Partial<PurchaseRequest> = {},
): PurchaseRequest {
  const types = seats.map((seat): readonly [number, TicketType] => [seat, 1]);
  return {
    buyer: request.buyer ?? 'ana',
    payer: request.buyer ?? 'ana',
    requestId: 'purchase-0123456789',
    screening: 7,
    hold: holdId,
    seats: types,
    method: 'sandbox',
    detail: 'approved',
    ...request,
  };
}

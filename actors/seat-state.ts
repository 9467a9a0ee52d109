/**
 * What an actor knows about its screening. Only `evolve` changes it; `decide` and everybody else read.
 *
 * Small, because tens of thousands of screenings stay loaded and most sell fewer than twenty seats: per seat five
 * bytes, and for the rest maps that grow with what happens. Quick, because every object of a kind has the same
 * shape; holds, orders and tickets are replaced, never changed in place, so that an answer may share their arrays.
 *
 * Always true (docs/specification.md, rule N5; a property test recounts it):
 * - a seat is held exactly while one hold has it, and `seatHold` says which;
 * - a seat is sold exactly while one live or used ticket is for it;
 * - `buyers` and `ticketsByType` are what a recount of holds and tickets gives.
 */
import { assert } from './assert.ts';
import type { BuyerCount } from './buyer-count.ts';
import { RequestWindow } from './request-window.ts';
import type { TicketLine, TicketType } from './seat-command.ts';
import { SEAT_COUNT_MAX, type SeatMap } from './seat-map.ts';

/** What everybody sees of a seat. The numbers are on the wire (two bits a seat). */
export const SeatStatus = {
  free: 0,
  /** In a hold, choosing or paying. */
  held: 1,
  sold: 2,
  blocked: 3,
} as const;
export type SeatStatus = (typeof SeatStatus)[keyof typeof SeatStatus];

/** The rules a decision follows. They are not part of the state: a replay never asks them (facts carry results). */
export interface ScreeningRules {
  /** Tickets of one buyer in one screening, those in payment and in a hold counted in (promise I3). */
  readonly seatsPerBuyerMax: number;
  readonly holdTtlMs: number;
  /** How often a hold may be extended, and by how much. */
  readonly holdExtensionsMax: number;
  readonly extensionMs: number;
  readonly paymentTtlMs: number;
  /** Time to try again after a declined payment. */
  readonly retryTtlMs: number;
  /** How many tickets of type `halfInQuota` this screening has. */
  readonly halfQuota: number;
  /** 'limit': no more than `halfQuota`; 'exceed': the quota is a floor, and more may be sold. */
  readonly halfPolicy: 'limit' | 'exceed';
  /** False while the catalogue has the screening closed or cancelled: nothing new is sold, as if staff had closed sales. */
  readonly isOnSale: boolean;
  /** New holds from here on and before there, ms since 1970; null: no such end. What is held in time may be bought after it. */
  readonly salesFromMs: number | null;
  readonly salesUntilMs: number | null;
}

interface HoldBase {
  /** Version of the fact that opened it. Never used again, not even after the hold is gone. */
  readonly hold: number;
  readonly buyer: string;
  /** At least one. */
  readonly seats: readonly number[];
  readonly extensions: number;
  /** Orders that were tried and declined for this hold, oldest first; at most `TRIES_MAX` − 1. */
  readonly endedOrders: readonly string[];
}

export interface ChoosingHold extends HoldBase {
  readonly phase: 'choosing';
  /** The hold can be freed from this moment on, ms since 1970 on the owner's clock. */
  readonly deadlineMs: number;
}

export interface PayingHold extends HoldBase {
  readonly phase: 'paying';
  readonly order: string;
  readonly payer: string;
  /** One for each seat. */
  readonly lines: readonly TicketLine[];
  /** When the payment is asked about at the provider. The hold itself does not expire (promise I5). */
  readonly deadlineMs: number;
}

export type Hold = ChoosingHold | PayingHold;

export interface PayingOrder {
  readonly state: 'paying';
  readonly order: string;
  readonly hold: number;
}

export interface SoldOrder {
  readonly state: 'sold';
  readonly order: string;
  /** The hold it came from, which is gone. */
  readonly hold: number;
  /** Whose hold it was. */
  readonly buyer: string;
  readonly payer: string;
  /** When the payment would have been asked about; part of the answer to a repeated begin-payment. */
  readonly deadlineMs: number;
  /** All that were sold, void ones included. */
  readonly tickets: readonly string[];
}

/** An order that ended without a sale is not kept: its hold remembers its id while there is one. */
export type Order = PayingOrder | SoldOrder;

interface TicketBase {
  readonly ticket: string;
  readonly code: string;
  readonly seat: number;
  readonly type: TicketType;
  readonly priceCents: number;
  readonly category?: number;
  readonly feeCents?: number;
  readonly order: string;
}
export type Ticket =
  | (TicketBase & { readonly state: 'live' })
  | (TicketBase & { readonly state: 'used'; readonly usedAtMs: number })
  | (TicketBase & { readonly state: 'cancelled' | 'refunded' });

export interface ScreeningState {
  readonly screening: number;
  /** Replaced as a whole, with `seatStatus` and `seatHold`, when the layout changes. */
  map: SeatMap;
  /** Those of the present: replaced when the catalogue changes. */
  rules: ScreeningRules;
  /** Version of the last fact; 0 before the first. */
  version: number;
  /** Epoch of the owner that wrote the last fact. */
  epoch: number;
  salesOpen: boolean;
  /** Per seat: a `SeatStatus`. */
  seatStatus: Uint8Array;
  /** Per seat: its hold, or 0. */
  seatHold: Int32Array;
  /** The open holds, by id. */
  readonly holds: Map<number, Hold>;
  readonly orders: Map<string, Order>;
  readonly tickets: Map<string, Ticket>;
  /** Only buyers that have something. */
  readonly buyers: Map<string, BuyerCount>;
  /** Tickets in payment, live or used, by `TicketType`; index 0 is not used. */
  readonly ticketsByType: number[];
  /** Accepted commands, replayed with the facts. */
  answered: RequestWindow;
  /** Refused commands: remembered while this owner lives, no part of snapshots (rule R5). */
  readonly refused: RequestWindow;
}

/** Refusals that are remembered: they have no effect that could be repeated, so that a short memory is enough. */
const REFUSALS_MAX = 512;

/** Accepted request ids that are remembered, for an auditorium of `seatCount` seats (rule R4 says why it is enough). */
export function answeredMax(seatCount: number): number {
  return Math.max(512, 4 * seatCount);
}

/** A screening to which nothing has happened yet: all seats free, sales open, version 0. */
export function initialState(screening: number, map: SeatMap, rules: ScreeningRules): ScreeningState {
  const { seatCount } = map;
  assert(seatCount >= 1 && seatCount <= SEAT_COUNT_MAX, `screening ${screening}: ${seatCount} seats`);
  return {
    screening,
    map,
    rules,
    version: 0,
    epoch: 0,
    salesOpen: true,
    ...freeSeatsOf(seatCount),
    holds: new Map(),
    orders: new Map(),
    tickets: new Map(),
    buyers: new Map(),
    ticketsByType: [0, 0, 0, 0, 0, 0],
    answered: new RequestWindow(answeredMax(seatCount)),
    refused: new RequestWindow(REFUSALS_MAX),
  };
}

/** `seatCount` free seats. */
export function freeSeatsOf(seatCount: number): Pick<ScreeningState, 'seatStatus' | 'seatHold'> {
  // One buffer for both: a typed array costs about 200 bytes before its first element.
  const memory = new ArrayBuffer(5 * seatCount);
  return {
    seatStatus: new Uint8Array(memory, 4 * seatCount, seatCount),
    seatHold: new Int32Array(memory, 0, seatCount),
  };
}

/** Whether anything new may be sold at all: staff has not closed the sales, and neither has the catalogue. */
export function isSelling(state: ScreeningState): boolean {
  return state.salesOpen && state.rules.isOnSale;
}

/** Whether seats may be taken at this moment: inside the sales window too. */
export function takesHolds(state: ScreeningState, nowMs: number): boolean {
  const { salesFromMs, salesUntilMs } = state.rules;
  if (salesFromMs !== null && nowMs < salesFromMs) return false;
  return isSelling(state) && (salesUntilMs === null || nowMs < salesUntilMs);
}

/** A choosing hold whose time is up: the seats are its buyer's until an `expired` fact frees them, and nobody can act on it. */
export function isDue(hold: Hold, nowMs: number): hold is ChoosingHold {
  return hold.phase === 'choosing' && hold.deadlineMs <= nowMs;
}

/** Earliest deadline of a choosing hold, ms since 1970; null when there is none. */
export function nextDeadlineMs(state: ScreeningState): number | null {
  let earliestMs: number | null = null;
  for (const hold of state.holds.values()) {
    if (hold.phase === 'choosing' && (earliestMs === null || hold.deadlineMs < earliestMs))
      earliestMs = hold.deadlineMs;
  }
  return earliestMs;
}

const noOrders: readonly string[] = [];

/** Orders in payment whose payment deadline has passed: what became of the money must be asked at the provider. */
export function paymentsDue(state: ScreeningState, nowMs: number): readonly string[] {
  let due: string[] | null = null;
  for (const hold of state.holds.values()) {
    if (hold.phase !== 'paying' || hold.deadlineMs > nowMs) continue;
    due ??= [];
    due.push(hold.order);
  }
  return due ?? noOrders;
}

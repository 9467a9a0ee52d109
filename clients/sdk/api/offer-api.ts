/**
 * What a screening offers: who may come for how much, and on what terms. The numbers of a page; what a purchase costs is
 * decided by the server when it is made, from the same rules, and `expectedCents` of a purchase makes sure of it.
 */
import type { ApiClient } from './http.ts';

export interface Offer {
  readonly screening: number;
  /** "BRL" */
  readonly currency: string;
  /** In the order in which they are offered. */
  readonly ticketTypes: readonly OfferedTicketType[];
  /** Each type of ticket on each kind of seat that the auditorium has. */
  readonly prices: readonly OfferedPrice[];
  /** The service fee of a ticket that costs something; `feeCents` of the prices has it worked out. */
  readonly fee: { readonly percent: number; readonly cents: number };
  readonly half: HalfPriceQuota;
  readonly cancellation: { readonly days: number; readonly minutesBefore: number };
  /** Whether seats are sold now; also true when it is sold out. */
  readonly salesOpen: boolean;
  readonly film: OfferedFilm;
  readonly cinema: OfferedCinema;
  /** Its name. */
  readonly auditorium: string;
  /** UTC: "2026-12-24T23:30:00.000Z". */
  readonly startsAt: string;
  /** The cinema's own clock: "2026-12-24T20:30:00". */
  readonly startsLocal: string;
  /** "2D" */
  readonly projection: string;
  /** dub, leg (subtitled), nac (Brazilian). */
  readonly language: string;
}

export interface OfferedTicketType {
  /** The `category` of a purchase's line. */
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
  /** The `type` of a purchase's line: 1 full, 2 half in the quota, 3 half outside of it. */
  readonly engineType: number;
  readonly countsInQuota: boolean;
  /** What has to be shown at the door; null: nothing. */
  readonly document: string | null;
  readonly documentEn: string | null;
  readonly legalBasis: string | null;
}

export interface OfferedPrice {
  /** Id of the ticket type. */
  readonly ticketType: number;
  /** As the seat map has it. */
  readonly seatKind: number;
  /** Cents, without the fee. */
  readonly priceCents: number;
  readonly feeCents: number;
}

/** As the law asks to be shown (Lei 12.933/2013). */
export interface HalfPriceQuota {
  /** Half-price tickets of this screening that are kept by law. */
  readonly quota: number;
  /** Of them still available, about a second old; the sale itself decides. */
  readonly left: number;
  /** exceed: half-price tickets are sold beyond the quota as well. */
  readonly policy: 'limit' | 'exceed';
}

export interface OfferedFilm {
  readonly id: number;
  readonly title: string;
  readonly minutes: number;
  /** Brazilian age rating: L, 10, 12, 14, 16, 18. */
  readonly rating: string;
  readonly posterUrl: string | null;
}

export interface OfferedCinema {
  readonly id: number;
  readonly name: string;
  readonly address: string | null;
  readonly city: string | null;
  readonly state: string | null;
  /** "America/Sao_Paulo" */
  readonly timeZone: string;
}

/** The offer of a screening. @throws ApiProblem (status 404: there is no such screening) */
export function offer(client: ApiClient, screening: number): Promise<Offer> {
  return client.ask<Offer>(`/api/screenings/${screening}/offer`);
}

/** What a ticket of this type on a seat of this kind costs, fee included, cents; null when it is not offered. */
export function offeredCents({ prices }: Offer, ticketType: number, seatKind: number): number | null {
  const price = prices.find((one) => one.ticketType === ticketType && one.seatKind === seatKind);
  return price === undefined ? null : price.priceCents + price.feeCents;
}

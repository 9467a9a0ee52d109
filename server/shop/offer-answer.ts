/**
 * What a screening's page is told about prices and terms. The prices are those of the checkout: the same function works out
 * each of them (seat-prices.ts), so that the page and the bill cannot disagree about the same catalogue.
 */
import { z } from 'zod';
import { TicketType } from '../../actors/seat-command.ts';
import type { ScreeningRecord } from '../../storage/catalogue.ts';
import type { OfferFacts } from '../../storage/offer-facts.ts';
import type { ServiceFee, TicketOffer } from '../../storage/ticket-offer.ts';
import type { TicketTypeRow } from '../../storage/ticket-types.ts';
import { linesOf, pricesOf } from '../seat-prices.ts';

/** What the law, or the installation, lets a buyer do. */
export interface OfferTerms {
  /** So many days after the purchase tickets can be given back… */
  readonly cancelDays: number;
  /** …but not in the last minutes before the start. */
  readonly cancelMinutesBefore: number;
  /** So long after the start seats are sold, where the catalogue does not say otherwise, milliseconds. */
  readonly salesAfterStartMs: number;
}

/** Courtesies and promotions are for staff to give. */
const CHOSEN_BY_VISITORS: readonly number[] = [TicketType.full, TicketType.halfInQuota, TicketType.halfOutsideQuota];

const ticketType = z.object({
  id: z.int().meta({ description: "The category of a purchase's line." }),
  code: z.string().meta({ examples: ['half-student'] }),
  name: z.string(),
  nameEn: z.string(),
  engineType: z
    .int()
    .meta({ description: 'What a purchase names: 1 full, 2 half in the quota, 3 half outside of it.' }),
  countsInQuota: z.boolean(),
  document: z.string().nullable().meta({ description: 'What the gate asks for.' }),
  documentEn: z.string().nullable(),
  legalBasis: z.string().nullable(),
});

export const offerAnswer = z.object({
  screening: z.int(),
  currency: z.string().meta({ examples: ['BRL'] }),
  ticketTypes: z.array(ticketType).meta({ description: 'Those that visitors choose from, in their order.' }),
  prices: z
    .array(z.object({ ticketType: z.int(), seatKind: z.int(), priceCents: z.int(), feeCents: z.int() }))
    .meta({ description: 'Each of the types on each kind of seat that the auditorium has; the fee comes on top.' }),
  fee: z.object({ percent: z.number(), cents: z.int() }).meta({
    description: "The exhibitor's service fee for each ticket that costs something; in the prices it is worked out.",
  }),
  half: z.object({
    quota: z.int().meta({ description: 'Half-price tickets that are kept for this screening (Lei 12.933/2013).' }),
    left: z.int().meta({ description: 'Of them still to be had, a second ago; the sale decides.' }),
    policy: z.enum(['limit', 'exceed']).meta({ description: 'exceed: they are sold beyond the quota as well.' }),
  }),
  cancellation: z.object({ days: z.int(), minutesBefore: z.int() }),
  salesOpen: z.boolean().meta({ description: 'Whether seats are sold now; also true when it is sold out.' }),
  film: z.object({
    id: z.int(),
    title: z.string(),
    minutes: z.int(),
    rating: z.string(),
    posterUrl: z.string().nullable(),
  }),
  cinema: z.object({
    id: z.int(),
    name: z.string(),
    address: z.string().nullable(),
    city: z.string().nullable(),
    state: z.string().nullable(),
    timeZone: z.string(),
  }),
  auditorium: z.string(),
  startsAt: z.iso.datetime().meta({ description: 'UTC.' }),
  startsLocal: z.iso.datetime({ local: true }).meta({ description: "The cinema's own clock." }),
  projection: z.string().meta({ examples: ['2D'] }),
  language: z.string().meta({ description: 'dub, leg (subtitled), nac (Brazilian).' }),
});
export type OfferAnswer = z.input<typeof offerAnswer>;

export function offerOf(
  record: ScreeningRecord,
  { fee, ticketTypes }: TicketOffer,
  facts: OfferFacts,
  terms: OfferTerms,
  nowMs: number,
): OfferAnswer {
  const types = ticketTypes.filter(({ engineType }) => CHOSEN_BY_VISITORS.includes(engineType));
  const { halfQuota, halfPolicy } = record;
  return {
    screening: record.id,
    currency: record.currency,
    ticketTypes: types.map(({ jurisdiction: _where, priceFactor: _factor, ...type }) => type),
    prices: offeredPrices(record, { fee, ticketTypes }, types),
    fee: { percent: percentOf(fee), cents: fee.cents },
    half: { quota: halfQuota, left: Math.max(0, halfQuota - facts.halfSold), policy: halfPolicy },
    cancellation: { days: terms.cancelDays, minutesBefore: terms.cancelMinutesBefore },
    salesOpen: isOnSale(record, terms.salesAfterStartMs, nowMs),
    film: facts.film,
    cinema: facts.cinema,
    auditorium: facts.auditorium,
    startsAt: new Date(record.startsAtMs).toISOString(),
    startsLocal: record.startsLocal,
    projection: record.projection,
    language: record.language,
  };
}

/** By type and kind: what the checkout would ask for the first seat of each kind. */
function offeredPrices(
  record: ScreeningRecord,
  offer: TicketOffer,
  types: readonly TicketTypeRow[],
): OfferAnswer['prices'] {
  const { seatKind } = record.seatMap;
  const kinds = [...new Set(seatKind)].sort((one, other) => one - other);
  const prices = pricesOf(record, offer);
  return types.flatMap(({ id, engineType }) =>
    kinds.map((kind) => {
      const [line] = linesOf(prices, [[seatKind.indexOf(kind), engineType as TicketType, id]]);
      return { ticketType: id, seatKind: kind, priceCents: line?.priceCents ?? 0, feeCents: line?.feeCents ?? 0 };
    }),
  );
}

/** Hundredths of a per cent as a percentage with two decimals. */
export function percentOf({ bps }: Pick<ServiceFee, 'bps'>): number {
  return bps / 100;
}

function isOnSale(record: ScreeningRecord, salesAfterStartMs: number, nowMs: number): boolean {
  const { status, salesFromMs, salesUntilMs, startsAtMs } = record;
  const untilMs = salesUntilMs ?? startsAtMs + salesAfterStartMs;
  return status === 'scheduled' && (salesFromMs === null || nowMs >= salesFromMs) && nowMs < untilMs;
}

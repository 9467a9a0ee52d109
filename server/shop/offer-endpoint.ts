/**
 * GET /api/screenings/{screening}/offer: prices, terms and how many half-price tickets are left, for everybody who looks at
 * a screening at once. One thread reads a screening's offer once a second at most and answers all who ask from that text.
 */
import type pg from 'pg';
import { z } from 'zod';
import { loadScreening } from '../../storage/catalogue.ts';
import { loadOfferFacts } from '../../storage/offer-facts.ts';
import { loadTicketOffer } from '../../storage/ticket-offer.ts';
import { type Endpoint, endpoint, type Reply } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { etagOfText } from '../search/listed-page.ts';
import { matchesEtag } from '../search/search-etag.ts';
import { inPath, TAG } from '../search/search-schemas.ts';
import { type OfferTerms, offerAnswer, offerOf } from './offer-answer.ts';
import { type OfferText, OfferTexts } from './offer-texts.ts';

export interface OfferPorts {
  /** With the app role. */
  readonly pool: pg.Pool;
  readonly terms: OfferTerms;
  nowMs(): number;
}

/** Whoever stands between may answer for a second as well, and asks then whether anything is new. */
const HEADERS = { 'cache-control': 'public, max-age=1' };

export function offerEndpoint(ports: OfferPorts): Endpoint {
  const texts = new OfferTexts((screening) => readOffer(ports, screening), ports.nowMs);
  return endpoint({
    method: 'GET',
    path: '/api/screenings/{screening}/offer',
    summary: 'What a screening offers: ticket types, prices with fees, half-price tickets left',
    description:
      'A second old at most. A purchase is priced when it is made, by the same rules, and refused with `priceChanged` when the buyer expected another sum. Send the ETag back as If-None-Match: 304 says that nothing has changed.',
    tag: TAG,
    access: { kind: 'public' },
    params: z.object({ screening: inPath }),
    answer: offerAnswer,
    problems: { 404: 'There is no such screening.' },
    async handle(request) {
      const { screening } = request.params;
      const found = await texts.get(screening);
      if (found === null) throw Problem.notFound(`screening ${screening}`);
      return replyOf(found, request.header('if-none-match'));
    },
  });
}

/** Null when there is no such screening. */
async function readOffer({ pool, terms, nowMs }: OfferPorts, screening: number): Promise<OfferText | null> {
  const record = await loadScreening(pool, screening);
  if (record === null) return null;
  const [offer, facts] = await Promise.all([loadTicketOffer(pool, screening), loadOfferFacts(pool, screening)]);
  if (offer === null || facts === null) return null;
  const text = JSON.stringify(offerOf(record, offer, facts, terms, nowMs()));
  return { text, etag: etagOfText(text), seatMap: record.seatMap };
}

function replyOf({ text, etag }: OfferText, known: string | undefined): Reply<never> {
  const headers = { ...HEADERS, etag };
  // 304 has no body, and of the answer `text` is the body.
  if (matchesEtag(known, etag)) return { status: 304, headers, body: undefined as never };
  return { headers, text, body: undefined as never };
}

/** PayPal's list of disputes, page by page: summaries, of which only the ids are taken. */
import { ProviderUnknown } from '../provider-port.ts';
import type { PaypalCalls } from './paypal-calls.ts';
import { isDisputeId } from './paypal-dispute.ts';

/** PayPal's most. */
const PAGE_SIZE = 50;
/** More disputes than a cinema has in a year; else two pages that name each other would be read for ever. */
const PAGES_MAX = 100;
/** PayPal's tokens are of some dozen letters. */
const TOKEN_LENGTH_MAX = 255;

interface WirePage {
  readonly items?: readonly { readonly dispute_id?: unknown }[];
  readonly links?: readonly { readonly rel?: unknown; readonly href?: unknown }[];
}

/**
 * Those that were opened or have changed since; until `each` says that it is enough.
 * @throws ProviderUnknown, ProviderRefused
 */
export async function listDisputes(calls: PaypalCalls, sinceMs: number, each: (id: string) => boolean): Promise<void> {
  const query = new URLSearchParams({
    update_time_after: new Date(sinceMs).toISOString(),
    page_size: String(PAGE_SIZE),
  });
  for (let page = 0; page < PAGES_MAX; page++) {
    const { result } = await calls.get(`/v1/customer/disputes?${query}`);
    const { items, links } = (typeof result === 'object' && result !== null ? result : {}) as WirePage;
    for (const { dispute_id: id } of Array.isArray(items) ? items : []) {
      if (typeof id === 'string' && isDisputeId(id) && !each(id)) return;
    }
    const token = tokenOf(links);
    if (token === null) return;
    query.set('next_page_token', token);
  }
  throw new ProviderUnknown('unreadable');
}

/** Only the token is taken of the link: where to ask is not PayPal's answer's to say. */
function tokenOf(links: WirePage['links']): string | null {
  const next = Array.isArray(links) ? links.find(({ rel }) => rel === 'next') : undefined;
  if (typeof next?.href !== 'string' || !URL.canParse(next.href)) return null;
  const token = new URL(next.href).searchParams.get('next_page_token');
  return token !== null && token.length <= TOKEN_LENGTH_MAX ? token : null;
}

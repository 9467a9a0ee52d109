/**
 * The browser's half: the script with `paypal.Buttons`, the window in which the buyer decides, and the calls that window makes.
 * These need no token; they are what the buyer does, and a benchmark without browsers uses them as its buyer.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../storage/package-root.ts';
import type { RawAnswer, RawRequest } from '../raw-server.ts';
import { approve } from './paypal-buyer.ts';
import { moneyOf } from './paypal-money.ts';
import { isExpired } from './paypal-orders.ts';
import type { Order } from './paypal-state.ts';
import type { PayPalWorld } from './paypal-world.ts';

const CHECKOUT = /^\/checkoutnow\/([^/]+)\/(order|pay|decline|cancel)$/;
/** The window is the stand-in's own: its script only, nobody frames it. */
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** Answers what a browser asks; null: not the browser's business. @param clientId The only one the script is given to. */
export function answerBrowser(world: PayPalWorld, request: RawRequest, clientId: string): RawAnswer | null {
  const { method, path: asked, query } = request;
  if (method === 'GET') {
    if (asked === '/sdk/js') return script(query, clientId);
    if (asked === '/checkoutnow') return { status: 200, headers: PAGE_HEADERS, body: file('checkout-page.html') };
    if (asked === '/checkoutnow/page.js') return asset('text/javascript', 'checkout-page.js');
    if (asked === '/checkoutnow/page.css') return asset('text/css', 'checkout-page.css');
  }
  const [matched, id = '', what] = CHECKOUT.exec(asked) ?? [];
  if (matched === undefined) return null;
  const order = world.state.orders.get(id);
  if (order === undefined) return json(404, { error: 'no such order' });
  if (method === 'GET') return what === 'order' ? json(200, describe(world, order)) : null;
  if (what === 'cancel') return json(200, describe(world, order));
  const isApproved = approve(world, order, what === 'decline' ? 'declines' : null);
  return json(isApproved ? 200 : 422, describe(world, order));
}

function script(query: URLSearchParams, clientId: string): RawAnswer {
  const given = query.get('client-id');
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' };
  if (given === clientId) return { status: 200, headers, body: file('paypal-buttons.js') };
  const wrong =
    given === null ? 'Expected client-id to be passed' : 'client-id not recognized for either production or sandbox';
  return { status: 400, headers, body: `throw new Error(${JSON.stringify(`SDK Validation error: '${wrong}'`)});\n` };
}

/** What the window shows, and where it sends a buyer who came without a shop behind it. */
function describe({ state }: PayPalWorld, order: Order): object {
  const { value } = moneyOf(order.cents, order.currency);
  return {
    id: order.id,
    value,
    currency: order.currency,
    intent: order.intent.toLowerCase(),
    status: isExpired(state, order) ? 'EXPIRED' : order.status,
    payerID: state.payerId,
    returnUrl: order.returnUrl ?? null,
    cancelUrl: order.cancelUrl ?? null,
  };
}

const files = new Map<string, string>();

/** Not compiled, so found from the package's root. Read once: a benchmark is not to read files. */
function file(name: string): string {
  let text = files.get(name);
  if (text === undefined) {
    text = readFileSync(path.join(packageRoot(), 'tests/providers/paypal/browser', name), 'utf8');
    files.set(name, text);
  }
  return text;
}

const asset = (type: string, name: string): RawAnswer => ({
  status: 200,
  headers: { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' },
  body: file(name),
});
const json = (status: number, body: object): RawAnswer => ({ status, body: JSON.stringify(body) });

/** The calls under /v1/notifications: which webhook is registered, which events there were, send one again, is this one genuine. */
import type { RawRequest } from '../raw-server.ts';
import { PayPalProblem } from './paypal-problem.ts';
import type { PayPalEvent, PayPalWebhooks } from './paypal-webhooks.ts';

type Fields = Readonly<Record<string, unknown>>;
const EVENTS = /^\/v1\/notifications\/webhooks-events(?:\/([^/]+)(\/resend)?)?$/;
/** PayPal's page when none is asked for, and its largest. */
const PAGE = 10;
const PAGE_MAX = 300;

/**
 * Answers one of them.
 * @throws {PayPalProblem} for an unknown address.
 */
export function answerWebhookCall(
  webhooks: PayPalWebhooks,
  { method, path, query, text }: RawRequest,
  body: Fields,
  base: string,
): { status: number; json: object } {
  if (method === 'POST' && path === '/v1/notifications/verify-webhook-signature') {
    return { status: 200, json: { verification_status: isVerified(webhooks, body, text) ? 'SUCCESS' : 'FAILURE' } };
  }
  if (method === 'GET' && path === '/v1/notifications/webhooks') {
    const webhook = { id: webhooks.webhookId, url: webhooks.url ?? `${base}/nowhere`, event_types: [{ name: '*' }] };
    return { status: 200, json: { webhooks: [webhook] } };
  }
  const [isEvents, id, resend] = EVENTS.exec(path) ?? [];
  if (isEvents === undefined) throw new PayPalProblem('INVALID_RESOURCE_ID');
  if (id === undefined && method === 'GET') return { status: 200, json: pageOf(webhooks.events, query) };
  const event = webhooks.events.find((each) => each.id === id);
  if (event === undefined) throw new PayPalProblem('INVALID_RESOURCE_ID');
  if (resend !== undefined && method === 'POST') {
    if (webhooks.url !== undefined) webhooks.send(event);
    return { status: 202, json: JSON.parse(event.payload) as object };
  }
  return { status: 200, json: JSON.parse(event.payload) as object };
}

/** Newest first, of a span of time, as PayPal lists them. */
function pageOf(events: readonly PayPalEvent[], query: URLSearchParams): object {
  const size = Math.min(Number(query.get('page_size') ?? PAGE), PAGE_MAX);
  const from = Date.parse(query.get('start_time') ?? '') || 0;
  const until = Date.parse(query.get('end_time') ?? '') || Number.POSITIVE_INFINITY;
  const type = query.get('event_type');
  const listed: object[] = [];
  for (const event of events.toReversed()) {
    const whole = JSON.parse(event.payload) as { create_time: string };
    const atMs = Date.parse(whole.create_time);
    if (atMs < from || atMs > until || (type !== null && type !== event.event_type)) continue;
    listed.push(whole);
    if (listed.length === size) break;
  }
  return { events: listed, count: listed.length, links: [] };
}

/**
 * The checksum is over the event's bytes as the caller has them, so they are cut out of the request's text; only where the
 * event is not its last member, what was parsed has to do.
 */
function isVerified(webhooks: PayPalWebhooks, claim: Fields, text: string): boolean {
  const start = /"webhook_event"\s*:\s*/.exec(text);
  const event = claim['webhook_event'];
  if (start === null || typeof event !== 'object' || event === null) {
    throw new PayPalProblem('MISSING_REQUIRED_PARAMETER', { field: '/webhook_event' });
  }
  const raw = text.slice(start.index + start[0].length, text.lastIndexOf('}')).trimEnd();
  return webhooks.isGenuine(claim, isJson(raw) ? raw : JSON.stringify(event));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

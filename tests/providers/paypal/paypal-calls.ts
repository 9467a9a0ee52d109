/**
 * The calls of PayPal's API that the shop makes, by method and path. A handler does its work without awaiting anything, so two
 * requests never mix.
 */
import { lapseIfDue } from './paypal-buyer.ts';
import { authorizeOrder, createOrder } from './paypal-orders.ts';
import { captureAuthorization, reauthorize, refundCapture, voidAuthorization } from './paypal-payments.ts';
import { PayPalProblem } from './paypal-problem.ts';
import { approvalUrl, orderJson } from './paypal-wire.ts';
import { authorizationJson, captureJson, disputeJson, refundJson } from './paypal-wire-payments.ts';
import type { PayPalWorld } from './paypal-world.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Call {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly body: Fields;
  readonly how: 'minimal' | 'representation';
  readonly hasRequestId: boolean;
}
/** Does it. @throws {PayPalProblem} */
export type Handler = (world: PayPalWorld, call: Call) => { readonly status: number; readonly json: object | null };

/** The group of a path is its id. */
export const ROUTES: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['POST', /^\/v2\/checkout\/orders()$/, postOrder],
  [
    'GET',
    /^\/v2\/checkout\/orders\/([^/]+)$/,
    (world, { id }) => ok(orderJson(world, orderOf(world, id), 'representation')),
  ],
  ['POST', /^\/v2\/checkout\/orders\/([^/]+)\/authorize$/, postAuthorize],
  ['POST', /^\/v2\/payments\/authorizations\/([^/]+)\/capture$/, postCapture],
  ['POST', /^\/v2\/payments\/authorizations\/([^/]+)\/void$/, postVoid],
  ['POST', /^\/v2\/payments\/authorizations\/([^/]+)\/reauthorize$/, postReauthorize],
  [
    'GET',
    /^\/v2\/payments\/authorizations\/([^/]+)$/,
    (world, { id }) => ok(authorizationJson(world, authorizationOf(world, id), 'representation')),
  ],
  ['POST', /^\/v2\/payments\/captures\/([^/]+)\/refund$/, postRefund],
  [
    'GET',
    /^\/v2\/payments\/captures\/([^/]+)$/,
    (world, { id }) => ok(captureJson(world, found(world.state.captures, id), 'representation')),
  ],
  [
    'GET',
    /^\/v2\/payments\/refunds\/([^/]+)$/,
    (world, { id }) => ok(refundJson(world, found(world.state.refunds, id), 'representation')),
  ],
  ['GET', /^\/v1\/customer\/disputes()$/, getDisputes],
  [
    'GET',
    /^\/v1\/customer\/disputes\/([^/]+)$/,
    (world, { id }) => ok(disputeJson(world, found(world.state.disputes, id))),
  ],
];

const ok = (json: object) => ({ status: 200, json });

function postOrder(world: PayPalWorld, { body, how, hasRequestId }: Call) {
  const order = createOrder(world.state, body, hasRequestId);
  return { status: 201, json: orderJson(world, order, how) };
}

function postAuthorize(world: PayPalWorld, { id, how }: Call) {
  const order = orderOf(world, id);
  const authorization = authorizeOrder(world.state, order, approvalUrl(world, order));
  world.webhooks.emit(
    'PAYMENT.AUTHORIZATION.CREATED',
    authorizationJson(world, authorization, 'representation'),
    world.base,
  );
  return { status: 201, json: orderJson(world, order, how) };
}

const CAPTURE_EVENTS = { COMPLETED: 'COMPLETED', PENDING: 'PENDING', DECLINED: 'DENIED' } as const;

function postCapture(world: PayPalWorld, { id, body, how }: Call) {
  const capture = captureAuthorization(world.state, authorizationOf(world, id), body);
  const word = CAPTURE_EVENTS[capture.status as keyof typeof CAPTURE_EVENTS];
  world.webhooks.emit(`PAYMENT.CAPTURE.${word}`, captureJson(world, capture, 'representation'), world.base);
  return { status: 201, json: captureJson(world, capture, how) };
}

function postVoid(world: PayPalWorld, { id, how }: Call) {
  const authorization = authorizationOf(world, id);
  voidAuthorization(world.state, authorization);
  const whole = authorizationJson(world, authorization, 'representation');
  world.webhooks.emit('PAYMENT.AUTHORIZATION.VOIDED', whole, world.base);
  return how === 'minimal' ? { status: 204, json: null } : { status: 200, json: whole };
}

function postReauthorize(world: PayPalWorld, { id, body, how }: Call) {
  const authorization = reauthorize(world.state, authorizationOf(world, id), body);
  world.webhooks.emit(
    'PAYMENT.AUTHORIZATION.CREATED',
    authorizationJson(world, authorization, 'representation'),
    world.base,
  );
  return { status: 201, json: authorizationJson(world, authorization, how) };
}

function postRefund(world: PayPalWorld, { id, body, how }: Call) {
  const refund = refundCapture(world.state, found(world.state.captures, id), body);
  const type = refund.status === 'COMPLETED' ? 'PAYMENT.CAPTURE.REFUNDED' : `PAYMENT.REFUND.${refund.status}`;
  world.webhooks.emit(type, refundJson(world, refund, 'representation'), world.base);
  return { status: 201, json: refundJson(world, refund, how) };
}

const DISPUTES_DEFAULT = 10;
const DISPUTES_MAX = 50;

/** Summaries, newest first; the token of the next page is the place where it begins. */
function getDisputes(world: PayPalWorld, { query }: Call) {
  const size = Number(query.get('page_size') ?? DISPUTES_DEFAULT);
  const afterMs = Date.parse(query.get('update_time_after') ?? '1970-01-01T00:00:00.000Z');
  if (!(size >= 1 && size <= DISPUTES_MAX) || Number.isNaN(afterMs)) throw new PayPalProblem('INVALID_PARAMETER_VALUE');
  const all = [...world.state.disputes.values()].filter(({ updatedMs }) => updatedMs >= afterMs).reverse();
  const first = Number(query.get('next_page_token') ?? 0);
  const items = all.slice(first, first + size).map((dispute) => {
    const { disputed_transactions: _left, ...summary } = disputeJson(world, dispute) as Fields;
    return summary;
  });
  const link = (rel: string, begin: number) => {
    const asked = new URLSearchParams(query);
    asked.set('next_page_token', String(begin));
    return { rel, method: 'GET', href: `${world.base}/v1/customer/disputes?${asked}` };
  };
  const isLast = first + size >= all.length;
  return ok({ items, links: [link('self', first), ...(isLast ? [] : [link('next', first + size)])] });
}

const orderOf = ({ state }: PayPalWorld, id: string) => found(state.orders, id);

/** An authorisation, lapsed first if its 29 days are over. */
function authorizationOf(world: PayPalWorld, id: string) {
  const authorization = found(world.state.authorizations, id);
  lapseIfDue(world, authorization);
  return authorization;
}

function found<T>(things: ReadonlyMap<string, T>, id: string): T {
  const thing = things.get(id);
  if (thing === undefined) throw new PayPalProblem('INVALID_RESOURCE_ID');
  return thing;
}

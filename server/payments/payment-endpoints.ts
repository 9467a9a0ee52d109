/**
 * A payment over HTTP, for its buyer: by what means, how it stands, paying from a phone what a kiosk has chosen, and giving it up.
 * A purchase in the shop is said over the WebSocket; these are for what happens beside it: a bank's question, PayPal's window, another
 * tab, a phone.
 */
import { z } from 'zod';
import type { Provider } from '../../actors/payment/payment.ts';
import { seatsOfBegun } from '../../storage/payments/begun-order.ts';
import { TooManyDeclines } from '../../storage/payments/decline-bounds.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import type { BuyerOrder } from '../../storage/tickets/buyer-orders.ts';
import { declineBounds, mayTry } from '../accounts/attempt-limits.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { limitsOf } from '../tickets/order-ports.ts';
import { ANYBODY, BY_WHOM, noSuchOrder, orderParams, reachedOrder } from '../tickets/reached-order.ts';
import { paymentMethod } from './payment-methods.ts';
import type { PaymentPorts } from './payment-ports.ts';
import { isUncharged, paymentView } from './payment-view.ts';
import { asked, isWaiting, viewAgain, viewOf } from './read-payment.ts';

const TAG = 'Payments';
/** Should this node die: when others look after a payment that it began, milliseconds. */
const DUE_IN_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Names a card at the provider (`ctoken_…`), or says how the sandbox shall end. */
const token = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be what the provider’s script gave');

export function paymentEndpoints(ports: PaymentPorts): Endpoint[] {
  return [methodsEndpoint(ports), viewEndpoint(ports), payEndpoint(ports), giveUpEndpoint(ports)];
}

function methodsEndpoint({ methods }: PaymentPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/payment-methods',
    tag: TAG,
    summary: 'How people can pay',
    access: { kind: 'public' },
    answer: z.object({ methods: z.array(paymentMethod) }),
    handle: () => ({ body: { methods: [...methods] } }),
  });
}

function viewEndpoint(ports: PaymentPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/orders/{order}/payment',
    tag: TAG,
    summary: 'How the payment of an order stands',
    description: `Asks the provider what the buyer has to do, while there may be something. ${BY_WHOM}`,
    access: ANYBODY,
    params: orderParams,
    answer: paymentView,
    problems: { 404: NO_SUCH_ORDER, 429: 'Looked at too often.', 503: PROVIDER_AWAY },
    handle: async (request) => {
      const { order } = await reachedOrder(ports, request);
      const mayAsk = () => mayTry(limitsOf(ports), ['look at payment', order.id]);
      return { body: await viewOf(ports, order, mayAsk) };
    },
  });
}

function payEndpoint(ports: PaymentPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/orders/{order}/payment',
    tag: TAG,
    summary: 'Pay an order that waits for it',
    description:
      'For a phone that came here by a kiosk’s code. The first means of payment stands: another one is refused while it is tried. ' +
      `The answer says how it stands; "action" wants the buyer. ${BY_WHOM}`,
    access: ANYBODY,
    // Not once-only: the order's payment begins once, and what a buyer's page does with its secret is nobody's to remember.
    params: orderParams,
    body: z.strictObject({ provider: z.enum(['stripe', 'paypal', 'sandbox']), token: token.nullable().default(null) }),
    answer: paymentView,
    problems: {
      404: NO_SUCH_ORDER,
      409: 'not-open: it is not waiting for a payment (any more); method-off; other-method: it is being paid by another means. Nothing was charged by this.',
      429: 'too-many-attempts: tried often enough; too-many-declined: too many payments of this person or this place were declined within an hour. Nothing was charged.',
      503: PROVIDER_AWAY,
    },
    handle: async (request) => {
      const { order } = await reachedOrder(ports, request);
      await mayTry(limitsOf(ports), ['pay order', order.id]);
      await pay(ports, order, { ...request.body, address: request.address });
      return { body: await viewAgain(ports, order) };
    },
  });
}

function giveUpEndpoint(ports: PaymentPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/orders/{order}/payment/cancel',
    tag: TAG,
    summary: 'Give a payment up',
    description:
      'The provider is told first; then the seats are held for another try. Too late for what is paid already: the answer says "sold". ' +
      BY_WHOM,
    access: ANYBODY,
    params: orderParams,
    body: z.strictObject({}),
    answer: paymentView,
    problems: { 404: NO_SUCH_ORDER, 429: 'Tried often enough.', 503: PROVIDER_AWAY },
    // Not once-only: an order is given up once, however often it is said.
    handle: async (request) => {
      const { order } = await reachedOrder(ports, request);
      await mayTry(limitsOf(ports), ['pay order', order.id]);
      if (isWaiting(order)) await asked(() => ports.desk.run(order.id, 'buyer', { ending: 'given-up' }));
      return { body: await viewAgain(ports, order) };
    },
  });
}

const NO_SUCH_ORDER = 'There is no such order, or it is not the asker’s.';
const PROVIDER_AWAY = 'provider-away: nobody knows at this moment; ask again';

interface Wish {
  readonly provider: Provider;
  readonly token: string | null;
  readonly address: string;
}

async function pay(ports: PaymentPorts, order: BuyerOrder, { provider, token: card, address }: Wish): Promise<void> {
  const isOpen = isWaiting(order);
  if (!isOpen && order.tickets.length > 0) return;
  if (isOpen && !ports.methods.some(({ method }) => method === provider)) {
    throw Problem.conflict('method-off', 'This means of payment is not on offer here. Nothing was charged.');
  }
  const books = await loadPayment(ports.pool, order.id);
  if (!isOpen) {
    const money = isUncharged(books?.payment ?? null)
      ? 'Nothing was charged.'
      : 'Nothing is charged any more, and what was taken or set aside for it goes back.';
    throw Problem.conflict('not-open', `This order is not waiting for a payment any more. ${money}`);
  }
  if (books !== null && books.payment.provider !== provider) {
    throw Problem.conflict('other-method', 'The order is being paid by another means; give that up first.');
  }
  // A PayPal payment has none; any other could never be paid, since the first word stands.
  if (books === null && card === null && provider !== 'paypal') {
    throw Problem.invalid([{ path: 'body.token', message: 'is needed for this means of payment' }]);
  }
  const seats = books?.payment.seats ?? (await seatsOfBegun(ports.pool, order.screening.id, order.id));
  if (seats === null) throw noSuchOrder();
  const { id, amountCents, currency, payer, contact } = order;
  const declines = provider === 'sandbox' ? [] : declineBounds(ports.seals, { payer, contact, address });
  const wanted = { order: id, screening: order.screening.id, provider, amountCents, currency, seats, token: card };
  try {
    const authorisation = await asked(() => ports.desk.pay({ ...wanted, declines, dueInMs: DUE_IN_MS }, 'phone'));
    // Sold, or the seats given back to choosing: both are for the desk to do, and neither waits for a kiosk.
    if (authorisation !== 'authentication-needed') await asked(() => ports.desk.run(id, 'phone'));
  } catch (cause) {
    if (cause instanceof TooManyDeclines) throw tooManyDeclined(ports.nowMs());
    throw cause;
  }
}

/** Counted by the hour: until the next one begins. */
function tooManyDeclined(nowMs: number): Problem {
  return new Problem(
    429,
    'too-many-declined',
    'Too many payments were declined. Nothing was charged, and the seats are still held for their time. Try again later, or pay at the box office.',
    [],
    { 'retry-after': String(Math.ceil((HOUR_MS - (nowMs % HOUR_MS)) / 1_000)) },
  );
}

/** A payment read for its buyer: the order, its seats and its books, and what its provider wants of him. */
import { loadSeatMap } from '../../storage/catalogue.ts';
import { seatsOfBegun } from '../../storage/payments/begun-order.ts';
import { loadPayment } from '../../storage/payments/payment-books.ts';
import type { PaymentRecord } from '../../storage/payments/payment-record.ts';
import { type BuyerOrder, findBuyerOrder } from '../../storage/tickets/buyer-orders.ts';
import { DeskBusy, SeatsUnknown } from '../../workers/payments/desk-ports.ts';
import { ProviderRefused, ProviderUnknown } from '../../workers/payments/provider-port.ts';
import { Problem } from '../api/problem.ts';
import { placeOf } from '../tickets/order-view.ts';
import { noSuchOrder } from '../tickets/reached-order.ts';
import type { PaymentPorts } from './payment-ports.ts';
import { mayHaveAction, type PaymentView, refundsOf, viewStateOf } from './payment-view.ts';

/** Whether the order's seats wait for money. */
export function isWaiting({ state }: BuyerOrder): boolean {
  return state === 'created' || state === 'authorised';
}

/** After something was done: the order is read anew. @throws Problem 404, 503 */
export async function viewAgain(ports: PaymentPorts, { id }: BuyerOrder): Promise<PaymentView> {
  const order = await findBuyerOrder(ports.pool, id, ports.cancelPolicy.days);
  if (order === null) throw noSuchOrder();
  return viewOf(ports, order);
}

/** `mayAsk` rejects where the provider is not to be asked so often. @throws Problem 429, 503 */
export async function viewOf(
  ports: PaymentPorts,
  order: BuyerOrder,
  mayAsk: () => Promise<void> = async () => {},
): Promise<PaymentView> {
  const { id, state, amountCents, currency, screening } = order;
  const record = await loadPayment(ports.pool, id);
  const wantsAction = record !== null && mayHaveAction(record.payment, record.seatsSide);
  if (wantsAction) await mayAsk();
  const [map, seats, action] = await Promise.all([
    loadSeatMap(ports.pool, order.seatMap),
    seatsOf(ports, order, record),
    wantsAction ? asked(() => ports.desk.action(id)) : null,
  ]);
  const { film, cinema, auditorium, startsAt, startsLocal, timeZone } = screening;
  const { title, posterUrl, minutes, rating } = film;
  const refunds =
    record === null ? { refundedCents: 0, refundPendingCents: 0 } : refundsOf(record.payment, record.seatsSide);
  const endsMs = Date.parse(order.createdAt) + ports.paymentTtlMs;
  return {
    order: id,
    state: viewStateOf(state, record?.payment ?? null, action !== null),
    provider: record?.payment.provider ?? null,
    amountCents,
    currency,
    secondsLeft: isWaiting(order) ? Math.max(0, Math.ceil((endsMs - ports.nowMs()) / 1_000)) : null,
    methods: [...ports.methods],
    action,
    screening: {
      ...{ id: screening.id, film: title, posterUrl, minutes, rating, cinema: cinema.name, auditorium },
      ...{ startsAt, startsLocal, timeZone, seats: seats.map((seat) => placeOf(map, seat).seat) },
    },
    ...refunds,
  };
}

async function seatsOf(
  { pool }: PaymentPorts,
  { id, tickets, screening }: BuyerOrder,
  record: PaymentRecord | null,
): Promise<readonly number[]> {
  if (tickets.length > 0) return tickets.map(({ seat }) => seat);
  return record?.payment.seats ?? (await seatsOfBegun(pool, screening.id, id)) ?? [];
}

/** Nobody knows at this moment; the books know when somebody looks again. */
const PASSING = [ProviderUnknown, ProviderRefused, DeskBusy, SeatsUnknown];

/** @throws Problem 503 when nobody knows */
export async function asked<Result>(question: () => Promise<Result>): Promise<Result> {
  try {
    return await question();
  } catch (cause) {
    if (!PASSING.some((kind) => cause instanceof kind)) throw cause;
    throw new Problem(
      503,
      'provider-away',
      'The payment provider does not answer at this moment. Nothing is charged twice: ask again in a moment.',
      [],
      { 'retry-after': '2' },
    );
  }
}

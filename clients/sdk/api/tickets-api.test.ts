/** The SDK against the real endpoints, without a socket between them: both sides know the same order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OrderView } from '../../../server/tickets/order-view.ts';
import { type Asked, request } from '../../../tests/support/accounts-stage.ts';
import { OrdersStage, type Person } from '../../../tests/support/orders-stage.ts';
import { ApiClient, ApiProblem } from './http.ts';
import { type Order, TicketsApi } from './tickets-api.ts';

/** Compiles only as long as both say the same. */
const sameForBoth: readonly [(view: OrderView) => Order, (order: Order) => unknown] = [
  (view) => view,
  (order): Readonly<Omit<OrderView, 'tickets'>> => order,
];

/** A browser of `person`, or of nobody. */
function apiOf(stage: OrdersStage, person: Person | null): TicketsApi {
  const answer = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = init.headers as Readonly<Record<string, string>>;
    const asked: Asked = {
      headers,
      cookie: person?.cookie,
      ...(typeof init.body === 'string' ? { body: JSON.parse(init.body) as unknown } : {}),
    };
    const response = await stage.accounts.router.answer(request(init.method ?? 'GET', String(input), asked));
    assert.ok(response !== null, String(input));
    const { status, body = '', headers: answered = {} } = response;
    return new Response(Buffer.from(body).toString(), { status, headers: { ...answered } });
  };
  return new TicketsApi(new ApiClient({ fetch: answer }));
}

test('[OT16] the SDK lists orders, opens one by its access token, finds one by code and CPF, and gives tickets back', async (t) => {
  assert.equal(sameForBoth.length, 2);
  const stage = await OrdersStage.create(t);
  const ana = await stage.guest();
  await stage.sells(ana, { order: 'o1', seats: [0, 1] });
  const [own, visitor] = [apiOf(stage, ana), apiOf(stage, null)];
  const [order] = await own.orders();
  assert.deepEqual([order?.id, order?.tickets.map(({ seat }) => seat)], ['o1', ['A1', 'A2']]);
  const access = order?.access ?? '';
  assert.equal((await visitor.order('o1', { access })).id, 'o1');
  const found = await visitor.lookup(order?.tickets[0]?.code ?? '', ana.cpf);
  assert.equal((await visitor.order('o1', { access: found.access })).id, 'o1');
  assert.match(await visitor.calendar('o1', 'en', { access }), /^BEGIN:VCALENDAR\r\n.*Seats A1/s);
  await visitor.resend('o1', { access });
  const after = await own.cancel('o1', { tickets: ['o1-1'] });
  assert.deepEqual(
    after.tickets.map(({ state }) => state),
    ['live', 'refunded'],
  );
  const refusal = await visitor.cancel('o1').catch((cause: unknown) => cause);
  assert.ok(refusal instanceof ApiProblem);
  assert.deepEqual([refusal.status, refusal.code], [404, 'not-found']);
});

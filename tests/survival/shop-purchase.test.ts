/**
 * A purchase as the shop makes it, against real servers: seats held by a visitor, who then tells his CPF; ticket types, a fee, the
 * total that was shown; a bank that asks back; the answer fetched from another server.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { auditDatabase } from '../../storage/audit.ts';
import { createPool } from '../../storage/database.ts';
import { accountsStage, CPFS } from '../support/accounts-stage.ts';
import { connected } from '../support/postgres.ts';
import { addScreenings } from '../support/screenings.ts';
import { newRequestId } from '../support/test-client.ts';
import { said, serverOf, socketOf } from './signed-in.ts';

test('[PC1] [PC3] [GI1] [SB2] [SB3] from a visitor’s hold to a guest’s tickets, by way of a bank and a second server', async (t) => {
  const stage = await accountsStage(t);
  const { config } = stage;
  const wanted = { count: 1, rows: 2, columns: 8, startsAtMs: stage.nowMs + 86_400_000 };
  const [screening = 0] = await addScreenings(config, wanted);
  const app = await connected(t, config, 'app');
  await app.query(`with e as (
      insert into exhibitors (name, service_fee_bps, service_fee_cents) values ('Rede', 500, 50) returning id)
    update cinemas set exhibitor_id = e.id from e`);
  const { rows: types } = await app.query<{ code: string; id: number }>('select code, id::int as id from ticket_types');
  const typeId = (code: string): number => types.find((type) => type.code === code)?.id ?? 0;
  const server = await serverOf(t, stage);

  const visitor = await socketOf(server, 'nothing');
  const held = await said(visitor.socket, {
    ...{ op: ClientOp.hold, requestId: newRequestId(), screening, seats: [3, 4], hold: 0 },
  });
  assert.ok(held.body.kind === 'held');
  const guest = await stage.ask('POST', '/api/guests', { body: { cpf: CPFS[0], email: 'ana@example.com' } });
  const { socket } = await socketOf(server, guest.cookie ?? '', {}, visitor.token);

  // 30.00 + 2.00 and 15.00 + 1.25.
  const buy = {
    ...{ op: ClientOp.buy, screening, hold: held.body.hold, method: 'sandbox', detail: 'authenticate' },
    ...{ requestId: newRequestId(), expectedCents: 4_825 },
    seats: [
      [3, 1, typeId('full')],
      [4, 2, typeId('half-student')],
    ],
  } as const;
  const cheaper = await said(socket, { ...buy, requestId: newRequestId(), expectedCents: 4_500 });
  assert.equal(cheaper.code, OutcomeCode.priceChanged);
  const unknown = { ...buy, requestId: newRequestId(), seats: [[3, 1, 999] as const, [4, 1] as const] };
  assert.equal((await said(socket, unknown)).code, OutcomeCode.badRequest);
  const asked = await said(socket, buy);
  assert.ok(asked.body.kind === 'refused');
  const { order = '' } = asked.body;
  assert.equal(asked.code, OutcomeCode.authenticationNeeded);

  const passed = await fetch(`http://127.0.0.1:${server.port}/api/sandbox/challenges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': newRequestId() },
    body: JSON.stringify({ order, outcome: 'passed' }),
  });
  assert.deepEqual([passed.status, await passed.json()], [200, { recorded: true }]);
  const other = await serverOf(t, stage);
  const again = await socketOf(other, guest.cookie ?? '', {}, visitor.token);
  const sold = await said(again.socket, buy);
  assert.ok(sold.body.kind === 'sold', `code ${sold.code}`);
  assert.equal(sold.body.order, order);
  assert.deepEqual(
    sold.body.tickets.map(({ seat, type, priceCents, category, feeCents }) => [
      seat,
      type,
      priceCents,
      category,
      feeCents,
    ]),
    [
      [3, 1, 3_000, typeId('full'), 200],
      [4, 2, 1_500, typeId('half-student'), 125],
    ],
  );
  assert.deepEqual((await said(again.socket, buy)).body, sold.body);

  const { rows: orders } = await app.query('select id, state, amount_cents::int as cents, contact, buyer from orders');
  const { rows: buyers } = await stage.pool.query('select id, payer_id from buyers');
  assert.deepEqual(orders, [
    { id: order, state: 'sold', cents: 4_825, contact: buyers[0]?.id, buyer: buyers[0]?.payer_id },
  ]);
  const reader = createPool(config, 'reader', 'test audit', 1);
  t.after(() => reader.end());
  assert.deepEqual((await auditDatabase(reader)).violations, []);
});

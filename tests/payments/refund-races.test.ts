/** Money on its way back, against everything that may happen to it meanwhile: seats and money agree all the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestIdOf } from '../../server/staff-commands.ts';
import { until } from '../support/deadline.ts';
import { gate } from '../support/gate.ts';
import { MoneyStage, type StageBuyer } from './money-stage.ts';

const METHODS = ['stripe', 'paypal'] as const;
type Method = (typeof METHODS)[number];
const REFUND = { stripe: /^\/v1\/refunds$/, paypal: /\/refund$/ } as const;

function asked(stage: MoneyStage, method: Method, path: RegExp): number {
  return stage[method].requests.filter((seen) => seen.method === 'POST' && path.test(seen.path)).length;
}

async function meets(stage: MoneyStage, method: Method, path: RegExp, before: number): Promise<void> {
  await until(
    () => asked(stage, method, path) > before,
    20_000,
    () => `nobody asked ${method} for ${String(path)}`,
  );
}

for (const method of METHODS) {
  test(`[PY6] ${method}: two tickets are given back at once, each by two people, and every node sends: each is sent back once`, async (t) => {
    const stage = await MoneyStage.open(t);
    const buyer = await stage.buyer(method, 'ctoken_ok', 3);
    const order = await buyer.bought();
    const [first, second] = (await buyer.tickets()).map(({ id }) => id);
    assert.ok(first !== undefined && second !== undefined);
    const wishes = [first, second, first, second].map((ticket) => stage.refund(order, [ticket]));
    const nodes = [stage.node, stage.other, stage.newNode()];
    await Promise.all([...wishes, ...nodes.map((node) => node.care.run(order, 'sweep').catch(() => null))]);
    await stage.sweep(nodes);
    const { rows } = await stage.app.query('select sum(cents)::int as cents from refunds where order_id = $1', [order]);
    assert.deepEqual(rows, [{ cents: 6_000 }]);
    await stage.endsWell();
  });

  test(`[PY7] ${method}: given back against let in, in both orders and at once: one of them, and the money follows it`, async (t) => {
    const stage = await MoneyStage.open(t);
    for (const first of ['refund', 'check-in', 'both'] as const) {
      const buyer = await stage.buyer(method);
      const order = await buyer.bought();
      const [ticket] = await buyer.tickets();
      const letIn = () =>
        stage.staff.ask(stage.screening, {
          ...{ kind: 'check-in', by: 'staff', ticket: ticket?.id ?? '', gate: 'gate 1' },
          requestId: requestIdOf('staff', 'check-in', order),
        });
      const acts = first === 'check-in' ? [letIn, () => stage.refund(order)] : [() => stage.refund(order), letIn];
      const answers =
        first === 'both' ? await Promise.all(acts.map((act) => act())) : [await acts[0]?.(), await acts[1]?.()];
      assert.equal(answers.filter((answer) => answer?.outcome.code === 0).length, 1);
      await stage.sweep();
      assert.deepEqual(await stage.disagreements(), [], first);
    }
    await stage.endsWell();
  });

  for (const count of [1, 2]) {
    for (const fault of ['gate', 'gate-after'] as const) {
      test(`[PY8] ${method}: one of ${count} given back while the money is being taken (${fault}): what living tickets cost is kept, nothing else`, async (t) => {
        const stage = await MoneyStage.open(t);
        const buyer = await stage.buyer(method, 'ctoken_ok', count);
        if (method === 'paypal') {
          await buyer.hears();
          await buyer.agrees();
        }
        const { open, release } = gate();
        stage[method].on({ method: 'POST', path: /\/capture$/ }, { kind: fault, open });
        assert.equal(await buyer.hears(), 'sold');
        await meets(stage, method, /\/capture$/, 0);
        const [ticket] = await buyer.tickets();
        const order = await buyer.order();
        assert.equal((await stage.refund(order, [ticket?.id ?? ''])).outcome.code, 0);
        // Another node hears that tickets are void, and does what is to be done, before the first one has its answer and after.
        const early = stage.other.care.run(order, 'sweep').catch(() => null);
        await Promise.race([early, new Promise((resolve) => setTimeout(resolve, 300))]);
        release();
        await early;
        await stage.node.quiet();
        await stage.sweep();
        await stage.endsWell();
      });
    }
  }

  for (const outcome of ['won', 'lost'] as const) {
    test(`[PY9] ${method}: disputed, given back meanwhile, and ${outcome}: the buyer gets his money once`, async (t) => {
      const stage = await MoneyStage.open(t);
      const buyer = await stage.buyer(method);
      const order = await buyer.bought();
      const close = await dispute(stage, method, buyer);
      await deliverAll(stage);
      await stage.refund(order);
      await stage.sweep();
      assert.equal(asked(stage, method, REFUND[method]), 0, 'sent back while the bank decides');
      close(outcome);
      await deliverAll(stage);
      await stage.sweep();
      const refunds = method === 'stripe' ? stage.stripe.books.refunds.all() : [...stage.paypal.state.refunds.values()];
      assert.equal(refunds.length, outcome === 'won' ? 1 : 0);
      await stage.endsWell({ mayHaveCases: true });
    });
  }

  for (const settles of ['succeeds', 'fails'] as const) {
    test(`[PY10] ${method}: the seat is sold to somebody else while the money is on its way back, which ${settles} in the end`, async (t) => {
      const stage = await MoneyStage.open(t);
      if (method === 'stripe') stage.stripe.refundsStartAs = 'pending';
      else stage.paypal.nextRefunds('PENDING');
      const buyer = await stage.buyer(method);
      const order = await buyer.bought();
      await stage.refund(order);
      await stage.node.care.run(order, 'sweep');
      const next = await stage.sameSeats(buyer);
      await next.bought();
      stage.stripe.refundsStartAs = 'succeeded';
      if (method === 'stripe') {
        const refund = stage.stripe.books.refunds.all()[0];
        stage.stripe.settleRefund(refund?.id ?? '', settles === 'fails' ? 'failed' : 'succeeded');
      } else {
        const refund = [...stage.paypal.state.refunds.values()][0];
        stage.paypal.settleRefund(refund?.id ?? '', settles === 'fails' ? 'FAILED' : 'COMPLETED');
      }
      await deliverAll(stage);
      await stage.sweep();
      assert.deepEqual(
        [(await buyer.tickets()).map(({ state }) => state), (await next.tickets()).map(({ state }) => state)],
        [['refunded'], ['live']],
      );
      await stage.endsWell();
    });
  }
}

/** Opens one over all of it; resolves with what decides it. */
async function dispute(
  stage: MoneyStage,
  method: Method,
  buyer: StageBuyer,
): Promise<(outcome: 'lost' | 'won') => void> {
  const { object, capture } = await buyer.books();
  if (method === 'stripe') {
    const { id } = stage.stripe.openDispute(object);
    return (outcome) => void stage.stripe.closeDispute(id, outcome);
  }
  const { id } = stage.paypal.openDispute(capture ?? '');
  return (outcome) => stage.paypal.closeDispute(id, outcome);
}

/** All webhooks so far, once more. */
async function deliverAll(stage: MoneyStage): Promise<void> {
  for (const event of stage.stripe.events) await stage.stripe.deliver(event);
  for (const event of stage.paypal.events) await stage.paypal.deliver(event);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOrder } from './example-order.ts';
import { ACCOUNT_KEEPS_MS, GUEST_KEEPS_MS, KEPT_MAX, KeptOrders, MemoryOrderStore } from './kept-orders.ts';
import { overMs } from './order-standing.ts';

const ana = { buyer: 'ana', isGuest: false };
const bia = { buyer: 'bia', isGuest: false };
const guest = { buyer: 'guest', isGuest: true };
const NOW = Date.parse('2026-12-24T12:00:00Z');

function keeping(nowMs = NOW) {
  const clock = { nowMs };
  const store = new MemoryOrderStore();
  return { clock, store, kept: new KeptOrders(store, () => clock.nowMs) };
}
const ids = async (kept: KeptOrders): Promise<string[]> => (await kept.all()).map(({ id }) => id).sort();

test('[WT5] what the server said is read back with its codes, its access and when it was seen', async () => {
  const { kept } = keeping();
  const order = exampleOrder();
  await kept.keep([order], null);
  assert.deepEqual(await kept.all(), [{ id: order.id, order, seenMs: NOW, owner: null }]);
});

test('[WT5] the later answer takes the place of the earlier, and the order stays whose it was', async () => {
  const { kept, clock } = keeping();
  await kept.keep([exampleOrder()], ana);
  clock.nowMs += 1000;
  await kept.keep([exampleOrder({ state: 'refunded' })], null);
  const [only, ...others] = await kept.all();
  assert.deepEqual([only?.order.state, only?.owner, only?.seenMs, others.length], ['refunded', ana, NOW + 1000, 0]);
});

test('[WT5] what never came to a sale is not kept', async () => {
  const { kept } = keeping();
  await kept.keep([exampleOrder({ state: 'created', tickets: [] })], ana);
  assert.deepEqual(await ids(kept), []);
});

test('[WT6] the order of a guest or of a link goes with its link; of an account, a month after the screening', async () => {
  const { kept, clock, store } = keeping();
  await kept.keep([exampleOrder({ id: 'link' })], null);
  await kept.keep([exampleOrder({ id: 'guest' })], guest);
  await kept.keep([exampleOrder({ id: 'account' })], ana);
  const over = overMs(exampleOrder());
  clock.nowMs = over + GUEST_KEEPS_MS - 1;
  assert.deepEqual(await ids(kept), ['account', 'guest', 'link']);
  clock.nowMs++;
  assert.deepEqual(await ids(kept), ['account']);
  assert.equal((await store.all()).length, 1);
  clock.nowMs = over + ACCOUNT_KEEPS_MS;
  assert.deepEqual(await ids(kept), []);
});

test('[WT6] at the bound the orders with the earliest screenings go', async () => {
  const { kept } = keeping();
  const orders = Array.from({ length: KEPT_MAX + 2 }, (_, index) =>
    exampleOrder({ id: `order-${index}` }, { startsAt: new Date(NOW + index * 60_000).toISOString() }),
  );
  await kept.keep(orders, ana);
  const left = await ids(kept);
  assert.equal(left.length, KEPT_MAX);
  assert.deepEqual(
    ['order-0', 'order-1', 'order-2'].map((id) => left.includes(id)),
    [false, false, true],
  );
});

test('[WT7] signing out clears the device; another account that signs in finds nothing of the one before', async () => {
  const { kept } = keeping();
  await kept.keep([exampleOrder({ id: 'of ana' })], ana);
  await kept.keep([exampleOrder({ id: 'of bia' })], bia);
  await kept.keep([exampleOrder({ id: 'of a guest' })], guest);
  await kept.keep([exampleOrder({ id: 'of a link' })], null);
  await kept.keepOnlyAccount('bia');
  assert.deepEqual(await ids(kept), ['of a guest', 'of a link', 'of bia']);
  await kept.clear();
  assert.deepEqual(await ids(kept), []);
});

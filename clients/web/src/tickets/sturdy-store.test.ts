import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOrder } from './example-order.ts';
import { type KeptOrder, KeptOrders, MemoryOrderStore, type OrderStore } from './kept-orders.ts';
import { SturdyOrderStore } from './sturdy-store.ts';

const NOW = Date.parse('2026-12-24T12:00:00Z');

/** A device whose store fails at what it is told to fail at. */
class Device implements OrderStore {
  readonly within = new MemoryOrderStore();
  readonly fails = new Set<'all' | 'put' | 'remove' | 'clear'>();

  #may(what: 'all' | 'put' | 'remove' | 'clear'): void {
    // As IDBDatabase.transaction does: not a rejection, but thrown.
    if (this.fails.has(what)) throw new Error(`Connection to Indexed Database server lost: ${what}`);
  }
  all(): Promise<readonly KeptOrder[]> {
    this.#may('all');
    return this.within.all();
  }
  put(orders: readonly KeptOrder[]): Promise<void> {
    this.#may('put');
    return this.within.put(orders);
  }
  remove(ids: readonly string[]): Promise<void> {
    this.#may('remove');
    return this.within.remove(ids);
  }
  clear(): Promise<void> {
    this.#may('clear');
    return this.within.clear();
  }
  breakDown(): void {
    for (const what of ['all', 'put', 'remove', 'clear'] as const) this.fails.add(what);
  }
}

function sturdy() {
  const device = new Device();
  const failures: unknown[] = [];
  const store = new SturdyOrderStore(device, (cause) => failures.push(cause));
  return { device, failures, store, kept: new KeptOrders(store, () => NOW) };
}
const ids = async (from: { all(): Promise<readonly KeptOrder[]> }): Promise<string[]> =>
  (await from.all()).map(({ id }) => id).sort();

test('[WT22] without a working store of the device an order is there as long as the page', async () => {
  const { device, failures, store, kept } = sturdy();
  device.breakDown();
  await kept.keep([exampleOrder({ id: 'a' })], null);
  assert.deepEqual(await ids(kept), ['a']);
  assert.equal(store.owes, true);
  assert.ok(failures.length > 0);
});

test('[WT22] a store that is lost in the middle takes away nothing that was read, and is made up for later', async () => {
  const { device, store, kept } = sturdy();
  await kept.keep([exampleOrder({ id: 'a' })], null);
  device.breakDown();
  await kept.keep([exampleOrder({ id: 'b' })], null);
  assert.deepEqual(await ids(kept), ['a', 'b']);
  assert.deepEqual(await ids(device.within), ['a']);
  device.fails.clear();
  assert.deepEqual(await ids(kept), ['a', 'b']);
  assert.deepEqual(await ids(device.within), ['a', 'b']);
  assert.equal(store.owes, false);
});

test('[WT22] a full device is still read, and what does not fit is there as long as the page', async () => {
  const { device, kept } = sturdy();
  await kept.keep([exampleOrder({ id: 'a' })], null);
  device.fails.add('put');
  await kept.keep([exampleOrder({ id: 'b' })], null);
  await device.within.put(
    (await device.within.all()).map((one) => ({
      ...one,
      id: 'of another tab',
      order: { ...one.order, id: 'of another tab' },
    })),
  );
  assert.deepEqual(await ids(kept), ['a', 'b', 'of another tab']);
});

test('[WT22] what has left does not come back when the device works again', async () => {
  const { device, store, kept } = sturdy();
  await kept.keep([exampleOrder({ id: 'a' }), exampleOrder({ id: 'b' })], null);
  device.breakDown();
  await store.remove(['a']);
  assert.deepEqual(await ids(kept), ['b']);
  device.fails.delete('all');
  assert.deepEqual(await ids(kept), ['b']);
  await kept.clear();
  assert.deepEqual(await ids(kept), []);
  await kept.keep([exampleOrder({ id: 'of the next person' })], null);
  assert.deepEqual(await ids(kept), ['of the next person']);
  device.fails.clear();
  assert.deepEqual(await ids(kept), ['of the next person']);
  assert.deepEqual(await ids(device.within), ['of the next person']);
});

test('[WT22] what another tab has taken from the device is not kept alive by this one', async () => {
  const { device, store, kept } = sturdy();
  device.breakDown();
  await kept.keep([exampleOrder({ id: 'a' })], null);
  store.forget();
  assert.deepEqual(await ids(kept), []);
});

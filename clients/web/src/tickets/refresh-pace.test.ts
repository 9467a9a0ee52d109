import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleOrder, exampleTicket } from './example-order.ts';
import { refreshAfterMs } from './refresh-pace.ts';

const START = Date.parse(exampleOrder().screening.startsAt);
const MINUTE = 60_000;

test('[WT16] an order is asked for again by itself only while it is paid for, and around the time of the gate', () => {
  const order = exampleOrder();
  assert.equal(refreshAfterMs(order, START - 91 * MINUTE), null);
  assert.equal(refreshAfterMs(order, START - 89 * MINUTE), 30_000);
  assert.equal(refreshAfterMs(order, START + 149 * MINUTE), 30_000);
  assert.equal(refreshAfterMs(order, START + 151 * MINUTE), null);
  const used = exampleOrder({ tickets: [exampleTicket({ state: 'used', qr: null })] });
  assert.equal(refreshAfterMs(used, START), null);
  const paying = exampleOrder({ state: 'created', tickets: [], createdAt: new Date(START).toISOString() });
  assert.equal(refreshAfterMs(paying, START + 1000), 3_000);
  assert.equal(refreshAfterMs(paying, START + 3 * MINUTE), 20_000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryShelf } from './memory-shelf.ts';
import type { Purchase } from './purchase.ts';
import { keyOf, PurchaseMemory } from './purchase-memory.ts';

const DAY_MS = 86_400_000;

const purchaseOf = (screening: number, requestId = 'V1StGXR8_Z5jdHi6B-myTw'): Purchase => ({
  requestId,
  screening,
  hold: 18,
  lines: [{ seat: 2, type: 1, category: 1 }],
  method: 'sandbox',
  detail: 'approved',
  expectedCents: 3_000,
});

const keysOf = (shelf: MemoryShelf) => Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? '');
const textsOf = (shelf: MemoryShelf) => keysOf(shelf).map((key) => shelf.getItem(key));

function stage() {
  const shelf = new MemoryShelf();
  let nowMs = 1_000;
  const memory = new PurchaseMemory(shelf, () => nowMs);
  return { shelf, memory, pass: (ms: number) => (nowMs += ms) };
}

test('[WC8] a purchase is found again by its visitor, as it was', () => {
  const { memory } = stage();
  assert.equal(memory.keep(purchaseOf(42), 'ana'), true);
  assert.deepEqual(memory.find(42, 'ana'), purchaseOf(42));
  assert.equal(memory.find(43, 'ana'), null);
  assert.equal(memory.find(42, 'rui'), null, 'somebody else at this device');
});

test('[WC8] nothing of the person is written down', () => {
  const { memory, shelf } = stage();
  // What a page of tomorrow may add by mistake does not come back either.
  const careless = { ...purchaseOf(42), cpf: '52998224725' };
  memory.keep(purchaseOf(42), 'ana');
  assert.doesNotMatch(textsOf(shelf).join(), /cpf|email|@|name/);
  shelf.setItem(keyOf(42), JSON.stringify({ visitor: 'ana', atMs: 1_000, purchase: careless }));
  assert.deepEqual(memory.find(42, 'ana'), purchaseOf(42));
});

test('[WC8] it is dropped at its end, and only itself', () => {
  const { memory } = stage();
  memory.keep(purchaseOf(42), 'ana');
  memory.drop(purchaseOf(42, 'V9StGXR8_Z5jdHi6B-myTw'));
  assert.notEqual(memory.find(42, 'ana'), null, 'what another tab has begun stays');
  memory.drop(purchaseOf(42));
  assert.equal(memory.find(42, 'ana'), null);
});

test('[WC8] after a day it is over, and the next one clears it away', () => {
  const { memory, shelf, pass } = stage();
  memory.keep(purchaseOf(42), 'ana');
  shelf.setItem('poltrona.theme', 'dark');
  pass(DAY_MS + 1);
  assert.equal(memory.find(42, 'ana'), null);
  memory.keep(purchaseOf(43), 'ana');
  assert.deepEqual(keysOf(shelf).toSorted(), [keyOf(43), 'poltrona.theme'].toSorted());
});

test('[WC8] what is none of ours is no purchase', () => {
  const { memory, shelf } = stage();
  const kept = { visitor: 'ana', atMs: 1_000, purchase: purchaseOf(42) };
  const spoilt: unknown[] = [
    ...['nonsense', null, 7, [], {}, { ...kept, purchase: null }, { ...kept, atMs: 'today' }],
    { ...kept, purchase: { ...kept.purchase, requestId: 'short' } },
    { ...kept, purchase: { ...kept.purchase, lines: [] } },
    { ...kept, purchase: { ...kept.purchase, lines: [{ seat: -1, type: 1, category: 1 }] } },
    { ...kept, purchase: { ...kept.purchase, expectedCents: 1.5 } },
    { ...kept, purchase: { ...kept.purchase, screening: 43 } },
  ];
  for (const value of spoilt) {
    shelf.setItem(keyOf(42), JSON.stringify(value));
    assert.equal(memory.find(42, 'ana'), null, JSON.stringify(value));
  }
  shelf.setItem(keyOf(42), '{"visitor":');
  assert.equal(memory.find(42, 'ana'), null);
});

test('[WC8] storage that is switched off stops nothing', () => {
  const off = (): never => {
    throw new Error('denied');
  };
  const shelf = { length: 1, key: off, getItem: off, setItem: off, removeItem: off };
  const memory = new PurchaseMemory(shelf, () => 1_000);
  assert.equal(memory.keep(purchaseOf(42), 'ana'), false);
  assert.equal(memory.find(42, 'ana'), null);
  memory.drop(purchaseOf(42));
});

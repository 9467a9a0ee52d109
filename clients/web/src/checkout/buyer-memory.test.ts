import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyFields, forgetBuyer, rememberBuyer, rememberedBuyer, type TabShelf } from './buyer-memory.ts';
import { MemoryShelf } from './memory-shelf.ts';

const ana = { email: 'ana@example.com', cpf: '529.982.247-25', name: 'Ana' };

test('[WC14] a reload asks for the CPF again, and for nothing else', () => {
  const shelf = new MemoryShelf();
  rememberBuyer(ana, () => shelf);
  assert.deepEqual(
    rememberedBuyer(() => shelf),
    { ...ana, cpf: '' },
  );
  assert.doesNotMatch(shelf.getItem(shelf.key(0) ?? '') ?? '', /529/);
});

test('[WC14] what is none of ours leaves the fields empty', () => {
  const shelf = new MemoryShelf();
  for (const text of ['', 'null', '[', '7', '{"email":7}']) {
    shelf.setItem('poltrona.buyer', text);
    assert.deepEqual(
      rememberedBuyer(() => shelf),
      emptyFields,
    );
  }
});

test('[WC18] the next person at this device finds nothing of the one before', () => {
  const shelf = new MemoryShelf();
  rememberBuyer(ana, () => shelf);
  forgetBuyer(() => shelf);
  assert.equal(shelf.length, 0);
  assert.deepEqual(
    rememberedBuyer(() => shelf),
    emptyFields,
  );
});

test('[WC14] where storage is forbidden even to be named, nothing is remembered and nothing breaks', () => {
  const forbidden = (): TabShelf => {
    throw new Error('SecurityError');
  };
  rememberBuyer(ana, forbidden);
  forgetBuyer(forbidden);
  assert.deepEqual(rememberedBuyer(forbidden), emptyFields);
});

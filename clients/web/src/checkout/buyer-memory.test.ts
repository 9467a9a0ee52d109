import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberBuyer, rememberedBuyer } from './buyer-memory.ts';
import { MemoryShelf } from './memory-shelf.ts';

test('[WC14] a reload asks for the CPF again, and for nothing else', () => {
  const shelf = new MemoryShelf();
  rememberBuyer(shelf, { email: 'ana@example.com', cpf: '529.982.247-25', name: 'Ana' });
  assert.deepEqual(rememberedBuyer(shelf), { email: 'ana@example.com', cpf: '', name: 'Ana' });
  assert.doesNotMatch(shelf.getItem(shelf.key(0) ?? '') ?? '', /529/);
});

test('[WC14] what is none of ours leaves the fields empty', () => {
  const empty = { email: '', cpf: '', name: '' };
  const shelf = new MemoryShelf();
  for (const text of ['', 'null', '[', '7', '{"email":7}']) {
    shelf.setItem('poltrona.buyer', text);
    assert.deepEqual(rememberedBuyer(shelf), empty);
  }
});

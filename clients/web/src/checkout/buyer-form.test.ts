import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpfWrong, wrongsOf } from './buyer-form.ts';

const right = { email: 'ana@example.com', cpf: '529.982.247-25', name: '' };

test('[WC14] address and CPF are enough; a name is the person’s wish', () => {
  assert.deepEqual(wrongsOf(right), {});
  assert.deepEqual(wrongsOf({ ...right, name: 'Ana Souza' }), {});
  assert.deepEqual(wrongsOf({ ...right, name: 'a'.repeat(121) }), { name: 'wrong' });
});

test('[WC14] each field says what is wrong with it', () => {
  assert.deepEqual(wrongsOf({ email: ' ', cpf: '', name: '' }), { email: 'missing', cpf: 'missing' });
  assert.deepEqual(wrongsOf({ ...right, email: 'ana@gmail' }), { email: 'wrong' });
  assert.equal(cpfWrong('529.982.247'), 'short');
  assert.equal(cpfWrong('529.982.247-24'), 'wrong');
  assert.equal(cpfWrong('111.111.111-11'), 'wrong', 'satisfies the sums');
  assert.equal(cpfWrong('52998224725'), null);
  assert.equal(cpfWrong(' 529 982 247 25 '), null, 'pasted in any form');
});

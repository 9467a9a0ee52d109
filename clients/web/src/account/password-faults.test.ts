import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordFault, saidPasswordFault } from './password-faults.ts';

test('[WT13] a password of ten characters is long enough, counted as people see them', () => {
  assert.equal(passwordFault('curto'), 'too-short');
  assert.equal(passwordFault('pipoca doce'), null);
  assert.equal(passwordFault('🍿'.repeat(9)), 'too-short');
  assert.equal(passwordFault('🍿'.repeat(10)), null);
  assert.equal(passwordFault('🍿'.repeat(33)), 'too-long');
});

test('[WT13] what the server says against a password is told apart', () => {
  assert.equal(saidPasswordFault('must have at least 10 characters; several words are easy to remember'), 'too-short');
  assert.equal(saidPasswordFault('is one of the commonest passwords; take another one'), 'too-common');
  assert.equal(saidPasswordFault('repeats the same few characters; take another one'), 'repeats');
  assert.equal(saidPasswordFault('is hardly more than your own name, address or CPF; take another one'), 'own-name');
  assert.equal(saidPasswordFault('something new'), null);
});

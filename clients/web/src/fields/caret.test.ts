import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpfMask } from '../account/cpf.ts';
import { codeMask } from '../tickets/ticket-code.ts';
import { caretAfter } from './caret.ts';

test('[WT14] the caret stays behind the character that was typed, also in the middle of a mask', () => {
  assert.equal(caretAfter(cpfMask, '5299', 4), '529.9'.length);
  assert.equal(caretAfter(cpfMask, '5x29.982', 2), 1);
  assert.equal(caretAfter(cpfMask, '5129.982', 2), 2);
  assert.equal(caretAfter(cpfMask, '529982', 3), 3);
  assert.equal(caretAfter(codeMask, 'k7p4m2', 6), 'K7P4M 2'.length);
  assert.equal(caretAfter(codeMask, '', 0), 0);
});

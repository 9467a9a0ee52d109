import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEmail } from './is-email.ts';

test('[WT17] an address with a slip of the hand is said before it is sent', () => {
  for (const right of ['ana@example.com', ' ana.souza+cinema@mail.example.com.br ']) assert.equal(isEmail(right), true);
  for (const wrong of ['ana', 'ana@', 'ana@example', 'ana@example.', 'ana @example.com', 'a@b@example.com', ''])
    assert.equal(isEmail(wrong), false, wrong);
});

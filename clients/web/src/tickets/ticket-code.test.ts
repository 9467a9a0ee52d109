import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeCharacters, codeMask, foreignCharacters, isCode } from './ticket-code.ts';

test('[WT1] a ticket code is taken in small letters, with blanks, hyphens and full-width letters', () => {
  for (const typed of ['k7p4m2xwqz', 'K7P4M 2XWQZ', ' k7p4m-2xwqz ', 'K7P4M–2XWQZ', 'Ｋ７Ｐ４Ｍ２ＸＷＱＺ'])
    assert.equal(codeCharacters(typed), 'K7P4M2XWQZ', typed);
  assert.equal(isCode('k7p4m 2xwqz'), true);
  assert.equal(isCode('k7p4m 2xwq'), false);
});

test('[WT1] a ticket code is shown in two groups while it is typed, and never grows beyond its length', () => {
  assert.equal(codeMask('k7p4m'), 'K7P4M');
  assert.equal(codeMask('k7p4m2'), 'K7P4M 2');
  assert.equal(codeMask('k7p4m2xwqzABC'), 'K7P4M 2XWQZ');
  assert.equal(codeMask(codeMask('k7p4m2xwqz')), 'K7P4M 2XWQZ');
});

test('[WT1] characters that are in no code are named, once each', () => {
  assert.equal(foreignCharacters('k7-o0 1lO'), 'O 0 1 L');
  assert.equal(foreignCharacters('k7p4m 2xwqz'), '');
});

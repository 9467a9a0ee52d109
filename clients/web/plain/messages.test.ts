import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../../sdk/index.ts';
import { messagesFor, refusals } from './messages.ts';

/** What no buyer's command from this page can be answered with. */
const NOT_HERE = new Set([
  'accepted',
  'requestIdReused',
  'noSeats',
  'screeningHasSales',
  'seatRepeated',
  'orderUnknown',
  'orderNotYours',
  'orderState',
  'seatNotBlocked',
  'ticketUnknown',
  'ticketVoid',
  'ticketUsed',
]);

test('every refusal that a visitor can meet has words, in both languages', () => {
  for (const [language, words] of Object.entries(refusals)) {
    for (const [name, code] of Object.entries(OutcomeCode)) {
      if (!NOT_HERE.has(name)) assert.ok(words[code] !== undefined, `${name} in ${language}`);
    }
  }
});

test('a code of a later server has words too, with its number', () => {
  for (const language of ['pt-BR', 'en']) assert.match(messagesFor([language]).refused(999, ''), /999/);
});

test('the first language of the visitor that we speak is spoken; Portuguese otherwise', () => {
  assert.equal(messagesFor(['pt-PT', 'en']).language, 'pt-BR');
  assert.equal(messagesFor(['de', 'en-GB', 'pt']).language, 'en');
  assert.equal(messagesFor(['ja']).language, 'pt-BR');
  assert.equal(messagesFor([]).language, 'pt-BR');
});

test('one seat and several are spoken of rightly', () => {
  const { held } = messagesFor(['pt']);
  assert.equal(held('F1'), 'F1 é sua por enquanto.');
  assert.equal(held('F1, F2'), 'F1, F2 são suas por enquanto.');
});

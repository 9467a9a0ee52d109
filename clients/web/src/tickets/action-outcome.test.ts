import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { actionOutcome, areGivenBack, wishAgain } from './action-outcome.ts';
import { exampleOrder, exampleTicket } from './example-order.ts';

const KNOWN = ['too-late', 'ticket-used'];
const problem = (status: number, code = ''): ApiProblem => new ApiProblem(status, code, 'no', [], null);
const outcome = (cause: unknown, wasUnknown = false) => actionOutcome(cause, KNOWN, wasUnknown);

test('[WT20] only a refusal that has words, and what was not even tried, leave everything as it was', () => {
  assert.equal(outcome(problem(409, 'too-late')), 'refused');
  for (const status of [400, 401, 403, 404, 429]) assert.equal(outcome(problem(status)), 'unchanged', String(status));
});

test('[WT20] no answer, trouble of the server and anything unheard of may have changed something', () => {
  assert.equal(outcome(new ApiUnreachable('no answer')), 'unknown');
  assert.equal(outcome(new TypeError('half an answer')), 'unknown');
  for (const status of [408, 422, 499, 500, 502, 503, 504]) assert.equal(outcome(problem(status)), 'unknown');
  assert.equal(outcome(problem(409, 'still-running')), 'unknown');
  assert.equal(outcome(problem(409, 'a code of a later server')), 'unknown');
  assert.equal(outcome(problem(409)), 'unknown');
});

test('[WT20] that a repetition was not even tried does not say what became of the first attempt', () => {
  assert.equal(outcome(problem(429), true), 'unknown');
  assert.equal(outcome(problem(401), true), 'unknown');
  assert.equal(outcome(problem(409, 'too-late'), true), 'refused');
});

test('[WT20] a wish whose end was unknown is done when the order says so of all its tickets', () => {
  const order = exampleOrder({
    tickets: [
      exampleTicket({ id: 'a', state: 'cancelled' }),
      exampleTicket({ id: 'b', state: 'refunded' }),
      exampleTicket({ id: 'c', state: 'used' }),
    ],
  });
  assert.equal(areGivenBack(order, ['a', 'b']), true);
  assert.equal(areGivenBack(order, ['a', 'c']), false);
  assert.equal(areGivenBack(order, ['a', 'not there']), false);
  assert.equal(areGivenBack(order, []), false);
});

test('[WT20] the same tickets asked for again go with the same key, others with another', () => {
  let count = 0;
  const newKey = (): string => `key ${++count}`;
  const first = wishAgain(undefined, ['a', 'b'], 200, newKey);
  assert.deepEqual(first, { key: 'key 1', tickets: ['a', 'b'], cents: 200, isUnknown: false });
  const unknown = { ...first, isUnknown: true };
  assert.equal(wishAgain(unknown, ['a', 'b'], 200, newKey), unknown);
  assert.deepEqual(wishAgain(unknown, ['b'], 100, newKey), {
    key: 'key 2',
    tickets: ['b'],
    cents: 100,
    isUnknown: true,
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { freshnessOf, orderFreshnessOf } from './freshness.ts';

const problem = (status: number): ApiProblem => new ApiProblem(status, '', 'no', [], null);

test('[WT21] a link is gone only where the server says no to whoever asks', () => {
  for (const status of [401, 403, 404]) assert.equal(orderFreshnessOf(problem(status), true), 'gone', String(status));
  for (const status of [400, 408, 409, 422, 500, 503])
    assert.equal(orderFreshnessOf(problem(status), true), 'failed', String(status));
});

test('[WT21] asked too often, without a network and without an answer are told apart', () => {
  assert.equal(orderFreshnessOf(problem(429), true), 'often');
  assert.equal(freshnessOf(problem(429), true), 'often');
  assert.equal(freshnessOf(new ApiUnreachable('none'), false), 'offline');
  assert.equal(freshnessOf(new ApiUnreachable('none'), true), 'failed');
  assert.equal(freshnessOf(new TypeError('ours'), false), 'failed');
});

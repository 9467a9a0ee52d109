/** What goes wrong on the way to PayPal: each fault, at each call that does something, told as what it is, and made good by asking again. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { AbortError } from '@paypal/paypal-server-sdk';
import type { Fault } from '../../../tests/providers/faults.ts';
import {
  newObject,
  type PaypalStage,
  paypalStage,
  RETURN_URL,
  wantedRefund,
} from '../../../tests/support/paypal-stage.ts';
import { type Answered, type ProviderDesk, ProviderRefused, ProviderUnknown } from '../provider-port.ts';
import { payPalDesk } from './paypal-desk.ts';
import { failureOf, failureOfAnswer } from './paypal-failure.ts';

const unknownAs = (failure: string) => (error: unknown) =>
  error instanceof ProviderUnknown && error.failure === failure;

/** A deadline that a request to this machine keeps, and that a test can wait for. */
const HURRY_MS = 500;

interface Verb {
  readonly name: string;
  readonly path: RegExp;
  /** Brings the payment there and resolves to the call. */
  ready(stage: PaypalStage): Promise<(desk: ProviderDesk) => Promise<Answered<{ readonly is: string }>>>;
  readonly is: string;
  /** How many of it the stand-in has. */
  count(stage: PaypalStage): number;
}

const VERBS: readonly Verb[] = [
  {
    ...{ name: 'create', path: /orders$/, is: 'action' },
    ready: () => Promise.resolve((desk) => desk.create(newObject())),
    count: ({ standIn }) => standIn.state.orders.size,
  },
  {
    ...{ name: 'authorise', path: /authorize$/, is: 'authorised' },
    ready: async ({ approved }) => {
      const known = await approved();
      return (desk) => desk.authorise(known, null, RETURN_URL, 'o-1.authorise');
    },
    count: ({ standIn }) => standIn.state.authorizations.size,
  },
  {
    ...{ name: 'capture', path: /capture$/, is: 'captured' },
    ready: async ({ authorised }) => {
      const known = await authorised();
      return (desk) => desk.capture(known, 'o-1.capture');
    },
    count: ({ standIn }) => standIn.state.captures.size,
  },
  {
    ...{ name: 'cancel', path: /void$/, is: 'cancelled' },
    ready: async ({ authorised }) => {
      const known = await authorised();
      return (desk) => desk.cancel(known, 'o-1.cancel');
    },
    count: ({ standIn }) =>
      [...standIn.state.authorizations.values()].filter(({ status }) => status === 'VOIDED').length,
  },
  {
    ...{ name: 'refund', path: /refund$/, is: 'done' },
    ready: async ({ captured }) => {
      const known = await captured();
      return (desk) => desk.refund(known, wantedRefund());
    },
    count: ({ standIn }) => standIn.state.refunds.size,
  },
];

interface Trouble {
  readonly name: string;
  readonly fault: Fault;
  /** A broken line is mended by the adapter's own second attempt, so that it takes two to be told. */
  readonly times: number;
  readonly failure: string;
  readonly isDone: boolean;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'a line cut before', fault: { kind: 'cut-before' }, times: 2, failure: 'connection', isDone: false },
  { name: 'a line cut after', fault: { kind: 'cut-after' }, times: 2, failure: 'connection', isDone: true },
  { name: 'a 500', fault: { kind: 'status', status: 500 }, times: 1, failure: 'status 500', isDone: false },
  {
    name: 'a 500 after the work',
    fault: { kind: 'stored-500', isDone: true },
    times: 1,
    failure: 'status 500',
    isDone: true,
  },
  { name: 'a 503', fault: { kind: 'status', status: 503 }, times: 1, failure: 'status 503', isDone: false },
  { name: 'a 429', fault: { kind: 'status', status: 429 }, times: 1, failure: 'rate-limited', isDone: false },
  { name: 'a 409', fault: { kind: 'status', status: 409 }, times: 1, failure: 'key-in-use', isDone: false },
  {
    name: 'a page of a proxy',
    fault: { kind: 'status', status: 200, body: '<html>' },
    times: 1,
    failure: 'unreadable',
    isDone: false,
  },
  { name: 'silence', fault: { kind: 'hang' }, times: 1, failure: 'timeout', isDone: false },
];

for (const verb of VERBS) {
  for (const { name, fault, times, failure, isDone } of TROUBLES) {
    test(`[PP9] ${verb.name}, ${name}: nobody knows; asked again with the same key it is done once`, async (t) => {
      const stage = await paypalStage(t);
      const call = await verb.ready(stage);
      // Whoever gets no answer waits for it in vain; the others have more time than they need.
      const desk = failure === 'timeout' ? stage.hurried(HURRY_MS) : stage.desk;
      stage.standIn.on({ method: 'POST', path: verb.path }, fault, times);
      await assert.rejects(call(desk), unknownAs(failure));
      assert.equal(stage.standIn.faults.waiting, 0);
      assert.equal(verb.count(stage), isDone ? 1 : 0);
      assert.equal((await call(stage.desk)).result.is, verb.is);
      assert.equal(verb.count(stage), 1);
    });
  }

  test(`[PP9] ${verb.name}: a line that breaks once, before or after, is not even noticed`, async (t) => {
    for (const kind of ['cut-before', 'cut-after'] as const) {
      const stage = await paypalStage(t);
      const call = await verb.ready(stage);
      stage.standIn.on({ method: 'POST', path: verb.path }, { kind });
      assert.equal((await call(stage.desk)).result.is, verb.is);
      assert.equal(verb.count(stage), 1);
    }
  });
}

test('[PP9] looks fail as calls do, and PayPal away altogether is a broken line', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.captured();
  stage.standIn.on({ method: 'GET' }, { kind: 'status', status: 502 });
  await assert.rejects(stage.desk.look(known), unknownAs('status 502'));
  stage.standIn.on({ method: 'GET', path: /captures/ }, { kind: 'status', status: 500 });
  await assert.rejects(stage.desk.look(known), unknownAs('status 500'));
  stage.standIn.isDown = true;
  await assert.rejects(stage.desk.look(known), unknownAs('connection'));
  await assert.rejects(stage.desk.lookDispute('PP-D-1'), unknownAs('connection'));
  stage.standIn.isDown = false;
  assert.equal((await stage.desk.look(known)).result.is, 'captured');
});

test('[PP9] an answer that comes in drops and never ends is none', async (t) => {
  const { standIn } = await paypalStage(t);
  const slow = createServer((request, response) => {
    if (request.url?.endsWith('/token'))
      return void response.end('{"access_token":"A","token_type":"B","expires_in":900}');
    const drops = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drops));
  });
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
  t.after(() => slow.close());
  const apiUrl = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const { clientId, clientSecret, webhookId } = standIn;
  const desk = payPalDesk({ clientId, clientSecret, webhookId, environment: 'sandbox', apiUrl, deadlineMs: HURRY_MS });
  await assert.rejects(desk.create(newObject()), unknownAs('timeout'));
  await assert.rejects(desk.lookDispute('PP-D-1'), unknownAs('timeout'));
});

test('[PP9] when to ask again is passed on, in seconds or as a date, within reason', () => {
  const after = (text: string) => (failureOfAnswer(429, { 'retry-after': text }, '') as ProviderUnknown).retryAfterMs;
  assert.deepEqual([after('7'), after('86400'), after('soon')], [7_000, 600_000, null]);
  assert.equal(after(new Date(Date.now() - 5_000).toUTCString()), 0);
  assert.equal((failureOfAnswer(429, {}, '') as ProviderUnknown).retryAfterMs, null);
});

test('[PP10] a refusal is told by PayPal’s word for it; only nobody-knows is unknown', () => {
  const body = (issue: unknown) => JSON.stringify({ name: 'UNPROCESSABLE_ENTITY', details: [{ issue }] });
  const code = (status: number, text: unknown) => {
    const failure = failureOfAnswer(status, { 'paypal-debug-id': 'abc' }, text);
    assert.equal(failure.request, 'abc');
    return failure instanceof ProviderRefused ? failure.code : failure.failure;
  };
  assert.equal(code(422, body('CAPTURE_FULLY_REFUNDED')), 'CAPTURE_FULLY_REFUNDED');
  assert.equal(code(422, body('<b>')), 'UNPROCESSABLE_ENTITY');
  assert.equal(code(404, JSON.stringify({ name: 'RESOURCE_NOT_FOUND', details: [] })), 'RESOURCE_NOT_FOUND');
  assert.equal(code(403, '<html>'), 'status 403');
  assert.equal(code(400, 'null'), 'status 400');
  for (const status of [301, 401, 408, 500, 502, 503, 504]) assert.equal(code(status, body('ANY')), `status ${status}`);
});

test('[PP10] what the SDK throws is told in the port’s words', () => {
  const failure = (thrown: object) => {
    const told = failureOf(thrown);
    assert.ok(told instanceof ProviderUnknown);
    return told.failure;
  };
  const error = (name: string, code?: string) => Object.assign(new Error('said'), { name, ...(code && { code }) });
  assert.equal(failure(new AbortError('aborted')), 'timeout');
  for (const code of ['ECONNABORTED', 'ETIMEDOUT']) assert.equal(failure(error('AxiosError', code)), 'timeout');
  for (const code of ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'ERR_NETWORK', 'CERT_HAS_EXPIRED']) {
    assert.equal(failure(error('AxiosError', code)), 'connection');
  }
  assert.equal(failure(error('AxiosError', 'ERR_BAD_RESPONSE')), 'unreadable');
  assert.equal(failure(error('Error')), 'unreadable');
});

test('[PP11] no failure carries a token, the account’s secret, or anything of the request', async (t) => {
  const stage = await paypalStage(t, { deadlineMs: HURRY_MS });
  const known = await stage.authorised();
  const said: string[] = [];
  const capture = () => stage.desk.capture({ ...known, order: 'o-topsecret' }, 'key-topsecret');
  const faults: readonly Fault[] = [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 422, body: { details: [] } },
    { kind: 'hang' },
  ];
  for (const fault of faults) {
    stage.standIn.on({ path: /capture$/ }, fault);
    await capture().catch((error: unknown) => said.push(inspect(error, { depth: 9, showHidden: true })));
  }
  stage.standIn.isDown = true;
  await capture().catch((error: unknown) => said.push(inspect(error, { depth: 9, showHidden: true })));
  assert.equal(said.length, 4);
  for (const text of said) {
    assert.doesNotMatch(text, /Bearer|Basic|A21AA|topsecret|secret-of-tests|client-of-tests/);
    assert.match(text, /Provider/);
  }
});

/** What goes out with each call, and how long it may take. */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import Stripe from 'stripe';
import { ProviderUnknown } from '../provider-port.ts';
import { StripeCalls } from './stripe-calls.ts';
import { AttemptFailed } from './stripe-http.ts';

const NOWHERE = { secretKey: 'sk_test_none', webhookSecrets: [], apiUrl: 'http://127.0.0.1:1' };

const broken = (): Error =>
  new Stripe.errors.StripeConnectionError({ message: '', detail: new AttemptFailed('connection') } as never);

test('[SA38] the second try has the rest of the time, not the whole time again', async () => {
  const calls = new StripeCalls(NOWHERE, { callMs: 60_000, pauseMs: 1 });
  const given: number[] = [];
  const call = calls.ask(async ({ timeout = 0 }) => {
    given.push(timeout);
    const untilMs = performance.now() + 20;
    while (performance.now() < untilMs);
    throw broken();
  });
  await assert.rejects(call, (error) => error instanceof ProviderUnknown && error.failure === 'connection');
  assert.equal(given.length, 2);
  const [first = 0, second = 0] = given;
  assert.ok(first <= 60_000 && second <= first - 20, `${first}, ${second}`);
});

test('[SA38] a second try that would begin after the deadline is not made', async () => {
  const calls = new StripeCalls(NOWHERE, { callMs: 1_000, pauseMs: 1_000 });
  let sent = 0;
  const call = calls.ask(async () => {
    sent++;
    throw broken();
  });
  await assert.rejects(call, ProviderUnknown);
  assert.equal(sent, 1);
});

test('[SA39] each call names the version of the API, and tells nothing of this machine', async (t) => {
  const seen: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('request-id', `req_${seen.length}`);
    response.end('{"id":"pi_1","status":"requires_action"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const calls = new StripeCalls({ ...NOWHERE, apiUrl });
  const { stripe } = calls;
  await calls.ask((options) => stripe.paymentIntents.retrieve('pi_1', {}, options));
  const { request } = await calls.ask((options) => stripe.paymentIntents.capture('pi_1', {}, options), 'o-1.capture');
  assert.equal(request, 'req_2');
  for (const headers of seen) {
    assert.equal(headers['stripe-version'], '2026-10-28.endive');
    assert.equal(headers.authorization, 'Bearer sk_test_none');
    assert.equal(headers['x-stripe-client-telemetry'], undefined);
    const agent = JSON.parse(String(headers['x-stripe-client-user-agent'])) as Record<string, unknown>;
    assert.deepEqual([agent['platform'], agent['telemetry_id']], [undefined, undefined]);
  }
  assert.deepEqual(
    seen.map((headers) => headers['idempotency-key']),
    [undefined, 'o-1.capture'],
  );
});

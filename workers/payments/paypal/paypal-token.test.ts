/** The token of our account: fetched once, in time, and again when it is no good any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newObject, paypalStage } from '../../../tests/support/paypal-stage.ts';
import { ProviderUnknown } from '../provider-port.ts';
import { type GrantedToken, PaypalToken } from './paypal-token.ts';

const TOKENS = /oauth2\/token$/;

/** A token of 1,000 seconds, whose fetches the test answers. */
function tokenOf() {
  const stage = {
    nowMs: 0,
    asked: [] as { answer(text: string): void; fail(): void }[],
    token: null as unknown as PaypalToken,
  };
  const fetch = () =>
    new Promise<GrantedToken>((resolve, reject) => {
      stage.asked.push({
        answer: (text) => resolve({ text, seconds: 1_000 }),
        fail: () => reject(new ProviderUnknown('connection')),
      });
    });
  stage.token = new PaypalToken(fetch, () => stage.nowMs);
  return stage;
}

test('[PP12] however many ask at once, one token is fetched', async () => {
  const stage = tokenOf();
  const all = Array.from({ length: 50 }, () => stage.token.get());
  assert.equal(stage.asked.length, 1);
  stage.asked[0]?.answer('first');
  assert.deepEqual(new Set(await Promise.all(all)), new Set(['first']));
  assert.equal(await stage.token.get(), 'first');
  assert.equal(stage.asked.length, 1);
});

test('[PP12] a fetch that fails fails whoever waits for it, and nobody after them', async () => {
  const stage = tokenOf();
  const both = Promise.allSettled([stage.token.get(), stage.token.get()]);
  stage.asked[0]?.fail();
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const next = stage.token.get();
  stage.asked[1]?.answer('second');
  assert.equal(await next, 'second');
});

test('[PP12] a token is replaced before its end, nobody waits for that, and its failure costs nothing while it lives', async () => {
  const stage = tokenOf();
  const first = stage.token.get();
  stage.asked[0]?.answer('first');
  await first;
  stage.nowMs = 899_999;
  await stage.token.get();
  assert.equal(stage.asked.length, 1);
  stage.nowMs = 900_000;
  assert.deepEqual(await Promise.all([stage.token.get(), stage.token.get()]), ['first', 'first']);
  assert.equal(stage.asked.length, 2);
  stage.asked[1]?.fail();
  await new Promise(setImmediate);
  assert.equal(await stage.token.get(), 'first');
  stage.asked[2]?.answer('third');
  await new Promise(setImmediate);
  assert.equal(await stage.token.get(), 'third');
  assert.equal(stage.asked.length, 3);
});

test('[PP12] in its last seconds a token is not used', async () => {
  const stage = tokenOf();
  const first = stage.token.get();
  stage.asked[0]?.answer('first');
  await first;
  stage.nowMs = 990_000;
  const second = stage.token.get();
  stage.asked[1]?.answer('second');
  assert.equal(await second, 'second');
});

test('[PP12] only the token that was refused is forgotten', async () => {
  const stage = tokenOf();
  const first = stage.token.get();
  stage.asked[0]?.answer('first');
  await first;
  stage.token.forget('older');
  assert.equal(await stage.token.get(), 'first');
  stage.token.forget('first');
  const second = stage.token.get();
  stage.asked[1]?.answer('second');
  assert.equal(await second, 'second');
});

test('[PP12] with PayPal: one token for many first calls, and for all that follow', async (t) => {
  const stage = await paypalStage(t);
  await Promise.all(Array.from({ length: 20 }, (_, index) => stage.created(`o-${index}`)));
  await stage.captured('o-30');
  assert.deepEqual([stage.asked('POST', TOKENS), stage.asked('POST', /orders$/)], [1, 21]);
});

test('[PP12] with PayPal: a token that was revoked, or has ended by its clock, is replaced within the call', async (t) => {
  const stage = await paypalStage(t);
  const known = await stage.captured();
  const { id } = stage.standIn.openDispute(known.capture ?? '');
  stage.standIn.revokeTokens();
  assert.equal((await stage.desk.look(known)).result.is, 'captured');
  stage.standIn.revokeTokens();
  assert.equal((await stage.desk.lookDispute(id)).id, id);
  assert.equal(stage.asked('POST', TOKENS), 3);
});

test('[PP12] with PayPal: its token service away for a while stops nothing for good; wrong keys are told as such', async (t) => {
  const stage = await paypalStage(t);
  stage.standIn.on({ path: TOKENS }, { kind: 'status', status: 503 }, 2);
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(
      stage.desk.create(newObject()),
      (error) => error instanceof ProviderUnknown && error.failure === 'status 503',
    );
  }
  assert.equal((await stage.desk.create(newObject())).result.is, 'action');
  const body = { error: 'invalid_client' };
  stage.standIn.revokeTokens();
  stage.standIn.on({ path: TOKENS }, { kind: 'status', status: 401, body }, 2);
  await assert.rejects(
    stage.desk.create(newObject()),
    (error) => error instanceof ProviderUnknown && error.failure === 'status 401',
  );
});

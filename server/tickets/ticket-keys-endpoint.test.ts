import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrdersStage } from '../../tests/support/orders-stage.ts';

const PATH = '/.well-known/poltrona-ticket-keys.json';

test('[TQ13] the public keys are a JWK Set that everybody may ask for and keep for five minutes, with an ETag', async (t) => {
  const stage = await OrdersStage.create(t);
  const { status, json, headers } = await stage.ask('GET', PATH);
  assert.equal(status, 200);
  const [key] = json.keys;
  assert.deepEqual(Object.keys(key).sort(), ['crv', 'kid', 'kty', 'use', 'x'], 'and nothing of the private half');
  assert.deepEqual([key.kty, key.crv, key.kid, key.use], ['OKP', 'Ed25519', '1', 'sig']);
  assert.equal(Buffer.from(key.x, 'base64url').length, 32);
  const { 'cache-control': cache, 'access-control-allow-origin': origin, etag = '' } = headers;
  assert.deepEqual([cache, origin], ['public, max-age=300', '*']);
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  const again = await stage.ask('GET', PATH, { headers: { 'if-none-match': etag } });
  assert.deepEqual([again.status, again.json, again.headers['etag']], [304, null, etag]);
  assert.equal((await stage.ask('GET', PATH, { headers: { 'if-none-match': 'W/"other"' } })).status, 200);
});

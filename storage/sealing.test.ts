import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SealBroken, Seals } from './sealing.ts';

const seals = new Seals(new Uint8Array(32).fill(1));
const PLAIN = Buffer.from('52998224725');

test('[AC58] what is sealed is opened with the same key, purpose and context, here and on every node', () => {
  const sealed = seals.seal('cpf', PLAIN, 'payer-1');
  assert.deepEqual(seals.open('cpf', sealed, 'payer-1'), PLAIN);
  assert.deepEqual(new Seals(new Uint8Array(32).fill(1)).open('cpf', sealed, 'payer-1'), PLAIN);
  assert.deepEqual(seals.open('cpf', seals.seal('cpf', Buffer.alloc(0))), Buffer.alloc(0));
});

test('[AC58] another key, purpose or context, and any changed or missing bit: broken', () => {
  const sealed = seals.seal('cpf', PLAIN, 'payer-1');
  assert.throws(() => new Seals(new Uint8Array(32).fill(2)).open('cpf', sealed, 'payer-1'), SealBroken);
  assert.throws(() => seals.open('session', sealed, 'payer-1'), SealBroken);
  assert.throws(() => seals.open('cpf', sealed, 'payer-2'), SealBroken);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => seals.open('cpf', changed, 'payer-1'), SealBroken, `byte ${at}`);
    assert.throws(() => seals.open('cpf', sealed.subarray(0, at), 'payer-1'), SealBroken, `cut at ${at}`);
  }
});

test('[AC58] sealed twice it looks different; its HMAC is the same, and another one for each purpose and key', () => {
  assert.notDeepEqual(seals.seal('cpf', PLAIN), seals.seal('cpf', PLAIN));
  assert.deepEqual(seals.hmac('cpf', 'x'), seals.hmac('cpf', 'x'));
  assert.equal(seals.hmac('cpf', 'x').length, 32);
  assert.notDeepEqual(seals.hmac('cpf', 'x'), seals.hmac('session', 'x'));
  assert.notDeepEqual(seals.hmac('cpf', 'x'), new Seals(new Uint8Array(32).fill(2)).hmac('cpf', 'x'));
  assert.throws(() => new Seals(new Uint8Array(31)), /at least 32 bytes/);
});

test('[AC58] the keys of an installation never change: what was sealed years ago is still found and opened', () => {
  // Made with this code in November 2026. If this fails, every CPF in every database is lost: undo what you did.
  assert.equal(
    seals.hmac('cpf', '52998224725').toString('hex'),
    '5e6ced7b2da667ebd34cd24a1e70a49ebb214e51fc6aef952ed2c6a516a288b0',
  );
  assert.deepEqual(
    seals.open('cpf', Buffer.from('AR20/xiqigDx2qGIV08HS7XaQbaqM+lVm1fDsKOu481cWDq/mGq1sg==', 'base64'), 'payer-1'),
    PLAIN,
  );
});

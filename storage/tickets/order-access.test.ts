import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Seals } from '../sealing.ts';
import { openOrderAccess, orderAccessExpiresMs, orderAccessToken } from './order-access.ts';

const seals = new Seals(new Uint8Array(32).fill(3));
const NOW_MS = Date.UTC(2026, 11, 24);
const ORDER = 'kX3_b-0fQ9ZrT7uVwYyA1c';

test('[OT5] an access token opens the order that it was made for, until it expires, and no other installation’s', () => {
  const token = orderAccessToken(seals, ORDER, NOW_MS);
  assert.match(token, /^[0-9A-Za-z_.-]+$/, 'it stands in links as it is');
  assert.deepEqual(
    [NOW_MS - 1, NOW_MS].map((nowMs) => openOrderAccess(seals, token, nowMs)),
    [ORDER, null],
  );
  assert.equal(openOrderAccess(new Seals(new Uint8Array(32).fill(4)), token, 0), null);
  assert.equal(orderAccessExpiresMs({ startsAtMs: NOW_MS, minutes: 100 }), NOW_MS + 100 * 60_000 + 86_400_000);
});

test('[OT5] no other text opens anything, and none throws', () => {
  const token = orderAccessToken(seals, ORDER, NOW_MS);
  for (let at = 0; at < token.length; at++)
    for (const other of ['a', 'Z', '0', '.', 'é'])
      if (token[at] !== other)
        assert.equal(openOrderAccess(seals, token.slice(0, at) + other + token.slice(at + 1), 0), null, `${at}`);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(openOrderAccess(seals, text, 0), null)));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Seals } from '../sealing.ts';
import { openOrderAccess, orderAccessEndsMs, orderAccessToken, screeningAccessToken } from './order-access.ts';

const seals = new Seals(new Uint8Array(32).fill(3));
const NOW_MS = Date.UTC(2026, 11, 24);
const ORDER = 'kX3_b-0fQ9ZrT7uVwYyA1c';

test('[OT5] an access token opens the order that it was made for, until it expires, and no other installation’s', () => {
  const token = orderAccessToken(seals, ORDER, NOW_MS);
  assert.match(token, /^[0-9A-Za-z_.-]+$/, 'it stands in links as it is');
  assert.deepEqual(
    [NOW_MS - 1, NOW_MS].map((nowMs) => openOrderAccess(seals, token, nowMs)),
    [{ order: ORDER, endsWithScreening: false }, null],
  );
  assert.equal(openOrderAccess(new Seals(new Uint8Array(32).fill(4)), token, 0), null);
});

test('[OT17] a token of a screening outlives its start by two months, in case it is moved, and says that the screening decides', () => {
  const screening = { startsAtMs: NOW_MS, minutes: 100 };
  const endsMs = NOW_MS + 100 * 60_000 + 86_400_000;
  assert.equal(orderAccessEndsMs(screening), endsMs);
  const token = screeningAccessToken(seals, ORDER, screening);
  const lastMs = endsMs + 60 * 86_400_000;
  assert.deepEqual(
    [lastMs - 1, lastMs].map((nowMs) => openOrderAccess(seals, token, nowMs)),
    [{ order: ORDER, endsWithScreening: true }, null],
  );
  assert.equal(openOrderAccess(seals, `1${token.slice(1)}`, NOW_MS), null, 'nobody makes one out of the other');
});

test('[OT5] no other text opens anything, and none throws', () => {
  const token = orderAccessToken(seals, ORDER, NOW_MS);
  for (let at = 0; at < token.length; at++)
    for (const other of ['a', 'Z', '0', '.', 'é'])
      if (token[at] !== other)
        assert.equal(openOrderAccess(seals, token.slice(0, at) + other + token.slice(at + 1), 0), null, `${at}`);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(openOrderAccess(seals, text, 0), null)));
});

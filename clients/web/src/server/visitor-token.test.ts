/** Which tab writes the visitor's token, and which may not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TokenStorage, VisitorToken } from './visitor-token.ts';

function shared(): {
  readonly tab: () => VisitorToken;
  readonly kept: Map<string, string>;
  readonly token: () => string | null;
} {
  const kept = new Map<string, string>();
  const storage: TokenStorage = {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
  return { tab: () => new VisitorToken(() => storage), kept, token: () => [...kept.values()][0] ?? null };
}

test('[GI7] the first tab keeps its token for the next one; a token that the server does not know is replaced', () => {
  const { tab, token } = shared();
  const first = tab();
  assert.equal(first.sent, null);
  first.welcomed('token-1');
  assert.equal(token(), 'token-1');
  const next = tab();
  assert.equal(next.sent, 'token-1');
  next.welcomed('token-2');
  assert.deepEqual([next.sent, token()], ['token-2', 'token-2']);
});

test('[GI7] a tab that still knows who signed out in another one does not bring his token back', () => {
  const { tab, token } = shared();
  const [here, there] = [tab(), tab()];
  here.welcomed('token-1');
  const second = tab();
  second.welcomed('token-1');
  here.forget();
  second.welcomed('token-1');
  assert.equal(token(), null, 'a reconnect of the other tab');
  // Two who were new at once: the first one is kept.
  here.welcomed('token-3');
  there.welcomed('token-4');
  assert.equal(token(), 'token-3');
});

test('[GI7] when the server ends the session its token goes, whoever ended it; a newer visitor’s stays', () => {
  const { tab, token } = shared();
  const old = tab();
  old.welcomed('token-1');
  const second = tab();
  old.signedOut();
  assert.deepEqual([old.sent, token()], [null, null]);
  old.welcomed('token-2');
  second.signedOut();
  assert.deepEqual([second.sent, token()], [null, 'token-2']);
  second.welcomed('token-3');
  assert.equal(token(), 'token-2');
});

test('[GI7] without storage the visitor lasts as long as the page', () => {
  const token = new VisitorToken(() => {
    throw new Error('SecurityError');
  });
  token.welcomed('token-1');
  assert.equal(token.sent, 'token-1');
  token.forget();
  assert.equal(token.sent, null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionTokens } from './session-token.ts';

const tokens = new SessionTokens(new Uint8Array(32).fill(7));

test('[A1] a token proves its buyer, here and on every server with the same secret', () => {
  const { buyer, token } = tokens.issue();
  assert.equal(tokens.buyerOf(token), buyer);
  assert.equal(new SessionTokens(new Uint8Array(32).fill(7)).buyerOf(token), buyer);
});

test('[A1] another secret, another buyer, a changed or cut token: nobody', () => {
  const { buyer, token } = tokens.issue();
  const other = tokens.issue();
  const signature = token.slice(token.indexOf('.') + 1);
  assert.equal(new SessionTokens(new Uint8Array(32).fill(8)).buyerOf(token), null);
  assert.equal(tokens.buyerOf(`${other.buyer}.${signature}`), null);
  assert.equal(tokens.buyerOf(`${buyer}.`), null);
  assert.equal(tokens.buyerOf(token.slice(0, -1)), null);
  assert.equal(tokens.buyerOf(`${token}x`), null);
  assert.equal(tokens.buyerOf(''), null);
  for (let at = 0; at < token.length; at++) {
    const flipped = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    // The last character of a base64url hash holds two bits that do not count.
    if (at < token.length - 1) assert.equal(tokens.buyerOf(flipped), null, `character ${at}`);
  }
});

test('[I8] two sessions are two buyers', () => {
  assert.notEqual(tokens.issue().buyer, tokens.issue().buyer);
});

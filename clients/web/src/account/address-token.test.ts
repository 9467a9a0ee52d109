import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeFromAddress } from './address-token.ts';

function pageAt(hash: string) {
  const replaced: string[] = [];
  const page = {
    location: { hash, pathname: '/tickets/o1', search: '?x=1' },
    history: {
      state: { kept: true },
      replaceState: (_state: unknown, _title: string, url: string) => void replaced.push(url),
    },
  };
  return { page: page as unknown as Pick<Window, 'location' | 'history'>, replaced };
}

test('[WT11] a secret of a link is taken out of the address as it is read', () => {
  const { page, replaced } = pageAt('#access=a.b-c_d');
  assert.equal(takeFromAddress('access', page), 'a.b-c_d');
  assert.deepEqual(replaced, ['/tickets/o1?x=1']);
});

test('[WT11] an address without the secret is left alone', () => {
  const { page, replaced } = pageAt('#seats');
  assert.equal(takeFromAddress('access', page), '');
  assert.deepEqual(replaced, []);
});

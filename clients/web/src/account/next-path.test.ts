import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPath } from './next-path.ts';

test('[WT10] after signing in one goes on to a path of these pages', () => {
  for (const path of [
    '/',
    '/tickets',
    '/screenings/7/checkout?seats=1,2',
    '/films/3#days',
    '/tickets?next=//elsewhere.example',
  ])
    assert.equal(nextPath(path, '/account'), path);
});

test('[WT10] an address elsewhere is never gone to', () => {
  const elsewhere = [
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/tickets\\..\\..',
    '\t//elsewhere.example',
    '/\t/elsewhere.example',
    '/\n/elsewhere.example',
    '/..//elsewhere.example',
    'javascript:alert(1)',
    'tickets',
    '',
    null,
    undefined,
  ];
  for (const path of elsewhere) assert.equal(nextPath(path, '/account'), '/account', JSON.stringify(path));
});

test('[WT10] the pages of signing in are no way back', () => {
  for (const path of ['/account/sign-in?next=/x', '/account/forgot', '/tickets/../account/reset#token=x'])
    assert.equal(nextPath(path, '/account'), '/account', path);
  assert.equal(nextPath('/account', '/'), '/account');
});

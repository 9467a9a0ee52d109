/** Which pages are documents of their own, and how the browser gets from one kind to the other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentKind, documentKind, loadOf, needsOtherDocument } from './document-kind.ts';
import { pageKindOf } from './payment-address.ts';

function kindIn(content: string | null): DocumentKind {
  const meta = content === null ? null : { content };
  return documentKind({ querySelector: () => meta } as unknown as Pick<Document, 'querySelector'>);
}

test('[WD23] a document’s kind is what the server wrote into it; where nobody wrote one there is no other', () => {
  assert.deepEqual(['plain', 'payment', 'membership', 'one', '%DOCUMENT%', null].map(kindIn), [
    'plain',
    'payment',
    'membership',
    'one',
    'one',
    'one',
  ]);
});

test('[WD23] going to a payment page and away from it is a load of the page; all else is not', () => {
  const [seats, checkout, pay] = ['/screenings/7', '/screenings/7/checkout', '/pay/o1#access=x'];
  for (const [kind, stays, goes] of [
    ['plain', [seats, '/', '/orders/o1?x=/screenings/7/checkout'], [checkout, pay, `${checkout}?a=1#b`]],
    ['payment', [checkout, pay], [seats, '/', '/orders/o1', '/screenings/7/checkout/more']],
    ['one', [seats, checkout, pay], []],
  ] as const) {
    for (const address of stays) assert.equal(needsOtherDocument(kind, address), false, `${kind} ${address}`);
    for (const address of goes) assert.equal(needsOtherDocument(kind, address), true, `${kind} ${address}`);
  }
  assert.equal(pageKindOf('/screenings/7/checkout'), 'payment');
});

test('[WD25] the club’s page, where PayPal may do nothing, and the checkout are documents of two kinds', () => {
  assert.equal(pageKindOf('/account/club?setup_intent=x#y'), 'membership');
  for (const address of ['/', '/account', '/screenings/7/checkout', '/pay/o1'])
    assert.equal(needsOtherDocument('membership', address), true, address);
  for (const kind of ['plain', 'payment'] as const) assert.equal(needsOtherDocument(kind, '/account/club'), true, kind);
  for (const kind of ['one', 'membership'] as const)
    assert.equal(needsOtherDocument(kind, '/account/club'), false, kind);
});

test('[WD24] back and forward load what stands at the address; what the next page is told survives the load', () => {
  const wanted = { url: '/orders/o1', isTraversal: false, replaces: false, state: {} };
  assert.deepEqual(loadOf(wanted), { by: 'assign', url: '/orders/o1' });
  assert.deepEqual(loadOf({ ...wanted, isTraversal: true, replaces: true }), { by: 'reload' });
  const state = { sold: true };
  assert.deepEqual(loadOf({ ...wanted, replaces: true, state }), { by: 'replace', url: '/orders/o1', state });
  assert.deepEqual(loadOf({ ...wanted, state }), { by: 'push', url: '/orders/o1', state });
});

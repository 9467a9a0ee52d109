import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comesFromProvider, isBegunHere, takeWayBack, wayOn } from './way-back.ts';

test('[WC27] who comes back from a bank’s or PayPal’s own page goes on with the purchase that was begun here', () => {
  assert.equal(
    comesFromProvider('?payment_intent=pi_1&payment_intent_client_secret=x&redirect_status=succeeded'),
    true,
  );
  assert.equal(comesFromProvider('?token=5O190127TN364715T&PayerID=A'), true);
  assert.equal(comesFromProvider(''), false);
  assert.equal(comesFromProvider('?utm=mail'), false);
});

test('[WC27] the payment’s secret does not stay in the address', () => {
  const seen: string[] = [];
  const page = (search: string) =>
    ({
      location: { pathname: '/orders/o1', search },
      history: { state: null, replaceState: (_state: unknown, _title: string, url: string) => seen.push(url) },
    }) as unknown as Pick<Window, 'location' | 'history'>;
  assert.equal(takeWayBack(page('?payment_intent=pi_1&payment_intent_client_secret=x')), true);
  assert.deepEqual(seen, ['/orders/o1']);
  assert.equal(takeWayBack(page('')), false);
  assert.equal(isBegunHere(7), false, 'where nothing is kept, nothing was begun');
});

test('[WY60] only who has a kiosk’s code pays at the order’s address; a buyer’s own browser goes on at the checkout, or to the order', () => {
  assert.equal(wayOn('access', false), 'here');
  assert.equal(wayOn('access', true), 'here', 'a purchase of his own of the same screening is another one');
  assert.equal(wayOn('', true), 'checkout');
  assert.equal(wayOn('', false), 'order', 'its end was heard of in another tab');
});

/** Cents and PayPal's amounts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { centsOf, moneyOf } from './paypal-money.ts';

const value = (cents: number): string => moneyOf(cents, 'BRL').value;
const cents = (text: string): number => centsOf({ currencyCode: 'BRL', value: text }, 'BRL');

test('[PP1] cents become an amount with two decimals, and the same cents again', () => {
  const pairs: readonly (readonly [number, string])[] = [
    [0, '0.00'],
    [1, '0.01'],
    [10, '0.10'],
    [99, '0.99'],
    [100, '1.00'],
    [6_410, '64.10'],
    // As numbers with a point these two are not what they look like.
    [1_005, '10.05'],
    [114_99, '114.99'],
    [99_999_999_999_999, '999999999999.99'],
  ];
  for (const [amount, text] of pairs) {
    assert.equal(value(amount), text);
    assert.equal(cents(text), amount);
  }
  for (let amount = 0; amount < 100_000; amount++) assert.equal(cents(value(amount)), amount);
});

test('[PP1] an amount may come with fewer decimals; no other text is taken for one', () => {
  assert.deepEqual([cents('64'), cents('64.1'), cents('007.10')], [6_400, 6_410, 710]);
  for (const text of [
    '',
    '64.',
    '.64',
    '-64.00',
    '+1.00',
    '64,00',
    '6 4',
    '64.001',
    '1e3',
    '0x10',
    'NaN',
    '1'.repeat(13),
  ]) {
    assert.throws(() => cents(text), RangeError, text);
  }
  for (const amount of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])
    assert.throws(() => value(amount), RangeError);
});

test('[PP1] reais are not dollars', () => {
  assert.throws(() => centsOf({ currencyCode: 'USD', value: '64.00' }, 'BRL'), /USD where BRL/);
});

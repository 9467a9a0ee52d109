import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cpfDigits, maskedCpf } from './cpf.ts';

test('[AC55] a CPF is read as people write it, and refused for a wrong check digit, a repeated one or anything else', () => {
  for (const text of ['52998224725', '529.982.247-25', ' 529.982.247-25 ', '529982247-25'])
    assert.equal(cpfDigits(text), '52998224725');
  for (const digit of '0123456789') assert.equal(cpfDigits(digit.repeat(11)), null);
  for (const text of [
    '',
    '5299822472',
    '529982247255',
    '529.982.247-24',
    '529 982 247 25',
    '529.982.247/25',
    '٥٢٩٩٨٢٢٤٧٢٥',
    'CPF 52998224725',
  ])
    assert.equal(cpfDigits(text), null, text);
});

test('[AC55] the check digits are those of the law: weights 10…2 and 11…2, modulo 11', () => {
  const digit = (digits: readonly number[]): number => {
    const sum = digits.reduce((total, value, at) => total + value * (digits.length + 1 - at), 0);
    return sum % 11 < 2 ? 0 : 11 - (sum % 11);
  };
  const nine = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 9 });
  fc.assert(
    fc.property(nine, fc.integer({ min: 0, max: 99 }), (base, last) => {
      const first = digit(base);
      const right = [...base, first, digit([...base, first])].join('');
      const given = base.join('') + String(last).padStart(2, '0');
      // The library also knows some numbers that are in every example and nobody's.
      const isKnown = new Set(base).size === 1 || right === '12345678909';
      if (!isKnown) assert.equal(cpfDigits(right), right);
      if (given !== right) assert.equal(cpfDigits(given), null);
    }),
  );
});

test('[AC55] masked, it shows six digits in the middle', () => {
  assert.equal(maskedCpf('52998224725'), '***.982.247-**');
});

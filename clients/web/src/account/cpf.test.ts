import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpfDigits, cpfMask, isCpf } from './cpf.ts';

test('[WT12] a CPF is masked as far as it is typed', () => {
  const steps = [
    ['', ''],
    ['5', '5'],
    ['529', '529'],
    ['5299', '529.9'],
    ['529982', '529.982'],
    ['5299822', '529.982.2'],
    ['529982247', '529.982.247'],
    ['5299822472', '529.982.247-2'],
    ['529.982.247-25', '529.982.247-25'],
    ['529 982 247 25 99', '529.982.247-25'],
  ] as const;
  for (const [typed, shown] of steps) assert.equal(cpfMask(typed), shown, typed);
  assert.equal(cpfDigits('529.982.247-25'), '52998224725');
});

/** Their sums leave 0 or 1, for the first check digit and for the second: 0 in each case. */
const restOfNoughtOrOne = ['12345678305', '12345678909', '12345679700', '12345678810'];

test('[WT12] only a CPF whose check digits fit is sent; one digit repeated is none', () => {
  for (const right of ['529.982.247-25', '52998224725', '111.444.777-35', ...restOfNoughtOrOne])
    assert.equal(isCpf(right), true, right);
  for (const wrong of ['529.982.247-26', '529.982.247-2', '111.111.111-11', '00000000000', '', '5299822472599'])
    assert.equal(isCpf(wrong), false, wrong);
});

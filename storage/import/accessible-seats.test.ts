import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortagesOf } from './accessible-seats.ts';

function short(seats: number, wheelchair: number, reducedMobility: number, obese: number): string {
  return shortagesOf({ seats, wheelchair, reducedMobility, obese })
    .map(({ of, asked, declared }) => `${of} ${declared}/${asked}`)
    .join(', ');
}

test('two in a hundred, at least one, fractions up; half of the reserved seats fit obese people', () => {
  assert.equal(short(20, 1, 0, 1), '');
  assert.equal(short(50, 1, 0, 1), '');
  assert.equal(short(51, 1, 1, 0), 'wheelchair 1/2, reduced-mobility 1/2, obese 0/1');
  assert.equal(short(150, 3, 1, 2), '');
  assert.equal(short(150, 3, 2, 1), 'obese 1/2');
  assert.equal(short(1000, 20, 10, 10), '');
  assert.equal(short(1000, 19, 10, 9), 'wheelchair 19/20, reduced-mobility 19/20, obese 9/10');
});

test('above a thousand places, twenty and one in a hundred of the rest', () => {
  assert.equal(short(1001, 21, 10, 11), '');
  assert.equal(short(1535, 25, 13, 13), 'wheelchair 25/26');
});

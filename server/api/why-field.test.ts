/** What is kept for good says why, and not who. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptLine, why } from './why-field.ts';

/** What is wrong with it; null: nothing. */
function faultOf(text: string, field = why): string | null {
  return field.safeParse(text).error?.issues[0]?.message ?? null;
}

test('[AD39] what looks like a CPF or an e-mail address is not kept as the reason of anything', () => {
  const personal = [
    'paid by 529.982.247-25',
    '52998224725 asked for it',
    'CPF52998224725',
    '529 982 247 25',
    '529.982.247/25',
    '529.982.247\u201325',
    '529.982.247\u201125',
    '５２９.９８２.２４７-２５',
    'a slip in it: 529.982.247-26',
    'ana@example.com complained',
    'ana＠example.com',
  ];
  for (const text of personal) assert.equal(faultOf(text), 'must not hold an e-mail address or a CPF', text);
  const fine = [
    'projector broken',
    'order 6912345678901234 was paid twice',
    'seats 101 102 103 104',
    'since 2026-12-24 20:30',
    'R$ 1.234.567,89',
    'call 0800 123 4567',
    'a pé não dá: a sala inundou',
  ];
  for (const text of fine) assert.equal(faultOf(text), null, text);
});

test('[AD39] a reason is one line that a terminal shows as it is', () => {
  for (const text of [
    'two\nlines',
    'a\u0000b c',
    '\u001b[2J gone',
    'gnol oot \u202e',
    'half \ud800 of one',
    'a\u2028b c',
  ])
    assert.equal(faultOf(text), 'must be one line of plain text, without control characters', JSON.stringify(text));
  assert.equal(faultOf(' no '), 'say why, in a few words');
  assert.equal(faultOf('x'.repeat(501)), 'must have at most 500 characters');
  assert.equal(faultOf('', keptLine(1, 60)), 'must not be empty');
  assert.equal(why.parse(' the projector is broken '), 'the projector is broken');
});

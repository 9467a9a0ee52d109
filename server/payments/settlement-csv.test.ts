/** The settlement's file: that it agrees with itself, is read everywhere, and does nothing in a spreadsheet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SettlementRow } from '../../storage/payments/settlement.ts';
import { chanceOf } from '../../storage/seeded-chance.ts';
import { SETTLEMENT_HEAD, settlementCsv } from './settlement-csv.ts';

const ROW: SettlementRow = {
  ...{ day: '2026-11-25', cinema: { id: 7, name: 'Cine Meu' }, provider: 'stripe', currency: 'BRL' },
  ...{ capturedCount: 2, capturedCents: 12_800, refundedCount: 1, refundedCents: 6_405, disputedCount: 0 },
  ...{ disputedCents: 0, feeCents: 512, feesUnknown: 1, netCents: 5_883 },
};
const POINT = { decimal: 'point', bom: false } as const;

test('[PE20] a line for each row and a total for each currency, numbers with a point or with a comma', () => {
  const dollars = { ...ROW, currency: 'USD', capturedCents: 5, refundedCents: 0, feeCents: 12, netCents: -7 };
  assert.deepEqual(settlementCsv([dollars, ROW, ROW], POINT).split('\r\n'), [
    SETTLEMENT_HEAD.join(','),
    '2026-11-25,7,Cine Meu,stripe,USD,2,0.05,1,0.00,0,0.00,0.12,1,-0.07',
    '2026-11-25,7,Cine Meu,stripe,BRL,2,128.00,1,64.05,0,0.00,5.12,1,58.83',
    '2026-11-25,7,Cine Meu,stripe,BRL,2,128.00,1,64.05,0,0.00,5.12,1,58.83',
    'total,,,,BRL,4,256.00,2,128.10,0,0.00,10.24,2,117.66',
    'total,,,,USD,2,0.05,1,0.00,0,0.00,0.12,1,-0.07',
    '',
  ]);
  const [head, line] = settlementCsv([ROW], { decimal: 'comma', bom: true }).split('\r\n');
  assert.deepEqual(
    [head, line],
    [`\ufeff${SETTLEMENT_HEAD.join(';')}`, '2026-11-25;7;Cine Meu;stripe;BRL;2;128,00;1;64,05;0;0,00;5,12;1;58,83'],
  );
  assert.equal(settlementCsv([], POINT), `${SETTLEMENT_HEAD.join(',')}\r\n`);
});

test('[PE21] names are quoted as RFC 4180 says, and none of them is a formula', () => {
  const lineOf = (cinema: string): string | undefined =>
    settlementCsv([{ ...ROW, cinema: { id: 7, name: cinema } }], POINT).split('\r\n')[1];
  assert.match(lineOf('Cine "Sol", Centro') ?? '', /,7,"Cine ""Sol"", Centro",stripe,/);
  for (const formula of ['=1+1', '+55 11', '-2', '@SUM(A1)', ' =HYPERLINK("x")', '\t=1']) {
    assert.ok(
      (lineOf(formula) ?? '').includes(`'${formula.includes('"') ? formula.replaceAll('"', '""') : formula}`),
      formula,
    );
  }
  assert.match(settlementCsv([{ ...ROW, cinema: { id: 7, name: 'a\nb' } }], POINT), /"a\nb"/);
  assert.match(settlementCsv([{ ...ROW, cinema: null }], POINT), /^2026-11-25,,,stripe,/m);
});

test('[PE20] the totals are the sum of the lines to the cent, whatever the amounts', () => {
  const chance = chanceOf(7);
  const cents = (): number => Math.floor(chance() * 1e9);
  const rows = Array.from({ length: 500 }, () => ({ ...ROW, capturedCents: cents(), netCents: -cents() }));
  const lines = settlementCsv(rows, POINT).trimEnd().split('\r\n').slice(1);
  const centsAt = (line: string, at: number): bigint => BigInt((line.split(',')[at] ?? '').replace('.', ''));
  for (const at of [6, 13]) {
    const sum = lines.slice(0, -1).reduce((total, line) => total + centsAt(line, at), 0n);
    assert.equal(centsAt(lines.at(-1) ?? '', at), sum);
  }
});

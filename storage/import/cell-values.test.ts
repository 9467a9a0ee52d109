import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cents,
  clean,
  clock,
  cnpj,
  date,
  flag,
  httpsUrl,
  localDateTime,
  oneOf,
  plainCell,
  text,
  whole,
} from './cell-values.ts';
import { minutes, rating } from './films-kind.ts';
import { weekdays } from './price-weekdays.ts';
import { type CellParser, isProblem } from './table-kind.ts';

const warn = (): void => {};

/** Each text is read as what stands beside it; null: it is refused. */
function reads(parse: CellParser, cases: Readonly<Record<string, string | number | null>>): void {
  for (const [found, wanted] of Object.entries(cases)) {
    const value = parse(found, warn);
    assert.deepEqual(isProblem(value) ? null : value, wanted, found);
    if (isProblem(value)) assert.match(value.problem, /^(".*" (is|are|does)|it )/, found);
  }
}

test('[IM14] prices in the Brazilian and the English way; what could be two prices is neither', () => {
  reads(cents, {
    ...{ '32,50': 3250, '32.50': 3250, '32,5': 3250, '32': 3200, '0': 0, 'R$ 32,50': 3250, 'R$1.234,50': 123_450 },
    ...{
      '1.234': null,
      '1,234': null,
      '1.234.50': null,
      '32,505': null,
      '-1': null,
      '': null,
      '1e3': null,
      '9999999': null,
      '1 234,50': null,
    },
  });
});

test('[IM15] dates and times as people write them; a day that is none is refused', () => {
  reads(date, {
    ...{ '24/12/2026': '2026-12-24', '4/1/2026': '2026-01-04', '24.12.26': '2026-12-24', '2026-12-24': '2026-12-24' },
    ...{ '2026-12-24T00:00:00': '2026-12-24', '29/02/2028': '2028-02-29' },
    ...{
      '29/02/2026': null,
      '31/04/2026': null,
      '12/24/2026': null,
      '2026-13-01': null,
      '00/01/2026': null,
      hoje: null,
      '46380': null,
    },
  });
  reads(clock(), {
    '20:30': '20:30',
    '20h30': '20:30',
    '20h': '20:00',
    '8:05': '08:05',
    '20:30:00': '20:30',
    '24:00': null,
    '25:00': null,
    '20:60': null,
    '20': null,
  });
  reads(clock(true), { '24:00': '24:00', '24:30': null });
  reads(localDateTime, {
    ...{
      '24/12/2026 20:30': '2026-12-24T20:30',
      '2026-12-24T20:30:00': '2026-12-24T20:30',
      '24/12/2026 às 20h30': '2026-12-24T20:30',
    },
    ...{ '24/12/2026': null, '31/02/2026 20:30': null, '2026-12-24T20:30:00-03:00': null },
  });
});

test('[IM16] words, numbers, CNPJ and addresses: what is not understood is refused with what is wanted', () => {
  reads(flag, { S: 'true', sim: 'true', Não: 'false', N: 'false', '1': 'true', talvez: null });
  reads(whole(1, 10), { '1': 1, '10': 10, '0': null, '11': null, '1.0': null, '-1': null, x: null });
  reads(text(3), { abc: 'abc', abcd: null });
  reads(oneOf({ 'Pré-estreia': 'B', A: 'A' }, 'A, B'), { 'PRE ESTREIA': 'B', a: 'A', C: null });
  reads(cnpj, {
    ...{
      '54.550.752/0001-55': '54.550.752/0001-55',
      '54550752000155': '54.550.752/0001-55',
      '12ABC34501DE35': '12.ABC.345/01DE-35',
    },
    ...{
      '191': null,
      '00000000000191': '00.000.000/0001-91',
      '54.550.752/0001-56': null,
      '00.000.000/0000-00': null,
      '11.111.111/1111-11': null,
    },
  });
  // A spreadsheet has taken the zeros in front.
  assert.equal(cnpj('6990590000123', warn), '06.990.590/0001-23');
  reads(httpsUrl, {
    ...{
      'https://example.com/a.jpg': 'https://example.com/a.jpg',
      'http://example.com/a.jpg': null,
      'javascript:alert(1)': null,
    },
    ...{ 'https://user:word@example.com/': null, cartaz: null, [`https://example.com/${'a'.repeat(500)}`]: null },
  });
});

test('[IM17] formulas are refused wherever they stand; a text that Excel wrote as a formula is the text', () => {
  for (const found of ['=1+1', '=SUM(A1:A9)', '=cmd|x', '+SOMA(A1)', '-SUM(A1)', '@SUM(1)', ' =A1']) {
    assert.ok(isProblem(plainCell(found)), found);
  }
  for (const found of ['-', '+1', '-3', '@midnight', '+55 11 99999-0000', 'a=b', '- Sala (1)'])
    assert.equal(plainCell(found), found);
  assert.equal(plainCell('="0042"'), '0042');
  for (const found of ['#N/A', '#REF!', '#VALOR!', '#NOME?']) assert.ok(isProblem(plainCell(found)), found);
  assert.equal(plainCell('#1'), '#1');
});

test('[IM18] cells are cleaned: control characters, invisible ones, halves of letters, accents one way', () => {
  assert.equal(clean('  a\tb\r\nc\u00a0d '), 'a b c d');
  assert.equal(clean('a\u200bb\u202ec'), 'abc');
  assert.equal(clean('a\ud800b'), 'a\ufffdb');
  assert.equal(clean('ac\u0327a\u0303o'), 'ação');
  assert.equal(clean('ação 3D'), 'ação 3D');
  assert.equal(clean('a\0b'), 'a b');
});

test('[FI2] ratings and lengths', () => {
  reads(rating, {
    L: 'L',
    Livre: 'L',
    '10': '10',
    A10: '10',
    '12 anos': '12',
    A14: '14',
    '16': '16',
    AL: 'L',
    '18': '18',
    '13': null,
    X: null,
    '21': null,
  });
  reads(minutes, {
    '120': 120,
    '120 min': 120,
    '2h': 120,
    '2h05': 125,
    '02:05': 125,
    '1h 58min': 118,
    '0': null,
    '601': null,
    x: null,
    '2h99h': null,
  });
});

test('[PT1] weekdays: lists, ranges over the end of the week, groups, Portuguese and English', () => {
  const days = (text: string): string =>
    [...text].reduce((bits, day) => bits | (1 << (Number(day) - 1)), 0).toString(2);
  const cases: Readonly<Record<string, string | null>> = {
    ...{
      'seg-qui': '1234',
      'sex,sab,dom': '567',
      'Sex, Sáb e Dom': '567',
      todos: '1234567',
      'mon-thu': '1234',
      '1-4': '1234',
      '6,7': '67',
    },
    ...{
      'segunda a quinta': '1234',
      'segunda-feira a quinta-feira': '1234',
      '2ª a 5ª': '1234',
      'fim de semana': '67',
      'Dias úteis': '12345',
    },
    ...{ 'sex-seg': '1567', dom: '7', 'qua; sáb': '36', weekend: '67', 'Friday to Sunday': '567', 'ter/qui': '24' },
    ...{ feriados: null, 'seg-': null, 'seg-ter-qua': null, '8': null, '': null },
  };
  for (const [found, wanted] of Object.entries(cases)) {
    const value = weekdays(found);
    assert.equal(isProblem(value) ? null : value.toString(2), wanted === null ? null : days(wanted), found);
  }
});

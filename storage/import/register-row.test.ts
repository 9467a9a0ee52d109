import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ImportWarning, SkippedRow } from './import-report.ts';
import {
  REGISTER_COLUMNS,
  type RegisterColumn,
  type RegisterRow,
  readHeader,
  readRow,
  splitLine,
} from './register-row.ts';

const GOOD: Readonly<Record<RegisterColumn, string>> = {
  NOME_SALA: 'SALA 1',
  REGISTRO_SALA: '7000001',
  SITUACAO_SALA: 'EM FUNCIONAMENTO',
  ASSENTOS_SALA: '100',
  ASSENTOS_CADEIRANTES: '2',
  ASSENTOS_MOBILIDADE_REDUZIDA: '1',
  ASSENTOS_OBESIDADE: '1',
  NOME_COMPLEXO: 'CINE TESTE',
  REGISTRO_COMPLEXO: '901',
  SITUACAO_COMPLEXO: 'EM FUNCIONAMENTO',
  ENDERECO_COMPLEXO: 'RUA A',
  NUMERO_ENDERECO_COMPLEXO: '12',
  COMPLEMENTO_COMPLEXO: 'LOJA 3',
  BAIRRO_COMPLEXO: 'CENTRO',
  MUNICIPIO_COMPLEXO: 'SÃO PAULO',
  CEP_COMPLEXO: '01000-000',
  UF_COMPLEXO: 'SP',
  NOME_EXIBIDOR: 'ALFA LTDA',
  REGISTRO_EXIBIDOR: '801',
  CNPJ_EXIBIDOR: '11.222.333/0001-81',
  SITUACAO_EXIBIDOR: 'REGULAR',
  NOME_GRUPO_EXIBIDOR: 'GRUPO ALFA',
};

const header = headerOf(REGISTER_COLUMNS.join(';'));

function headerOf(line: string) {
  const found = readHeader(line);
  return 'at' in found ? found : assert.fail(`missing ${found.missing}`);
}

function read(change: Partial<Record<RegisterColumn, string>>): {
  row: RegisterRow | SkippedRow;
  warnings: ImportWarning[];
} {
  const warnings: ImportWarning[] = [];
  const fields = { ...GOOD, ...change };
  const text = REGISTER_COLUMNS.map((column) => fields[column]).join(';');
  return { row: readRow(9, text, header, (warning) => warnings.push(warning)), warnings };
}

function good(change: Partial<Record<RegisterColumn, string>>): RegisterRow {
  const { row } = read(change);
  return 'reason' in row ? assert.fail(row.reason) : row;
}

test('a row becomes an auditorium, its cinema with a time zone, and its exhibitor', () => {
  assert.deepEqual(good({}), {
    line: 9,
    auditorium: {
      ancineId: 7000001,
      name: 'SALA 1',
      status: 'active',
      seats: 100,
      wheelchair: 2,
      reducedMobility: 1,
      obese: 1,
    },
    cinema: {
      ancineId: 901,
      name: 'CINE TESTE',
      address: 'RUA A, 12 - LOJA 3',
      district: 'CENTRO',
      city: 'SÃO PAULO',
      state: 'SP',
      postalCode: '01000-000',
      timeZone: 'America/Sao_Paulo',
      status: 'active',
    },
    exhibitor: {
      ancineId: 801,
      name: 'ALFA LTDA',
      cnpj: '11.222.333/0001-81',
      groupName: 'GRUPO ALFA',
      status: 'active',
    },
  });
});

test('what the register writes for "nothing" becomes nothing', () => {
  const { cinema, exhibitor } = good({
    CEP_COMPLEXO: '-',
    CNPJ_EXIBIDOR: '../-',
    NOME_GRUPO_EXIBIDOR: 'NÃO PERTENCE A NENHUM GRUPO EXIBIDOR',
    BAIRRO_COMPLEXO: ' ',
    ENDERECO_COMPLEXO: '',
  });
  assert.deepEqual(
    [cinema.postalCode, exhibitor.cnpj, exhibitor.groupName, cinema.district, cinema.address],
    [null, null, null, null, null],
  );
});

test('addresses: no number, zero for a number, the number in the street already, a complement of dashes', () => {
  const address = (street: string, house: string, complement: string) =>
    good({ ENDERECO_COMPLEXO: street, NUMERO_ENDERECO_COMPLEXO: house, COMPLEMENTO_COMPLEXO: complement }).cinema
      .address;
  assert.equal(address('RUA A', '', ''), 'RUA A');
  assert.equal(address('RUA A, ', '0', ''), 'RUA A');
  assert.equal(address('RUA A', '00', '---------'), 'RUA A');
  assert.equal(address('RUA A, 12', '12', 'SALAS A e B'), 'RUA A, 12 - SALAS A e B');
  assert.equal(address('RUA\t\tA\u200b', '12', ''), 'RUA A, 12');
});

test('quotes are read as the CSV standard has them, and as people type them; one that stays open skips its own line only', () => {
  assert.deepEqual(splitLine('"SALA ""A""";1'), ['SALA "A"', '1']);
  assert.deepEqual(splitLine('x;"""A""";1'), ['x', '"A"', '1']);
  assert.deepEqual(splitLine('SALA "A";1'), ['SALA "A"', '1']);
  assert.deepEqual(splitLine('"a;b";'), ['a;b', '']);
  assert.equal(splitLine('"SALA;1'), null);
  const skipped = readRow(9, '"SALA;1', header, () => {});
  assert.deepEqual(skipped, { line: 9, column: null, reason: 'a quote is opened and not closed' });
});

test('columns are found by name: their order, case, accents and companions do not matter', () => {
  const names = ['\uFEFFEXTRA', ...REGISTER_COLUMNS.map((name) => ` ${name.toLowerCase()} `)].reverse();
  const shuffled = headerOf(names.join(';'));
  const fields = ['?', ...REGISTER_COLUMNS.map((column) => GOOD[column])].reverse();
  assert.deepEqual(
    readRow(9, fields.join(';'), shuffled, () => {}),
    good({}),
  );
  assert.deepEqual(readHeader('NOME_SALA;NOME_SALA;REGISTRO_SALA'), {
    missing: REGISTER_COLUMNS.filter((column) => column !== 'NOME_SALA' && column !== 'REGISTRO_SALA'),
    twice: ['NOME_SALA'],
  });
});

test('a row that cannot be imported says which column is at fault, and why', () => {
  const cases: [RegisterColumn, string, RegExp][] = [
    ['REGISTRO_SALA', '', /blank/],
    ['REGISTRO_SALA', '12a', /"12a" is no registration number/],
    ['REGISTRO_SALA', '0', /no registration number/],
    ['SITUACAO_SALA', 'NÃO ENCONTRADA', /"NÃO ENCONTRADA" is none of EM FUNCIONAMENTO, FECHADO/],
    ['NOME_SALA', '\t', /blank/],
    ['NOME_COMPLEXO', 'x'.repeat(301), /longer than 300/],
    ['UF_COMPLEXO', '', /time zone is unknown/],
    ['UF_COMPLEXO', 'XX', /no state of Brazil/],
    ['ASSENTOS_SALA', '', /declares no seats/],
    ['ASSENTOS_SALA', '0', /declares no seats/],
    ['ASSENTOS_SALA', '3', /4 special places among 3 seats/],
    ['ASSENTOS_SALA', '5000', /at most 4096/],
    ['SITUACAO_EXIBIDOR', '?', /none of REGULAR, IRREGULAR/],
  ];
  for (const [column, value, reason] of cases) {
    const { row } = read({ [column]: value });
    assert.ok('reason' in row, `${column} ${value}`);
    assert.deepEqual([row.line, row.column], [9, column]);
    assert.match(row.reason, reason);
  }
});

test('a closed auditorium is recorded whatever its seats; -1 is warned about and taken as not declared', () => {
  const closed = good({ SITUACAO_SALA: 'Fechado', ASSENTOS_SALA: '', ASSENTOS_CADEIRANTES: '9' }).auditorium;
  assert.deepEqual([closed.status, closed.seats, closed.wheelchair], ['closed', null, 9]);
  assert.equal(good({ SITUACAO_SALA: 'FECHADO TEMPORARIAMENTE' }).auditorium.status, 'suspended');
  const { row, warnings } = read({ ASSENTOS_OBESIDADE: '-1' });
  assert.equal('reason' in row ? '' : row.auditorium.obese, null);
  assert.deepEqual(
    warnings.map(({ line, column, kind }) => [line, column, kind]),
    [[9, 'ASSENTOS_OBESIDADE', 'not-a-count']],
  );
});

test('no line at all makes the reader throw: it is a row, or it is skipped with a reason', () => {
  const pieces = fc.array(
    fc.oneof(fc.constantFrom(';', '"', '""', ' ', '\t', ';;;;;', '7000001', '\u202e'), fc.string()),
  );
  fc.assert(
    fc.property(pieces, (words) => {
      const row = readRow(2, words.join(''), header, () => {});
      assert.ok('reason' in row ? row.reason !== '' : row.auditorium.ancineId > 0);
    }),
    { numRuns: 500 },
  );
});

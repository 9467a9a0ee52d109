import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  REGISTER_COLUMNS,
  type RegisterColumn,
  type RegisterFault,
  type RegisterRow,
  readRow,
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

function read(change: Partial<Record<RegisterColumn, string>>): {
  row: RegisterRow | RegisterFault;
  warnings: (readonly [column: RegisterColumn, kind: string])[];
} {
  const warnings: (readonly [column: RegisterColumn, kind: string])[] = [];
  const fields = { ...GOOD, ...change };
  const row = readRow(
    (column) => fields[column],
    (column, kind) => warnings.push([column, kind]),
  );
  return { row, warnings };
}

function good(change: Partial<Record<RegisterColumn, string>>): RegisterRow {
  const { row } = read(change);
  return 'reason' in row ? assert.fail(row.reason) : row;
}

test('[RA1] a row becomes an auditorium, its cinema with a time zone, and its exhibitor', () => {
  assert.deepEqual(good({}), {
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

test('[RA1] what the register writes for "nothing" becomes nothing', () => {
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

test('[RA1] addresses: no number, zero for a number, the number in the street already, a complement of dashes', () => {
  const address = (street: string, house: string, complement: string) =>
    good({ ENDERECO_COMPLEXO: street, NUMERO_ENDERECO_COMPLEXO: house, COMPLEMENTO_COMPLEXO: complement }).cinema
      .address;
  assert.equal(address('RUA A', '', ''), 'RUA A');
  assert.equal(address('RUA A, ', '0', ''), 'RUA A');
  assert.equal(address('RUA A', '00', '---------'), 'RUA A');
  assert.equal(address('RUA A, 12', '12', 'SALAS A e B'), 'RUA A, 12 - SALAS A e B');
  assert.equal(address('RUA\t\tA\u200b', '12', ''), 'RUA A, 12');
});

test('[RA2] a row that cannot be imported says which column is at fault, and why', () => {
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
    assert.equal(row.column, column);
    assert.match(row.reason, reason);
  }
});

test('[RA2] a closed auditorium is recorded whatever its seats; -1 is warned about and taken as not declared', () => {
  const closed = good({ SITUACAO_SALA: 'Fechado', ASSENTOS_SALA: '', ASSENTOS_CADEIRANTES: '9' }).auditorium;
  assert.deepEqual([closed.status, closed.seats, closed.wheelchair], ['closed', null, 9]);
  assert.equal(good({ SITUACAO_SALA: 'FECHADO TEMPORARIAMENTE' }).auditorium.status, 'suspended');
  const { row, warnings } = read({ ASSENTOS_OBESIDADE: '-1' });
  assert.equal('reason' in row ? '' : row.auditorium.obese, null);
  assert.deepEqual(warnings, [['ASSENTOS_OBESIDADE', 'not-a-count']]);
});

test('[RA2] nothing in its cells makes the reader throw: it is a row, or it is refused with a reason', () => {
  const words = fc.oneof(
    fc.constantFrom('', '"', ' ', '\t', '7000001', '0', '\u202e', 'EM FUNCIONAMENTO'),
    fc.string(),
  );
  const some = fc.dictionary(fc.constantFrom(...REGISTER_COLUMNS), words, { maxKeys: 4 });
  fc.assert(
    fc.property(some, (change) => {
      const { row } = read(change);
      assert.ok('reason' in row ? row.reason !== '' : row.auditorium.ancineId > 0);
    }),
    { numRuns: 1_000 },
  );
});

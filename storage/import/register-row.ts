/**
 * One row of ANCINE's register of auditoriums (a CSV of 32 columns; every row repeats its cinema's and its exhibitor's
 * columns) becomes a checked row, or a reason why not. Pure: whether the row agrees with the other rows and with the
 * database is asked in SQL, of all rows at once.
 *
 * It is read as a whole and not cell by cell, because its columns hang together: what a closed auditorium declares does
 * not matter, a state says the time zone, and an address is made of three columns.
 */
import { clean, quoted } from './cell-values.ts';
import { plain, timeZoneOf } from './cinema-time-zone.ts';
import { type DeclaredSeats, whyNoLayout } from './derived-layout.ts';

export const REGISTER_COLUMNS = [
  'NOME_SALA',
  'REGISTRO_SALA',
  'SITUACAO_SALA',
  'ASSENTOS_SALA',
  'ASSENTOS_CADEIRANTES',
  'ASSENTOS_MOBILIDADE_REDUZIDA',
  'ASSENTOS_OBESIDADE',
  'NOME_COMPLEXO',
  'REGISTRO_COMPLEXO',
  'SITUACAO_COMPLEXO',
  'ENDERECO_COMPLEXO',
  'NUMERO_ENDERECO_COMPLEXO',
  'COMPLEMENTO_COMPLEXO',
  'BAIRRO_COMPLEXO',
  'MUNICIPIO_COMPLEXO',
  'CEP_COMPLEXO',
  'UF_COMPLEXO',
  'NOME_EXIBIDOR',
  'REGISTRO_EXIBIDOR',
  'CNPJ_EXIBIDOR',
  'SITUACAO_EXIBIDOR',
  'NOME_GRUPO_EXIBIDOR',
] as const;
export type RegisterColumn = (typeof REGISTER_COLUMNS)[number];

export type Situation = 'active' | 'suspended' | 'closed';

export interface RegisterRow {
  readonly auditorium: {
    readonly ancineId: number;
    readonly name: string;
    readonly status: Situation;
    /** As declared; null: blank, or not a number. */
    readonly seats: number | null;
    readonly wheelchair: number | null;
    readonly reducedMobility: number | null;
    readonly obese: number | null;
  };
  readonly cinema: {
    readonly ancineId: number;
    readonly name: string;
    readonly address: string | null;
    readonly district: string | null;
    readonly city: string | null;
    readonly state: string;
    readonly postalCode: string | null;
    readonly timeZone: string;
    readonly status: Situation;
  };
  readonly exhibitor: {
    readonly ancineId: number;
    readonly name: string;
    readonly cnpj: string | null;
    readonly groupName: string | null;
    readonly status: 'active' | 'irregular';
  };
}

/** Why a row is not taken. */
export interface RegisterFault {
  readonly column: RegisterColumn;
  readonly reason: string;
}

/** The text of a column; '' when it is blank. */
export type RegisterField = (column: RegisterColumn) => string;
type Warn = (column: RegisterColumn, kind: string, text: string) => void;

/** A row is skipped by throwing this: the first fault found ends the reading of the row. */
class RowFault extends Error {
  readonly column: RegisterColumn;
  constructor(column: RegisterColumn, reason: string) {
    super(reason);
    this.column = column;
  }
}

const SITUATIONS: ReadonlyMap<string, Situation> = new Map([
  ['EM FUNCIONAMENTO', 'active'],
  ['FECHADO', 'closed'],
  ['FECHADO TEMPORARIAMENTE', 'suspended'],
]);
const EXHIBITOR_SITUATIONS: ReadonlyMap<string, 'active' | 'irregular'> = new Map([
  ['REGULAR', 'active'],
  ['IRREGULAR', 'irregular'],
]);
const NO_GROUP = 'NAO PERTENCE A NENHUM GRUPO EXIBIDOR';
const TEXT_CHARS_MAX = 300;

/** Reads a row. `warn` hears of what is odd and does no harm. */
export function readRow(field: RegisterField, warn: Warn): RegisterRow | RegisterFault {
  try {
    return rowOf((column) => clean(field(column)), warn);
  } catch (fault) {
    if (!(fault instanceof RowFault)) throw fault;
    return { column: fault.column, reason: fault.message };
  }
}

function rowOf(field: RegisterField, warn: Warn): RegisterRow {
  const count = (column: RegisterColumn): number | null => {
    const text = field(column);
    if (text === '' || /^\d{1,6}$/.test(text)) return text === '' ? null : Number(text);
    warn(column, 'not-a-count', `${quoted(text)} is no number of seats; taken as not declared`);
    return null;
  };
  const ancineId = number(field, 'REGISTRO_SALA');
  const status = oneOf(field, 'SITUACAO_SALA', SITUATIONS);
  const declared = {
    seats: count('ASSENTOS_SALA'),
    wheelchair: count('ASSENTOS_CADEIRANTES'),
    reducedMobility: count('ASSENTOS_MOBILIDADE_REDUZIDA'),
    obese: count('ASSENTOS_OBESIDADE'),
  };
  // A closed auditorium keeps whatever the register says of it: nobody will be seated there.
  if (status === 'active') checkSeats(declared);
  return {
    auditorium: { ancineId, name: text(field, 'NOME_SALA'), status, ...declared },
    cinema: cinemaOf(field),
    exhibitor: exhibitorOf(field),
  };
}

/** The declared numbers of a row with blanks as zeros. */
export function declaredSeats(auditorium: RegisterRow['auditorium']): DeclaredSeats {
  const { seats, wheelchair, reducedMobility, obese } = auditorium;
  return { seats: seats ?? 0, wheelchair: wheelchair ?? 0, reducedMobility: reducedMobility ?? 0, obese: obese ?? 0 };
}

function checkSeats(declared: Omit<RegisterRow['auditorium'], 'ancineId' | 'name' | 'status'>): void {
  if (declared.seats === null) throw new RowFault('ASSENTOS_SALA', 'it is working, and declares no seats');
  const why = whyNoLayout(declaredSeats({ ancineId: 0, name: '', status: 'active', ...declared }));
  if (why !== null) throw new RowFault('ASSENTOS_SALA', why);
}

function cinemaOf(field: RegisterField): RegisterRow['cinema'] {
  const ancineId = number(field, 'REGISTRO_COMPLEXO');
  const name = text(field, 'NOME_COMPLEXO');
  const state = plain(field('UF_COMPLEXO'));
  if (state === '') throw new RowFault('UF_COMPLEXO', 'it is blank, so that the time zone is unknown');
  const city = orNull(field('MUNICIPIO_COMPLEXO'));
  const timeZone = timeZoneOf(state, city ?? '');
  if (timeZone === null) throw new RowFault('UF_COMPLEXO', `${quoted(state)} is no state of Brazil`);
  const postalCode = /^(\d{5})-?(\d{3})$/.exec(field('CEP_COMPLEXO'));
  return {
    ancineId,
    name,
    address: addressOf(field),
    district: orNull(field('BAIRRO_COMPLEXO')),
    city,
    state,
    postalCode: postalCode === null ? null : `${postalCode[1]}-${postalCode[2]}`,
    timeZone,
    status: oneOf(field, 'SITUACAO_COMPLEXO', SITUATIONS),
  };
}

function exhibitorOf(field: RegisterField): RegisterRow['exhibitor'] {
  const cnpj = field('CNPJ_EXIBIDOR');
  const groupName = field('NOME_GRUPO_EXIBIDOR');
  return {
    ancineId: number(field, 'REGISTRO_EXIBIDOR'),
    name: text(field, 'NOME_EXIBIDOR'),
    // Letters too: from 2026 on new ones have them.
    cnpj: /^[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\/[0-9A-Z]{4}-\d{2}$/.test(cnpj) ? cnpj : null,
    groupName: plain(groupName) === NO_GROUP ? null : orNull(groupName),
    status: oneOf(field, 'SITUACAO_EXIBIDOR', EXHIBITOR_SITUATIONS),
  };
}

/** Street, number, complement in one line. Many have no number, or 0 for it, or have it in the street already. */
function addressOf(field: RegisterField): string | null {
  const street = field('ENDERECO_COMPLEXO').replace(/[\s,;.-]+$/, '');
  if (street === '') return null;
  const houseNumber = field('NUMERO_ENDERECO_COMPLEXO');
  const complement = field('COMPLEMENTO_COMPLEXO');
  const isNumber = /[1-9]/.test(houseNumber) && !street.endsWith(` ${houseNumber}`);
  return [
    isNumber ? `${street}, ${houseNumber}` : street,
    ...(/[\p{L}\p{N}]/u.test(complement) ? [complement] : []),
  ].join(' - ');
}

function number(field: RegisterField, column: RegisterColumn): number {
  const found = field(column);
  if (found === '') throw new RowFault(column, 'it is blank: the row registers none');
  if (!/^\d{1,12}$/.test(found) || Number(found) === 0)
    throw new RowFault(column, `${quoted(found)} is no registration number`);
  return Number(found);
}

function text(field: RegisterField, column: RegisterColumn): string {
  const found = field(column);
  if (found === '') throw new RowFault(column, 'it is blank');
  if (found.length > TEXT_CHARS_MAX) throw new RowFault(column, `it is longer than ${TEXT_CHARS_MAX} characters`);
  return found;
}

function oneOf<Value>(field: RegisterField, column: RegisterColumn, values: ReadonlyMap<string, Value>): Value {
  const found = field(column);
  const value = values.get(plain(found));
  if (value === undefined) throw new RowFault(column, `${quoted(found)} is none of ${[...values.keys()].join(', ')}`);
  return value;
}

function orNull(found: string): string | null {
  return found === '' ? null : found.slice(0, TEXT_CHARS_MAX);
}

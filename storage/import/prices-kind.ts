/**
 * Price tables: a row is a rule, and the rules of one table belong together. A table whose rules or dates are other than
 * before is replaced as a whole, so that what is deleted in the file is gone; its rows are reported as updated. For the
 * same reason one row at fault spares its whole table, even where the good rows of a file are kept.
 *
 * Screenings keep the price that they were announced with; a new table counts for those that are imported after it.
 */
import { SeatKind } from '../../actors/seat-map.ts';
import { cents, clock, code, date, oneOf, text } from './cell-values.ts';
import { weekdays } from './price-weekdays.ts';
import { judgePrices, mergePrices } from './prices-merge.ts';
import { projection } from './screenings-columns.ts';
import type { CellParser, DraftRow, TableColumn, TableKind } from './table-kind.ts';

const NAME_CHARS_MAX = 200;
const ANY = new Set(['todas', 'todos', 'qualquer', 'any', 'all', '*']);

const SEAT_KINDS: Readonly<Record<string, SeatKind>> = {
  ...{ regular: SeatKind.regular, comum: SeatKind.regular, padrão: SeatKind.regular, normal: SeatKind.regular },
  ...{ couple: SeatKind.couple, namoradeira: SeatKind.couple, casal: SeatKind.couple, 'love seat': SeatKind.couple },
  ...{ companion: SeatKind.companion, acompanhante: SeatKind.companion },
  ...{ wheelchair: SeatKind.wheelchair, cadeirante: SeatKind.wheelchair, 'cadeira de rodas': SeatKind.wheelchair },
  ...{
    'reduced mobility': SeatKind.reducedMobility,
    'mobilidade reduzida': SeatKind.reducedMobility,
    pmr: SeatKind.reducedMobility,
  },
  ...{ obese: SeatKind.obese, obeso: SeatKind.obese, obesa: SeatKind.obese },
};

/** A blank cell says the same: any. */
function orAny(parse: CellParser): CellParser {
  return (found, warn) => (ANY.has(found.toLowerCase()) ? null : parse(found, warn));
}

const currency: CellParser = (found) => {
  const wanted = found.toUpperCase().replace(/^R\$$/, 'BRL');
  return /^[A-Z]{3}$/.test(wanted) ? wanted : { problem: 'it is no currency: write three letters, as BRL' };
};

const STATUSES = {
  ativa: 'active',
  ativo: 'active',
  active: 'active',
  retirada: 'withdrawn',
  inativa: 'withdrawn',
  withdrawn: 'withdrawn',
};

const column = (
  name: string,
  heading: string,
  aliases: readonly string[],
  parse: CellParser,
  more: Partial<TableColumn> = {},
): TableColumn => ({ name, heading, aliases, parse, type: 'text', ...more });

const COLUMNS: readonly TableColumn[] = [
  column('table_code', 'tabela', ['código da tabela', 'table', 'table code', 'tabela de preços', 'price table'], code, {
    needed: 'value',
  }),
  column('table_name', 'nome da tabela', ['nome', 'table name', 'name', 'descrição'], text(NAME_CHARS_MAX)),
  column(
    'exhibitor',
    'exibidor',
    ['exhibitor', 'registro exibidor', 'cnpj', 'cnpj do exibidor', 'cnpj exibidor'],
    text(NAME_CHARS_MAX),
  ),
  column(
    'cinema',
    'cinema',
    ['complexo', 'registro complexo', 'nome complexo', 'theater', 'site'],
    text(NAME_CHARS_MAX),
  ),
  column(
    'valid_from',
    'válida de',
    ['de', 'início da vigência', 'vigência de', 'valid from', 'vigência início'],
    date,
    { type: 'date' },
  ),
  column(
    'valid_until',
    'válida até',
    ['até', 'fim da vigência', 'vigência até', 'valid until', 'valid to', 'vigência fim'],
    date,
    { type: 'date' },
  ),
  column('weekdays', 'dias', ['dias da semana', 'dia da semana', 'weekdays', 'days'], weekdays, { type: 'smallint' }),
  column('from_time', 'das', ['hora de', 'hora início', 'from time', 'from', 'a partir das'], clock(), {
    type: 'time',
  }),
  column('until_time', 'às', ['hora até', 'hora fim', 'until time', 'until', 'to time', 'antes das'], clock(true), {
    type: 'time',
  }),
  column('projection', 'projeção', ['projection', 'formato', 'format'], orAny(projection)),
  column(
    'seat_kind',
    'tipo de poltrona',
    ['poltrona', 'assento', 'tipo de assento', 'seat kind', 'seat', 'seat type'],
    orAny(oneOf(SEAT_KINDS, 'regular, namoradeira, acompanhante, cadeirante, mobilidade reduzida, obeso')),
    { type: 'smallint' },
  ),
  column('price', 'preço', ['valor', 'inteira', 'price', 'full price', 'preço inteira'], cents, {
    type: 'integer',
    needed: 'value',
  }),
  column('currency', 'moeda', ['currency'], currency),
  column('status', 'situação', ['status', 'state'], oneOf(STATUSES, 'ativa, retirada')),
];

function checkRule(row: DraftRow): void {
  const [from, until] = [row.get('valid_from'), row.get('valid_until')];
  if (from !== null && until !== null && until < from) row.reject('valid_until', 'it is before the first day');
  const [opens, closes] = [row.get('from_time') ?? '00:00', row.get('until_time') ?? '24:00'];
  if (closes <= opens) {
    row.reject('until_time', `it is not after ${opens}; a rule beyond midnight is two: until 24:00, and from 00:00`);
  }
}

export const pricesKind: TableKind = {
  name: 'prices',
  columns: COLUMNS,
  derived: [
    { name: 'exhibitor_id', type: 'bigint' },
    { name: 'cinema_id', type: 'bigint' },
    { name: 'table_id', type: 'bigint' },
  ],
  finish: checkRule,
  together: 'table_code',
  judge: judgePrices,
  merge: mergePrices,
  isPartialByDefault: false,
  // Last year's prices would be asked for from the next import of screenings on.
  olderExport: 'refuse',
  rowsMax: 100_000,
};

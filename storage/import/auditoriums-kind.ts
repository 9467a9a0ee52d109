/**
 * The import of ANCINE's register of auditoriums: exhibitors, cinemas, auditoriums and derived seat maps. It is published
 * with rows at fault (blank states, an auditorium twice, festivals without a place), so that without another wish the
 * good rows are kept and the others reported. It is about all exhibitors: only administrators import it.
 *
 * Screenings are never touched. An auditorium that closes keeps the ones that were announced, with a warning: people may
 * have bought tickets, and only a person can say what becomes of them.
 */
import { type AccessibleShortage, shortagesOf } from './accessible-seats.ts';
import { storeLayouts } from './auditorium-layouts.ts';
import {
  countMissing,
  gatherCinemas,
  mergeAuditoriums,
  mergeCinemas,
  rejectRepeated,
  tellOutcomes,
  warnOfClosing,
} from './auditoriums-merge.ts';
import { FileRefused } from './file-refused.ts';
import { declaredSeats, REGISTER_COLUMNS, type RegisterColumn, type RegisterRow, readRow } from './register-row.ts';
import type { DraftRow, ImportDetails, TableColumn, TableKind, TableWork } from './table-kind.ts';

/** Thirty times the register of 2025. */
const ROWS_MAX = 200_000;

/** How a column of the register is called in `staged`. */
const staged = (column: RegisterColumn): string => column.toLowerCase();

/** Texts that `readRegisterRow` looks at; what it makes of them is in the derived columns. */
const COLUMNS: readonly TableColumn[] = REGISTER_COLUMNS.map((column) => {
  return {
    name: staged(column),
    heading: column,
    aliases: [],
    type: 'text',
    needed: 'column',
    parse: (found) => found,
  };
});

/** Published with the others, and nothing that a seat is sold by. */
const PASSED_OVER = [
  ...['CNPJ_SALA', 'DATA_SITUACAO_SALA', 'DATA_INICIO_FUNCIONAMENTO_SALA', 'ACESSO_ASSENTOS_COM_RAMPA'],
  ...['ACESSO_SALA_COM_RAMPA', 'BANHEIROS_ACESSIVEIS', 'DATA_SITUACAO_COMPLEXO', 'PAGINA_ELETRONICA_COMPLEXO'],
  ...['COMPLEXO_ITINERANTE', 'OPERACAO_USUAL'],
];

const DERIVED: Readonly<Record<string, string>> = {
  ...{ auditorium: 'bigint', name: 'text', status: 'text' },
  ...{ seats: 'integer', wheelchair: 'integer', reduced_mobility: 'integer', obese: 'integer' },
  ...{ cinema: 'bigint', cinema_name: 'text', address: 'text', district: 'text', city: 'text', state: 'text' },
  ...{ postal_code: 'text', time_zone: 'text', cinema_status: 'text' },
  ...{ exhibitor: 'bigint', exhibitor_name: 'text', cnpj: 'text', group_name: 'text', exhibitor_status: 'text' },
};

export const auditoriumsKind: TableKind = {
  name: 'auditoriums',
  columns: COLUMNS,
  passedOver: PASSED_OVER,
  derived: Object.entries(DERIVED).map(([name, type]) => ({ name, type })),
  finish: readRegisterRow,
  judge,
  merge,
  // The register has no field of several lines, and one stray quote must not swallow the rest of the file.
  recordsAreLines: true,
  isPartialByDefault: true,
  olderExport: 'warn',
  rowsMax: ROWS_MAX,
};

function readRegisterRow(draft: DraftRow): void {
  const row = readRow(
    (column) => String(draft.get(staged(column)) ?? ''),
    (column, kind, text) => draft.warn(staged(column), kind, text),
  );
  if ('reason' in row) {
    draft.reject(staged(row.column), row.reason);
    return;
  }
  if (row.auditorium.status === 'active') warnOfShortages(row.auditorium, draft);
  // They have done their work: nobody reads them in SQL.
  for (const column of REGISTER_COLUMNS) draft.set(staged(column), null);
  setDerived(draft, row);
}

function setDerived(draft: DraftRow, { auditorium, cinema, exhibitor }: RegisterRow): void {
  draft.set('auditorium', auditorium.ancineId);
  draft.set('name', auditorium.name);
  draft.set('status', auditorium.status);
  draft.set('seats', auditorium.seats);
  draft.set('wheelchair', auditorium.wheelchair);
  draft.set('reduced_mobility', auditorium.reducedMobility);
  draft.set('obese', auditorium.obese);
  draft.set('cinema', cinema.ancineId);
  draft.set('cinema_name', cinema.name);
  draft.set('address', cinema.address);
  draft.set('district', cinema.district);
  draft.set('city', cinema.city);
  draft.set('state', cinema.state);
  draft.set('postal_code', cinema.postalCode);
  draft.set('time_zone', cinema.timeZone);
  draft.set('cinema_status', cinema.status);
  draft.set('exhibitor', exhibitor.ancineId);
  draft.set('exhibitor_name', exhibitor.name);
  draft.set('cnpj', exhibitor.cnpj);
  draft.set('group_name', exhibitor.groupName);
  draft.set('exhibitor_status', exhibitor.status);
}

const SHORTAGE_COLUMNS: Readonly<Record<AccessibleShortage, RegisterColumn>> = {
  wheelchair: 'ASSENTOS_CADEIRANTES',
  'reduced-mobility': 'ASSENTOS_MOBILIDADE_REDUZIDA',
  obese: 'ASSENTOS_OBESIDADE',
};

function warnOfShortages(auditorium: RegisterRow['auditorium'], draft: DraftRow): void {
  for (const { of, asked, declared } of shortagesOf(declaredSeats(auditorium))) {
    const text = `${declared} declared for ${auditorium.seats} seats; Decreto 9.404/2018 asks for ${asked}`;
    draft.warn(staged(SHORTAGE_COLUMNS[of]), `few-${of}`, text);
  }
}

async function judge(work: TableWork): Promise<void> {
  if (work.exhibitorId !== null) {
    throw new FileRefused("ANCINE's register is about all exhibitors: only administrators import it");
  }
  await rejectRepeated(work);
  work.progress(0.5);
  await gatherCinemas(work.client);
}

async function merge(work: TableWork): Promise<ImportDetails> {
  const { client, nowMs } = work;
  await warnOfClosing(client, nowMs);
  const { exhibitors, cinemas } = await mergeCinemas(client);
  const auditoriums = await mergeAuditoriums(client);
  work.progress(0.2);
  const layouts = await storeLayouts(client, nowMs, (share) => work.progress(0.2 + 0.4 * share));
  work.progress(0.95);
  await tellOutcomes(client);
  return { exhibitors, cinemas, auditoriums, ...layouts, notInFile: await countMissing(client) };
}

/**
 * The settlement as a file for accountants (RFC 4180): a line for each day, cinema, provider and currency, and at the end a line
 * of totals for each currency. The totals are added up in cents from the lines above them, so that the file agrees with itself.
 *
 * Two ways to write numbers: with a point, and commas between the fields; or with a comma, and semicolons between the fields, as
 * spreadsheets in Brazil read them by themselves. Names of cinemas come from imports: what a spreadsheet would take for a formula gets
 * an apostrophe in front of it.
 */
import type { SettlementRow } from '../../storage/payments/settlement.ts';

export interface SettlementStyle {
  readonly decimal: 'point' | 'comma';
  /** The mark by which some spreadsheets know UTF-8. */
  readonly bom: boolean;
}

export const SETTLEMENT_HEAD = [
  ...['day', 'cinema_id', 'cinema', 'provider', 'currency'],
  ...['captured_count', 'captured', 'refunded_count', 'refunded', 'disputed_count', 'disputed'],
  ...['provider_fee', 'fees_unknown', 'net'],
] as const;

type Figures = Omit<SettlementRow, 'day' | 'cinema' | 'provider' | 'currency'>;

export function settlementCsv(rows: readonly SettlementRow[], { decimal, bom }: SettlementStyle): string {
  const separator = decimal === 'comma' ? ';' : ',';
  const line = (fields: readonly string[]): string =>
    `${fields.map((field) => quoted(field, separator)).join(separator)}\r\n`;
  const figures = (row: Figures): string[] => [
    ...[String(row.capturedCount), amount(row.capturedCents, decimal)],
    ...[String(row.refundedCount), amount(row.refundedCents, decimal)],
    ...[String(row.disputedCount), amount(row.disputedCents, decimal)],
    ...[amount(row.feeCents, decimal), String(row.feesUnknown), amount(row.netCents, decimal)],
  ];
  const lines = rows.map((row) => {
    const { day, cinema, provider, currency } = row;
    const place = cinema === null ? ['', ''] : [String(cinema.id), harmless(cinema.name)];
    return line([day, ...place, provider, currency, ...figures(row)]);
  });
  const totals = [...totalsOf(rows)].map(([currency, sum]) => line(['total', '', '', '', currency, ...figures(sum)]));
  return `${bom ? '\ufeff' : ''}${line(SETTLEMENT_HEAD)}${lines.join('')}${totals.join('')}`;
}

/** By currency, in the order of the alphabet. */
export function totalsOf(rows: readonly SettlementRow[]): ReadonlyMap<string, Figures> {
  const totals = new Map<string, Figures>();
  for (const row of [...rows].sort((a, b) => (a.currency < b.currency ? -1 : 1))) {
    const sum = totals.get(row.currency);
    totals.set(row.currency, sum === undefined ? row : added(sum, row));
  }
  return totals;
}

function added(a: Figures, b: Figures): Figures {
  return {
    capturedCount: a.capturedCount + b.capturedCount,
    capturedCents: a.capturedCents + b.capturedCents,
    refundedCount: a.refundedCount + b.refundedCount,
    refundedCents: a.refundedCents + b.refundedCents,
    disputedCount: a.disputedCount + b.disputedCount,
    disputedCents: a.disputedCents + b.disputedCents,
    feeCents: a.feeCents + b.feeCents,
    feesUnknown: a.feesUnknown + b.feesUnknown,
    netCents: a.netCents + b.netCents,
  };
}

/** 123456 → "1234.56". No thousands apart, no symbol: a spreadsheet reads it as a number. */
function amount(cents: number, decimal: SettlementStyle['decimal']): string {
  const digits = String(Math.abs(cents)).padStart(3, '0');
  const point = decimal === 'comma' ? ',' : '.';
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}${point}${digits.slice(-2)}`;
}

function quoted(field: string, separator: string): string {
  return /["\r\n]/.test(field) || field.includes(separator) ? `"${field.replaceAll('"', '""')}"` : field;
}

function harmless(text: string): string {
  return /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

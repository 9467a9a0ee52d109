/**
 * Readers of single cells: what a person writes in a table, Brazilian or not, becomes what COPY takes, or a sentence that
 * says what is wanted. Pure; each is a CellParser or makes one. Where two readings are possible (1.234: a thousand, or
 * one and a bit?) neither is guessed.
 */
import { cnpj as cnpjNumber } from 'cpf-cnpj-validator';
import type { CellParser, Problem } from './table-kind.ts';

/** Ten million reais; a cinema that asks for more has mistyped. Far inside PostgreSQL's integer. */
const CENTS_MAX = 100_000_000;
const QUOTED_CHARS = 60;

/** For messages: in quotes, cut short. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARS ? `${text.slice(0, QUOTED_CHARS)}…` : text);
}

function wrong(text: string, wanted: string): Problem {
  return { problem: `${quoted(text)} is no ${wanted}` };
}

/** Lower case, without accents, blanks and punctuation: how headings and words are compared. */
export function bare(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

/** Only these, with single blanks between: nothing to clean, which is most cells. */
const CLEAN = /^(?:[!-~\u00c0-\u024f]+(?: [!-~\u00c0-\u024f]+)*)?$/;

/** Tabs, line ends and other control characters become blanks, invisible ones nothing, blanks single; accents one way. */
export function clean(found: string): string {
  if (CLEAN.test(found)) return found;
  return found
    .normalize('NFC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** What a cell shows whose formula has failed, in English and in Portuguese. */
const FORMULA_ERROR = /^#(?:N\/[AD]|REF!|DIV\/0!|VAL(?:UE|OR)!|NAME\?|NOME\?|NULL!|NULO!|N[UÚ]M!|SPILL!|CALC!)$/;

/** What a cell holds, a formula being none: ="0042" is Excel's way to write a text, =A1+B1 would be run by whoever opens an export of ours. */
export function plainCell(cell: string | Problem): string | Problem {
  if (typeof cell !== 'string') return cell;
  const found = clean(cell);
  const first = found.charCodeAt(0);
  if (first === 35 && FORMULA_ERROR.test(found)) return { problem: `it holds the error ${found} of a formula` };
  // = + - @
  if (first !== 61 && first !== 43 && first !== 45 && first !== 64) return found;
  const literal = /^="([^"]*)"$/.exec(found)?.[1];
  if (literal !== undefined) return literal.trim();
  if (first !== 61 && !/^[+@-]+[\p{L}_.]+\(/u.test(found)) return found;
  return { problem: `${quoted(found)} is a formula: export the values, not the formulas` };
}

export function text(charsMax: number): CellParser {
  return (found) => (found.length <= charsMax ? found : { problem: `it is longer than ${charsMax} characters` });
}

/** A name of somebody's own for a thing, by which it is found again. */
export const code: CellParser = (found) =>
  found.length <= 64 ? found : { problem: 'it is longer than 64 characters' };

export function whole(min: number, max: number): CellParser {
  return (found) => {
    const value = /^\d{1,15}$/.test(found) ? Number(found) : Number.NaN;
    return value >= min && value <= max ? value : wrong(found, `whole number from ${min} to ${max}`);
  };
}

/** Integer cents of "32,50", "32.50", "R$ 1.234,50" or "32". */
export const cents: CellParser = (found) => {
  const bareNumber = found.replace(/^R\$\s*/i, '');
  const match = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(bareNumber) ?? /^(\d{1,3}(?:\.\d{3})+),(\d{2})$/.exec(bareNumber);
  if (match === null) return wrong(found, 'price: write it like 32,50');
  const [, reais = '', fraction = ''] = match;
  const value = Number(reais.replaceAll('.', '')) * 100 + Number(fraction.padEnd(2, '0'));
  return value <= CENTS_MAX ? value : wrong(found, 'price below a million');
};

const YES = new Set(['s', 'sim', 'y', 'yes', 'true', 'verdadeiro', '1', 'x']);
const NO = new Set(['n', 'nao', 'no', 'false', 'falso', '0', '']);

/** 'true' or 'false'. */
export const flag: CellParser = (found) => {
  const word = bare(found);
  if (YES.has(word)) return 'true';
  return NO.has(word) ? 'false' : wrong(found, 'yes or no: write S or N');
};

/** ISO date of "24/12/2026", "24/12/26", "2026-12-24" or a date with the midnight that spreadsheets add to it. */
export const date: CellParser = (found) => dateOf(found) ?? wrong(found, 'date: write it like 24/12/2026');

/** "20:30" of "20:30", "20h30", "20h", "8:30" or "20:30:00". 24:00 is allowed where `withMidnight`. */
export function clock(withMidnight = false): CellParser {
  return (found) => clockOf(found, withMidnight) ?? wrong(found, 'time of day: write it like 20:30');
}

/** "2026-12-24T20:30" of a date, a blank or T, and a time; no zone: it is the wall clock of a cinema. */
export const localDateTime: CellParser = (found) => {
  const [, day = '', time = ''] = /^(\S+?)(?:\s*[T,]\s*|\s+)(?:às\s+)?(\S+)$/i.exec(found) ?? [];
  const [iso, hour] = [dateOf(day), clockOf(time, false)];
  if (iso !== null && hour !== null) return `${iso}T${hour}`;
  return wrong(found, 'date with a time: write it like 24/12/2026 20:30');
};

/** One of some words; keys are compared as `bare` has them. */
export function oneOf<Value extends string | number>(
  values: Readonly<Record<string, Value>>,
  wanted: string,
): CellParser {
  const known = new Map(Object.entries(values).map(([word, value]) => [bare(word), value]));
  return (found) => known.get(bare(found)) ?? { problem: `${quoted(found)} is none of ${wanted}` };
}

/** "12.345.678/0001-95" of fourteen signs with or without punctuation; letters too, as in those given out from 2026 on. */
export const cnpj: CellParser = (found) => {
  // A number in a spreadsheet has lost its zeros in front.
  const padded = /^\d{11,13}$/.test(found) ? found.padStart(14, '0') : found;
  return cnpjNumber.isValid(padded) ? cnpjNumber.format(padded) : wrong(found, 'CNPJ: its check digits are wrong');
};

const URL_CHARS_MAX = 500;

/** Pages load it: so only https, and no name or password in it. */
export const httpsUrl: CellParser = (found) => {
  if (!URL.canParse(found)) return wrong(found, 'address: write it like https://example.com/poster.jpg');
  const url = new URL(found);
  if (url.protocol !== 'https:') return { problem: `${quoted(found)} does not begin with https://` };
  if (url.username !== '' || url.password !== '') return { problem: 'it holds a user name or a password' };
  return url.href.length <= URL_CHARS_MAX ? url.href : { problem: `it is longer than ${URL_CHARS_MAX} characters` };
};

function dateOf(found: string): string | null {
  const midnight = found.replace(/[T ]00:00(:00)?$/, '');
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(midnight);
  const local = /^(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d{2})$/.exec(midnight);
  const [year, month, day] =
    iso === null
      ? [Number(local?.[3] ?? Number.NaN), Number(local?.[2]), Number(local?.[1])]
      : [Number(iso[1]), Number(iso[2]), Number(iso[3])];
  const full = year < 100 ? 2000 + year : year;
  const made = new Date(Date.UTC(full, month - 1, day));
  // 31/02 would be the second of March.
  const isReal = made.getUTCMonth() === month - 1 && made.getUTCDate() === day && full >= 1880 && full < 2200;
  return isReal ? made.toISOString().slice(0, 10) : null;
}

function clockOf(found: string, withMidnight: boolean): string | null {
  const [, hours = '', minutes = '00'] = /^(\d{1,2})(?:[:h](\d{2})?(?::00)?)(?:min|m)?$/i.exec(found) ?? [];
  if (hours === '' || Number(minutes) > 59) return null;
  if (Number(hours) === 24) return withMidnight && minutes === '00' ? '24:00' : null;
  return Number(hours) < 24 ? `${hours.padStart(2, '0')}:${minutes}` : null;
}

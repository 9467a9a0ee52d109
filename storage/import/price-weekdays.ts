/**
 * Days of the week as price lists write them: "seg-qui", "sex, sáb e dom", "segunda a quinta", "2ª a 5ª", "todos",
 * "fim de semana", "mon-thu", "1-4" (1 is Monday, as in ISO 8601). Holidays are no weekday: nobody told us when they are.
 */
import { quoted } from './cell-values.ts';
import type { Problem } from './table-kind.ts';

const DAYS: readonly (readonly string[])[] = [
  ['segunda', 'seg', '2a', 'monday', 'mon', '1'],
  ['terca', 'ter', '3a', 'tuesday', 'tue', '2'],
  ['quarta', 'qua', '4a', 'wednesday', 'wed', '3'],
  ['quinta', 'qui', '5a', 'thursday', 'thu', '4'],
  ['sexta', 'sex', '6a', 'friday', 'fri', '5'],
  ['sabado', 'sab', 'saturday', 'sat', '6'],
  ['domingo', 'dom', 'sunday', 'sun', '7', '0'],
];
const GROUPS: ReadonlyMap<string, number> = new Map([
  ...['todos', 'todos os dias', 'diariamente', 'all', 'every day', 'daily', '*'].map((name) => [name, 127] as const),
  ...['dias uteis', 'semana', 'weekdays', 'working days'].map((name) => [name, 31] as const),
  ...['fim de semana', 'fins de semana', 'fds', 'weekend', 'weekends'].map((name) => [name, 96] as const),
]);
const NUMBERS = new Map(DAYS.flatMap((names, day) => names.map((name) => [name, day] as const)));

/** Bit 0 is Monday, bit 6 Sunday. Pure. */
export function weekdays(found: string): number | Problem {
  const words = found
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[-\s]*feiras?\b/g, '')
    .trim();
  const group = GROUPS.get(words);
  if (group !== undefined) return group;
  const ranges = words
    .replace(/\s*(?:\b(?:a|ate|to|through)\b|[-–—])\s*/g, '-')
    .replace(/\s*\b(?:e|and)\b\s*/g, ',')
    .split(/[\s,;/+]+/)
    .filter((range) => range !== '');
  let bits = 0;
  for (const range of ranges) {
    const [first, last] = ends(range);
    if (first === undefined || last === undefined) return wrong(found);
    for (let day = first; ; day = (day + 1) % 7) {
      bits |= 1 << day;
      if (day === last) break;
    }
  }
  return bits === 0 ? wrong(found) : bits;
}

function ends(range: string): readonly [number | undefined, number | undefined] {
  const names = range.split('-');
  const [first = '', last = first] = names;
  return names.length > 2 ? [undefined, undefined] : [NUMBERS.get(first), NUMBERS.get(last)];
}

function wrong(found: string): Problem {
  return { problem: `${quoted(found)} are no weekdays: write them like seg-qui or sex, sáb, dom` };
}

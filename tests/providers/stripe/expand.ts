/** `expand[]`: ids in an answer replaced by their objects, along a dotted path; the stored objects stay as they are. */
import type { Books } from './books.ts';
import { invalid } from './failure.ts';

/** As Stripe's. */
const DEPTH_MAX = 4;

/** What is only there when asked for, by object kind and field. */
export type Includable = (object: Readonly<Record<string, unknown>>, field: string) => unknown;

/** @throws StripeFailure 400 for a path that leads nowhere or too deep. */
export function expanded(books: Books, answer: unknown, paths: readonly string[], includable: Includable): unknown {
  let result = answer;
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.filter((step) => step !== 'data').length > DEPTH_MAX)
      throw invalid(`You cannot expand more than ${DEPTH_MAX} levels: ${path}`, 'expand');
    result = along(books, result, steps, path, includable);
  }
  return result;
}

function along(books: Books, value: unknown, steps: readonly string[], path: string, includable: Includable): unknown {
  const [step, ...rest] = steps;
  if (step === undefined || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => along(books, one, steps, path, includable));
  if (typeof value !== 'object') throw cannotExpand(path);
  const object = value as Readonly<Record<string, unknown>>;
  const found = step in object ? object[step] : includable(object, step);
  if (found === undefined) throw cannotExpand(path);
  const next = typeof found === 'string' ? books.find(found) : found;
  if (next === undefined) throw cannotExpand(path);
  return { ...object, [step]: along(books, next, rest, path, includable) };
}

function cannotExpand(path: string): Error {
  return invalid(`This property cannot be expanded (${path}).`, 'expand');
}

/** Bodies and queries as Stripe reads them: forms with nested keys, `a[b][0][c]=x`. Every value is a string; empty unsets. */

export type FormValue = string | FormObject | FormValue[];
export interface FormObject {
  [field: string]: FormValue;
}

/** Deeper than anything Poltrona sends; a longer key is cut off rather than followed. */
const DEPTH_MAX = 8;

/** Reads pairs into an object. Numbers as keys make a list (`items[0][price]`), as does `expand[]`. */
export function readForm(pairs: URLSearchParams): FormObject {
  const form: FormObject = Object.create(null) as FormObject;
  for (const [key, value] of pairs) {
    const mark = key.indexOf('[');
    if (mark < 0) form[key] = value;
    else put(form, [key.slice(0, mark), ...key.slice(mark + 1, -1).split('][')].slice(0, DEPTH_MAX), value);
  }
  return form;
}

function put(form: FormObject, path: readonly string[], value: string): void {
  let place: FormObject | FormValue[] = form;
  for (const [depth, step] of path.entries()) {
    const name: string = Array.isArray(place) && step === '' ? String(place.length) : step;
    const slots = place as FormObject;
    if (depth === path.length - 1) {
      slots[name] = value;
      return;
    }
    const next = path[depth + 1] as string;
    const known: FormValue | undefined = slots[name];
    if (known === undefined || typeof known === 'string') {
      const fresh: FormObject | FormValue[] = /^\d*$/.test(next) ? [] : (Object.create(null) as FormObject);
      slots[name] = fresh;
      place = fresh;
    } else place = known;
  }
}

export function textOf(form: FormObject, field: string): string | undefined {
  const value = form[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function objectOf(form: FormObject, field: string): FormObject {
  const value = form[field];
  return typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function listOf(form: FormObject, field: string): FormValue[] {
  const value = form[field];
  return Array.isArray(value) ? value : [];
}

/** A list of texts, as `expand[]` and `payment_method_types[]` are. */
export function textsOf(form: FormObject, field: string): string[] {
  return listOf(form, field).filter((value) => typeof value === 'string');
}

/** `metadata` with `changes` merged in: an empty value takes the key out, as Stripe does. */
export function mergedMetadata(
  metadata: Readonly<Record<string, string>>,
  changes: FormObject,
): Record<string, string> {
  const merged: Record<string, string> = { ...metadata };
  for (const [key, value] of Object.entries(changes)) {
    if (value === '') delete merged[key];
    else if (typeof value === 'string') merged[key] = value;
  }
  return merged;
}

/** Objects of one kind in the order they were made, and Stripe's lists of them: newest first, by cursor. */
import { invalid, noSuch, wholeNumber } from './failure.ts';
import { type FormObject, objectOf, textOf } from './form.ts';

/** What Stripe calls an object. Fields that the stand-in works with are declared by the kinds; the rest is only shown. */
export interface ApiObject {
  id: string;
  object: string;
  [field: string]: unknown;
}

/** A quarter of an hour at full sale, some hundred megabytes. Beyond it the stand-in refuses instead of eating the machine. */
const OBJECTS_MAX = 200_000;
const PAGE_DEFAULT = 10;
const PAGE_MAX = 100;

export class Collection<Kind extends ApiObject> {
  readonly #kind: string;
  readonly #places = new Map<string, number>();
  readonly #inOrder: Kind[] = [];

  /** `kind` as errors name it: "payment_intent". */
  constructor(kind: string) {
    this.#kind = kind;
  }

  add(object: Kind): Kind {
    if (this.#inOrder.length >= OBJECTS_MAX)
      throw new Error(`the stand-in holds ${OBJECTS_MAX} of ${this.#kind}: start it anew`);
    this.#places.set(object.id, this.#inOrder.length);
    this.#inOrder.push(object);
    return object;
  }

  find(id: string): Kind | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#inOrder[place];
  }

  /** @throws StripeFailure 404 resource_missing */
  get(id: string, param?: string): Kind {
    const object = this.find(id);
    if (object === undefined) throw noSuch(this.#kind, id, param);
    return object;
  }

  /** All, oldest first. */
  all(): readonly Kind[] {
    return this.#inOrder;
  }

  /**
   * A page: newest first, `limit` 1 to 100 (10), after `starting_after` or before `ending_before`, `created` by bounds.
   *
   * @throws StripeFailure for a limit out of range or an unknown cursor.
   */
  list(url: string, form: FormObject, fits: (object: Kind) => boolean = () => true): ApiList<Kind> {
    const limit = form['limit'] === undefined ? PAGE_DEFAULT : wholeNumber(form['limit'], 'limit', 1);
    if (limit > PAGE_MAX)
      throw invalid(`This value must be less than or equal to ${PAGE_MAX} (it currently is '${limit}').`, 'limit');
    const after = textOf(form, 'starting_after');
    const before = textOf(form, 'ending_before');
    const isWanted = (object: Kind): boolean => fits(object) && isCreatedWithin(object, form);
    const data: Kind[] = [];
    let hasMore = false;
    const take = (object: Kind): boolean => {
      if (!isWanted(object)) return true;
      if (data.length < limit) data.push(object);
      else hasMore = true;
      return !hasMore;
    };
    if (before !== undefined) {
      for (let place = this.#placeOf(before, 'ending_before') + 1; place < this.#inOrder.length; place += 1)
        if (!take(this.#inOrder[place] as Kind)) break;
      data.reverse();
    } else {
      const first = after === undefined ? this.#inOrder.length : this.#placeOf(after, 'starting_after');
      for (let place = first - 1; place >= 0; place -= 1) if (!take(this.#inOrder[place] as Kind)) break;
    }
    return { object: 'list', data, has_more: hasMore, url };
  }

  #placeOf(id: string, param: string): number {
    const place = this.#places.get(id);
    if (place === undefined) throw noSuch(this.#kind, id, param);
    return place;
  }
}

export interface ApiList<Kind> {
  readonly object: 'list';
  readonly data: Kind[];
  readonly has_more: boolean;
  readonly url: string;
}

function isCreatedWithin(object: ApiObject, form: FormObject): boolean {
  const created = Number(object['created']);
  const exact = textOf(form, 'created');
  if (exact !== undefined) return created === Number(exact);
  const bounds = objectOf(form, 'created');
  const holds = (name: string, compare: (bound: number) => boolean): boolean => {
    const bound = textOf(bounds, name);
    return bound === undefined || compare(Number(bound));
  };
  return (
    holds('gt', (bound) => created > bound) &&
    holds('gte', (bound) => created >= bound) &&
    holds('lt', (bound) => created < bound) &&
    holds('lte', (bound) => created <= bound)
  );
}

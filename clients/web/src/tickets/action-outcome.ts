/**
 * What may be said of an action that was not answered with success. "Nothing changed" is said only where the server has said so;
 * of everything else nobody knows, and the same wish is sent again with the same key.
 */
import { ApiProblem } from '../../../sdk/api/http.ts';
import type { Order } from '../../../sdk/api/tickets-api.ts';

/**
 * refused: by a rule, whose code there are words for. unchanged: not even tried. unknown: it may have been done.
 */
export type ActionOutcome = 'refused' | 'unchanged' | 'unknown';

const NOT_TRIED: readonly number[] = [400, 401, 403, 404, 429];

/**
 * @param known codes of refusals. @param wasUnknown an earlier attempt at the same has an unknown end: that this one was not even
 * tried says nothing of it.
 */
export function actionOutcome(cause: unknown, known: readonly string[], wasUnknown: boolean): ActionOutcome {
  if (!(cause instanceof ApiProblem)) return 'unknown';
  if (cause.status === 409) return known.includes(cause.code) ? 'refused' : 'unknown';
  return NOT_TRIED.includes(cause.status) && !wasUnknown ? 'unchanged' : 'unknown';
}

/** Something asked for, from its first attempt until it is done or refused. */
export interface OpenWish {
  readonly key: string;
  readonly tickets: readonly string[];
  readonly cents: number;
  /** An attempt had an unknown end. */
  readonly isUnknown: boolean;
}

/** The same tickets again are the same wish, with its key; others are another one. */
export function wishAgain(
  before: OpenWish | undefined,
  tickets: readonly string[],
  cents: number,
  newKey: () => string,
): OpenWish {
  if (before !== undefined && before.tickets.join() === tickets.join()) return before;
  // What became of the one before is as unknown as it was, and "nothing changed" would speak of it as well.
  return { key: newKey(), tickets, cents, isUnknown: before?.isUnknown ?? false };
}

/** Whether all of these tickets have been given back, as the order says. */
export function areGivenBack(order: Order, ids: readonly string[]): boolean {
  const back = order.tickets.filter(({ id, state }) => ids.includes(id) && isBack(state));
  return ids.length > 0 && back.length === ids.length;
}

function isBack(state: Order['tickets'][number]['state']): boolean {
  return state === 'cancelled' || state === 'refunded';
}

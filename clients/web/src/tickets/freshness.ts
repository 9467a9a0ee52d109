/** What the pages of tickets say of the server's answer, or of there being none. */
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';

/** asking: of the server. offline, failed: it did not answer, without and with a network. often: it was asked too often. */
export type Freshness = 'asking' | 'fresh' | 'offline' | 'failed' | 'often';

const GONE: readonly number[] = [401, 403, 404];

export function freshnessOf(cause: unknown, isOnline: boolean): Freshness {
  if (cause instanceof ApiProblem && cause.status === 429) return 'often';
  return cause instanceof ApiUnreachable && !isOnline ? 'offline' : 'failed';
}

/** Of one order. gone: it does not open for whoever asks here; only the server's plain no says that. */
export function orderFreshnessOf(cause: unknown, isOnline: boolean): Freshness | 'gone' {
  return cause instanceof ApiProblem && GONE.includes(cause.status) ? 'gone' : freshnessOf(cause, isOnline);
}

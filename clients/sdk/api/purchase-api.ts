/** What a purchase asks over HTTP; the purchase itself goes over the live session (`Session.buy`). */
import type { ApiClient } from './http.ts';

/** How the buyer's bank ended its question. */
export type ChallengeOutcome = 'passed' | 'failed';

/**
 * The sandbox's stand-in for a bank: the answer to an order's challenge (refusal 33). The first one stands; afterwards the same
 * purchase is asked again. @throws ApiProblem 404 where sandbox payments are off.
 */
export async function answerChallenge(client: ApiClient, order: string, outcome: ChallengeOutcome): Promise<void> {
  await client.ask('/api/sandbox/challenges', { method: 'POST', body: { order, outcome } });
}

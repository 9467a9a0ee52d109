/** The club asks Stripe; what is told when no answer comes, and when the answer is a no. Neither is ever told as the other. */
import type { Log } from '../../storage/log.ts';
import { ProviderRefused, ProviderUnknown } from '../../workers/payments/provider-port.ts';
import { Problem } from '../api/problem.ts';

/** What an answer that was lost leaves open, and what to do: each request leaves something else. */
export const UNKNOWN = {
  join: 'Joining by itself charges nothing, and begins one membership however often it is said: try again.',
  payment:
    'It is not known at this moment whether the month was paid. Look again in a moment; nothing is charged twice.',
  leave: 'It is not known whether the membership ends now. Look again; leaving a second time changes nothing.',
  offer: 'Nobody can join the plan until it is made there: try again, it is made once.',
} as const;
/** For descriptions. */
export const REFUSED =
  'provider-refused: Stripe would not; nothing was changed, and the reason is in the log of the server';

/** @throws Problem 503 when Stripe did not answer or would not */
export async function asked<Result>(log: Log, unknown: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof ProviderUnknown) {
      throw new Problem(503, 'provider-unknown', `The payment provider did not answer. ${unknown}`);
    }
    if (!(cause instanceof ProviderRefused)) throw cause;
    const { code: reason, request } = cause;
    log.error({ code: reason, request }, 'the payment provider refuses what the club asks of it');
    throw new Problem(
      503,
      'provider-refused',
      'The payment provider would not do this, and nothing was changed by it. Trying again does not help: the cinema has to see to it.',
    );
  }
}

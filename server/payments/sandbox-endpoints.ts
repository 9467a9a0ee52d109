/** POST /api/sandbox/challenges: the stand-in for a bank's page, on which the buyer proves to be himself or fails to. */
import { z } from 'zod';
import { recordChallenge } from '../../storage/sandbox-challenges.ts';
import { textId } from '../admin/admin-fields.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';

/** Only where sandbox payments are on. */
export function sandboxEndpoints(): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/sandbox/challenges',
      summary: 'Say how the challenge of a sandbox payment went',
      description:
        'For an order whose `buy` was answered with `authenticationNeeded` (33). Afterwards the same `buy` with the same request id goes on. The first outcome stands. Not there on servers that take real money.',
      tag: 'Sandbox',
      access: { kind: 'public' },
      once: 'app',
      body: z.strictObject({ order: textId, outcome: z.enum(['passed', 'failed']) }),
      answer: z.object({ recorded: z.boolean() }),
      problems: { 404: 'There is no such order in payment.', 409: 'The challenge has ended otherwise already.' },
      handle: async ({ body: { order, outcome }, client }) => {
        const recorded = await recordChallenge(client, order, outcome);
        if (recorded === null) throw Problem.notFound('such order in payment');
        if (recorded !== outcome) {
          throw Problem.conflict('challenge-over', `The challenge of this order has ${recorded} already.`);
        }
        return { body: { recorded: true } };
      },
    }),
  ];
}

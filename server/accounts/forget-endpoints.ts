/** Forgetting a buyer on request, by an administrator: for who has no account, or cannot sign in any more. */
import { z } from 'zod';
import { buyersOfEmail, buyersOfPayer, type Forgotten, forgetBuyers } from '../../storage/accounts/buyer-erasure.ts';
import { emailKey } from '../../storage/accounts/buyers.ts';
import { findPayer } from '../../storage/accounts/payers.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { cpfField, dryRunField, emailField, whyField } from './account-fields.ts';
import type { AccountPorts } from './account-ports.ts';

export const forgottenView = z.object({
  buyer: z.string().nullable().meta({ description: 'The random id; null when several were found.' }),
  buyers: z.array(z.string()).meta({ description: 'Ids of all that was about the person: the account, and guests.' }),
  dryRun: z.boolean(),
  tickets: z.object({
    future: z
      .number()
      .meta({ description: 'Their screening lies ahead. They stay good, but nobody can be told about them.' }),
    past: z.number(),
  }),
  sessionsEnded: z.number(),
  endsMembership: z.boolean().meta({
    description: 'A membership of the cinema club ends at once; nothing more is charged, nothing is given back.',
  }),
  cpfForgottenAt: z
    .string()
    .nullable()
    .meta({
      description:
        'Until then a keyed hash of the CPF is kept, for counting its ten tickets of a screening. Null: nothing is kept, or ' +
        'another buyer has the same CPF.',
    }),
});

/** @param buyer whose request it was, where there is one account. */
export function viewOfForgotten(
  buyer: string | null,
  forgotten: Forgotten,
  dryRun: boolean,
): z.infer<typeof forgottenView> {
  const { buyers, tickets, sessionsEnded, endsMembership, cpfForgottenAt } = forgotten;
  return {
    buyer: buyer ?? (buyers.length === 1 ? (buyers[0] ?? null) : null),
    buyers: [...buyers],
    dryRun,
    tickets,
    sessionsEnded,
    endsMembership,
    cpfForgottenAt: cpfForgottenAt?.toISOString() ?? null,
  };
}

export function forgetEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/admin/buyers/forget',
      summary: 'Forget a buyer',
      description:
        'By one of: the random id, the CPF (all that was bought with it), the address (the account and guests). Journal, orders ' +
        'and tickets stay as they are: they name a random id. `dryRun` changes nothing.',
      tag: 'Administration',
      access: { kind: 'staff', permission: 'buyers:forget' },
      once: 'accounts',
      body: z
        .strictObject({
          buyer: z
            .string()
            .regex(/^[0-9A-Za-z_-]{1,64}$/, 'is no buyer id')
            .optional(),
          cpf: cpfField.optional(),
          email: emailField.optional(),
          why: whyField,
          dryRun: dryRunField,
        })
        .refine(
          ({ buyer, cpf, email }) => [buyer, cpf, email].filter((one) => one !== undefined).length === 1,
          'name the buyer by one of: buyer, cpf, email',
        ),
      answer: forgottenView,
      problems: { 404: 'There is no such buyer, or not any more.' },
      handle: async ({ body, client, principal }) => {
        const { buyer, cpf, email, why, dryRun } = body;
        const payer = cpf === undefined ? null : await findPayer(client, ports.seals, cpf);
        const ids =
          buyer !== undefined
            ? [buyer]
            : email !== undefined
              ? await buyersOfEmail(client, emailKey(email))
              : payer === null
                ? []
                : await buyersOfPayer(client, payer);
        const forgotten = await forgetBuyers(client, ports.seals, ids, { sayGoodbye: true, dryRun });
        if (forgotten.buyers.length === 0) throw Problem.notFound('such buyer, or not any more');
        if (!dryRun)
          for (const id of forgotten.buyers)
            await recordAction(client, { who: principal.who, action: 'buyer.forget', target: `buyer:${id}`, why });
        return { body: viewOfForgotten(null, forgotten, dryRun) };
      },
    }),
  ];
}

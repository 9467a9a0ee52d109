/** Everything about people over HTTP: accounts, sessions, passwords, and what staff do about colleagues, keys and buyers. */
import { z } from 'zod';
import { buyersOfAccount, forgetBuyers } from '../../storage/accounts/buyer-erasure.ts';
import { changeProfile, findAccountByPayer, findBuyer, lockSignUps } from '../../storage/accounts/buyers.ts';
import { findOrMakePayer } from '../../storage/accounts/payers.ts';
import { endSession, endSessionsOf } from '../../storage/accounts/sessions.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { birthDateField, cpfField, dryRunField, localeField, nameField } from './account-fields.ts';
import { type AccountPorts, beginSession, withAccounts } from './account-ports.ts';
import { mayTry } from './attempt-limits.ts';
import { buyerView, viewOfBuyer } from './buyer-view.ts';
import { forgetEndpoints, forgottenView, viewOfForgotten } from './forget-endpoints.ts';
import { keyEndpoints } from './key-endpoints.ts';
import { ownAccount, passwordEndpoints } from './password-endpoints.ts';
import { clearCookie } from './session-cookie.ts';
import { sessionEndpoints } from './session-endpoints.ts';
import { signUpEndpoints } from './sign-up-endpoints.ts';
import { staffEndpoints } from './staff-endpoints.ts';

const TAG = 'Accounts';

/** All endpoints of accounts, those of staff included. */
export function accountEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    ...signUpEndpoints(ports),
    ...sessionEndpoints(ports),
    ...passwordEndpoints(ports),
    ...profileEndpoints(ports),
    ...staffEndpoints(ports),
    ...keyEndpoints(ports),
    ...forgetEndpoints(ports),
  ];
}

function profileEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/account',
      summary: 'The account that is signed in',
      tag: TAG,
      access: { kind: 'buyer' },
      answer: z.object({ buyer: buyerView }),
      handle: async ({ principal }) => {
        const row = await findBuyer(ports.pool, principal.buyer);
        if (row === null) throw Problem.notFound('such account any more');
        return { body: { buyer: await viewOfBuyer(ports, row) } };
      },
    }),
    endpoint({
      method: 'PATCH',
      path: '/api/account',
      summary: 'Change the account',
      description:
        'What is left out stays. A CPF can be told once, by an account that has none, and is not changed afterwards: the ten ' +
        'tickets of a screening are counted by it. That ends all sessions and begins a new one here.',
      tag: TAG,
      access: { kind: 'buyer' },
      body: z.strictObject({
        name: nameField.optional(),
        birthDate: birthDateField.nullable().optional(),
        locale: localeField.optional(),
        cpf: cpfField.optional(),
      }),
      answer: z.object({ buyer: buyerView }),
      problems: { 409: 'The account has a CPF, or this one belongs to another account.' },
      handle: async ({ body, principal }) => {
        if (principal.isGuest) throw new Problem(403, 'guest', 'A guest has no account; sign up to have one.');
        const { cpf, ...change } = body;
        if (cpf === undefined) {
          await withAccounts(ports, (client) => changeProfile(client, principal.buyer, change));
          return { body: { buyer: await ownView(ports, principal.buyer) } };
        }
        await mayTry(ports, ['cpf account', principal.buyer]);
        const cookie = await withAccounts(ports, async (client) => {
          await lockSignUps(client);
          const payerId = await findOrMakePayer(client, ports.seals, cpf);
          const owner = await findAccountByPayer(client, payerId);
          if (owner !== null && owner.id !== principal.buyer)
            throw Problem.conflict('cpf-in-use', 'This CPF belongs to another account; sign in with that one.');
          if (!(await changeProfile(client, principal.buyer, { ...change, payerId })))
            throw Problem.conflict('has-cpf', 'The account has a CPF already, and it cannot be changed.');
          // The cookie says for whose CPF tickets count, so that none without must be used any more, on whichever device.
          if (!(await endSession(client, principal.session)))
            throw new Problem(401, 'not-signed-in', 'This session has ended meanwhile; sign in again.');
          await endSessionsOf(client, 'buyer', principal.buyer);
          const started = await beginSession(ports, client, 'account', principal.buyer, payerId, null);
          return started.cookie;
        });
        ports.authenticator.forget(principal.session);
        return { body: { buyer: await ownView(ports, principal.buyer) }, headers: { 'set-cookie': cookie } };
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/api/account',
      summary: 'Forget me',
      description:
        'Erases everything about the person: the account, and what was bought as a guest with its address and its CPF. Tickets ' +
        'that were bought stay good, but can be sent to nobody any more; a membership of the club ends at once. `dryRun` says how ' +
        'many tickets there are, and whether a membership ends, and changes nothing. ' +
        'A guest has no password and leaves it out; only that visit is forgotten.',
      tag: TAG,
      access: { kind: 'buyer' },
      body: z.strictObject({ password: z.string().min(1).max(512).optional(), dryRun: dryRunField }),
      answer: forgottenView,
      problems: { 403: 'The password is wrong.' },
      handle: async ({ body, principal }) => {
        const id = principal.buyer;
        if (!principal.isGuest) await ownAccount(ports, id, body.password ?? '');
        const forgotten = await withAccounts(ports, async (client) => {
          const ids = await buyersOfAccount(client, id);
          const done = await forgetBuyers(client, ports.seals, ids, { sayGoodbye: true, dryRun: body.dryRun });
          if (!body.dryRun)
            await recordAction(client, { who: `buyer:${id}`, action: 'buyer.forget', target: `buyer:${id}` });
          return done;
        });
        const answer = viewOfForgotten(id, forgotten, body.dryRun);
        if (body.dryRun) return { body: answer };
        ports.authenticator.forget(principal.session);
        return { body: answer, headers: { 'set-cookie': clearCookie() } };
      },
    }),
  ];
}

async function ownView(ports: AccountPorts, buyer: string): Promise<z.infer<typeof buyerView>> {
  const row = await findBuyer(ports.pool, buyer);
  if (row === null) throw Problem.notFound('such account any more');
  return viewOfBuyer(ports, row);
}

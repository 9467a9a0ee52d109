/** A new password: for who has forgotten his, for who was invited, and for who is signed in and knows it. */
import { z } from 'zod';
import {
  dropTokens,
  idOfSubject,
  sendLink,
  sendNothing,
  type TokenSubject,
  useToken,
} from '../../storage/accounts/account-tokens.ts';
import {
  type BuyerRow,
  emailKey,
  findAccountByEmail,
  findBuyer,
  lockSignUps,
  setBuyerPassword,
} from '../../storage/accounts/buyers.ts';
import { endSessionsOf } from '../../storage/accounts/sessions.ts';
import { findStaff, findStaffLogin, setStaffPassword } from '../../storage/accounts/staff-users.ts';
import { queueMessage } from '../../storage/messages.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { emailField, passwordField, tokenField } from './account-fields.ts';
import { type AccountPorts, beginSession, withAccounts } from './account-ports.ts';
import { forgive, isWithinLimit, mayTry, networkOf } from './attempt-limits.ts';
import { type PasswordOwner, passwordFault } from './password-rules.ts';
import { linkIsVoid } from './sign-up-endpoints.ts';

const TAG = 'Accounts';

export function passwordEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/password/forgotten',
      summary: 'Have a link for a new password sent',
      description:
        'The answer is the same whether the address is known or not. The link is good once, for an hour. Five are sent in an ' +
        'hour, and no more.',
      tag: TAG,
      access: { kind: 'public' },
      body: z.strictObject({ email: emailField }),
      answer: z.object({ next: z.literal('reset-password') }),
      problems: { 429: 'Too many from this network.' },
      handle: async ({ body, address }) => {
        await mayTry(ports, ['forgotten address', networkOf(address)]);
        // Said to nobody: else whoever asks for mails to Ana keeps her from asking.
        const mayMail = await isWithinLimit(ports, ['forgotten email', emailKey(body.email)]);
        await withAccounts(ports, async (client) => {
          if (!mayMail) return sendNothing(client);
          const buyer = await findAccountByEmail(client, body.email);
          if (buyer !== null) await sendLink(client, ports.seals, 'reset-password', `buyer:${buyer.id}`);
          const staff = await findStaffLogin(client, body.email);
          if (staff !== null) await sendLink(client, ports.seals, 'reset-password', `user:${staff.id}`);
          if (buyer === null && staff === null) await sendNothing(client);
        });
        return { body: { next: 'reset-password' as const } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/password/reset',
      summary: 'Set a new password with the token of a message',
      description:
        'For a link that was sent because the password was forgotten, and for an invitation. Ends all sessions; sign in with ' +
        'the new password afterwards. A password that is refused leaves the link as it is.',
      tag: TAG,
      access: { kind: 'public' },
      body: z.strictObject({ token: tokenField, password: passwordField }),
      answer: z.object({ for: z.enum(['buyer', 'staff']) }),
      problems: { 410: 'The link has been used, or is too old.' },
      handle: async ({ body, address }) => {
        await mayTry(ports, ['token address', networkOf(address)]);
        // Before the work of a hash; once more, with the owner's name, when it is known whose it is.
        mustBeGood(body.password, {});
        const passwordHash = await ports.passwords.hash(body.password);
        const { subject, email } = await withAccounts(ports, async (client) => {
          await lockSignUps(client);
          const used = await useToken(client, body.token, ['reset-password', 'staff-invitation']);
          if (used === null) throw linkIsVoid('Have another one sent to you.');
          const id = idOfSubject(used.subject);
          const isBuyer = used.subject.startsWith('buyer:');
          const owner = isBuyer ? await findBuyer(client, id) : await findStaff(client, Number(id));
          if (owner === null) throw linkIsVoid('The account is not there any more.');
          mustBeGood(body.password, owner);
          const isSet = isBuyer
            ? await setBuyerPassword(client, id, passwordHash)
            : await setStaffPassword(client, Number(id), passwordHash);
          if (!isSet) throw linkIsVoid('The account is not there any more, or is disabled.');
          await endSessionsOf(client, isBuyer ? 'buyer' : 'staff', id);
          await dropTokens(client, used.subject);
          if (used.purpose === 'reset-password') await tellChanged(client, used.subject);
          return { subject: used.subject, email: owner.email };
        });
        // Whoever reads the mailbox is the owner, and was perhaps shut out by somebody who guessed.
        if (email !== null) await forgive(ports, ['sign-in account', emailKey(email)]);
        return { body: { for: subject.startsWith('buyer:') ? ('buyer' as const) : ('staff' as const) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/password',
      summary: 'Change the password of the account',
      description: 'Ends all other sessions and begins a new one here.',
      tag: TAG,
      access: { kind: 'buyer' },
      body: z.strictObject({ current: z.string().min(1).max(512), password: passwordField }),
      answer: z.object({ changed: z.literal(true) }),
      problems: { 403: 'The current password is wrong.' },
      handle: async ({ body, principal }) => {
        const account = await ownAccount(ports, principal.buyer, body.current);
        mustBeGood(body.password, account);
        const passwordHash = await ports.passwords.hash(body.password);
        const { cookie } = await withAccounts(ports, async (client) => {
          // Another one may have been set since it was compared; the row is ours from here on, and its payer is today's.
          if (!(await setBuyerPassword(client, account.id, passwordHash, account.passwordHash))) throw wrongPassword();
          const { payerId } = (await findBuyer(client, account.id)) ?? account;
          await endSessionsOf(client, 'buyer', account.id);
          await dropTokens(client, `buyer:${account.id}`);
          await tellChanged(client, `buyer:${account.id}`);
          return beginSession(ports, client, 'account', account.id, payerId, null);
        });
        return { body: { changed: true as const }, headers: { 'set-cookie': cookie } };
      },
    }),
  ];
}

/**
 * The account of who is signed in, who has said his password once more.
 * @throws Problem 403, also for a guest, who has none; 429.
 */
export async function ownAccount(ports: AccountPorts, buyer: string, password: string): Promise<BuyerRow> {
  await mayTry(ports, ['password again', buyer]);
  const account = await findBuyer(ports.pool, buyer);
  const isRight = await ports.passwords.isRight(account?.passwordHash ?? null, password);
  if (account === null || !isRight) throw wrongPassword();
  await forgive(ports, ['password again', buyer]);
  return account;
}

function wrongPassword(): Problem {
  return new Problem(403, 'wrong-password', 'The password is wrong.');
}

function mustBeGood(password: string, owner: PasswordOwner): void {
  const fault = passwordFault(password, owner);
  if (fault !== null) throw Problem.invalid([{ path: 'body.password', message: fault }]);
}

async function tellChanged(client: Parameters<typeof queueMessage>[0], subject: TokenSubject): Promise<void> {
  const recipientKind = subject.startsWith('buyer:') ? 'buyer' : 'staff';
  await queueMessage(client, { kind: 'password-changed', recipientKind, recipient: idOfSubject(subject), params: {} });
}

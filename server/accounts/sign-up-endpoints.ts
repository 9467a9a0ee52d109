/**
 * Opening an account. Whoever asks hears the same, whatever is known of the address and of the CPF: the mail to the address
 * tells the rest. An account can do nothing until its address is confirmed; until then it keeps nobody else out, neither from
 * the address nor from the CPF.
 *
 * To confirm takes the link and the password, together: the last one to sign up with Ana's address may have been somebody else,
 * with his password and his CPF, and Ana would find his link among her mails as well as her own.
 */
import type { ClientBase } from 'pg';
import { z } from 'zod';
import { idOfSubject, sendLink, subjectOfToken, useToken } from '../../storage/accounts/account-tokens.ts';
import {
  addAccount,
  confirmEmail,
  dropUnconfirmedAccount,
  emailKey,
  findAccountByEmail,
  findAccountByPayer,
  findBuyer,
  lockSignUps,
  type NewAccount,
} from '../../storage/accounts/buyers.ts';
import { findOrMakePayer } from '../../storage/accounts/payers.ts';
import { rehearse } from '../../storage/in-transaction.ts';
import { queueMessage } from '../../storage/messages.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import {
  birthDateField,
  cpfField,
  emailField,
  localeField,
  nameField,
  passwordField,
  tokenField,
} from './account-fields.ts';
import type { AccountPorts } from './account-ports.ts';
import { withAccounts } from './account-ports.ts';
import { forgive, isWithinLimit, mayTry, networkOf } from './attempt-limits.ts';
import { passwordFault } from './password-rules.ts';

const TAG = 'Accounts';

export function signUpEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'POST',
      path: '/api/accounts',
      summary: 'Open an account',
      description:
        'The answer is the same whether the address or the CPF is known or not. A message to the address holds the link that ' +
        'confirms it; until then nobody can sign in. Beyond five in an hour for one address nothing is done.',
      tag: TAG,
      access: { kind: 'public' },
      once: 'accounts',
      body: z.strictObject({
        name: nameField,
        email: emailField,
        password: passwordField,
        cpf: cpfField,
        birthDate: birthDateField.optional(),
        locale: localeField.default('pt-BR'),
      }),
      answer: z.object({
        buyer: z.object({ locale: localeField, isConfirmed: z.literal(false) }),
        next: z.literal('confirm-email').meta({ description: 'Follow the link in the message that is on its way.' }),
      }),
      problems: { 429: 'Too many accounts from this network.', 503: 'Too many at this moment.' },
      prepare: async ({ body, address }) => {
        const fault = passwordFault(body.password, body);
        if (fault !== null) throw Problem.invalid([{ path: 'body.password', message: fault }]);
        await mayTry(ports, ['sign-up address', networkOf(address)]);
        // Said to nobody: else whoever signs up with Ana's address keeps her from it.
        const mayMail = await isWithinLimit(ports, ['sign-up email', emailKey(body.email)]);
        // Also for an address that has an account: the time must not tell.
        return { mayMail, passwordHash: await ports.passwords.hash(body.password) };
      },
      handle: async ({ body, client }, { mayMail, passwordHash }) => {
        const { name, email, cpf, locale, birthDate = null } = body;
        const wanted = { name, email, passwordHash, birthDate, locale };
        await (mayMail ? signUp(ports, client, wanted, cpf) : signUpNobody(ports, client, wanted, cpf));
        return {
          status: 201,
          body: { buyer: { locale, isConfirmed: false as const }, next: 'confirm-email' as const },
        };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/accounts/confirm',
      summary: 'Confirm the address of an account',
      description:
        'With the token of the message, good once, for 24 hours, and the password that the account was opened with. A wrong ' +
        'password leaves the link as it is. Nobody is signed in by it.',
      tag: TAG,
      access: { kind: 'public' },
      body: z.strictObject({ token: tokenField, password: z.string().min(1).max(512) }),
      answer: z.object({ confirmed: z.literal(true) }),
      problems: {
        403: 'The password is wrong.',
        410: 'The link has been used, or is too old.',
        429: 'Too many attempts.',
      },
      handle: async ({ body, address }) => {
        await mayTry(ports, ['token address', networkOf(address)]);
        const subject = await subjectOfToken(ports.pool, body.token, 'confirm-email');
        if (subject === null) throw notConfirmed();
        const id = idOfSubject(subject);
        await mayTry(ports, ['password again', id]);
        const hash = (await findBuyer(ports.pool, id))?.passwordHash ?? null;
        if (!(await ports.passwords.isRight(hash, body.password)) || hash === null) throw notItsPassword();
        const isConfirmed = await withAccounts(ports, async (client) => {
          await lockSignUps(client);
          const used = await useToken(client, body.token, ['confirm-email']);
          return used !== null && (await confirmEmail(client, idOfSubject(used.subject), hash));
        });
        if (!isConfirmed) throw notConfirmed();
        await forgive(ports, ['password again', id]);
        return { body: { confirmed: true as const } };
      },
    }),
  ];
}

function notConfirmed(): Problem {
  return linkIsVoid('Sign up again, or have a new password sent to you.');
}

function notItsPassword(): Problem {
  return new Problem(
    403,
    'wrong-password',
    'This is not the password that the account was opened with; the link is still good. If somebody else opened it with your ' +
      'address, leave it alone, or have a link for a new password sent to you.',
  );
}

/** 410: it may have been good once. */
export function linkIsVoid(whatToDo: string): Problem {
  return new Problem(410, 'link-void', `This link has been used already, or is too old. ${whatToDo}`);
}

async function signUp(
  ports: AccountPorts,
  client: ClientBase,
  wanted: Omit<NewAccount, 'payerId'>,
  cpf: string,
): Promise<void> {
  await lockSignUps(client);
  const known = await findAccountByEmail(client, wanted.email);
  if (known?.isConfirmed !== true) {
    if (known !== null) await dropUnconfirmedAccount(client, known.id);
    await openAccount(ports, client, wanted, cpf);
    return;
  }
  // Neither does the time tell who has an account.
  await openForNobody(ports, client, wanted, cpf);
  await queueMessage(client, { kind: 'already-registered', recipientKind: 'buyer', recipient: known.id, params: {} });
}

/** The work of a sign-up that is not done, for an address that had enough mails. */
async function signUpNobody(
  ports: AccountPorts,
  client: ClientBase,
  wanted: Omit<NewAccount, 'payerId'>,
  cpf: string,
): Promise<void> {
  await lockSignUps(client);
  await openForNobody(ports, client, wanted, cpf);
}

/** Done, and undone. */
function openForNobody(
  ports: AccountPorts,
  client: ClientBase,
  wanted: Omit<NewAccount, 'payerId'>,
  cpf: string,
): Promise<void> {
  return rehearse(client, () => openAccount(ports, client, { ...wanted, email: NOBODY }, cpf));
}

/** No address of anybody (RFC 2606). */
const NOBODY = 'nobody@poltrona.invalid';

async function openAccount(
  { seals }: AccountPorts,
  client: ClientBase,
  wanted: Omit<NewAccount, 'payerId'>,
  cpf: string,
): Promise<void> {
  const payer = await findOrMakePayer(client, seals, cpf);
  const rival = await findAccountByPayer(client, payer);
  if (rival !== null && !rival.isConfirmed) await dropUnconfirmedAccount(client, rival.id);
  const isTaken = rival?.isConfirmed === true;
  const id = await addAccount(client, { ...wanted, payerId: isTaken ? null : payer });
  await sendLink(client, seals, 'confirm-email', `buyer:${id}`, isTaken ? { cpfTaken: true } : {});
}

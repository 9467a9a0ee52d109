/** The first administrator: made by whoever can reach the database itself, since there is nobody yet who could ask the server. */
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import type { Seals } from '../sealing.ts';
import { recordAction } from '../staff-actions.ts';
import { sendLink } from './account-tokens.ts';
import { addKey, type IssuedKey } from './api-keys.ts';
import { addStaff } from './staff-users.ts';

export interface AdministratorWanted {
  readonly email: string;
  readonly name: string;
  /** The operating-system user; for the record. */
  readonly who: string;
  /** Default: "command line of <name>". */
  readonly keyName?: string;
}

export type AdministratorMade =
  | {
      readonly is: 'created';
      readonly user: number;
      /** The token of the invitation, to set a password with; it is also mailed. Good for 7 days, once. */
      readonly invitation: string;
      readonly key: IssuedKey;
    }
  | { readonly is: 'email-taken' };

/** An administrator, an invitation to set a password, and an API key for the command line. `pool` has the accounts role. */
export async function createAdministrator(
  pool: pg.Pool,
  seals: Seals,
  wanted: AdministratorWanted,
): Promise<AdministratorMade> {
  const { email, name, who } = wanted;
  return inTransaction(pool, async (client) => {
    const user = await addStaff(client, { email, name, role: 'administrator', exhibitorId: null, cinemaIds: null });
    if (user === null) return { is: 'email-taken' };
    const invitation = await sendLink(client, seals, 'staff-invitation', `user:${user}`);
    const key = await addKey(client, {
      name: wanted.keyName ?? `command line of ${name}`,
      role: 'administrator',
      exhibitorId: null,
      cinemaIds: null,
      scopes: null,
      createdBy: who,
      expiresAt: null,
    });
    await recordAction(client, {
      who,
      action: 'user.create',
      target: `user:${user}`,
      details: { role: 'administrator' },
    });
    await recordAction(client, {
      who,
      action: 'key.create',
      target: `key:${key.id}`,
      details: { role: 'administrator' },
    });
    return { is: 'created', user, invitation, key };
  });
}

/** Another administrator's key, for an installation whose keys are lost. `pool` has the accounts role. */
export async function createAdministratorKey(
  pool: pg.Pool,
  wanted: { readonly name: string; readonly who: string },
): Promise<IssuedKey> {
  const { name, who } = wanted;
  return inTransaction(pool, async (client) => {
    const everything = { role: 'administrator', exhibitorId: null, cinemaIds: null, scopes: null, expiresAt: null };
    const key = await addKey(client, { name, createdBy: who, ...everything });
    await recordAction(client, {
      who,
      action: 'key.create',
      target: `key:${key.id}`,
      details: { role: 'administrator' },
    });
    return key;
  });
}

/**
 * "Forget me": everything about the person is erased, and nothing of what was sold. Journal, orders and tickets name a random
 * id, so that they stay as they are; a ticket that was bought still admits. Only the keyed HMAC of the CPF outlives the request,
 * until the last screening is over (payers.ts): else the same CPF could come again for another ten.
 */
import type pg from 'pg';
import { endMemberships } from '../club/club-ends.ts';
import { rehearse } from '../in-transaction.ts';
import { queueFarewell } from '../messages.ts';
import type { Seals } from '../sealing.ts';
import { dropTokens } from './account-tokens.ts';
import { type BuyerRow, findBuyer } from './buyers.ts';
import { erasePayer } from './payers.ts';
import { endSessionsOf } from './sessions.ts';

export interface Forgotten {
  /** Ids of the rows that were about the person: the account, and guests with the same address (or all of the same CPF). */
  readonly buyers: readonly string[];
  /** Of those buyers: not used yet and the screening ahead; all the others. */
  readonly tickets: { readonly future: number; readonly past: number };
  readonly sessionsEnded: number;
  /** A membership of the club ends at once, and nothing is charged for it any more. */
  readonly endsMembership: boolean;
  /** When the last trace of the CPF goes; null: with the request, or another buyer still has it. */
  readonly cpfForgottenAt: Date | null;
}

export interface ForgetOptions {
  /** Whether the account's address gets a last message. */
  readonly sayGoodbye: boolean;
  /** Do everything and undo it: what would happen is what the answer says. */
  readonly dryRun: boolean;
}

/** Forgets `buyers`, in the caller's transaction. Those that are unknown or forgotten already are left out of the answer. */
export async function forgetBuyers(
  client: pg.ClientBase,
  seals: Seals,
  buyers: readonly string[],
  options: ForgetOptions,
): Promise<Forgotten> {
  const work = (): Promise<Forgotten> => forget(client, seals, buyers, options);
  return options.dryRun ? rehearse(client, work) : work();
}

async function forget(
  client: pg.ClientBase,
  seals: Seals,
  buyers: readonly string[],
  { sayGoodbye }: ForgetOptions,
): Promise<Forgotten> {
  // Of two requests at once the second finds nobody any more.
  await client.query('select from buyers where id = any ($1) order by id for update', [buyers]);
  const found: BuyerRow[] = [];
  for (const id of buyers) {
    const buyer = await findBuyer(client, id);
    if (buyer !== null) found.push(buyer);
  }
  const ids = found.map(({ id }) => id);
  const payers = [...new Set(found.flatMap(({ payerId }) => payerId ?? []))];
  const tickets = await countTickets(client, ids, payers);
  let sessionsEnded = 0;
  for (const { id, kind, email, locale } of found) {
    if (sayGoodbye && kind === 'account' && email !== null)
      await queueFarewell(client, seals, { buyer: id, email, locale });
    await client.query(
      `update buyers set name = null, email = null, email_key = null, email_confirmed_at = null, password_hash = null,
         birth_date = null, erased_at = now(), updated_at = now() where id = $1`,
      [id],
    );
    sessionsEnded += await endSessionsOf(client, 'buyer', id);
    await dropTokens(client, `buyer:${id}`);
    await client.query('delete from idempotency_keys where scope = $1', [`buyer:${id}`]);
  }
  const endsMembership = (await endMemberships(client, ids)) > 0;
  let cpfForgottenAt: Date | null = null;
  for (const payer of payers) {
    const erased = await erasePayer(client, payer);
    if (erased.is === 'later' && (cpfForgottenAt === null || erased.at > cpfForgottenAt)) cpfForgottenAt = erased.at;
  }
  return { buyers: ids, tickets, sessionsEnded, endsMembership, cpfForgottenAt };
}

/** Orders and tickets may name the buyer or the payer; both are random ids. */
async function countTickets(
  client: pg.ClientBase,
  buyers: readonly string[],
  payers: readonly string[],
): Promise<{ future: number; past: number }> {
  const { rows } = await client.query<{ future: number; past: number }>(
    `select count(*) filter (where t.state = 'live' and s.status <> 'cancelled' and s.starts_at > now())::int as future,
       count(*) filter (where t.state <> 'live' or s.status = 'cancelled' or s.starts_at <= now())::int as past
     from tickets t join screenings s on s.id = t.screening where t.buyer = any ($1)`,
    [[...buyers, ...payers]],
  );
  return rows[0] ?? { future: 0, past: 0 };
}

/**
 * The account, and the guests with its address and its CPF: whoever signs in has shown that the address is his. A guest has
 * not, and is only this one.
 */
export async function buyersOfAccount(client: pg.ClientBase, account: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select g.id from buyers a join buyers g on g.id = a.id
       or (a.kind = 'account' and g.kind = 'guest' and g.payer_id = a.payer_id and g.email_key = a.email_key and g.erased_at is null)
     where a.id = $1 and a.erased_at is null order by g.kind, g.id`,
    [account],
  );
  return rows.map(({ id }) => id);
}

/** All of a CPF; for staff, who have seen a document. */
export async function buyersOfPayer(client: pg.ClientBase, payer: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select id from buyers where payer_id = $1 and erased_at is null order by kind, id',
    [payer],
  );
  return rows.map(({ id }) => id);
}

/** All with an address: the account and guests. */
export async function buyersOfEmail(client: pg.ClientBase, emailKey: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select id from buyers where email_key = $1 and erased_at is null order by kind, id',
    [emailKey],
  );
  return rows.map(({ id }) => id);
}

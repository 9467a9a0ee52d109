/**
 * Payers: the one table that knows a CPF, encrypted, and as a keyed HMAC to find it again. Everybody else knows the payer's
 * random id, by which the actors count the ten tickets (promises I3 and I8). One CPF is one payer, whatever it buys with.
 */
import { nanoid } from 'nanoid';
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import type { Seals } from '../sealing.ts';
import { maskedCpf } from './cpf.ts';

/**
 * Whether a screening of tickets (or of an order in payment) of the payer's buyers lies ahead, and when the last one is over.
 * A day is added to its end: the exhibition day ends past midnight, and screenings are put off.
 */
const PAYER_NEEDED_UNTIL = `
  select max(s.starts_at + (f.minutes || ' minutes')::interval + interval '1 day') as needed_until
  from (
    select screening from tickets where state = 'live' and buyer in (select $1 union all select id from buyers where payer_id = $1)
    union all
    select screening from orders
    where state in ('created', 'authorised') and buyer in (select $1 union all select id from buyers where payer_id = $1)
  ) ahead
    join screenings s on s.id = ahead.screening join films f on f.id = s.film_id
  where s.status <> 'cancelled' and s.starts_at + (f.minutes || ' minutes')::interval > now()`;

/** The payer's id, made when this CPF comes for the first time. Two that come at once get the same one. */
export async function findOrMakePayer(client: pg.ClientBase, seals: Seals, cpf: string): Promise<string> {
  const id = nanoid();
  // An update rather than "do nothing": it waits for whoever is inserting the same CPF, and calls back a payer whose
  // person had asked to be forgotten and has come again.
  const { rows } = await client.query<{ id: string; has_cpf: boolean }>({
    name: 'payer-find-or-make',
    text: `insert into payers as p (id, cpf_hmac, cpf_encrypted) values ($1, $2, $3)
      on conflict (cpf_hmac) do update set erase_after = null
      returning p.id, p.cpf_encrypted is not null as has_cpf`,
    values: [id, seals.hmac('cpf', cpf), seals.seal('cpf', Buffer.from(cpf), id)],
  });
  const found = rows[0];
  if (found === undefined) throw new Error('a payer was neither found nor made');
  if (!found.has_cpf)
    await client.query('update payers set cpf_encrypted = $2 where id = $1', [
      found.id,
      seals.seal('cpf', Buffer.from(cpf), found.id),
    ]);
  return found.id;
}

/** Null when this CPF never came, or was forgotten. */
export async function findPayer(client: pg.ClientBase | pg.Pool, seals: Seals, cpf: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>('select id from payers where cpf_hmac = $1', [
    seals.hmac('cpf', cpf),
  ]);
  return rows[0]?.id ?? null;
}

/** "***.982.247-**"; null when it is forgotten. */
export async function maskedCpfOf(pool: pg.Pool, seals: Seals, payer: string): Promise<string | null> {
  const { rows } = await pool.query<{ cpf_encrypted: Buffer | null }>(
    'select cpf_encrypted from payers where id = $1',
    [payer],
  );
  const sealed = rows[0]?.cpf_encrypted ?? null;
  return sealed === null ? null : maskedCpf(seals.open('cpf', sealed, payer).toString());
}

export type PayerErased =
  | { readonly is: 'gone' }
  /** Another buyer has the same CPF. */
  | { readonly is: 'needed' }
  /** The number is gone, its HMAC goes then. */
  | { readonly is: 'later'; readonly at: Date };

/**
 * Forgets a payer whom nobody needs any more: at once, or, with a screening ahead, the number at once and the HMAC when the
 * last one is over, because until then the same CPF must go on being counted.
 */
export async function erasePayer(client: pg.ClientBase, payer: string): Promise<PayerErased> {
  // The lock keeps a sign-up with the same CPF waiting until it can see what became of the row.
  await client.query('select from payers where id = $1 for update', [payer]);
  const { rowCount } = await client.query('select from buyers where payer_id = $1 and erased_at is null limit 1', [
    payer,
  ]);
  if (rowCount !== 0) return { is: 'needed' };
  const { rows } = await client.query<{ needed_until: Date | null }>(PAYER_NEEDED_UNTIL, [payer]);
  const at = rows[0]?.needed_until ?? null;
  if (at !== null) {
    await client.query('update payers set cpf_encrypted = null, erase_after = $2 where id = $1', [payer, at]);
    return { is: 'later', at };
  }
  await client.query('update buyers set payer_id = null where payer_id = $1', [payer]);
  await client.query('delete from payers where id = $1', [payer]);
  return { is: 'gone' };
}

/**
 * Forgets the payers whose time has come, and those whom nobody has: of sign-ups that were never confirmed. At most `limit`,
 * each by itself; resolves with how many are gone. For a daily job.
 */
export async function eraseDuePayers(pool: pg.Pool, limit = 10_000): Promise<number> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from payers p where erase_after < now() or (
       erase_after is null and created_at < now() - interval '1 day'
       and not exists (select from buyers b where b.payer_id = p.id and b.erased_at is null))
     order by erase_after limit $1`,
    [limit],
  );
  let erased = 0;
  for (const { id } of rows) {
    const outcome = await inTransaction(pool, (client) => erasePayer(client, id));
    if (outcome.is === 'gone') erased++;
  }
  return erased;
}

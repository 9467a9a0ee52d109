/**
 * The keys that sign tickets: made here, sealed with the installation's secret key, and changed without anybody noticing. A new
 * key is published at once and signs ten minutes later: by then every node has read it (ticket-qr.ts, a minute) and every gate
 * may have it (the published list is kept for five). So all nodes change at the same moment, and no gate meets a stranger.
 *
 * A retired key goes on being published as long as a code that it signed can be good: until the last screening that was planned
 * when it retired is three days over, and no shorter than 400 days, for screenings that were being planned at that very moment.
 * Its private half is erased with the next change. A key that others may know is another matter: `leaked` stops publishing all
 * keys before, and codes that were mailed or saved with them are refused; those on the page are signed anew.
 */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import type { Seals } from '../sealing.ts';
import { recordAction } from '../staff-actions.ts';

/** From its publication to its first signature, seconds: a node's minute and a gate's five, and as much again. */
export const SIGNS_AFTER_SECONDS = 600;
const PUBLISHED_DAYS_MIN = 400;

export interface TicketKeyRow {
  readonly id: number;
  /** 32 bytes, Base64 for URLs. */
  readonly publicKey: string;
  readonly createdAt: Date;
  readonly signsFrom: Date;
  /** Null: the last one made. */
  readonly retiredAt: Date | null;
  /** Null: of the last one. */
  readonly publishedUntil: Date | null;
}

export interface SealedTicketKey extends TicketKeyRow {
  /** Null: erased. */
  readonly sealed: Buffer | null;
}

interface Row extends Omit<SealedTicketKey, 'publicKey'> {
  readonly publicKey: Buffer;
}

const COLUMNS = `id::int as id, public_key as "publicKey", created_at as "createdAt", signs_from as "signsFrom",
  retired_at as "retiredAt", published_until as "publishedUntil"`;

/** All, the first one first; for people. Any role may ask. */
export async function listTicketKeys(queryable: pg.Pool | pg.ClientBase): Promise<TicketKeyRow[]> {
  const { rows } = await queryable.query<Row>(`select ${COLUMNS} from ticket_keys order by id`);
  return rows.map(rowOf);
}

/**
 * Those that are published now, and what they sign with; the first key is made when there is none, once, however many nodes
 * start at the same moment. `pool` has the role app or accounts.
 */
export async function loadTicketKeys(pool: pg.Pool, seals: Seals): Promise<SealedTicketKey[]> {
  const found = await publishedKeys(pool);
  if (found.length > 0) return found;
  const made = newKey(seals);
  // Of two at once the second waits for the first, and then leaves it at that.
  await pool.query(
    `insert into ticket_keys (public_key, private_key)
     select $1, $2 where not exists (select from ticket_keys where retired_at is null) on conflict do nothing`,
    [made.publicKey, made.sealed],
  );
  return publishedKeys(pool);
}

export interface Rotation {
  /** For the record. */
  readonly who: string;
  readonly why: string;
  /** Others may know the keys until now: they are worth nothing from now on. */
  readonly leaked: boolean;
}

export interface Rotated {
  readonly made: TicketKeyRow;
  /** Keys that are not published any more, because they leaked. */
  readonly withdrawn: readonly number[];
}

/** Makes the key that signs next. `pool` has the role app; the record is written in the same transaction. */
export function rotateTicketKeys(pool: pg.Pool, seals: Seals, { who, why, leaked }: Rotation): Promise<Rotated> {
  return inTransaction(pool, async (client) => {
    // Two at once come one after the other, and make two keys.
    await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.ticket_keys'))`);
    await client.query('update ticket_keys set private_key = null where retired_at < now()');
    const { rows: before } = await client.query('select from ticket_keys where retired_at is null');
    // The very first one has nobody to wait for.
    const after = leaked || before.length === 0 ? 0 : SIGNS_AFTER_SECONDS;
    await client.query(
      `update ticket_keys set retired_at = now() + $1 * interval '1 second',
         published_until = greatest(now() + $2 * interval '1 day',
           (select max(s.starts_at + f.minutes * interval '1 minute') + interval '3 days'
            from screenings s join films f on f.id = s.film_id where s.starts_at > now()))
       where retired_at is null`,
      [after, PUBLISHED_DAYS_MIN],
    );
    const withdrawn = leaked ? await withdraw(client) : [];
    const fresh = newKey(seals);
    const { rows } = await client.query<Row>(
      `insert into ticket_keys (public_key, private_key, signs_from) values ($1, $2, now() + $3 * interval '1 second')
       returning ${COLUMNS}`,
      [fresh.publicKey, fresh.sealed, after],
    );
    const made = rowOf(rows[0]!);
    const details = { leaked, withdrawn };
    await recordAction(client, { who, action: 'ticket-key.rotate', target: `ticket-key:${made.id}`, why, details });
    return { made, withdrawn };
  });
}

async function withdraw(client: pg.ClientBase): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `update ticket_keys set published_until = now(), retired_at = least(retired_at, now()), private_key = null
     where published_until > now() returning id::int as id`,
  );
  return rows.map(({ id }) => id).sort((one, other) => one - other);
}

async function publishedKeys(pool: pg.Pool): Promise<SealedTicketKey[]> {
  const { rows } = await pool.query<Row>({
    name: 'ticket-keys-published',
    text: `select ${COLUMNS}, private_key as sealed from ticket_keys
      where published_until is null or published_until > now() order by id`,
  });
  return rows.map((row) => ({ ...row, publicKey: row.publicKey.toString('base64url') }));
}

/** The seed of the private half, opened. @throws SealBroken */
export function openTicketKey(seals: Seals, { publicKey, sealed }: SealedTicketKey): JsonWebKey | null {
  if (sealed === null) return null;
  const d = seals.open('ticket-key', sealed, publicKey).toString('base64url');
  return { kty: 'OKP', crv: 'Ed25519', x: publicKey, d };
}

function newKey(seals: Seals): { readonly publicKey: Buffer; readonly sealed: Buffer } {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  // Its public half belongs to it: the id comes from the database, when it is too late to seal.
  return { publicKey: Buffer.from(x, 'base64url'), sealed: seals.seal('ticket-key', Buffer.from(d, 'base64url'), x) };
}

function rowOf({ id, publicKey, createdAt, signsFrom, retiredAt, publishedUntil }: Row): TicketKeyRow {
  return { id, publicKey: publicKey.toString('base64url'), createdAt, signsFrom, retiredAt, publishedUntil };
}

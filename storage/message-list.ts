/** Messages as staff sees them: what became of each, and never to whom it went. Also how a dead one is sent again. */
import type pg from 'pg';
import { queueSending } from './message-delivery.ts';
import type { RecipientKind } from './messages.ts';

export const MESSAGE_STATES = ['queued', 'sent', 'dead', 'dropped'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface ListedMessage {
  readonly id: string;
  readonly kind: string;
  readonly recipientKind: RecipientKind;
  readonly recipient: string;
  readonly state: MessageState;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly receipt: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/** Where a page ended. */
export interface MessagePlace {
  readonly createdAt: string;
  readonly id: string;
}

/** The youngest first, at most `limit`, those before `after`. `pool` has the accounts role. */
export async function listMessages(
  pool: pg.Pool,
  state: MessageState | null,
  limit: number,
  after: MessagePlace | null,
): Promise<{ messages: ListedMessage[]; next: MessagePlace | null }> {
  // The text keeps the microseconds that a Date would lose, and with them the place.
  const { rows } = await pool.query<ListedMessage & { place: string }>({
    name: 'messages-list',
    text: `select id, kind, recipient_kind as "recipientKind", recipient, state, attempts, last_error as "lastError", receipt,
             created_at as "createdAt", sent_at as "sentAt", created_at::text as place
           from messages
           where ($1::text is null or state = $1) and ($3::timestamptz is null or (created_at, id) < ($3, $4))
           order by created_at desc, id desc limit $2`,
    values: [state, limit + 1, after?.createdAt ?? null, after?.id ?? null],
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? { createdAt: last.place, id: last.id } : null;
  return { messages: page.map(({ place: _place, ...message }) => message), next };
}

/** Puts a dead message back; resolves with its state before, or null when there is none. `client` has a transaction. */
export async function resendMessage(client: pg.ClientBase, id: string): Promise<MessageState | null> {
  const { rows } = await client.query<{ state: MessageState }>('select state from messages where id = $1 for update', [
    id,
  ]);
  const state = rows[0]?.state ?? null;
  if (state === 'dead') await putBack(client, [id]);
  return state;
}

/** Puts the oldest dead messages back, at most `limit`; resolves with how many, and how many are left. */
export async function resendDead(client: pg.ClientBase, limit: number): Promise<{ resent: number; left: number }> {
  const { rows } = await client.query<{ id: string }>(
    `select id from messages where state = 'dead' order by created_at, id limit $1 for update skip locked`,
    [limit],
  );
  await putBack(
    client,
    rows.map(({ id }) => id),
  );
  const left = await client.query<{ count: number }>(`select count(*)::int from messages where state = 'dead'`);
  return { resent: rows.length, left: left.rows[0]?.count ?? 0 };
}

/** With all attempts again. */
async function putBack(client: pg.ClientBase, ids: readonly string[]): Promise<void> {
  await client.query(`update messages set state = 'queued', attempts = 0, updated_at = now() where id = any($1)`, [
    ids,
  ]);
  for (const id of ids) await queueSending(client, id);
}

/**
 * Messages to people, queued in the transaction of what causes them: rolled back, nobody hears of it. A row names its
 * recipient by id, and says by kind and parameters what happened; address, name and words are looked up when it is sent, so
 * that a person who asks to be forgotten is forgotten here as well.
 */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import type { Seals } from './sealing.ts';

/** Wall times in the cinema: "2026-12-24T20:30:00". Money in cents. Nothing personal: the rows are kept. */
export interface MessageParams {
  /** `cpfTaken`: the CPF that was given belongs to another account, so that this one was made without it. */
  readonly 'confirm-email': { readonly cpfTaken?: true | undefined };
  readonly 'already-registered': Record<never, never>;
  readonly 'reset-password': Record<never, never>;
  readonly 'password-changed': Record<never, never>;
  readonly 'staff-invitation': Record<never, never>;
  readonly 'screening-cancelled': {
    readonly screening: number;
    readonly refundCents?: number | undefined;
    readonly currency?: string | undefined;
  };
  readonly 'screening-rescheduled': { readonly screening: number; readonly from: string; readonly to: string };
  readonly 'order-refunded': {
    readonly order: string;
    /** The tickets that this is about; all of the order's that were given back, unless said. */
    readonly tickets?: readonly string[] | undefined;
    readonly refundCents: number;
    readonly currency: string;
  };
  /** Sold tickets died because their money could not be had: only by storage/payments/void-letter.ts. */
  readonly 'tickets-voided': { readonly order: string };
  /** Only by order-confirmations.ts. */
  readonly 'order-confirmed': { readonly order: string };
  /** Only by queueFarewell. */
  readonly 'account-erased': { readonly sealed: string };
}
export type MessageKind = keyof MessageParams;
export type RecipientKind = 'buyer' | 'staff';

export interface NewMessage<Kind extends MessageKind = MessageKind> {
  /** From newMessageId, or one that names the cause: a second message with the same id is not queued. */
  readonly id?: string;
  readonly kind: Kind;
  readonly recipientKind: RecipientKind;
  /** A buyer's id, or a payer's (then whoever has this CPF, where it is one only); or a staff user's id. */
  readonly recipient: string;
  readonly params: MessageParams[Kind];
}

/** The task that sends one (workers/mail/send-message.ts). */
export const SEND_MESSAGE = 'send-message';
/** Mail waits for whatever else has to be done: a mail server that stalls must not hold up a cancellation. */
export const SEND_PRIORITY = 10;
/**
 * How often the job of a message may end in an error of ours, or with its node, before the message is dead. What a mail
 * server refuses is not counted here but with the message (workers/mail/retry-schedule.ts).
 */
export const SEND_FAULTS_MAX = 8;

export function newMessageId(): string {
  return randomBytes(16).toString('base64url');
}

/** The key of a message's job. */
export function messageJobKey(id: string): string {
  return `message:${id}`;
}

/** Queues one message; resolves with its id. `client` has the role app or accounts, and a transaction. */
export async function queueMessage<Kind extends MessageKind>(
  client: pg.ClientBase,
  message: NewMessage<Kind>,
): Promise<string> {
  const id = message.id ?? newMessageId();
  await queueMessages(client, [{ ...message, id } as NewMessage]);
  return id;
}

/** Queues many at once. Those whose id is known already are left as they are, sent or not. */
export async function queueMessages(client: pg.ClientBase, messages: readonly NewMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const rows = messages.map(({ id, kind, recipientKind, recipient, params }) => ({
    id: id ?? newMessageId(),
    kind,
    recipient_kind: recipientKind,
    recipient,
    params,
  }));
  await client.query({
    name: 'messages-queue',
    text: `with added as (
             insert into messages (id, kind, recipient_kind, recipient, params)
             select id, kind, recipient_kind, recipient, params
             from jsonb_to_recordset($1) as m (id text, kind text, recipient_kind text, recipient text, params jsonb)
             on conflict (id) do nothing
             returning id)
           select poltrona.add_job($2, jsonb_build_object('message', id), 'message:' || id, null, $4, $3) from added`,
    values: [JSON.stringify(rows), SEND_MESSAGE, SEND_PRIORITY, SEND_FAULTS_MAX],
  });
}

/**
 * The last message to somebody who asked to be forgotten: queued before the buyer's row is erased, in the same
 * transaction. The address travels sealed in the message, and is wiped as soon as that has been sent or given up.
 */
export async function queueFarewell(
  client: pg.ClientBase,
  seals: Seals,
  person: { readonly buyer: string; readonly email: string; readonly locale: string },
): Promise<string> {
  const id = newMessageId();
  const plain = JSON.stringify({ email: person.email, locale: person.locale });
  const sealed = seals.seal('message', Buffer.from(plain), id).toString('base64');
  const params = { sealed };
  return queueMessage(client, { id, kind: 'account-erased', recipientKind: 'buyer', recipient: person.buyer, params });
}

/** @throws SealBroken */
export function openFarewell(seals: Seals, id: string, sealed: string): { email: string; locale: string } {
  return JSON.parse(seals.open('message', Buffer.from(sealed, 'base64'), id).toString()) as {
    email: string;
    locale: string;
  };
}

/**
 * The kinds of message: what their parameters are, whom they may go to, and what has to be looked up before the words are
 * chosen. A row that fits none of these was written by another build, or by hand: it is not guessed at.
 */
import { z } from 'zod';
import type { MessageKind, MessageParams, RecipientKind } from '../../storage/messages.ts';

const nothing = z.strictObject({});
const cents = z.int().min(0).max(1_000_000_000);
const currency = z.string().regex(/^[A-Z]{3}$/);
const wallTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);
const id = z.int().positive();
const textId = z.string().min(1).max(128);

export interface KindRules<Kind extends MessageKind = MessageKind> {
  readonly params: z.ZodType<MessageParams[Kind]>;
  readonly to: readonly RecipientKind[];
  /** Where the link leads, below PUBLIC_URL; the token follows after "#token=", which no server ever sees in its log. */
  readonly linkPath?: string;
  /** An address that nobody has confirmed may be another person's: such news is not for it. */
  readonly needsConfirmed?: true;
}

const KINDS: { readonly [Kind in MessageKind]: KindRules<Kind> } = {
  'confirm-email': {
    params: z.strictObject({ cpfTaken: z.literal(true).optional() }),
    to: ['buyer'],
    linkPath: '/account/confirm',
  },
  'already-registered': { params: nothing, to: ['buyer'], needsConfirmed: true },
  'reset-password': { params: nothing, to: ['buyer', 'staff'], linkPath: '/account/reset' },
  'password-changed': { params: nothing, to: ['buyer', 'staff'] },
  'staff-invitation': { params: nothing, to: ['staff'], linkPath: '/staff/welcome' },
  'screening-cancelled': {
    params: z.strictObject({ screening: id, refundCents: cents.optional(), currency: currency.optional() }),
    to: ['buyer'],
  },
  'screening-rescheduled': { params: z.strictObject({ screening: id, from: wallTime, to: wallTime }), to: ['buyer'] },
  'order-refunded': {
    params: z.strictObject({
      order: textId,
      tickets: z.array(textId).max(500).optional(),
      refundCents: cents,
      currency,
    }),
    to: ['buyer'],
  },
  'tickets-voided': { params: z.strictObject({ order: textId }), to: ['buyer'] },
  // Also to an address that nobody has confirmed: whoever bought typed it in, and has no tickets without the letter.
  'order-confirmed': { params: z.strictObject({ order: textId }), to: ['buyer'] },
  'account-erased': { params: z.strictObject({ sealed: z.base64().max(2_000) }), to: ['buyer'] },
};

/** A kind with its parameters, checked. */
export type CheckedMessage = {
  readonly [Kind in MessageKind]: { readonly kind: Kind; readonly params: MessageParams[Kind] };
}[MessageKind];

/** The message as its kind says, or the sentence that tells what is wrong with it. */
export function checkMessage(kind: string, to: RecipientKind, params: unknown): CheckedMessage | string {
  if (!isKind(kind)) return `this build knows no message of the kind "${kind}"`;
  const rules = KINDS[kind];
  if (!rules.to.includes(to)) return `a message of the kind "${kind}" does not go to ${to}`;
  const parsed = rules.params.safeParse(params);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'params'}: ${code}`);
    return `the parameters of a message of the kind "${kind}" are wrong: ${wrong.join('; ')}`;
  }
  return { kind, params: parsed.data } as CheckedMessage;
}

export function rulesOf(kind: MessageKind): KindRules {
  return KINDS[kind] as unknown as KindRules;
}

function isKind(kind: string): kind is MessageKind {
  return Object.hasOwn(KINDS, kind);
}

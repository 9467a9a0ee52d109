/**
 * Messages for those who look after them: what was sent, what is dead and why, and sending it again. To whom a message went
 * is told by an id only: whoever repairs the mail need not know the people.
 */
import type pg from 'pg';
import { z } from 'zod';
import {
  type ListedMessage,
  listMessages,
  MESSAGE_STATES,
  resendDead,
  resendMessage,
} from '../../storage/message-list.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { LIMIT_MAX, TAG, textId, why } from '../admin/admin-fields.ts';
import { cursorOf, placeIn } from '../admin/page-cursor.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';

/** Messages that one request puts back: with two at a time the mail server is busy with them for a while. */
const RESEND_MAX = 1_000;

const messageView = z.object({
  id: z.string(),
  kind: z.string().meta({ examples: ['screening-cancelled'] }),
  recipient: z.string().meta({ description: 'Never a name or an address.', examples: ['buyer Xk3f9a…', 'user 12'] }),
  state: z.enum(MESSAGE_STATES).meta({
    description: 'dead: given up, a person decides. dropped: it need not be sent any more.',
  }),
  attempts: z.number(),
  lastError: z.string().nullable(),
  receipt: z.string().nullable().meta({ description: 'What the mail server answered.' }),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
});

/** `accounts`: with that role. */
export function messageEndpoints(accounts: pg.Pool): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/admin/messages',
      summary: 'Messages, the youngest first',
      tag: TAG,
      access: { kind: 'staff', permission: 'messages:read' },
      query: z.object({
        state: z.enum(MESSAGE_STATES).optional(),
        limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(100),
        after: z.string().max(500).optional(),
      }),
      answer: z.object({ messages: z.array(messageView), next: z.string().nullable() }),
      handle: async ({ query: { state, limit, after } }) => {
        const place = placeIn(after, ['string', 'string']);
        if (place !== undefined && !PLACE.test(place[0])) throw wrongPlace();
        const from = place === undefined ? null : { createdAt: place[0], id: place[1] };
        const { messages, next } = await listMessages(accounts, state ?? null, limit, from);
        return {
          body: { messages: messages.map(viewOf), next: next === null ? null : cursorOf([next.createdAt, next.id]) },
        };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/messages/{message}/resend',
      summary: 'Send a dead message again',
      description: 'With all its attempts. The address is looked up anew; a link that has expired is not sent.',
      tag: TAG,
      access: { kind: 'staff', permission: 'messages:write' },
      once: 'accounts',
      params: z.object({ message: textId }),
      body: z.strictObject({ why: why.optional() }),
      answer: z.object({ message: z.string(), resent: z.number() }),
      problems: { 404: 'There is no such message.', 409: 'It is not dead.' },
      handle: async ({ params: { message }, body, client, principal }) => {
        const state = await resendMessage(client, message);
        if (state === null) throw Problem.notFound(`message ${message}`);
        if (state !== 'dead') {
          throw Problem.conflict('not-dead', `The message is ${state}; only dead messages are sent again.`);
        }
        await recordAction(client, {
          who: principal.who,
          action: 'message.resend',
          target: `message:${message}`,
          why: body.why ?? null,
        });
        return { body: { message, resent: 1 } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/messages/resend',
      summary: 'Send all dead messages again',
      description: `The oldest first, at most ${RESEND_MAX} at once; \`left\` tells how many are still dead.`,
      tag: TAG,
      access: { kind: 'staff', permission: 'messages:write' },
      once: 'accounts',
      body: z.strictObject({ state: z.literal('dead'), why }),
      answer: z.object({ resent: z.number(), left: z.number() }),
      handle: async ({ body, client, principal }) => {
        const { resent, left } = await resendDead(client, RESEND_MAX);
        await recordAction(client, {
          who: principal.who,
          action: 'messages.resend',
          target: 'messages:dead',
          why: body.why,
          details: { resent, left },
        });
        return { body: { resent, left } };
      },
    }),
  ];
}

/** An instant as PostgreSQL writes it. */
const PLACE = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$/;

function wrongPlace(): Problem {
  return Problem.invalid([{ path: 'query.after', message: 'must be the "next" of the page before' }]);
}

function viewOf(message: ListedMessage): z.input<typeof messageView> {
  const { recipientKind, recipient, createdAt, sentAt, ...rest } = message;
  return {
    ...rest,
    recipient: recipientKind === 'staff' ? `user ${recipient}` : `buyer ${recipient.slice(0, 6)}…`,
    createdAt: createdAt.toISOString(),
    sentAt: sentAt?.toISOString() ?? null,
  };
}

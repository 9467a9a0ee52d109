/**
 * The sandbox: no money, and outcomes that the buyer names. It is refused in production unless it was asked for. It keeps no books of
 * its own; what it answers follows from the order, from what ours say and, of a challenge, from what the buyer has told: so that it
 * answers the same on any node, however often it is asked.
 */
import type { Sight } from '../../actors/payment/payment.ts';
import { type Answered, type KnownObject, type ProviderDesk, ProviderRefused } from './provider-port.ts';

/** How long a 'slow' payment takes, milliseconds: long enough to lose the network meanwhile, shorter than a client's patience. */
export const SLOW_MS = 5_000;

export interface SandboxPorts {
  /** How the buyer's challenge of an order went; null: not yet. Rejects when nobody knows. */
  challengeOf(order: string): Promise<'passed' | 'failed' | null>;
  delay(ms: number): Promise<unknown>;
}

/** What it calls a reservation for which it waits for the buyer: so that ours tell it from one that only has to be asked for. */
const ASKED = '.asked';

/** The token says how it shall end: 'approved', 'slow' (approved in the end), 'authenticate' (after a challenge); all else is declined. */
export function sandboxDesk({ challengeOf, delay }: SandboxPorts): ProviderDesk {
  const challenged = async ({ order, object }: KnownObject): Promise<Answered<Sight>> => {
    const outcome = await challengeOf(order);
    if (outcome === 'passed') return reserved(order, object);
    if (outcome === 'failed') return answer(object, 'declined', 'challenge_failed');
    const { result, request } = answer(object, 'action');
    return { result: { ...result, authorisation: `sandbox.${order}${ASKED}` }, request };
  };
  return {
    provider: 'sandbox',
    create: ({ order, hasToken }) =>
      Promise.resolve(answer(`sandbox.${order}`, hasToken ? 'approved' : 'declined', hasToken ? null : 'no_token')),
    async authorise(known, token) {
      const { order, object } = known;
      switch (token) {
        case 'slow':
          await delay(SLOW_MS);
          return reserved(order, object);
        case 'approved':
          return reserved(order, object);
        case 'authenticate':
          return challenged(known);
        default:
          return answer(object, 'declined', 'card_declined');
      }
    },
    async look(known) {
      const { object, authorisation, capture, amountCents } = known;
      if (capture !== null) return captured(known, amountCents);
      if (authorisation === null) return answer(object, 'approved');
      return authorisation.endsWith(ASKED) ? challenged(known) : reserved(known.order, object);
    },
    capture: (known) => Promise.resolve(captured(known, known.amountCents)),
    cancel: (known) =>
      Promise.resolve(known.capture === null ? answer(known.object, 'cancelled') : captured(known, known.amountCents)),
    refund: (_known, { id }) =>
      Promise.resolve({ result: { object: `sandbox.${id}`, is: 'done', reason: null }, request: null }),
    lookRefund: (_known, object) => Promise.resolve({ result: { object, is: 'done', reason: null }, request: null }),
    buyerAction: ({ authorisation }) =>
      Promise.resolve(authorisation?.endsWith(ASKED) === true ? { kind: 'sandbox' } : null),
    verifyWebhook: () => Promise.resolve(null),
    lookDispute: () => Promise.reject(new ProviderRefused('no_disputes')),
    listSince: () => Promise.resolve(null),
  };
}

function answer(object: string, is: Sight['is'], declineCode: string | null = null): Answered<Sight> {
  const nothing = { authorisation: null, capture: null, capturedCents: 0, feeCents: null, refundedCents: null };
  return { result: { ...nothing, object, is, declineCode }, request: null };
}

function reserved(order: string, object: string): Answered<Sight> {
  const { result, request } = answer(object, 'authorised');
  return { result: { ...result, authorisation: `sandbox.${order}.reserved` }, request };
}

function captured({ order, object }: KnownObject, capturedCents: number): Answered<Sight> {
  const { result, request } = reserved(order, object);
  return {
    result: { ...result, is: 'captured', capture: `sandbox.${order}.taken`, capturedCents, feeCents: 0 },
    request,
  };
}

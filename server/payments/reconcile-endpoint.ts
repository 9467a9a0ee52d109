/** The reconciler on demand, bite by bite: whoever asks sees how far it is, and an interruption leaves nothing half done. */
import { z } from 'zod';
import { PROVIDERS } from '../../actors/payment/payment.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import {
  type Bite,
  type Place,
  type ReconcileWish,
  STAGES,
  START,
  type Stage,
} from '../../workers/payments/reconciler.ts';
import { instant, next, staff, TAG } from '../admin/admin-fields.ts';
import type { AdminPorts } from '../admin/admin-ports.ts';
import { cursorOf, placeIn } from '../admin/page-cursor.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';

export interface PaymentAdminPorts extends Pick<AdminPorts, 'pool' | 'nowMs'> {
  /** workers/payments/reconciler.ts */
  reconcile(wish: ReconcileWish, place: Place): Promise<Bite>;
}

/** Where the reconciler begins unless it is said, milliseconds ago: what the last rounds of its job have not looked at is older. */
const SINCE_MS = 86_400_000;
/** Further back no provider can be asked for anything to be put right. */
const SINCE_MAX_MS = 180 * 86_400_000;
/** Of a provider's list, while somebody waits for the answer: a hundred requests. */
const LISTED_MAX = 10_000;

const reconcileCase = z.object({
  order: z.string(),
  found: z.string().meta({
    description:
      'lapsing, captured-unsold, sold-uncaptured, refund-open, open, case: by our books. missed-…: the provider says something ' +
      'else. unknown-order, second-object, no-books: for a person. listing-cut: not everything could be looked at.',
  }),
  did: z
    .array(z.string())
    .meta({ description: 'The steps that were done; in a rehearsal the one that would be first.' }),
  left: z.string().meta({ description: '"nothing", what is waited for, or why it failed.' }),
  provider: z.enum(PROVIDERS).nullable(),
  object: z.string().nullable().meta({ description: 'The provider’s id.' }),
  cents: z.number().meta({ description: 'Cents.' }),
});

export function reconcileEndpoint(ports: PaymentAdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/payments/reconcile',
    tag: TAG,
    summary: 'Compare the books with seats and providers, and put right what does not agree',
    description:
      'One bite of it: repeat with "after" as the answer’s "next" until that is null. What is done is what would be done in time by ' +
      'itself; a job does the same every ten minutes.',
    access: staff('payments:write'),
    once: 'app',
    body: z.strictObject({
      since: instant.optional().meta({ description: 'What a provider lists since then; a day ago unless said.' }),
      dryRun: z.boolean().default(false).meta({ description: 'Change nothing; tell what would be done first.' }),
      after: z.string().max(400).nullable().default(null),
    }),
    answer: z.object({
      dryRun: z.boolean(),
      looked: z.number().meta({ description: 'Orders that were looked at in this bite.' }),
      cases: z.array(reconcileCase),
      stage: z.string().meta({ description: 'What this bite was about.' }),
      next,
    }),
    // Before the transaction: it asks providers, and is not undone.
    prepare: ({ body }) => {
      const sinceMs = body.since === undefined ? ports.nowMs() - SINCE_MS : Date.parse(body.since);
      if (sinceMs < ports.nowMs() - SINCE_MAX_MS || sinceMs > ports.nowMs())
        throw Problem.invalid([{ path: 'body.since', message: 'must lie in the last 180 days' }]);
      const wish = { sinceMs, isDryRun: body.dryRun, isThorough: true, listedMax: LISTED_MAX };
      return ports.reconcile(wish, placeOf(body.after));
    },
    handle: async ({ principal, body, client }, { cases, looked, next: goOn }) => {
      const { stage } = placeOf(body.after);
      // Each bite that may have done something: "after" is the asker's to name, and one that is made up is no way around this.
      if (!body.dryRun && (body.after === null || looked > 0))
        await recordAction(client, {
          ...{ who: principal.who, action: 'payments.reconcile', target: 'payments', why: null },
          details: {
            since: body.since ?? null,
            stage,
            looked,
            putRight: cases.filter(({ did }) => did.length > 0).length,
          },
        });
      const after = goOn === null ? null : cursorOf([goOn.stage, goOn.after === '' ? '-' : goOn.after]);
      return {
        body: {
          dryRun: body.dryRun,
          looked,
          cases: cases.map((each) => ({ ...each, did: [...each.did] })),
          stage,
          next: after,
        },
      };
    },
  });
}

/** @throws Problem 400 */
function placeOf(cursor: string | null): Place {
  if (cursor === null) return START;
  const [stage = '', last = ''] = placeIn(cursor, ['string', 'string']) ?? [];
  if (!(STAGES as readonly string[]).includes(stage))
    throw Problem.invalid([{ path: 'body.after', message: 'must be the "next" of before' }]);
  return { stage: stage as Stage, after: last === '-' ? '' : last };
}

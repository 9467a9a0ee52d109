/** The adapter for PayPal with a stand-in beneath it, as its tests want it. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Sight } from '../../actors/payment/payment.ts';
import { payPalDesk } from '../../workers/payments/paypal/paypal-desk.ts';
import type { KnownObject, NewObject, ProviderDesk, WantedRefund } from '../../workers/payments/provider-port.ts';
import { type PayPalOptions, PayPalStandIn } from '../providers/paypal/paypal-stand-in.ts';

export interface PaypalStage {
  readonly desk: ProviderDesk;
  readonly standIn: PayPalStandIn;
  /** Moved by the test; both sides read it. */
  readonly clock: { nowMs: number };
  /** An order of 64.00; the buyer has not been asked yet. */
  created(order?: string): Promise<KnownObject>;
  approved(order?: string): Promise<KnownObject>;
  authorised(order?: string): Promise<KnownObject>;
  captured(order?: string): Promise<KnownObject>;
  /** The same account with another deadline. */
  hurried(deadlineMs: number): ProviderDesk;
  /** How many requests a path has had, by method. */
  asked(method: string, path: RegExp): number;
}

export const RETURN_URL = 'https://cinema.example/pay/o-1';
/** The adapter's own: no test waits for it. */
const DEADLINE_MS = 10_000;

export function newObject(more: Partial<NewObject> = {}): NewObject {
  const order = more.order ?? 'o-1';
  const money = { amountCents: 6_400, currency: 'BRL' };
  return { order, screening: 7, ...money, hasToken: false, returnUrl: RETURN_URL, key: `${order}.create`, ...more };
}

export function wantedRefund(more: Partial<WantedRefund> = {}): WantedRefund {
  const id = more.id ?? 'o-1.r1';
  return { id, cents: 900, object: null, isAgain: false, key: id, ...more };
}

/** As the books take over what was seen. */
export function knownAs(known: KnownObject, { authorisation, capture }: Sight): KnownObject {
  return { ...known, authorisation: authorisation ?? known.authorisation, capture: capture ?? known.capture };
}

export async function paypalStage(
  t: TestContext,
  options: PayPalOptions & { readonly deadlineMs?: number } = {},
): Promise<PaypalStage> {
  const { deadlineMs = DEADLINE_MS, ...standInOptions } = options;
  const clock = { nowMs: Date.now() };
  const nowMs = () => clock.nowMs;
  const standIn = await PayPalStandIn.start({ nowMs, ...standInOptions });
  t.after(() => standIn.close());
  const { clientId, clientSecret, webhookId, url } = standIn;
  const account = { clientId, clientSecret, webhookId, environment: 'sandbox', apiUrl: url, nowMs } as const;
  const desk = payPalDesk({ ...account, deadlineMs });
  const stage: PaypalStage = {
    desk,
    standIn,
    clock,
    async created(order = 'o-1') {
      const { result } = await desk.create(newObject({ order }));
      const money = { amountCents: 6_400, currency: 'BRL' };
      return { order, object: result.object, authorisation: null, capture: null, ...money };
    },
    async approved(order) {
      const known = await stage.created(order);
      standIn.approve(known.object);
      return known;
    },
    async authorised(order) {
      const known = await stage.approved(order);
      const { result } = await desk.authorise(known, null, RETURN_URL, `${known.order}.authorise`);
      assert.equal(result.is, 'authorised');
      return knownAs(known, result);
    },
    async captured(order) {
      const known = await stage.authorised(order);
      const { result } = await desk.capture(known, `${known.order}.capture`);
      assert.equal(result.is, 'captured');
      return knownAs(known, result);
    },
    hurried: (shortMs) => payPalDesk({ ...account, deadlineMs: shortMs }),
    asked: (method, path) => standIn.requests.filter((seen) => seen.method === method && path.test(seen.path)).length,
  };
  return stage;
}

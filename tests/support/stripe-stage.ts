/** The adapter against the stand-in, over real connections; with a payment at the state that a test begins with. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { RefundSight, Sight } from '../../actors/payment/payment.ts';
import {
  type Answered,
  type KnownObject,
  type NewObject,
  type ProviderDesk,
  ProviderUnknown,
} from '../../workers/payments/provider-port.ts';
import type { StripeAccount, StripeTiming } from '../../workers/payments/stripe/stripe-calls.ts';
import { stripeDesk } from '../../workers/payments/stripe/stripe-desk.ts';
import { StripeStandIn, type StripeStandInOptions } from '../providers/stripe/stripe-stand-in.ts';

export const RETURN_URL = 'https://poltrona.example/pay/o-1';

/** Repeats at once: a test does not wait for what a provider might need. */
const TEST_TIMING: StripeTiming = { callMs: 10_000, pauseMs: 1 };

export interface StripeStage {
  readonly standIn: StripeStandIn;
  readonly desk: ProviderDesk;
  readonly account: StripeAccount;
  /** Another one with its own timing, at the same stand-in. */
  deskWith(timing: Partial<StripeTiming>): ProviderDesk;
  create(changes?: Partial<NewObject>): Promise<KnownObject>;
  authorised(order?: string): Promise<KnownObject>;
  captured(order?: string): Promise<KnownObject>;
}

export async function stripeStage(t: TestContext, options: StripeStandInOptions = {}): Promise<StripeStage> {
  const standIn = await StripeStandIn.start(options);
  t.after(() => standIn.close());
  const account = { secretKey: standIn.secretKey, webhookSecrets: [...standIn.webhooks.secrets], apiUrl: standIn.url };
  const deskWith = (timing: Partial<StripeTiming>): ProviderDesk =>
    stripeDesk(account, { ...TEST_TIMING, ...timing }, options.nowMs);
  const desk = deskWith({});
  let tokens = 0;

  async function create(changes: Partial<NewObject> = {}): Promise<KnownObject> {
    const wanted = newObject(changes);
    const { result } = await desk.create(wanted);
    return knownAs(result.object, wanted);
  }
  async function authorised(order = 'o-1'): Promise<KnownObject> {
    const known = await create({ order, key: `${order}.create` });
    const { result } = await desk.authorise(known, `ctoken_ok_${++tokens}`, RETURN_URL, `${order}.authorise`);
    assert.equal(result.is, 'authorised');
    return { ...known, authorisation: result.authorisation };
  }
  async function captured(order = 'o-1'): Promise<KnownObject> {
    const known = await authorised(order);
    const { result } = await desk.capture(known, `${order}.capture`);
    assert.equal(result.is, 'captured');
    return { ...known, capture: result.capture };
  }
  return { standIn, desk, account, deskWith, create, authorised, captured };
}

export function newObject(changes: Partial<NewObject> = {}): NewObject {
  const order = changes.order ?? 'o-1';
  return {
    order,
    screening: 7,
    amountCents: 6_400,
    currency: 'BRL',
    hasToken: true,
    returnUrl: RETURN_URL,
    key: `${order}.create`,
    ...changes,
  };
}

function knownAs(object: string, { order, amountCents, currency }: NewObject): KnownObject {
  return { order, object, authorisation: null, capture: null, amountCents, currency };
}

/** Passes when it is not known what came of `call`; resolves with the error. */
export async function unknownOf(
  call: Promise<Answered<Sight | RefundSight>>,
  failure: string,
): Promise<ProviderUnknown> {
  const error: unknown = await call.then(
    ({ result }) => assert.fail(`answered: ${result.is}`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ProviderUnknown, String(error));
  assert.equal(error.failure, failure);
  return error;
}

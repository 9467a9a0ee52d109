/**
 * Answers keep the shape of the API: every field Stripe's SDK declares as always there is there, and fields that Stripe's example
 * objects have are of the examples' kind. The examples are published beside the project and may be absent; the SDK never is.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type Stripe from 'stripe';
import ts from 'typescript';
import { packageRoot } from '../../../storage/package-root.ts';
import { sdkStage } from './sdk-stage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Kind of object → the SDK's interface and the file it is in. */
const DECLARED: Readonly<Record<string, readonly [name: string, file: string]>> = {
  payment_intent: ['PaymentIntent', 'PaymentIntents'],
  charge: ['Charge', 'Charges'],
  refund: ['Refund', 'Refunds'],
  dispute: ['Dispute', 'Disputes'],
  event: ['EventBase', 'Events'],
  balance_transaction: ['BalanceTransaction', 'BalanceTransactions'],
  customer: ['Customer', 'Customers'],
  product: ['Product', 'Products'],
  price: ['Price', 'Prices'],
  subscription: ['Subscription', 'Subscriptions'],
  invoice: ['Invoice', 'Invoices'],
  confirmation_token: ['ConfirmationToken', 'ConfirmationTokens'],
};
/** Ours that the examples lack: declared by the SDK of this version, which is newer than some of them. */
const NEWER = new Set(
  `allowed_payment_method_types payment_record intended_submission_method tax_details current_trial metadata capture_before
   decline_code doc_url price_details`.split(/\s+/),
);
/** Of another kind in every answer, so that the example's inside says nothing. */
const OPAQUE = new Set([
  'metadata',
  'data.object',
  'payment_method_preview',
  'last_payment_error',
  'next_action',
  'pricing',
]);
/** In the examples, but told only when asked for. */
const ON_DEMAND = new Set(['refunds']);

test('[SS27] every field that the SDK declares as always present is there', async (t) => {
  const answers = await oneOfEach(t);
  for (const [kind, [name, file]] of Object.entries(DECLARED)) {
    const required = requiredFields(name, file);
    assert.ok(required.length > 5, `${name} was not found in the SDK`);
    assert.deepEqual(
      required.filter((field) => !(field in (answers[kind] ?? {}))),
      [],
      kind,
    );
  }
});

test('[SS28] fields have the kinds of Stripe\u2019s example objects, and there are no others', async (t) => {
  const file = path.resolve(packageRoot(), '..', 'shared', 'specs', 'stripe-fixtures3-2026.json');
  if (!existsSync(file)) {
    t.skip('the published example objects are not beside the project');
    return;
  }
  const { resources } = JSON.parse(readFileSync(file, 'utf8')) as { resources: Readonly<Record<string, Fields>> };
  for (const [kind, answer] of Object.entries(await oneOfEach(t)))
    assert.deepEqual(differences(answer, resources[kind] as Fields, kind), []);
});

test('[SS29] the comparison notices a field that is missing, strange, or of another kind', () => {
  const example = { id: 'x', amount: 1, charge: 'ch_1', card: { brand: 'visa', plan: null } };
  assert.deepEqual(
    differences({ id: 'y', amount: null, charge: { id: 'ch_2' }, card: { brand: 'x', plan: 3 } }, example, ''),
    [],
  );
  assert.deepEqual(differences({ id: 'y', amount: '1', other: 1, card: { plan: 1 } }, example, 'a'), [
    'a.amount is a string, not a number',
    'a.charge is missing',
    'a.card.brand is missing',
    'a.other is not in the example',
  ]);
});

/** Where `answer` leaves the shape of `example`. Null on either side fits; a text may be an expanded object. */
function differences(answer: Fields, example: Fields, place: string): string[] {
  const missing = Object.entries(example).flatMap(([field, expected]) => {
    const where = `${place}.${field}`;
    if (!(field in answer)) return ON_DEMAND.has(field) ? [] : [`${where} is missing`];
    const found = answer[field];
    if (found === null || expected === null || OPAQUE.has(field)) return [];
    const [foundKind, expectedKind] = [kindOf(found), kindOf(expected)];
    if (expectedKind === 'string' && foundKind === 'object' && /_/.test(String(expected))) return [];
    if (foundKind !== expectedKind) return [`${where} is a ${foundKind}, not a ${expectedKind}`];
    if (foundKind === 'list') {
      const [one, model] = [(found as unknown[])[0], (expected as unknown[])[0]];
      return kindOf(one) === 'object' && kindOf(model) === 'object'
        ? differences(one as Fields, model as Fields, where)
        : [];
    }
    // An empty example says that nothing is known of its inside.
    if (foundKind !== 'object' || Object.keys(expected as Fields).length === 0) return [];
    return (expected as Fields)['object'] === (found as Fields)['object']
      ? differences(found as Fields, expected as Fields, where)
      : [];
  });
  const strange = Object.keys(answer).filter((field) => !(field in example) && !NEWER.has(field));
  return [...missing, ...strange.map((field) => `${place}.${field} is not in the example`)];
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? 'string' : typeof value;
}

/** The members without a question mark of an interface of the SDK. */
function requiredFields(name: string, file: string): string[] {
  const text = readFileSync(path.join(packageRoot(), 'node_modules/stripe/esm/resources', `${file}.d.ts`), 'utf8');
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  for (const statement of parsed.statements)
    if (ts.isInterfaceDeclaration(statement) && statement.name.text === name)
      return statement.members
        .filter((member) => member.questionToken === undefined && member.name !== undefined)
        .map((member) => member.name!.getText(parsed));
  return [];
}

/** An answer of each kind, as the API gives it to the SDK. */
async function oneOfEach(t: TestContext): Promise<Record<string, Fields>> {
  const { standIn, stripe, pay } = await sdkStage(t);
  const paid = await pay();
  const refund = await stripe.refunds.create({ payment_intent: paid.id, amount: 100 });
  const charge = await stripe.charges.retrieve(paid.latest_charge as string);
  const dispute = standIn.openDispute(await pay());
  const product = await stripe.products.create({ name: 'Clube' });
  const price = await stripe.prices.create({
    product: product.id,
    unit_amount: 4_990,
    currency: 'brl',
    recurring: { interval: 'month' },
  });
  const customer = await stripe.customers.create({});
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: price.id }],
    payment_behavior: 'default_incomplete',
  });
  const answers = {
    payment_intent: await stripe.paymentIntents.retrieve(paid.id),
    charge,
    refund,
    dispute: await stripe.disputes.retrieve(dispute.id),
    event: (await stripe.events.list({ limit: 1 })).data[0],
    balance_transaction: await stripe.balanceTransactions.retrieve(charge.balance_transaction as string),
    customer,
    product,
    price,
    subscription,
    invoice: await stripe.invoices.retrieve(subscription.latest_invoice as string),
    confirmation_token: await stripe.confirmationTokens.retrieve(standIn.tokenOfCard('4242424242424242')),
  } satisfies Record<string, Stripe.StripeRawError | object | undefined>;
  return JSON.parse(JSON.stringify(answers)) as Record<string, Fields>;
}

/** Joining and leaving the club over HTTP, with a provider that answers, keeps silent, and tells of renewals late. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { SubscriptionSight } from '../../storage/club/club-members.ts';
import { addClubPlan } from '../../storage/club/club-plans.ts';
import { createPool } from '../../storage/database.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { Seals } from '../../storage/sealing.ts';
import { accountsStage, answered, CPFS, request, STAGE_SECRET } from '../../tests/support/accounts-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { ClubDesk } from '../../workers/club/club-desk.ts';
import type { ClubProvider } from '../../workers/club/club-provider.ts';
import { ProviderRefused, ProviderUnknown } from '../../workers/payments/provider-port.ts';
import { ROLE_PERMISSIONS, type Role } from '../api/principal.ts';
import { ApiRouter } from '../api/router.ts';
import { clubEndpoints } from './club-endpoints.ts';

const MONTH_MS = 30 * 86_400_000;

/** Like Stripe as far as the club asks: the same key is answered with the same thing. */
class FakeStripe implements ClubProvider {
  readonly calls: string[] = [];
  looks = 0;
  readonly subscriptions = new Map<string, SubscriptionSight>();
  /** Does what the next call asks for, and loses the answer. */
  losesAnswer = false;
  /** The provider's code for whatever is asked; null: it does it. */
  refuses: string | null = null;
  readonly #byKey = new Map<string, string>();

  createPrice(_plan: unknown, key: string) {
    const id = this.#once(key, 'price');
    return this.#answer({ product: `prod_${id}`, price: id });
  }

  createCustomer(buyer: string, key: string) {
    assert.doesNotMatch(buyer, /@|\d{11}/, 'nobody’s CPF or address travels');
    return this.#answer(this.#once(key, 'cus'));
  }

  subscribe(_customer: string, _price: string, key: string) {
    const subscription = this.#once(key, 'sub');
    if (!this.subscriptions.has(subscription)) this.says(subscription, { status: 'incomplete' });
    return this.look(subscription);
  }

  clientSecret(subscription: string) {
    return this.#answer(`${subscription}_secret`);
  }

  look(subscription: string) {
    const sight = this.subscriptions.get(subscription);
    assert.ok(sight);
    this.looks++;
    return this.#answer(sight);
  }

  cancelAtEnd(subscription: string, key: string) {
    this.#once(key, 'end');
    return this.look(this.says(subscription, { cancelsAtEnd: true }));
  }

  cancelNow(subscription: string, key: string) {
    this.#once(key, 'end');
    return this.look(this.says(subscription, { status: 'canceled' }));
  }

  forgetCustomer(customer: string) {
    this.calls.push(`forget ${customer}`);
    return this.#answer(undefined);
  }

  says(subscription: string, more: Partial<SubscriptionSight>): string {
    const before = this.subscriptions.get(subscription);
    const none = { subscription, status: 'incomplete', periodStartMs: null, periodEndMs: null, cancelsAtEnd: false };
    this.subscriptions.set(subscription, { ...(before ?? none), ...more });
    return subscription;
  }

  paid(subscription: string, fromMs: number): void {
    this.says(subscription, { status: 'active', periodStartMs: fromMs, periodEndMs: fromMs + MONTH_MS });
  }

  #once(key: string, what: string): string {
    this.calls.push(key);
    const found = this.#byKey.get(key) ?? `${what}_${this.#byKey.size + 1}`;
    this.#byKey.set(key, found);
    return found;
  }

  #answer<Result>(result: Result): Promise<Result> {
    if (this.refuses !== null) return Promise.reject(new ProviderRefused(this.refuses, 'req_1'));
    if (!this.losesAnswer) return Promise.resolve(result);
    this.losesAnswer = false;
    return Promise.reject(new ProviderUnknown('connection'));
  }
}

async function stage(t: TestContext) {
  const stripe = new FakeStripe();
  let desk: ClubDesk | null = null;
  const errors: object[] = [];
  const log = { ...SILENT_LOG, error: (details: object) => void errors.push(details) };
  const accounts = await accountsStage(t, (limits, pool) => {
    desk = new ClubDesk({ pool, provider: stripe, log: SILENT_LOG });
    return clubEndpoints({ pool, desk, limits, nowMs: limits.nowMs, log });
  });
  assert.ok(desk);
  const pool = createPool(accounts.config, 'app', 'test', 1);
  t.after(() => pool.end());
  const terms = { monthCents: 2990, ticketsPerMonth: 3, ticketCents: 1500 };
  for (const code of ['clube', 'ouro']) {
    await inTransaction(pool, (client) => addClubPlan(client, { code, name: 'Clube', nameEn: 'Club', ...terms }));
  }
  const found: ClubDesk = desk;
  await found.offer('clube');
  const ana = await accounts.account('ana@example.com', CPFS[0]);
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire, looked at by assertions.
  const ask = async (method: string, path: string, body?: unknown, key?: string): Promise<any> => {
    const more = { ...(body === undefined ? {} : { body }), ...(key === undefined ? {} : { key }) };
    const { status, json } = await accounts.ask(method, path, { cookie: ana.cookie, ...more });
    return { status, ...json };
  };
  return { ...accounts, ana, ask, stripe, desk: found, errors };
}

test('[CB6] an account joins, pays at Stripe, and is a member when Stripe says so, not when a page does', async (t) => {
  const { ask, stripe, nowMs, desk } = await stage(t);
  assert.deepEqual((await ask('GET', '/api/club')).membership, null);
  assert.deepEqual(
    (await ask('GET', '/api/club/plans')).plans.map(({ code }: { code: string }) => code),
    ['clube'],
    'what Stripe does not know yet is not offered',
  );
  const begun = await ask('POST', '/api/club/join', { plan: 'clube' });
  assert.deepEqual([begun.status, begun.membership.status, begun.membership.ticketsLeft], [200, 'incomplete', 0]);
  const [subscription = ''] = stripe.subscriptions.keys();
  assert.equal((await ask('GET', '/api/club/payment')).clientSecret, `${subscription}_secret`);
  stripe.paid(subscription, nowMs - 1_000);
  assert.equal((await ask('GET', '/api/club')).membership.status, 'incomplete', 'nobody has looked yet');
  const paid = await ask('GET', '/api/club/payment');
  assert.deepEqual([paid.clientSecret, paid.membership.status, paid.membership.ticketsLeft], [null, 'active', 3]);
  assert.equal(await desk.look('sub_of_somebody_else'), false);
});

test('[CB6] asked twice, at once, and after a lost answer, it is one customer and one subscription', async (t) => {
  const { ask, stripe } = await stage(t);
  for (const _call of ['customer', 'subscribe']) {
    stripe.losesAnswer = true;
    const lost = await ask('POST', '/api/club/join', { plan: 'clube' });
    assert.deepEqual([lost.status, lost.code], [503, 'provider-unknown']);
    // The customer is found in our tables from here on.
    await ask('POST', '/api/club/join', { plan: 'ouro' });
  }
  await Promise.all([1, 2, 3].map(() => ask('POST', '/api/club/join', { plan: 'clube' })));
  assert.equal(stripe.subscriptions.size, 1);
  assert.equal(new Set(stripe.calls.filter((key) => key.endsWith('.customer'))).size, 1);
});

test('[CB7] whoever leaves keeps what is paid until the end of the month; what was never paid ends at once', async (t) => {
  const { ask, stripe, nowMs, desk } = await stage(t);
  assert.equal((await ask('POST', '/api/club/leave')).status, 404);
  await ask('POST', '/api/club/join', { plan: 'clube' });
  assert.equal((await ask('POST', '/api/club/leave')).membership.status, 'ended');
  assert.equal((await ask('GET', '/api/club')).membership, null);
  await ask('POST', '/api/club/join', { plan: 'clube' });
  const subscription = [...stripe.subscriptions.keys()].at(-1) ?? '';
  stripe.paid(subscription, nowMs - 1_000);
  assert.equal(await desk.look(subscription), true);
  const left = await ask('POST', '/api/club/leave');
  assert.deepEqual([left.membership.leaving, left.membership.status, left.membership.ticketsLeft], [true, 'active', 3]);
  stripe.says(subscription, { status: 'canceled' });
  await desk.look(subscription);
  assert.equal((await ask('GET', '/api/club')).membership, null);
});

test('[CB7] a renewal that nobody told us of is found, and a month that was not paid gives no tickets', async (t) => {
  const { ask, stripe, nowMs, desk, config } = await stage(t);
  await ask('POST', '/api/club/join', { plan: 'clube' });
  const [subscription = ''] = stripe.subscriptions.keys();
  stripe.paid(subscription, nowMs - MONTH_MS - 1_000);
  await desk.look(subscription);
  assert.equal((await ask('GET', '/api/club')).membership.ticketsLeft, 0, 'the month is over');
  stripe.paid(subscription, nowMs - 1_000);
  const owner = await connected(t, config, 'migrator');
  await owner.query(`update club_members set updated_at = now() - interval '11 minutes'`);
  assert.equal(await desk.lookAround(), 1);
  assert.equal((await ask('GET', '/api/club')).membership.ticketsLeft, 3);
  stripe.says(subscription, { status: 'past_due' });
  await desk.look(subscription);
  const late = (await ask('GET', '/api/club')).membership;
  assert.deepEqual([late.status, late.ticketsLeft], ['late', 0]);
});

test('[CB8] guests, accounts without a CPF, and staff without the right are told what to do, and Stripe is not asked', async (t) => {
  const { ask: asked, stripe } = await stage(t);
  const without = await asked('POST', '/api/club/join', { plan: 'ouro' });
  assert.equal(without.status, 404);
  const { ask } = await accountsOnly(t, stripe);
  const guest = await ask('POST', '/api/guests', { body: { email: 'g@example.com', cpf: CPFS[1], locale: 'pt-BR' } });
  const joined = await ask('POST', '/api/club/join', { cookie: guest.cookie, body: { plan: 'clube' } });
  assert.deepEqual([joined.status, joined.json.code], [403, 'not-an-account']);
  assert.equal((await ask('POST', '/api/club/join', { body: { plan: 'clube' } })).status, 401);
  assert.equal((await ask('GET', '/api/admin/club/plans', {})).status, 401);
  assert.deepEqual(
    stripe.calls.filter((key) => !key.startsWith('club.plan')),
    [],
  );
});

test('[CB10] an answer that was lost is told as what it leaves open: a charge, a membership, nothing', async (t) => {
  const { ask, stripe } = await stage(t);
  stripe.losesAnswer = true;
  const join = await ask('POST', '/api/club/join', { plan: 'clube' });
  assert.match(join.error, /Joining by itself charges nothing/);
  await ask('POST', '/api/club/join', { plan: 'clube' });
  for (const [method, path, open] of [
    ['GET', '/api/club/payment', /not known at this moment whether the month was paid/],
    ['POST', '/api/club/leave', /not known whether the membership ends/],
  ] as const) {
    stripe.losesAnswer = true;
    const lost = await ask(method, path);
    assert.deepEqual([lost.status, lost.code], [503, 'provider-unknown']);
    assert.match(lost.error, open);
    assert.doesNotMatch(lost.error, /Nothing was charged/i);
  }
});

test('[CB11] what Stripe will not do is told apart from what it did not answer, and logged for whoever can see to it', async (t) => {
  const { ask, stripe, errors } = await stage(t);
  stripe.refuses = 'resource_missing';
  const refused = await ask('POST', '/api/club/join', { plan: 'clube' });
  assert.deepEqual([refused.status, refused.code], [503, 'provider-refused']);
  assert.doesNotMatch(refused.error, /resource_missing|did not answer/);
  assert.deepEqual(errors, [{ code: 'resource_missing', request: 'req_1' }]);
});

test('[CB12] plans tried one after the other, and looks at Stripe, are bounded for an account; looks at once are one', async (t) => {
  const { ask, stripe, config } = await stage(t);
  await ask('POST', '/api/club/join', { plan: 'clube' });
  const looks = stripe.looks;
  await Promise.all([1, 2, 3].map(() => ask('GET', '/api/club/payment')));
  assert.equal(stripe.looks, looks + 1);
  const owner = await connected(t, config, 'migrator');
  const used = (kind: string, count: number) =>
    owner.query('update attempt_counts set count = $2 where name like $1', [`${kind} %`, count]);
  await used('join club', 20);
  assert.equal((await ask('POST', '/api/club/join', { plan: 'clube' })).code, 'too-many-attempts');
  await used('look at club', 400);
  assert.equal((await ask('GET', '/api/club/payment')).code, 'too-many-attempts');
  assert.equal(stripe.looks, looks + 1);
});

test('[CB13] members’ plans are shown to who may see payments, and who has a plan made at Stripe is on record, once', async (t) => {
  const { config } = await stage(t);
  const pool = createPool(config, 'app', 'test', 1);
  t.after(() => pool.end());
  const stripe = new FakeStripe();
  const desk = new ClubDesk({ pool, provider: stripe, log: SILENT_LOG });
  let role: Role = 'reports';
  const router = new ApiRouter({
    endpoints: clubEndpoints({
      ...{ pool, desk, nowMs: Date.now, log: SILENT_LOG },
      limits: { pool, seals: new Seals(STAGE_SECRET), nowMs: Date.now },
    }),
    pools: { app: pool, accounts: pool },
    ...{ seals: new Seals(STAGE_SECRET), origins: [], addressOf: () => '203.0.113.7', log: () => {} },
    authenticate: async () => ({
      ...{ kind: 'staff', who: `key:${role}`, role, cinemaIds: null, exhibitorId: null, session: null },
      permissions: new Set(ROLE_PERMISSIONS[role]),
    }),
  });
  const says = async (method: string, path: string) => {
    const { status, json } = answered(await router.answer(request(method, path, {})));
    return { status, json };
  };
  const roles = (Object.keys(ROLE_PERMISSIONS) as Role[]).filter((each) =>
    ROLE_PERMISSIONS[each].includes('reports:read'),
  );
  for (role of roles) {
    const may = ROLE_PERMISSIONS[role].includes('payments:read');
    assert.equal((await says('GET', '/api/admin/club/plans')).status, may ? 200 : 403, role);
  }
  role = 'administrator';
  for (const _time of [1, 2]) {
    const { status, json } = await says('POST', '/api/admin/club/plans/ouro/offer');
    assert.deepEqual([status, json.plan.isOffered], [200, true]);
  }
  assert.equal((await says('POST', '/api/admin/club/plans/none/offer')).status, 404);
  const { rows } = await pool.query('select who, action, target from staff_actions');
  assert.deepEqual(rows, [{ who: 'key:administrator', action: 'club-plan.offer', target: 'club-plan:ouro' }]);
});

/** With nobody signed in. */
function accountsOnly(t: TestContext, stripe: FakeStripe) {
  return accountsStage(t, (limits, pool) => {
    const desk = new ClubDesk({ pool, provider: stripe, log: SILENT_LOG });
    return clubEndpoints({ pool, desk, limits, nowMs: limits.nowMs, log: SILENT_LOG });
  });
}

/** "Forget me" of somebody in the cinema club: nothing is charged any more, at Stripe as well, whatever gets lost. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { END_MEMBERSHIP, endForgottenMemberships } from '../../storage/club/club-ends.ts';
import { findClubMember } from '../../storage/club/club-members.ts';
import { addClubPlan } from '../../storage/club/club-plans.ts';
import { createPool } from '../../storage/database.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { accountsStage, CPFS, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { stripeStage } from '../../tests/support/stripe-stage.ts';
import { ClubDesk } from '../../workers/club/club-desk.ts';
import type { ClubProvider } from '../../workers/club/club-provider.ts';
import { endMembershipTask } from '../../workers/club/membership-end.ts';
import { stripeClub } from '../../workers/payments/stripe/stripe-subscriptions.ts';

const PLAN = { code: 'clube', name: 'Clube', nameEn: 'Club', monthCents: 2990, ticketsPerMonth: 3, ticketCents: 1500 };

/** Ana has an account and is in the club. */
async function stage(t: TestContext) {
  const accounts = await accountsStage(t);
  const { standIn, account } = await stripeStage(t);
  const provider = stripeClub(account, { callMs: 10_000, pauseMs: 1 });
  const pool = createPool(accounts.config, 'app', 'test', 2);
  t.after(() => pool.end());
  const owner = await connected(t, accounts.config, 'migrator');
  const desk = new ClubDesk({ pool, provider, log: SILENT_LOG });
  await inTransaction(pool, (client) => addClubPlan(client, PLAN));
  await desk.offer('clube');
  const { cookie, id } = await accounts.account('ana@example.com', CPFS[0]);
  const { subscription } = (await desk.join(id, 'clube')) ?? {};
  assert.ok(subscription);
  standIn.books.subscriptions.get(subscription).status = 'active';
  await desk.look(subscription);
  const forget = (body = {}) =>
    accounts.ask('DELETE', '/api/account', { cookie, body: { password: GOOD_PASSWORD, ...body } });
  const jobs = async () => {
    const { rows } = await owner.query<{ payload: unknown }>(
      `select p.payload from ${JOB_SCHEMA}.jobs j join ${JOB_SCHEMA}._private_jobs p using (id) where task_identifier = $1`,
      [END_MEMBERSHIP],
    );
    return rows.map(({ payload }) => payload);
  };
  const run = (by: ClubProvider | null = provider) =>
    endMembershipTask({ pool, provider: by }).run(
      { buyer: id },
      { signal: new AbortController().signal, log: SILENT_LOG, attempt: 1, isLastAttempt: false },
    );
  const rows = async () => {
    const { rows: members } = await owner.query(
      'select buyer, status, customer_id as customer, subscription_id as subscription from club_members order by id',
    );
    return members;
  };
  const subscribed = () => standIn.books.subscriptions.get(subscription).status;
  return { accounts, standIn, provider, pool, owner, desk, id, subscription, forget, jobs, run, rows, subscribed };
}

test('[CB20] forgetting a member says so first, ends the membership at once, and at Stripe by a job', async (t) => {
  const { pool, standIn, id, subscription, forget, jobs, run, rows, subscribed } = await stage(t);
  const rehearsed = await forget({ dryRun: true });
  assert.equal(rehearsed.json.endsMembership, true);
  assert.deepEqual([(await findClubMember(pool, id))?.status, await jobs()], ['active', []], 'nothing was changed');
  const gone = await forget();
  assert.deepEqual([gone.status, gone.json.endsMembership], [200, true]);
  assert.equal(await findClubMember(pool, id), null);
  assert.deepEqual(await jobs(), [{ buyer: id }]);
  await run();
  assert.equal(subscribed(), 'canceled');
  assert.equal(standIn.books.customers.all()[0]?.deleted, true);
  assert.deepEqual(await rows(), [{ buyer: id, status: 'canceled', customer: null, subscription }]);
});

test('[CB20] a job whose answers get lost is done again; done, it asks nothing more', async (t) => {
  const { standIn, forget, run, rows, subscribed } = await stage(t);
  await forget();
  standIn.on({ method: 'DELETE', path: /subscriptions/ }, { kind: 'cut-after' }, 2);
  await assert.rejects(run(), { name: 'ProviderUnknown' });
  standIn.on({ method: 'DELETE', path: /customers/ }, { kind: 'cut-after' }, 2);
  await assert.rejects(run(), { name: 'ProviderUnknown' });
  await run();
  assert.deepEqual([subscribed(), (await rows())[0].customer], ['canceled', null]);
  const asked = standIn.requests.length;
  await run();
  assert.equal(standIn.requests.length, asked);
});

test('[CB20] without Stripe the job fails, and says that somebody may be charged', async (t) => {
  const { forget, run, rows } = await stage(t);
  await forget();
  await assert.rejects(run(null), /Stripe is not configured/);
  assert.notEqual((await rows())[0].customer, null);
});

test('[CB21] whoever is forgotten while he joins leaves no customer at Stripe, and cannot join', async (t) => {
  const { accounts, provider, pool, owner, standIn, desk } = await stage(t);
  const { cookie, id } = await accounts.account('bia@example.com', CPFS[1]);
  const forgetful: ClubProvider = {
    ...provider,
    subscribe: async (customer, price, key) => {
      const sight = await provider.subscribe(customer, price, key);
      await accounts.ask('DELETE', '/api/account', { cookie, body: { password: GOOD_PASSWORD } });
      return sight;
    },
  };
  assert.equal(await new ClubDesk({ pool, provider: forgetful, log: SILENT_LOG }).join(id, 'clube'), null);
  const { rows } = await owner.query('select status from club_members where buyer = $1', [id]);
  assert.deepEqual(rows, [{ status: 'canceled' }]);
  const last = standIn.books.subscriptions.all().at(-1);
  assert.equal(last?.status, 'canceled');
  assert.equal(await desk.join(id, 'clube'), null, 'forgotten, he begins nothing new');
});

test('[CB21] what the erasure could not see, or its job did not bring to an end, is begun again each day', async (t) => {
  const { accounts, owner, id, forget, jobs } = await stage(t);
  await forget();
  await owner.query(`delete from ${JOB_SCHEMA}._private_jobs`);
  assert.deepEqual([await endForgottenMemberships(accounts.pool), await jobs()], [0, []], 'its job still has its days');
  await owner.query(`update club_members set forgotten_at = now() - interval '6 days'`);
  assert.deepEqual([await endForgottenMemberships(accounts.pool), await jobs()], [1, [{ buyer: id }]]);
  assert.equal(await endForgottenMemberships(accounts.pool), 0);
  await owner.query(`update club_members set forgotten_at = null, status = 'active'`);
  assert.equal(await endForgottenMemberships(accounts.pool), 1);
  const { rows } = await owner.query('select status from club_members');
  assert.deepEqual(rows, [{ status: 'canceled' }]);
});

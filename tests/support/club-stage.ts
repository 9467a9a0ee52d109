/**
 * A cinema with a club for browser tests: the stage of e2e-stage.ts with a plan that can be joined, its monthly money taken by
 * Stripe's stand-in. Webhooks are held: a page has to come to its end without them.
 */
import assert from 'node:assert/strict';
import type pg from 'pg';
import { addClubPlan } from '../../storage/club/club-plans.ts';
import { createPool } from '../../storage/database.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { linkToken } from '../../storage/message-links.ts';
import { Seals } from '../../storage/sealing.ts';
import { ClubDesk } from '../../workers/club/club-desk.ts';
import { stripeClub } from '../../workers/payments/stripe/stripe-subscriptions.ts';
import { StripeStandIn } from '../providers/stripe/stripe-stand-in.ts';
import { GOOD_PASSWORD, STAGE_SECRET } from './accounts-stage.ts';
import { type E2eStage, e2eStage, endStage } from './e2e-stage.ts';

export const PLAN = {
  ...{ code: 'clube', name: 'Clube Estação', nameEn: 'Station Club' },
  ...{ monthCents: 2_990, ticketsPerMonth: 2, ticketCents: 1_500 },
};
const WEBHOOK_SECRETS = ['whsec_of_the_club_stage'];

export interface ClubStage extends E2eStage {
  readonly stripe: StripeStandIn;
  /** An account whose address is confirmed; its password is GOOD_PASSWORD. */
  account(email: string, cpf: string): Promise<void>;
  /** Stripe's id of the newest subscription. */
  subscription(): string;
  /** On another device, meanwhile: the tickets of the newest member's month are used up. */
  useUp(): Promise<void>;
  /** A month goes by for the newest member; its end is now, and Stripe takes the next one, or tries to. */
  monthGoesBy(how?: { readonly fails?: boolean }): Promise<void>;
  end(): Promise<void>;
}

let opened: Promise<ClubStage> | null = null;

/** This file's stage. */
export function clubStage(): Promise<ClubStage> {
  opened ??= open();
  return opened;
}

async function open(): Promise<ClubStage> {
  const stripe = await StripeStandIn.start({ webhookSecrets: WEBHOOK_SECRETS });
  const stage = await e2eStage({
    POLTRONA_SECRET_KEY: Buffer.from(STAGE_SECRET).toString('base64'),
    STRIPE_SECRET_KEY: stripe.secretKey,
    STRIPE_PUBLISHABLE_KEY: stripe.publishableKey,
    STRIPE_WEBHOOK_SECRETS: WEBHOOK_SECRETS.join(','),
    STRIPE_API_URL: stripe.url,
    STRIPE_SCRIPT_URL: `${stripe.url}/endive/stripe.js`,
  });
  stripe.webhooks.url = `${stage.url}/api/webhooks/stripe`;
  const app = createPool(stage.database, 'app', 'e2e club', 1);
  const accounts = createPool(stage.database, 'accounts', 'e2e accounts', 1);
  await offerPlan(app, stripe);
  const subscription = (): string => stripe.books.subscriptions.all().at(-1)?.id ?? '';
  return {
    ...stage,
    stripe,
    subscription,
    account: (email, cpf) => openAccount(stage.url, accounts, email, cpf),
    async monthGoesBy({ fails = false } = {}) {
      const [item] = stripe.books.subscriptions.get(subscription()).items.data;
      assert.ok(item);
      const seconds = item.current_period_end - item.current_period_start;
      item.current_period_start -= seconds;
      item.current_period_end -= seconds;
      await earlier(app, subscription(), seconds);
      stripe.renew(subscription(), { fails });
      const event = stripe.eventsOf('customer.subscription.updated', subscription()).at(-1);
      assert.ok(event);
      assert.equal((await stripe.deliver(event)).status, 200);
    },
    async useUp() {
      await app.query(
        `insert into club_tickets (member_id, period_start, slot, order_id)
         select id, period_start, generate_series(1, $2::int), 'of-another-device' from club_members where subscription_id = $1
         on conflict do nothing`,
        [subscription(), PLAN.ticketsPerMonth],
      );
    },
    async end() {
      await Promise.all([app.end(), accounts.end()]);
      await endStage();
      await stripe.close();
    },
  };
}

/** Our books of a month, as if it had begun so many seconds before. */
async function earlier(app: pg.Pool, subscription: string, seconds: number): Promise<void> {
  await app.query(
    `with gone as (
       delete from club_tickets t using club_members m where m.id = t.member_id and m.subscription_id = $1 returning t.*),
     moved as (
       insert into club_tickets (member_id, period_start, slot, order_id)
       select member_id, period_start - make_interval(secs => $2), slot, order_id from gone returning member_id)
     update club_members set period_start = period_start - make_interval(secs => $2),
       period_end = period_end - make_interval(secs => $2) where subscription_id = $1`,
    [subscription, seconds],
  );
}

async function offerPlan(app: pg.Pool, { secretKey, publishableKey, url }: StripeStandIn): Promise<void> {
  await inTransaction(app, (client) => addClubPlan(client, PLAN));
  const provider = stripeClub({
    ...{ secretKey, publishableKey, webhookSecrets: WEBHOOK_SECRETS, apiUrl: url },
    ...{ scriptUrl: `${url}/endive/stripe.js`, release: 'endive' },
  });
  await new ClubDesk({ pool: app, provider, log: SILENT_LOG }).offer(PLAN.code);
}

async function openAccount(url: string, accounts: pg.Pool, email: string, cpf: string): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const headers = {
      'content-type': 'application/json',
      origin: url,
      'idempotency-key': `${path}.${email}`,
    };
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  await post('/api/accounts', { name: 'Ana Souza', email, password: GOOD_PASSWORD, cpf, locale: 'pt-BR' });
  const { rows } = await accounts.query<{ id: string }>(
    `select id from messages where kind = 'confirm-email' order by created_at desc, ctid desc limit 1`,
  );
  const token = linkToken(new Seals(STAGE_SECRET), rows[0]?.id ?? '');
  await post('/api/accounts/confirm', { token, password: GOOD_PASSWORD });
}

/** The club's tables: a month's tickets are given once each, and come back by themselves. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type pg from 'pg';
import { connected, testDatabase } from '../../tests/support/postgres.ts';
import { createPool } from '../database.ts';
import { inTransaction } from '../in-transaction.ts';
import {
  beginMembership,
  findClubMember,
  membershipsToLookAt,
  setSubscription,
  subscriptionSeen,
  ticketsLeft,
} from './club-members.ts';
import { addClubPlan, findClubPlan, listClubPlans, setPlanPrice, withdrawClubPlan } from './club-plans.ts';
import { takeClubTickets } from './club-tickets.ts';

const DAY_MS = 86_400_000;
const PLAN = { code: 'clube', name: 'Clube', nameEn: 'Club', monthCents: 2990, ticketsPerMonth: 3, ticketCents: 1500 };

interface Stage {
  readonly app: pg.Pool;
  readonly shard: pg.Pool;
  readonly owner: pg.Client;
  left(): Promise<number>;
  order(id: string, state: string, tickets?: readonly string[]): Promise<void>;
}

/** Ana is a member, three tickets a month. */
async function stage(t: TestContext): Promise<Stage> {
  const database = await testDatabase(t);
  const [app, shard] = [createPool(database, 'app', 'test', 3), createPool(database, 'shard', 'test', 4)];
  t.after(() => Promise.all([app.end(), shard.end()]));
  const owner = await connected(t, database, 'migrator');
  const plan = await inTransaction(app, (client) => addClubPlan(client, PLAN));
  assert.ok(plan);
  await setPlanPrice(app, plan.id, 'prod_1', 'price_1');
  const member = await beginMembership(app, 'ana', plan.id);
  assert.ok(member);
  await setSubscription(app, member.id, { customer: 'cus_1', subscription: 'sub_1' });
  await month(app, 0);
  let seat = 0;
  return {
    app,
    shard,
    owner,
    left: async () => {
      const found = await findClubMember(app, 'ana');
      return found === null ? 0 : ticketsLeft(app, found, Date.now());
    },
    order: async (id, state, tickets = []) => {
      await owner.query(
        `insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
         values ($1, 1, 'p', $2, 0, now(), now()) on conflict (id) do update set state = excluded.state`,
        [id, state],
      );
      for (const [at, is] of tickets.entries()) {
        await owner.query(
          `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, category, state, created_at, updated_at)
           select $1, $1, 1, $2, $3, 'p', 1, 1500, (select id from ticket_types where code = 'club'), $4, now(), now()
           on conflict (id) do update set state = excluded.state`,
          [`${id}-${at}`, ++seat, id, is],
        );
      }
    },
  };
}

/** Stripe says: active, from `days` from now for thirty days. */
function month(app: pg.Pool, days: number, status = 'active') {
  const periodStartMs = Date.now() + days * DAY_MS - 1_000;
  const periodEndMs = periodStartMs + 30 * DAY_MS;
  return subscriptionSeen(app, { subscription: 'sub_1', status, periodStartMs, periodEndMs, cancelsAtEnd: false });
}

test('[CB1] a member takes tickets of his month for an order, all or none, and the same order takes them once', async (t) => {
  const { app, shard, left } = await stage(t);
  assert.equal(await left(), 3);
  const price = await takeClubTickets(shard, 'ana', 'o1', 2);
  assert.equal(price?.ticketCents, 1500);
  for (let again = 0; again < 3; again++) assert.deepEqual(await takeClubTickets(shard, 'ana', 'o1', 2), price);
  assert.equal(await left(), 1);
  assert.equal(await takeClubTickets(shard, 'ana', 'o2', 2), null);
  assert.equal(await left(), 1, 'nothing was taken by halves');
  assert.ok(await takeClubTickets(app, 'ana', 'o2', 1));
  assert.equal(await left(), 0);
  assert.equal(await takeClubTickets(shard, 'bia', 'o3', 1), null);
});

test('[CB1] of purchases at the same moment no more get a ticket than the month has', async (t) => {
  const { shard, left } = await stage(t);
  const asked = Array.from({ length: 12 }, (_, at) => takeClubTickets(shard, 'ana', `o${at}`, 1));
  const given = (await Promise.all(asked)).filter((price) => price !== null);
  assert.equal(given.length, 3);
  assert.equal(await left(), 0);
});

test('[CB2] what came to nothing, or was given back, is free again; what is being paid or was used is not', async (t) => {
  const { shard, left, order, owner } = await stage(t);
  await takeClubTickets(shard, 'ana', 'o1', 2);
  await order('o1', 'created');
  assert.equal(await left(), 1);
  await order('o1', 'refused');
  assert.equal(await left(), 3);
  assert.ok(await takeClubTickets(shard, 'ana', 'o2', 3), 'the rows of the refused one are in nobody’s way');
  await order('o2', 'sold', ['live', 'used', 'live']);
  assert.equal(await left(), 0);
  await order('o2', 'sold', ['refunded', 'used', 'live']);
  assert.equal(await left(), 1);
  await order('o2', 'cancelled', ['refunded', 'used', 'cancelled']);
  assert.equal(await left(), 2);
  await takeClubTickets(shard, 'ana', 'never-began', 2);
  assert.equal(await left(), 0);
  await owner.query(
    `update club_tickets set reserved_at = now() - interval '11 minutes' where order_id = 'never-began'`,
  );
  assert.equal(await left(), 2);
});

test('[CB3] a new month has all its tickets; whoever has not paid for it, or has left, has none', async (t) => {
  const { app, shard, left, owner } = await stage(t);
  await takeClubTickets(shard, 'ana', 'o1', 3);
  await owner.query(`insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
    values ('o1', 1, 'p', 'created', 0, now(), now())`);
  assert.equal(await left(), 0);
  await month(app, -0.5);
  assert.equal(await left(), 3);
  await month(app, -0.5, 'past_due');
  assert.deepEqual([await left(), await takeClubTickets(shard, 'ana', 'o2', 1)], [0, null]);
  await month(app, -31);
  assert.deepEqual([await left(), await takeClubTickets(shard, 'ana', 'o2', 1)], [0, null], 'the month is over');
  await month(app, 0, 'canceled');
  assert.equal(await findClubMember(app, 'ana'), null);
  assert.equal((await month(app, 0, 'active'))?.status, 'canceled', 'what has ended stays ended');
});

test('[CB4] one membership at a time, however often it is begun; after its end another one', async (t) => {
  const { app } = await stage(t);
  const plan = await findClubPlan(app, 'clube');
  const first = await findClubMember(app, 'ana');
  const again = await Promise.all([1, 2, 3].map(() => beginMembership(app, 'ana', plan?.id ?? 0)));
  assert.deepEqual(new Set(again.map((one) => one?.id)), new Set([first?.id]));
  await month(app, 0, 'canceled');
  assert.notEqual((await beginMembership(app, 'ana', plan?.id ?? 0))?.id, first?.id);
});

test('[CB4] memberships whose month is over by our books are looked at again', async (t) => {
  const { app, owner } = await stage(t);
  const late = `update club_members set updated_at = now() - interval '11 minutes'`;
  await owner.query(late);
  assert.deepEqual(await membershipsToLookAt(app, 10), []);
  await month(app, -40);
  assert.deepEqual(await membershipsToLookAt(app, 10), [], 'seen a moment ago');
  await owner.query(late);
  assert.deepEqual(await membershipsToLookAt(app, 10), ['sub_1']);
});

test('[CB5] a plan is offered once Stripe knows it and until it is withdrawn; its code is taken once', async (t) => {
  const { app } = await stage(t);
  const add = (plan: typeof PLAN) => inTransaction(app, (client) => addClubPlan(client, plan));
  assert.equal(await add({ ...PLAN, monthCents: 990 }), null);
  const gold = await add({ ...PLAN, code: 'ouro', monthCents: 4990 });
  const codes = async (all = false) => (await listClubPlans(app, all)).map(({ code }) => code);
  assert.deepEqual([await codes(), await codes(true)], [['clube'], ['clube', 'ouro']]);
  await setPlanPrice(app, gold?.id ?? 0, 'prod_2', 'price_2');
  await setPlanPrice(app, gold?.id ?? 0, 'prod_3', 'price_3');
  assert.equal((await findClubPlan(app, 'ouro'))?.priceId, 'price_2');
  const withdraw = () => inTransaction(app, (client) => withdrawClubPlan(client, 'clube'));
  assert.deepEqual([await withdraw(), await withdraw()], [true, false]);
  assert.deepEqual(await codes(), ['ouro']);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { forgetIdleGuests } from '../../storage/accounts/buyers.ts';
import { createAdministratorKey } from '../../storage/accounts/first-administrator.ts';
import { eraseDuePayers } from '../../storage/accounts/payers.ts';
import { type AccountsStage, accountsStage, CPFS, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';
import { allTables, formsOf, textOf } from '../../tests/support/database-text.ts';
import { connected } from '../../tests/support/postgres.ts';
import { addScreenings } from '../../tests/support/screenings.ts';
import { KEEP_MS } from './authenticate.ts';

const EMAIL = 'ana@example.com';
const HOUR_MS = 3_600_000;

/** What a purchase leaves behind: an order and a ticket in the name of a random id. */
async function bought(
  t: TestContext,
  stage: AccountsStage,
  buyer: string,
  startsAtMs: number,
  count = 1,
): Promise<number> {
  const [screening = 0] = await addScreenings(stage.config, { count: 1, rows: 4, columns: 4, startsAtMs });
  const shard = await connected(t, stage.config, 'shard');
  await shard.query(
    `insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
     values ($1, $2, $3, 'sold', 3000, now(), now())`,
    [`order-${screening}`, screening, buyer],
  );
  await shard.query(
    `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, state, created_at, updated_at)
     select $1 || '-' || n, $1 || 'CODE' || n, $2, n, $1, $3, 1, 3000, 'live', now(), now() from generate_series(1, $4::int) as n`,
    [`order-${screening}`, screening, buyer, count],
  );
  return screening;
}

async function payerOf(stage: AccountsStage, buyer: string): Promise<string> {
  const { rows } = await stage.pool.query<{ payer_id: string }>('select payer_id from buyers where id = $1', [buyer]);
  return rows[0]?.payer_id ?? '';
}

test('[AC40] forget me: the person is erased and signed out, what was sold stays', async (t) => {
  const stage = await accountsStage(t);
  const { cookie, id } = await stage.account(EMAIL, CPFS[0]);
  const guest = await stage.ask('POST', '/api/guests', { body: { cpf: CPFS[0], email: EMAIL, name: 'Ana' } });
  await bought(t, stage, await payerOf(stage, id), stage.nowMs - 24 * HOUR_MS, 2);
  const tickets = await textOf(stage.config, ['tickets', 'orders']);
  const wrong = await stage.ask('DELETE', '/api/account', { cookie, body: { password: 'not my password' } });
  assert.equal(wrong.status, 403);
  const gone = await stage.ask('DELETE', '/api/account', { cookie, body: { password: GOOD_PASSWORD } });
  assert.deepEqual(
    [gone.status, gone.json],
    [
      200,
      {
        buyer: id,
        buyers: [id, guest.json.buyer.id],
        dryRun: false,
        tickets: { future: 0, past: 2 },
        sessionsEnded: 2,
        endsMembership: false,
        cpfForgottenAt: null,
      },
    ],
    stage.logged.join('\n'),
  );
  assert.equal(gone.cookie, '');
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 401);
  stage.nowMs += KEEP_MS;
  assert.equal((await stage.ask('GET', '/api/account', { cookie: guest.cookie })).status, 401);
  const { rows } = await stage.pool.query(
    `select id, name, email, email_key, password_hash, birth_date, payer_id, erased_at is not null as erased from buyers order by kind`,
  );
  const empty = {
    name: null,
    email: null,
    email_key: null,
    password_hash: null,
    birth_date: null,
    payer_id: null,
    erased: true,
  };
  assert.deepEqual(rows, [
    { id, ...empty },
    { id: guest.json.buyer.id, ...empty },
  ]);
  assert.deepEqual((await stage.pool.query('select from payers')).rowCount, 0);
  assert.equal(await textOf(stage.config, ['tickets', 'orders']), tickets);
  assert.equal((await stage.messages('account-erased')).length, 1);
  // And whoever was forgotten can come again.
  const again = await stage.account(EMAIL, CPFS[0]);
  assert.notEqual(again.id, id);
});

test('[AC40] a guest forgets this one visit, without a password that he has not', async (t) => {
  const stage = await accountsStage(t);
  const body = { cpf: CPFS[0], email: EMAIL };
  const [one, two] = [
    await stage.ask('POST', '/api/guests', { body }),
    await stage.ask('POST', '/api/guests', { body }),
  ];
  const gone = await stage.ask('DELETE', '/api/account', { cookie: one.cookie, body: {} });
  assert.deepEqual([gone.status, gone.json.buyers], [200, [one.json.buyer.id]]);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: one.cookie })).status, 401);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: two.cookie })).json.buyer.email, EMAIL);
});

test('[AC41] with a screening ahead the CPF goes at once and its HMAC when the last one is over: ten stay ten', async (t) => {
  const stage = await accountsStage(t);
  const { cookie, id } = await stage.account(EMAIL, CPFS[0]);
  const payer = await payerOf(stage, id);
  const screening = await bought(t, stage, payer, stage.nowMs + 24 * HOUR_MS, 3);
  const body = { password: GOOD_PASSWORD };
  const rehearsed = await stage.ask('DELETE', '/api/account', { cookie, body: { ...body, dryRun: true } });
  assert.deepEqual([rehearsed.json.dryRun, rehearsed.json.tickets], [true, { future: 3, past: 0 }]);
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).json.buyer.email, EMAIL, 'nothing was changed');
  const gone = await stage.ask('DELETE', '/api/account', { cookie, body });
  assert.equal(gone.json.cpfForgottenAt, rehearsed.json.cpfForgottenAt);
  assert.ok(Date.parse(gone.json.cpfForgottenAt) > stage.nowMs + 24 * HOUR_MS);
  const left = 'select id, cpf_encrypted from payers';
  assert.deepEqual((await stage.pool.query(left)).rows, [{ id: payer, cpf_encrypted: null }]);
  assert.equal(await eraseDuePayers(stage.pool), 0);

  // The same CPF is the same payer meanwhile, and is no longer to be erased while somebody has it.
  const again = await stage.account('again@example.com', CPFS[0]);
  assert.equal(await payerOf(stage, again.id), payer);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: again.cookie })).json.buyer.cpf, '***.982.247-**');
  await stage.ask('DELETE', '/api/account', { cookie: again.cookie, body });
  const app = await connected(t, stage.config, 'app');
  await app.query("update screenings set starts_at = now() - interval '3 days' where id = $1", [screening]);
  await stage.pool.query("update payers set erase_after = now() - interval '1 second'");
  assert.equal(await eraseDuePayers(stage.pool), 1);
  assert.deepEqual((await stage.pool.query(left)).rows, []);
});

test('[AC42] a payer whom another buyer has is left alone; a screening that was put off keeps it longer', async (t) => {
  const stage = await accountsStage(t);
  const { cookie, id } = await stage.account(EMAIL, CPFS[0]);
  const payer = await payerOf(stage, id);
  const guest = await stage.ask('POST', '/api/guests', { body: { cpf: CPFS[0], email: 'other@example.com' } });
  const gone = await stage.ask('DELETE', '/api/account', { cookie, body: { password: GOOD_PASSWORD } });
  assert.deepEqual([gone.json.buyers, gone.json.cpfForgottenAt], [[id], null]);
  const { rows } = await stage.pool.query('select cpf_encrypted is not null as kept from payers');
  assert.deepEqual(rows, [{ kept: true }], 'the guest with another address may be somebody else');

  const admin = await createAdministratorKey(stage.pool, { name: 'the test', who: 'tester' });
  await bought(t, stage, payer, stage.nowMs + 24 * HOUR_MS);
  const forgotten = await stage.ask('POST', '/api/admin/buyers/forget', {
    bearer: admin.secret,
    body: { cpf: CPFS[0], why: 'asked by letter' },
  });
  assert.deepEqual([forgotten.json.buyers, forgotten.json.tickets.future], [[guest.json.buyer.id], 1]);
  await stage.pool.query("update payers set erase_after = now() - interval '1 second'");
  assert.equal(await eraseDuePayers(stage.pool), 0, 'its screening still lies ahead');
  const { rows: later } = await stage.pool.query('select erase_after > now() as later from payers');
  assert.deepEqual(later, [{ later: true }]);
});

test('[AC43] staff forget by id, CPF or address; whom nobody knows is not found, and a rehearsal changes nothing', async (t) => {
  const stage = await accountsStage(t);
  const admin = await createAdministratorKey(stage.pool, { name: 'the test', who: 'tester' });
  const { id } = await stage.account(EMAIL, CPFS[0]);
  const ask = (body: Record<string, unknown>) =>
    stage.ask('POST', '/api/admin/buyers/forget', { bearer: admin.secret, body: { why: 'asked by letter', ...body } });
  for (const nobody of [{ buyer: 'nobody' }, { cpf: CPFS[3] }, { email: 'nobody@example.com' }])
    assert.equal((await ask(nobody)).status, 404, JSON.stringify(nobody));
  assert.equal((await ask({})).status, 400);
  assert.equal((await ask({ buyer: id, cpf: CPFS[0] })).status, 400);
  for (const known of [{ buyer: id }, { cpf: CPFS[0] }, { email: 'Ana@Example.com' }])
    assert.deepEqual((await ask({ ...known, dryRun: true })).json.buyers, [id], JSON.stringify(known));
  assert.equal((await stage.pool.query("select from staff_actions where action = 'buyer.forget'")).rowCount, 0);
  assert.equal((await ask({ email: EMAIL })).json.buyer, id);
  assert.equal((await ask({ buyer: id })).status, 404, 'forgotten already');
});

test('[I8] after a sign-up, a guest and purchases the CPF stands nowhere, and the address in the buyers alone', async (t) => {
  const stage = await accountsStage(t);
  const { cookie, id } = await stage.account(EMAIL, CPFS[0]);
  await stage.ask('POST', '/api/guests', { body: { cpf: CPFS[1], email: 'guest@example.com', name: 'Gustavo Guest' } });
  await stage.ask('POST', '/api/password/forgotten', { body: { email: EMAIL } });
  await stage.ask('PATCH', '/api/account', { cookie, body: { name: 'Ana Beatriz' } });
  await bought(t, stage, id, stage.nowMs + HOUR_MS);
  const tables = await allTables(stage.config);
  assert.ok(
    tables.length > 25 && tables.includes('poltrona.journal') && tables.includes('poltrona.buyers'),
    tables.join(' '),
  );
  const secrets = [CPFS[0], CPFS[1], EMAIL, 'guest@example.com', 'Ana Beatriz', 'Gustavo Guest', GOOD_PASSWORD, cookie];
  for (const table of tables) {
    const text = await textOf(stage.config, [table]);
    for (const secret of secrets) {
      if (table === 'poltrona.buyers' && (secret.includes('@') || secret.includes(' ')) && secret !== GOOD_PASSWORD)
        continue;
      for (const form of formsOf(secret)) assert.ok(!text.includes(form), `${table} holds "${form}"`);
    }
  }
  // The search would find what it looks for.
  assert.ok((await textOf(stage.config, ['poltrona.buyers'])).includes(EMAIL));
});

test('[I8] the shards, the catalogue and the reports cannot look at people', async (t) => {
  const stage = await accountsStage(t);
  await stage.account();
  const tables = ['buyers', 'payers', 'staff_users', 'api_keys', 'sessions', 'account_tokens', 'attempt_counts'];
  for (const role of ['shard', 'app', 'reader'] as const) {
    const client = await connected(t, stage.config, role);
    for (const table of tables)
      await assert.rejects(client.query(`select 1 from ${table}`), { code: '42501' }, `${role} reads ${table}`);
    await assert.rejects(client.query('select recipient, params from messages'), { code: '42501' });
  }
  await assert.rejects(stage.pool.query('delete from staff_actions'), { code: '42501' });
});

test('[AC63] guests who bought nothing are forgotten after a week, and their CPF with them', async (t) => {
  const stage = await accountsStage(t);
  const guest = async (cpf: string | undefined) => {
    const { json } = await stage.ask('POST', '/api/guests', { body: { cpf, email: EMAIL } });
    return json.buyer.id as string;
  };
  const [idle, bought1, visiting, fresh, later] = [
    await guest(CPFS[0]),
    await guest(CPFS[1]),
    await guest(CPFS[2]),
    await guest(CPFS[3]),
    await guest(CPFS[4]),
  ];
  await bought(t, stage, await payerOf(stage, bought1), stage.nowMs - 24 * HOUR_MS);
  const owner = await connected(t, stage.config, 'migrator');
  await owner.query("update orders set created_at = now() - interval '8 days'");
  await owner.query("update tickets set created_at = now() - interval '8 days'");
  assert.equal(await forgetIdleGuests(stage.pool), 0);
  await stage.pool.query("update buyers set created_at = now() - interval '8 days' where id <> $1", [fresh]);
  await stage.pool.query("update sessions set expires_at = now() - interval '6 days' where subject <> $1", [visiting]);
  await bought(t, stage, await payerOf(stage, later), stage.nowMs + 24 * HOUR_MS);
  assert.equal(
    await forgetIdleGuests(stage.pool),
    2,
    'what was bought a week after the visit was bought in another one',
  );
  const { rows } = await stage.pool.query<{ id: string }>('select id from buyers');
  assert.deepEqual(rows.map(({ id }) => id).sort(), [bought1, visiting, fresh].sort());
  await stage.pool.query("update payers set created_at = now() - interval '8 days'");
  assert.equal(await eraseDuePayers(stage.pool), 1, 'the other one has a ticket to a screening that is not over');
  assert.ok(!rows.some(({ id }) => id === idle));
});

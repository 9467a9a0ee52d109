import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createAdministrator, createAdministratorKey } from '../../storage/accounts/first-administrator.ts';
import { createPool } from '../../storage/database.ts';
import { type AccountsStage, accountsStage, CPFS, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';
import { KEEP_MS } from './authenticate.ts';

const WHY = 'a new colleague';

async function staffStage(
  t: TestContext,
): Promise<AccountsStage & { admin: string; exhibitors: number[]; cinemas: number[] }> {
  const stage = await accountsStage(t);
  const app = createPool(stage.config, 'app', 'test catalogue', 1);
  const { rows } = await app.query<{ exhibitor: string; cinema: string }>(
    `with e as (insert into exhibitors (name) values ('Um'), ('Dois') returning id),
       c as (insert into cinemas (name, time_zone, exhibitor_id) select 'Cine ' || n, 'America/Sao_Paulo', e.id
             from e, generate_series(1, 2) as n returning id, exhibitor_id)
     select exhibitor_id as exhibitor, id as cinema from c order by exhibitor_id, id`,
  );
  await app.end();
  const key = await createAdministratorKey(stage.pool, { name: 'the test', who: 'tester' });
  return Object.assign(stage, {
    admin: key.secret,
    exhibitors: [...new Set(rows.map(({ exhibitor }) => Number(exhibitor)))],
    cinemas: rows.map(({ cinema }) => Number(cinema)),
  });
}

async function invited(
  stage: AccountsStage,
  admin: string,
  body: Record<string, unknown>,
): Promise<{ id: number; cookie: string }> {
  const made = await stage.ask('POST', '/api/admin/users', { bearer: admin, body });
  assert.equal(made.status, 201, JSON.stringify(made.json) + stage.logged.join());
  const mail = (await stage.messages('staff-invitation')).at(-1);
  const set = await stage.ask('POST', '/api/password/reset', { body: { token: mail?.token, password: GOOD_PASSWORD } });
  assert.deepEqual(set.json, { for: 'staff' });
  const { cookie } = await stage.ask('POST', '/api/session', {
    body: { email: body['email'], password: GOOD_PASSWORD },
  });
  return { id: made.json.user.id, cookie: cookie ?? '' };
}

test('[AC20] the first administrator is made beside the database: a key at once, a password by invitation', async (t) => {
  const stage = await accountsStage(t);
  const wanted = { email: 'root@example.com', name: 'Rita', who: 'rita' };
  const made = await createAdministrator(stage.pool, stage.seals, wanted);
  assert.ok(made.is === 'created');
  assert.match(made.key.secret, /^plt_[2-9a-z]{8}_[0-9A-Za-z]{32}$/);
  const me = await stage.ask('GET', '/api/admin/whoami', { bearer: made.key.secret });
  assert.deepEqual([me.json.who, me.json.role, me.json.exhibitorId], [`key:${made.key.id}`, 'administrator', null]);
  assert.deepEqual(
    (await stage.messages('staff-invitation')).map(({ token }) => token),
    [made.invitation],
  );
  assert.deepEqual(await createAdministrator(stage.pool, stage.seals, wanted), { is: 'email-taken' });
  const { rows } = await stage.pool.query('select who, action, target from staff_actions order by id');
  assert.deepEqual(rows, [
    { who: 'rita', action: 'user.create', target: `user:${made.user}` },
    { who: 'rita', action: 'key.create', target: `key:${made.key.id}` },
  ]);
});

test('[AC21] a colleague is invited, sets a password, signs in, and reaches his own cinemas only', async (t) => {
  const stage = await staffStage(t);
  const [exhibitorId] = stage.exhibitors;
  const [cinema] = stage.cinemas;
  const body = { email: 'Bo@example.com', name: 'Bo', role: 'partner', exhibitorId, cinemaIds: [cinema] };
  const { cookie } = await invited(stage, stage.admin, body);
  const me = await stage.ask('GET', '/api/session', { cookie });
  assert.deepEqual(
    [me.json.staff.role, me.json.staff.exhibitorId, me.json.staff.cinemaIds],
    ['partner', exhibitorId, [cinema]],
  );
  assert.equal(me.json.buyer, null);
  assert.equal((await stage.ask('GET', '/api/admin/users', { cookie })).status, 403);
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 403);
  const again = await stage.ask('POST', '/api/admin/users', {
    bearer: stage.admin,
    body: { ...body, email: 'bo@EXAMPLE.com' },
  });
  assert.deepEqual([again.status, again.json.code], [409, 'email-taken']);
});

test('[AC22] a role needs its exhibitor, cinemas are of that exhibitor, and an administrator has none', async (t) => {
  const stage = await staffStage(t);
  const [one] = stage.exhibitors;
  const foreign = stage.cinemas[3];
  const faults: [Record<string, unknown>, string][] = [
    [{ role: 'gate' }, 'body.exhibitorId'],
    [{ role: 'gate', exhibitorId: 999 }, 'body.exhibitorId'],
    [{ role: 'gate', exhibitorId: one, cinemaIds: [foreign] }, 'body.cinemaIds'],
    [{ role: 'gate', exhibitorId: one, cinemaIds: [] }, 'body.cinemaIds'],
    [{ role: 'administrator', exhibitorId: one }, 'body.exhibitorId'],
    [{ role: 'owner', exhibitorId: one }, 'body.role'],
  ];
  for (const [part, path] of faults) {
    const body = { email: 'x@example.com', name: 'X', ...part };
    const { status, json } = await stage.ask('POST', '/api/admin/users', { bearer: stage.admin, body });
    assert.deepEqual([status, json.fields?.[0]?.path], [400, path], JSON.stringify([part, json]));
  }
});

test('[AC23] nobody gives rights that he has not, and nobody reaches beyond his own', async (t) => {
  const stage = await staffStage(t);
  const narrow = await stage.ask('POST', '/api/admin/keys', {
    bearer: stage.admin,
    body: {
      name: 'keys only',
      role: 'administrator',
      scopes: ['keys:write', 'users:write', 'catalogue:read', 'tickets:read'],
    },
  });
  assert.equal(narrow.status, 201, JSON.stringify(narrow.json));
  const bearer = narrow.json.secret;
  const [exhibitorId] = stage.exhibitors;
  const more = [
    await stage.ask('POST', '/api/admin/keys', { bearer, body: { name: 'more', role: 'administrator' } }),
    await stage.ask('POST', '/api/admin/keys', { bearer, body: { name: 'more', role: 'partner', exhibitorId } }),
    await stage.ask('POST', '/api/admin/keys', { bearer, body: { name: 'more', role: 'gate', exhibitorId } }),
    await stage.ask('POST', '/api/admin/users', {
      bearer,
      body: { email: 'x@example.com', name: 'X', role: 'administrator' },
    }),
  ];
  assert.deepEqual(
    more.map(({ status, json }) => [status, json.code]),
    more.map(() => [403, 'more-than-own-rights']),
  );
  const kiosk = await stage.ask('POST', '/api/admin/keys', {
    bearer,
    body: { name: 'kiosk', role: 'kiosk', exhibitorId },
  });
  assert.equal(kiosk.status, 201);
  const beyond = await stage.ask('POST', '/api/admin/keys', {
    bearer: stage.admin,
    body: { name: 'gate', role: 'gate', exhibitorId, scopes: ['users:write'] },
  });
  assert.deepEqual([beyond.status, beyond.json.fields[0].path], [400, 'body.scopes']);
  // Taking away is giving, too: he may not disable whom he could not have made.
  const root = await invited(stage, stage.admin, { email: 'root@example.com', name: 'Rita', role: 'administrator' });
  const disabled = await stage.ask('PATCH', `/api/admin/users/${root.id}`, {
    bearer,
    body: { status: 'disabled', why: WHY },
  });
  assert.equal(disabled.status, 403);
});

test('[AC24] who is disabled or gets other rights is signed out at once, and his keys are named', async (t) => {
  const stage = await staffStage(t);
  await invited(stage, stage.admin, { email: 'other@example.com', name: 'Otto', role: 'administrator' });
  const { id, cookie } = await invited(stage, stage.admin, {
    email: 'root@example.com',
    name: 'Rita',
    role: 'administrator',
  });
  const key = await stage.ask('POST', '/api/admin/keys', { cookie, body: { name: 'his', role: 'administrator' } });
  assert.equal(key.status, 201);
  const renamed = await stage.ask('PATCH', `/api/admin/users/${id}`, {
    bearer: stage.admin,
    body: { name: 'Rita B.', why: WHY },
  });
  assert.deepEqual([renamed.json.user.name, renamed.json.sessionsEnded], ['Rita B.', 0]);
  const body = { status: 'disabled', why: 'left the house' };
  const gone = await stage.ask('PATCH', `/api/admin/users/${id}`, { bearer: stage.admin, body });
  assert.deepEqual(
    [gone.json.user.status, gone.json.sessionsEnded, gone.json.liveKeys],
    ['disabled', 1, [key.json.key.id]],
  );
  stage.nowMs += KEEP_MS;
  assert.equal((await stage.ask('GET', '/api/admin/users', { cookie })).status, 401);
  const again = await stage.ask('POST', '/api/session', {
    body: { email: 'root@example.com', password: GOOD_PASSWORD },
  });
  assert.equal(again.status, 401);
  const { rows } = await stage.pool.query(
    `select why, details from staff_actions where action = 'user.change' order by id`,
  );
  assert.deepEqual(rows, [
    { why: WHY, details: { name: 'changed' } },
    { why: 'left the house', details: { status: 'disabled' } },
  ]);
});

test('[AC64] a partner’s colleague who becomes an administrator works for all from then on', async (t) => {
  const stage = await staffStage(t);
  const [exhibitorId] = stage.exhibitors;
  const wanted = { email: 'bo@example.com', name: 'Bo', role: 'partner', exhibitorId, cinemaIds: [stage.cinemas[0]] };
  const { id } = await invited(stage, stage.admin, wanted);
  const change = (body: object) =>
    stage.ask('PATCH', `/api/admin/users/${id}`, { bearer: stage.admin, body: { ...body, why: WHY } });
  const contrary = await change({ role: 'administrator', exhibitorId });
  assert.deepEqual([contrary.status, contrary.json.fields?.[0]?.path], [400, 'body.exhibitorId']);
  const { status, json } = await change({ role: 'administrator' });
  assert.equal(status, 200, JSON.stringify(json));
  assert.deepEqual([json.user.role, json.user.exhibitorId, json.user.cinemaIds], ['administrator', null, null]);
  const { rows } = await stage.pool.query('select role, exhibitor_id, cinema_ids from staff_users where id = $1', [id]);
  assert.deepEqual(rows, [{ role: 'administrator', exhibitor_id: null, cinema_ids: null }]);
});

test('[AC61] a colleague who is disabled while his password is compared is not signed in', async (t) => {
  const stage = await staffStage(t);
  const bo = { email: 'bo@example.com', password: GOOD_PASSWORD };
  const [exhibitorId] = stage.exhibitors;
  const { id } = await invited(stage, stage.admin, { email: bo.email, name: 'Bo', role: 'gate', exhibitorId });
  const isRight = stage.ports.passwords.isRight.bind(stage.ports.passwords);
  Object.assign(stage.ports.passwords, {
    isRight: async (stored: string | null, password: string) => {
      const is = await isRight(stored, password);
      const body = { status: 'disabled', why: 'left the house' };
      await stage.ask('PATCH', `/api/admin/users/${id}`, { bearer: stage.admin, body });
      return is;
    },
  });
  const answer = await stage.ask('POST', '/api/session', { body: bo });
  assert.deepEqual([answer.status, answer.cookie], [401, undefined]);
  const { rows } = await stage.pool.query("select from sessions where subject_kind = 'staff' and ended_at is null");
  assert.deepEqual(rows, []);
});

test('[AC25] the last active administrator stays, also when two disable each other at the same moment', async (t) => {
  const stage = await staffStage(t);
  const root = await invited(stage, stage.admin, { email: 'root@example.com', name: 'Rita', role: 'administrator' });
  const alone = await stage.ask('PATCH', `/api/admin/users/${root.id}`, {
    bearer: stage.admin,
    body: { status: 'disabled', why: WHY },
  });
  assert.deepEqual([alone.status, alone.json.code], [409, 'last-administrator']);
  const demoted = await stage.ask('PATCH', `/api/admin/users/${root.id}`, {
    bearer: stage.admin,
    body: { role: 'reports', exhibitorId: stage.exhibitors[0], why: WHY },
  });
  assert.equal(demoted.status, 409);
  const other = await invited(stage, stage.admin, { email: 'otto@example.com', name: 'Otto', role: 'administrator' });
  const disable = (id: number, cookie: string) =>
    stage.ask('PATCH', `/api/admin/users/${id}`, { cookie, body: { status: 'disabled', why: WHY } });
  const both = await Promise.all([disable(other.id, root.cookie), disable(root.id, other.cookie)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
});

test('[AC26] a key is shown once and kept as a hash; it can be recognised, and its last use is shown', async (t) => {
  const stage = await staffStage(t);
  const [exhibitorId] = stage.exhibitors;
  const body = { name: 'gate 3', role: 'gate', exhibitorId, scopes: ['tickets:check-in'] };
  const { json, status } = await stage.ask('POST', '/api/admin/keys', { bearer: stage.admin, body });
  assert.equal(status, 201);
  const { secret, key } = json;
  assert.ok(secret.startsWith(`plt_${key.prefix}_`));
  const me = await stage.ask('GET', '/api/admin/whoami', { bearer: secret });
  assert.deepEqual(me.json.permissions, ['tickets:check-in']);
  const list = await stage.ask('GET', '/api/admin/keys', { bearer: stage.admin });
  const listed = list.json.keys.find(({ id }: { id: number }) => id === key.id);
  assert.deepEqual([listed.prefix, listed.name, listed.createdBy], [key.prefix, 'gate 3', 'key:1']);
  assert.ok(listed.lastUsedAt !== null);
  assert.ok(!JSON.stringify(list.json).includes(secret.slice(-32)));
  await stage.pool.query("update api_keys set last_used_at = now() - interval '2 minutes'");
  stage.nowMs += KEEP_MS;
  await stage.ask('GET', '/api/admin/whoami', { bearer: secret });
  const { rows } = await stage.pool.query(
    "select last_used_at > now() - interval '1 minute' as used from api_keys where id = $1",
    [key.id],
  );
  assert.deepEqual(rows, [{ used: true }]);
});

test('[AC27] a key that is revoked, expired or unknown opens nothing, and those who try many are slowed down', async (t) => {
  const stage = await staffStage(t);
  const made = await stage.ask('POST', '/api/admin/keys', {
    bearer: stage.admin,
    body: { name: 'lost', role: 'administrator' },
  });
  const { secret, key } = made.json;
  assert.equal((await stage.ask('GET', '/api/admin/whoami', { bearer: secret })).status, 200);
  const revoked = await stage.ask('DELETE', `/api/admin/keys/${key.id}?why=lost%20in%20a%20taxi`, {
    bearer: stage.admin,
  });
  assert.notEqual(revoked.json.key.revokedAt, null);
  const refused = await stage.ask('GET', '/api/admin/whoami', { bearer: secret });
  assert.deepEqual([refused.status, refused.json.code], [401, 'no-such-key']);
  const short = await stage.ask('POST', '/api/admin/keys', {
    bearer: stage.admin,
    body: { name: 'short', role: 'administrator', expiresAt: new Date(stage.nowMs + 60_000).toISOString() },
  });
  assert.equal((await stage.ask('GET', '/api/admin/whoami', { bearer: short.json.secret })).status, 200);
  stage.nowMs += 61_000;
  assert.equal((await stage.ask('GET', '/api/admin/whoami', { bearer: short.json.secret })).status, 401);
  assert.equal((await stage.ask('GET', '/api/admin/whoami', { bearer: 'plt_nonsense' })).status, 401);
  const unknown = () =>
    stage.ask('GET', '/api/admin/whoami', { bearer: `plt_22222222_${'x'.repeat(32)}`, address: '198.51.100.9' });
  const answers = [];
  for (let n = 0; n < 13; n++) answers.push(...(await Promise.all(Array.from({ length: 10 }, unknown))));
  assert.equal(answers.filter(({ status }) => status === 429).length, 10);
  const good = await stage.ask('GET', '/api/admin/whoami', { bearer: stage.admin, address: '198.51.100.9' });
  assert.equal(good.status, 200, 'a good key behind the same address is not shut out');
});

test('[AC28] every change by staff leaves a record of who and why, without personal data', async (t) => {
  const stage = await staffStage(t);
  const { id } = await stage.account();
  const named = await stage.ask('POST', '/api/admin/buyers/forget', {
    bearer: stage.admin,
    body: { buyer: id, why: `ana@example.com asked` },
  });
  assert.deepEqual([named.status, named.json.fields[0].path], [400, 'body.why']);
  const byCpf = { cpf: CPFS[0], why: `${CPFS[0]} asked` };
  assert.equal((await stage.ask('POST', '/api/admin/buyers/forget', { bearer: stage.admin, body: byCpf })).status, 400);
  const done = await stage.ask('POST', '/api/admin/buyers/forget', {
    bearer: stage.admin,
    body: { ...byCpf, why: 'asked by letter' },
  });
  assert.equal(done.status, 200, stage.logged.join());
  const { rows } = await stage.pool.query(
    "select who, target, why, details from staff_actions where action = 'buyer.forget'",
  );
  assert.deepEqual(rows, [{ who: 'key:1', target: `buyer:${id}`, why: 'asked by letter', details: null }]);
});

test('[ID1] an answer that was lost comes again with the same key, the new API key and the guest’s cookie with it', async (t) => {
  const stage = await staffStage(t);
  const make = (name: string) =>
    stage.ask('POST', '/api/admin/keys', {
      bearer: stage.admin,
      key: 'one-key-for-all',
      body: { name, role: 'administrator' },
    });
  const [first, ...others] = [await make('cli'), await make('cli'), await make('cli')];
  for (const other of others) {
    assert.deepEqual([other.status, other.json], [201, first?.json]);
    assert.equal(other.headers['idempotent-replay'], 'true');
  }
  assert.equal((await make('another')).status, 422);
  const guest = (cpf: string, address: string) =>
    stage.ask('POST', '/api/guests', { key: 'one-key-for-all', address, body: { cpf, email: 'g@example.com' } });
  const [one, again] = [await guest(CPFS[0], '198.51.100.1'), await guest(CPFS[0], '198.51.100.1')];
  assert.deepEqual([again.json, again.cookie], [one.json, one.cookie]);
  assert.equal((await stage.ask('GET', '/api/session', { cookie: again.cookie })).json.buyer.id, one.json.buyer.id);
  assert.equal((await guest(CPFS[1], '198.51.100.1')).status, 422);
  assert.notEqual(
    (await guest(CPFS[0], '198.51.100.2')).json.buyer.id,
    one.json.buyer.id,
    'another visitor’s key is another',
  );
  const without = await stage.ask('POST', '/api/guests', {
    body: { cpf: CPFS[0], email: 'g@example.com' },
    headers: { 'idempotency-key': '' },
  });
  assert.deepEqual([without.status, without.json.code], [400, 'no-idempotency-key']);
});

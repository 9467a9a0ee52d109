import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAdministratorKey } from '../../storage/accounts/first-administrator.ts';
import { accountsStage, request } from '../../tests/support/accounts-stage.ts';
import { Authenticator, KEEP_MS } from './authenticate.ts';

test('[AC34] those who ask at once share one look, and it is believed for five seconds', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  let looks = 0;
  const counting = Object.create(stage.pool, {
    query: {
      value: (...asked: unknown[]) => {
        looks++;
        return (stage.pool.query as (...all: unknown[]) => unknown).apply(stage.pool, asked);
      },
    },
  });
  const addressOf = () => '203.0.113.7';
  const authenticator = new Authenticator({ ...stage.ports, pool: counting, addressOf });
  const ask = () => authenticator.authenticate(request('GET', '/', { cookie }));
  const all = await Promise.all([ask(), ask(), ask()]);
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['buyer', 'buyer', 'buyer'],
  );
  await ask();
  assert.equal(looks, 1);
  stage.nowMs += KEEP_MS;
  await ask();
  assert.equal(looks, 2);
});

test('[AC34] what ends while it is being looked up is not kept', async (t) => {
  const stage = await accountsStage(t);
  const { secret, id } = await createAdministratorKey(stage.pool, { name: 'the test', who: 'tester' });
  let looked: () => void = () => {};
  const hasLooked = new Promise<void>((resolve) => {
    looked = resolve;
  });
  let goOn: () => void = () => {};
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const slow = Object.create(stage.pool, {
    query: {
      value: async (...asked: unknown[]) => {
        const rows = await (stage.pool.query as (...all: unknown[]) => unknown).apply(stage.pool, asked);
        looked();
        await mayGoOn;
        return rows;
      },
    },
  });
  const authenticator = new Authenticator({ ...stage.ports, pool: slow, addressOf: () => '203.0.113.7' });
  const ask = () => authenticator.authenticate(request('GET', '/', { bearer: secret }));
  const first = ask();
  await hasLooked;
  await stage.pool.query('update api_keys set revoked_at = now() where id = $1', [id]);
  authenticator.forget(`key:${id}`);
  goOn();
  assert.equal((await first).kind, 'staff', 'it was asked before');
  await assert.rejects(ask(), { status: 401, code: 'no-such-key' });
});

test('[AC34] a key wins over a cookie, and one that is wrong is not made good by a cookie', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  const { secret } = await createAdministratorKey(stage.pool, { name: 'the test', who: 'tester' });
  const both = request('GET', '/', { bearer: secret, cookie });
  assert.equal((await stage.ports.authenticator.authenticate(both)).kind, 'staff');
  const wrong = request('GET', '/', { bearer: `${secret.slice(0, -1)}!`, cookie });
  await assert.rejects(stage.ports.authenticator.authenticate(wrong), { status: 401 });
});

test('[AC34] without the database nobody is anybody, and nobody is taken for a visitor', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  const away = Object.create(stage.pool, { query: { value: () => Promise.reject(new Error('the database is away')) } });
  const authenticator = new Authenticator({ ...stage.ports, pool: away, addressOf: () => '203.0.113.7' });
  await assert.rejects(authenticator.authenticate(request('GET', '/', { cookie })), /away/);
});

test('[AC65] another scheme than Bearer is somebody else’s: the cookie counts, and a visitor is one', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  for (const authorization of ['Basic Zm9vOmJhcg==', 'Negotiate YII=', 'Bearerish x']) {
    const asked = request('GET', '/', { cookie, headers: { authorization } });
    assert.equal((await stage.ports.authenticator.authenticate(asked)).kind, 'buyer', authorization);
    const visitor = request('GET', '/', { headers: { authorization } });
    assert.equal((await stage.ports.authenticator.authenticate(visitor)).kind, 'visitor');
  }
  for (const authorization of ['Bearer', 'Bearer ', 'bearer x', 'Bearer  plt_'])
    await assert.rejects(
      stage.ports.authenticator.authenticate(request('GET', '/', { cookie, headers: { authorization } })),
      { status: 401, code: 'no-such-key' },
      authorization,
    );
});

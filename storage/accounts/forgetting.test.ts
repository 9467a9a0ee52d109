import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsStage, CPFS, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';
import { forgetOldTokens } from './account-tokens.ts';
import { forgetUnconfirmedAccounts } from './buyers.ts';
import { eraseDuePayers } from './payers.ts';
import { forgetOldSessions } from './sessions.ts';

test('[AC44] every day what nobody can use any more is deleted: sessions, links, accounts that were never confirmed', async (t) => {
  const stage = await accountsStage(t);
  const { pool } = stage;
  const { cookie } = await stage.account();
  const body = { name: 'Bea', email: 'bea@example.com', password: GOOD_PASSWORD, cpf: CPFS[1] };
  await stage.ask('POST', '/api/accounts', { body });
  const all = async () => [
    await forgetOldSessions(pool),
    await forgetOldTokens(pool),
    await forgetUnconfirmedAccounts(pool),
  ];
  assert.deepEqual(await all(), [0, 0, 0]);
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 200);
  await pool.query("update sessions set expires_at = now() - interval '2 days'");
  await pool.query("update account_tokens set expires_at = now() - interval '2 days'");
  await pool.query("update buyers set created_at = now() - interval '8 days'");
  assert.deepEqual(await all(), [1, 2, 1]);
  const { rows } = await pool.query('select email from buyers');
  assert.deepEqual(rows, [{ email: 'ana@example.com' }]);
  assert.equal(await eraseDuePayers(pool), 0, 'a sign-up with that CPF may be under way');
  await pool.query("update payers set created_at = now() - interval '2 days'");
  assert.equal(await eraseDuePayers(pool), 1, 'the CPF of an account that never was');
  assert.equal((await pool.query('select from payers')).rowCount, 1);
});

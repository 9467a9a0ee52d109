import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountsStage, CPFS, GOOD_PASSWORD } from '../../tests/support/accounts-stage.ts';

const ANA = { name: 'Ana Souza', email: 'ana@example.com', password: GOOD_PASSWORD, cpf: '529.982.247-25' };

test('[AC1] an account is opened, confirmed by the link of its message, and signed in to', async (t) => {
  const stage = await accountsStage(t);
  const opened = await stage.ask('POST', '/api/accounts', { body: ANA });
  assert.deepEqual(
    [opened.status, opened.json],
    [201, { buyer: { locale: 'pt-BR', isConfirmed: false }, next: 'confirm-email' }],
    stage.logged.join(),
  );
  assert.equal(opened.cookie, undefined);
  const early = await stage.ask('POST', '/api/session', { body: { email: ANA.email, password: ANA.password } });
  assert.deepEqual([early.status, early.json.code, early.cookie], [401, 'wrong-credentials', undefined]);
  const [, mail] = await stage.messages('confirm-email');
  assert.ok(mail !== undefined, 'the right password of an unconfirmed account has the link sent again');
  const confirmed = await stage.ask('POST', '/api/accounts/confirm', {
    body: { token: mail.token, password: GOOD_PASSWORD },
  });
  assert.equal(confirmed.status, 200);
  const signedIn = await stage.ask('POST', '/api/session', {
    body: { email: 'ANA@example.com ', password: ANA.password },
  });
  assert.equal(signedIn.status, 200);
  assert.equal(signedIn.json.buyer.cpf, '***.982.247-**');
  const account = await stage.ask('GET', '/api/account', { cookie: signedIn.cookie });
  assert.deepEqual([account.json.buyer.name, account.json.buyer.email], [ANA.name, ANA.email]);
});

test('[AC2] nobody learns from a sign-up who has an account: the answer is the same, the mail differs', async (t) => {
  const stage = await accountsStage(t);
  await stage.account(ANA.email, CPFS[0]);
  const fresh = await stage.ask('POST', '/api/accounts', { body: { ...ANA, email: 'new@example.com', cpf: CPFS[1] } });
  const knownEmail = await stage.ask('POST', '/api/accounts', {
    body: { ...ANA, cpf: CPFS[2], password: 'another long password' },
  });
  const knownCpf = await stage.ask('POST', '/api/accounts', { body: { ...ANA, email: 'bea@example.com' } });
  for (const answer of [knownEmail, knownCpf]) {
    assert.deepEqual([answer.status, answer.json, answer.headers], [fresh.status, fresh.json, fresh.headers]);
  }
  const kinds = (await stage.messages()).map(({ kind, params }) => [kind, params]);
  assert.deepEqual(kinds.slice(1), [
    ['confirm-email', {}],
    ['already-registered', {}],
    ['confirm-email', { cpfTaken: true }],
  ]);
  const old = await stage.ask('POST', '/api/session', { body: { email: ANA.email, password: GOOD_PASSWORD } });
  assert.equal(old.status, 200, 'the password of the account is what it was');
  const mail = (await stage.messages('confirm-email')).at(-1);
  await stage.ask('POST', '/api/accounts/confirm', { body: { token: mail?.token, password: GOOD_PASSWORD } });
  const bea = await stage.ask('POST', '/api/session', { body: { email: 'bea@example.com', password: GOOD_PASSWORD } });
  assert.equal(bea.json.buyer.cpf, null, 'an account was made, without the CPF of the other');
});

test('[AC3] an account that is not confirmed keeps nobody out, neither from the address nor from the CPF', async (t) => {
  const stage = await accountsStage(t);
  await stage.ask('POST', '/api/accounts', { body: { ...ANA, password: 'the password of a thief' } });
  const [stale] = await stage.messages('confirm-email');
  const again = await stage.ask('POST', '/api/accounts', { body: ANA });
  assert.equal(again.status, 201);
  const late = await stage.ask('POST', '/api/accounts/confirm', {
    body: { token: stale?.token, password: GOOD_PASSWORD },
  });
  assert.deepEqual([late.status, late.json.code], [410, 'link-void']);
  await stage.ask('POST', '/api/accounts', { body: { ...ANA, email: 'real@example.com' } });
  const mails = await stage.messages('confirm-email');
  assert.deepEqual(
    mails.map(({ params }) => params),
    [{}, {}, {}],
  );
  await stage.ask('POST', '/api/accounts/confirm', { body: { token: mails[2]?.token, password: GOOD_PASSWORD } });
  const real = await stage.ask('POST', '/api/session', {
    body: { email: 'real@example.com', password: GOOD_PASSWORD },
  });
  assert.equal(real.json.buyer.cpf, '***.982.247-**');
  const { rows } = await stage.pool.query(
    'select count(*)::int as buyers, count(distinct payer_id)::int as payers from buyers',
  );
  assert.deepEqual(rows, [{ buyers: 1, payers: 1 }]);
});

test('[AC4] sign-ups with one address or one CPF at the same moment: one account has it', async (t) => {
  const stage = await accountsStage(t);
  const sameEmail = await Promise.all(
    [0, 1, 2, 3].map((n) => stage.ask('POST', '/api/accounts', { body: { ...ANA, cpf: CPFS[n] } })),
  );
  assert.deepEqual(
    sameEmail.map(({ status }) => status),
    [201, 201, 201, 201],
    stage.logged.join('\n'),
  );
  const sameCpf = await Promise.all(
    [0, 1, 2, 3].map((n) => stage.ask('POST', '/api/accounts', { body: { ...ANA, email: `p${n}@example.com` } })),
  );
  assert.deepEqual(
    sameCpf.map(({ status }) => status),
    [201, 201, 201, 201],
    stage.logged.join('\n'),
  );
  const { rows } = await stage.pool.query<{ emails: number; with_cpf: number }>(
    `select count(*) filter (where email_key = 'ana@example.com')::int as emails,
       count(*) filter (where payer_id = (select payer_id from buyers order by created_at desc limit 1))::int as with_cpf from buyers`,
  );
  assert.deepEqual(rows, [{ emails: rows[0]?.emails, with_cpf: 1 }]);
  assert.ok((rows[0]?.emails ?? 9) <= 1);
});

test('[AC5] a link is good once, also when it is followed twice at the same moment', async (t) => {
  const stage = await accountsStage(t);
  await stage.ask('POST', '/api/accounts', { body: ANA });
  const [mail] = await stage.messages('confirm-email');
  const answers = await Promise.all(
    [0, 1, 2, 3].map(() =>
      stage.ask('POST', '/api/accounts/confirm', { body: { token: mail?.token, password: GOOD_PASSWORD } }),
    ),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410, 410, 410]);
  const guessed = await stage.ask('POST', '/api/accounts/confirm', {
    body: { token: 'A'.repeat(43), password: GOOD_PASSWORD },
  });
  assert.equal(guessed.status, 410);
});

test('[AC5] a link of one purpose does not serve another, and none serves after its time', async (t) => {
  const stage = await accountsStage(t);
  await stage.ask('POST', '/api/accounts', { body: ANA });
  const [mail] = await stage.messages('confirm-email');
  const reset = await stage.ask('POST', '/api/password/reset', {
    body: { token: mail?.token, password: 'quite another one' },
  });
  assert.equal(reset.status, 410);
  await stage.pool.query("update account_tokens set expires_at = now() - interval '1 second'");
  const late = await stage.ask('POST', '/api/accounts/confirm', {
    body: { token: mail?.token, password: GOOD_PASSWORD },
  });
  assert.equal(late.status, 410);
});

test('[AC6] what cannot be right is refused with the field and the reason', async (t) => {
  const stage = await accountsStage(t);
  const faults: [Record<string, unknown>, string][] = [
    [{ cpf: '111.111.111-11' }, 'body.cpf'],
    [{ cpf: '529.982.247-26' }, 'body.cpf'],
    [{ cpf: '1234567890' }, 'body.cpf'],
    [{ email: 'ana' }, 'body.email'],
    [{ email: 'ana@example.com\r\nbcc: x@example.com' }, 'body.email'],
    [{ name: ' ' }, 'body.name'],
    [{ name: 'Ana\u0000' }, 'body.name'],
    [{ password: 'short' }, 'body.password'],
    [{ password: '1234567890' }, 'body.password'],
    [{ password: 'ana@example.com' }, 'body.password'],
    [{ password: 'ana souza 1' }, 'body.password'],
    [{ password: '529.982.247-25' }, 'body.password'],
    [{ password: 'x'.repeat(129) }, 'body.password'],
    [{ password: `${'éç'.repeat(40)}abcd` }, 'body.password'],
    [{ birthDate: '2990-01-01' }, 'body.birthDate'],
    [{ birthDate: '24/12/1990' }, 'body.birthDate'],
    [{ locale: 'fr' }, 'body.locale'],
    [{ role: 'administrator' }, 'body'],
  ];
  for (const [part, path] of faults) {
    const { status, json } = await stage.ask('POST', '/api/accounts', { body: { ...ANA, ...part } });
    assert.deepEqual([status, json.code, json.fields?.[0]?.path], [400, 'invalid', path], JSON.stringify([part, json]));
  }
  assert.deepEqual(await stage.messages(), []);
});

test('[AC59] an address is confirmed with the link and the password: who signs up with somebody’s address after him gets nothing', async (t) => {
  const stage = await accountsStage(t);
  await stage.ask('POST', '/api/accounts', { body: ANA });
  await stage.ask('POST', '/api/accounts', { body: { ...ANA, password: 'the password of a thief', cpf: CPFS[1] } });
  const thief = { email: ANA.email, password: 'the password of a thief' };
  const mail = (await stage.messages('confirm-email')).at(-1);
  const confirm = (password?: string) =>
    stage.ask('POST', '/api/accounts/confirm', { body: { token: mail?.token, password } });
  assert.equal((await confirm()).status, 400, 'the link alone is not enough');
  const refused = await confirm(GOOD_PASSWORD);
  assert.deepEqual([refused.status, refused.json.code], [403, 'wrong-password']);
  const { rows } = await stage.pool.query('select email_confirmed_at from buyers');
  assert.deepEqual(rows, [{ email_confirmed_at: null }]);
  for (let count = 0; count < 9; count++) assert.equal((await confirm('a guess of mine')).status, 403);
  assert.equal((await confirm('a guess of mine')).status, 429);
  stage.nowMs += 900_000;
  assert.equal((await confirm(thief.password)).status, 200, 'a wrong password leaves the link as it is');
});

test('[AC60] a new password set through the mailbox of an account that was not confirmed takes away what it says of itself', async (t) => {
  const stage = await accountsStage(t);
  const thief = { ...ANA, password: 'the password of a thief', cpf: CPFS[1], birthDate: '1990-12-24' };
  await stage.ask('POST', '/api/accounts', { body: thief });
  const reset = async () => {
    await stage.ask('POST', '/api/password/forgotten', { body: { email: ANA.email } });
    const token = (await stage.messages('reset-password')).at(-1)?.token;
    const { status } = await stage.ask('POST', '/api/password/reset', { body: { token, password: GOOD_PASSWORD } });
    assert.equal(status, 200);
    return stage.ask('POST', '/api/session', { body: { email: ANA.email, password: GOOD_PASSWORD } });
  };
  const ana = await reset();
  assert.deepEqual([ana.status, ana.json.buyer.cpf, ana.json.buyer.birthDate], [200, null, null]);
  const told = await stage.ask('PATCH', '/api/account', { cookie: ana.cookie, body: { cpf: CPFS[0] } });
  assert.equal(told.status, 200);
  assert.equal((await reset()).json.buyer.cpf, '***.982.247-**', 'of a confirmed one everything stays');
});

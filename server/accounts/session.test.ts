import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endSession, sessionName } from '../../storage/accounts/sessions.ts';
import { Seals } from '../../storage/sealing.ts';
import {
  type AccountsStage,
  accountsStage,
  CHEAP_HASHES,
  CPFS,
  GOOD_PASSWORD,
} from '../../tests/support/accounts-stage.ts';
import { KEEP_MS } from './authenticate.ts';
import { Passwords } from './passwords.ts';
import { identify, openToken, sealToken, sessionCookieOf } from './session-cookie.ts';

const EMAIL = 'ana@example.com';
const signIn = (stage: AccountsStage, cookie?: string) =>
  stage.ask('POST', '/api/session', { body: { email: EMAIL, password: GOOD_PASSWORD }, cookie });

test('[AC7] the cookie is for this host alone, over TLS, and out of reach for scripts and other sites', async (t) => {
  const stage = await accountsStage(t);
  await stage.account();
  const { headers } = await signIn(stage);
  assert.match(
    headers['set-cookie'] ?? '',
    /^__Host-poltrona=[\w.-]+; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  );
  assert.equal(headers['cache-control'], 'no-store');
});

test('[AC8] each sign-in is a new session, and ends the one that the browser had', async (t) => {
  const stage = await accountsStage(t);
  const first = await stage.account();
  const second = await signIn(stage, first.cookie);
  assert.notEqual(second.cookie, first.cookie);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: first.cookie })).status, 401);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: second.cookie })).status, 200);
});

test('[AC9] who signs out is out: on this node at once, on the others with the notice, and within five seconds without it', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 200);
  const out = await stage.ask('DELETE', '/api/session', { cookie });
  assert.deepEqual([out.status, out.cookie], [200, '']);
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 401);

  const other = await stage.account(EMAIL);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: other.cookie })).status, 200);
  const name = nameOf(stage, other.cookie);
  await endSession(stage.pool, name);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: other.cookie })).status, 200, 'not told yet');
  stage.nowMs += KEEP_MS;
  assert.equal((await stage.ask('GET', '/api/account', { cookie: other.cookie })).status, 401);

  const third = await signIn(stage);
  await stage.ask('GET', '/api/account', { cookie: third.cookie });
  await endSession(stage.pool, nameOf(stage, third.cookie ?? ''));
  stage.ports.authenticator.forget(nameOf(stage, third.cookie ?? ''));
  assert.equal((await stage.ask('GET', '/api/account', { cookie: third.cookie })).status, 401);
});

test('[AC10] a cookie that was changed, cut, expired, planted twice or signed by somebody else is a visitor', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  const who = async (value: string) => (await stage.ask('GET', '/api/session', { cookie: value })).json.buyer;
  assert.notEqual(await who(cookie), null);
  for (let at = 0; at < cookie.length - 1; at += 7) {
    const flipped = cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1);
    assert.equal(await who(flipped), null, `character ${at}`);
  }
  const token = openToken(stage.seals, cookie, stage.nowMs);
  assert.ok(token !== null);
  assert.equal(await who(sealToken(new Seals(new Uint8Array(32).fill(6)), token)), null);
  assert.equal(await who(sealToken(stage.seals, { ...token, expiresMs: token.issuedMs + 32 * 86_400_000 })), null);
  assert.equal(await who(`${cookie}; __Host-poltrona=${cookie}`), null);
  assert.equal(sessionCookieOf(`theme=dark; __Host-poltrona=${cookie}`), cookie);
  stage.nowMs += 31 * 86_400_000;
  assert.equal(await who(cookie), null);
});

test('[AC11] an account stays signed in while it is used, a guest and staff do not', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  assert.equal((await stage.ask('GET', '/api/session', { cookie })).cookie, undefined, 'the cookie is new enough');
  stage.nowMs += 3_600_000;
  const renewed = await stage.ask('GET', '/api/session', { cookie });
  assert.ok(renewed.cookie !== undefined && renewed.cookie !== cookie);
  const before = openToken(stage.seals, cookie, stage.nowMs);
  const after = openToken(stage.seals, renewed.cookie, stage.nowMs);
  assert.equal((after?.expiresMs ?? 0) - (before?.expiresMs ?? 0), 3_600_000);
  assert.equal(after?.id, before?.id);
  await stage.pool.query("update sessions set created_at = now() - interval '179 days 12 hours'");
  stage.nowMs += 3_600_000;
  const last = await stage.ask('GET', '/api/session', { cookie: renewed.cookie });
  const lastToken = openToken(stage.seals, last.cookie ?? '', stage.nowMs);
  assert.ok(
    (lastToken?.expiresMs ?? Number.POSITIVE_INFINITY) - stage.nowMs < 12 * 3_600_000,
    'after 180 days it ends',
  );

  const guest = await stage.ask('POST', '/api/guests', { body: { cpf: CPFS[1], email: 'g@example.com' } });
  stage.nowMs += 3_600_000;
  const again = await stage.ask('GET', '/api/session', { cookie: guest.cookie });
  assert.equal(
    openToken(stage.seals, again.cookie ?? '', stage.nowMs)?.expiresMs,
    openToken(stage.seals, guest.cookie ?? '', stage.nowMs)?.expiresMs,
  );
});

test('[AC12] a WebSocket is identified in one turn: buyer, payer and session, by random ids', async (t) => {
  const stage = await accountsStage(t);
  const { cookie, id } = await stage.account();
  const ended = new Set<string>();
  const ports = { seals: stage.seals, isEnded: (name: string) => ended.has(name), nowMs: () => stage.nowMs };
  const asked = { header: (name: string) => (name === 'cookie' ? `__Host-poltrona=${cookie}` : undefined) };
  const identity = identify(ports, asked);
  const { rows } = await stage.pool.query<{ payer_id: string }>('select payer_id from buyers where id = $1', [id]);
  assert.deepEqual(identity, { buyer: id, payer: rows[0]?.payer_id, session: nameOf(stage, cookie) });
  ended.add(nameOf(stage, cookie));
  assert.equal(identify(ports, asked), null);
  assert.equal(identify(ports, { header: () => undefined }), null);
});

test('[AC13] whoever guesses a password is stopped, the owner is not locked out for good', async (t) => {
  const stage = await accountsStage(t);
  await stage.account();
  const guess = (address: string) =>
    stage.ask('POST', '/api/session', { body: { email: EMAIL, password: 'guess guess guess' }, address });
  const answers = [];
  for (let count = 0; count < 11; count++) answers.push((await guess('198.51.100.1')).status);
  assert.deepEqual(answers, [...Array.from({ length: 10 }, () => 401), 429]);
  const refused = await stage.ask('POST', '/api/session', {
    body: { email: EMAIL, password: GOOD_PASSWORD },
    address: '198.51.100.1',
  });
  assert.equal(refused.status, 429);
  const wait = Number(refused.headers['retry-after']);
  assert.ok(wait >= 1 && wait <= 900, `${wait}`);
  assert.equal((await signIn(stage)).status, 200, 'from another place the owner still gets in');

  // From everywhere at once: now the account itself is guarded, and the mailbox is the way in.
  for (let n = 0; n < 110; n += 10) await Promise.all(Array.from({ length: 10 }, (_, m) => guess(`192.0.2.${n + m}`)));
  assert.equal((await signIn(stage)).status, 429);
  await stage.ask('POST', '/api/password/forgotten', { body: { email: EMAIL } });
  const [mail] = await stage.messages('reset-password');
  const reset = await stage.ask('POST', '/api/password/reset', {
    body: { token: mail?.token, password: GOOD_PASSWORD },
  });
  assert.equal(reset.status, 200, JSON.stringify(reset.json));
  assert.equal((await signIn(stage)).status, 200);
});

test('[AC13] attempts are counted for each when many come at once, and neither address nor CPF can be read back', async (t) => {
  const stage = await accountsStage(t);
  const body = { cpf: CPFS[0], email: EMAIL };
  const answers = await Promise.all(Array.from({ length: 24 }, () => stage.ask('POST', '/api/guests', { body })));
  assert.equal(answers.filter(({ status }) => status === 201).length, 20, stage.logged.join('\n'));
  const { rows } = await stage.pool.query<{ text: string }>('select string_agg(name, $1) as text from attempt_counts', [
    ' ',
  ]);
  for (const secret of [CPFS[0], '203.0.113.7', EMAIL]) assert.ok(!(rows[0]?.text ?? secret).includes(secret));
});

test('[AC14] a forgotten password: the same answer for everybody, one link, and all sessions end', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  const known = await stage.ask('POST', '/api/password/forgotten', { body: { email: EMAIL } });
  const unknown = await stage.ask('POST', '/api/password/forgotten', { body: { email: 'nobody@example.com' } });
  assert.deepEqual([known.status, known.json], [unknown.status, unknown.json]);
  const [mail, ...others] = await stage.messages('reset-password');
  assert.deepEqual(others, []);
  const { rows: links } = await stage.pool.query(
    `select subject = 'nobody' as void, expires_at > now() as good from account_tokens where purpose = 'reset-password' order by 1`,
  );
  assert.deepEqual(
    links,
    [
      { void: false, good: true },
      { void: true, good: false },
    ],
    'the same work for both',
  );
  const weak = await stage.ask('POST', '/api/password/reset', {
    body: { token: mail?.token, password: 'ana souza 12' },
  });
  assert.deepEqual([weak.status, weak.json.fields?.[0]?.path], [400, 'body.password'], 'and the link is still good');
  const body = { token: mail?.token, password: 'duas cadeiras vermelhas' };
  const answers = await Promise.all([0, 1, 2].map(() => stage.ask('POST', '/api/password/reset', { body })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 410, 410]);
  stage.nowMs += KEEP_MS;
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 401);
  assert.equal((await signIn(stage)).status, 401, 'the old password');
  const now = await stage.ask('POST', '/api/session', { body: { email: EMAIL, password: body.password } });
  assert.equal(now.status, 200);
  assert.equal((await stage.messages('password-changed')).length, 1);
});

test('[AC15] a new password for who is signed in: only with the old one, and all other sessions end', async (t) => {
  const stage = await accountsStage(t);
  const here = await stage.account();
  const elsewhere = await signIn(stage);
  const wrong = { current: 'not my password', password: 'duas cadeiras vermelhas' };
  assert.equal((await stage.ask('POST', '/api/password', { cookie: here.cookie, body: wrong })).status, 403);
  const changed = await stage.ask('POST', '/api/password', {
    cookie: here.cookie,
    body: { ...wrong, current: GOOD_PASSWORD },
  });
  assert.equal(changed.status, 200);
  stage.nowMs += KEEP_MS;
  assert.equal((await stage.ask('GET', '/api/account', { cookie: changed.cookie })).status, 200);
  for (const { cookie } of [here, elsewhere])
    assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 401);
});

test('[AC16] guests: one CPF is one payer, whatever it buys with; each visit sees its own', async (t) => {
  const stage = await accountsStage(t);
  const body = { cpf: CPFS[0], email: 'guest@example.com' };
  const [one, two] = await Promise.all([0, 1].map(() => stage.ask('POST', '/api/guests', { body })));
  assert.ok(one !== undefined && two !== undefined);
  assert.deepEqual([one.status, two.status], [201, 201], stage.logged.join('\n'));
  assert.notEqual(one.json.buyer.id, two.json.buyer.id);
  const account = await stage.account(EMAIL, CPFS[0]);
  const { rows } = await stage.pool.query<{ payers: number; buyers: number }>(
    'select count(distinct payer_id)::int as payers, count(*)::int as buyers from buyers',
  );
  assert.deepEqual(rows, [{ payers: 1, buyers: 3 }]);
  assert.equal((await stage.ask('GET', '/api/session', { cookie: account.cookie })).json.buyer.isGuest, false);
  const patched = await stage.ask('PATCH', '/api/account', { cookie: one.cookie, body: { name: 'Outra' } });
  assert.equal(patched.status, 403);
});

test('[AC17] a CPF is told once, and begins a new session: the old cookie says for whose CPF tickets count', async (t) => {
  const stage = await accountsStage(t);
  await stage.account(EMAIL, CPFS[0]);
  const bea = await stage.account('bea@example.com', CPFS[0]);
  const taken = await stage.ask('PATCH', '/api/account', { cookie: bea.cookie, body: { cpf: CPFS[0] } });
  assert.deepEqual([taken.status, taken.json.code], [409, 'cpf-in-use']);
  const told = await stage.ask('PATCH', '/api/account', {
    cookie: bea.cookie,
    body: { cpf: CPFS[1], name: 'Bea', birthDate: '1990-12-24' },
  });
  assert.deepEqual([told.status, told.json.buyer.cpf, told.json.buyer.name], [200, '***.444.777-**', 'Bea']);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: bea.cookie })).status, 401);
  const again = await stage.ask('PATCH', '/api/account', { cookie: told.cookie, body: { cpf: CPFS[2] } });
  assert.deepEqual([again.status, again.json.code], [409, 'has-cpf']);
  const cleared = await stage.ask('PATCH', '/api/account', {
    cookie: told.cookie,
    body: { birthDate: null, locale: 'en' },
  });
  assert.deepEqual(
    [cleared.json.buyer.birthDate, cleared.json.buyer.locale, cleared.json.buyer.name],
    [null, 'en', 'Bea'],
  );
});

test('[AC18] what another site sends in the visitor’s name is not carried out, not even a sign-in', async (t) => {
  const stage = await accountsStage(t);
  const { cookie } = await stage.account();
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
    { origin: '', 'sec-fetch-site': 'same-site' },
    { origin: 'http://cinema.test', 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of foreign) {
    const out = await stage.ask('DELETE', '/api/session', { cookie, headers });
    assert.deepEqual([out.status, out.json.code], [403, 'foreign-origin'], JSON.stringify(headers));
    const signedIn = await stage.ask('POST', '/api/session', {
      body: { email: EMAIL, password: GOOD_PASSWORD },
      headers,
    });
    assert.equal(signedIn.status, 403);
  }
  assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 200);
});

test('[AC17] a CPF that is told ends the account’s sessions everywhere: no cookie without it is left', async (t) => {
  const stage = await accountsStage(t);
  await stage.account(EMAIL, CPFS[0]);
  const laptop = await stage.account('bea@example.com', CPFS[0]);
  const body = { email: 'bea@example.com', password: GOOD_PASSWORD };
  const phone = await stage.ask('POST', '/api/session', { body });
  const told = await stage.ask('PATCH', '/api/account', { cookie: laptop.cookie, body: { cpf: CPFS[1] } });
  assert.equal(told.status, 200);
  stage.nowMs += 3_600_000;
  for (const { cookie } of [laptop, phone]) {
    assert.equal((await stage.ask('GET', '/api/account', { cookie })).status, 401);
    assert.equal((await stage.ask('GET', '/api/session', { cookie })).cookie, undefined, 'and none is renewed');
  }
  const { rows } = await stage.pool.query<{ payer_id: string }>('select payer_id from buyers where id = $1', [
    laptop.id,
  ]);
  assert.equal(openToken(stage.seals, told.cookie ?? '', stage.nowMs)?.payer, rows[0]?.payer_id);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: told.cookie })).status, 200);
});

test('[AC17] a session that has ended meanwhile tells no CPF and begins no other one', async (t) => {
  const stage = await accountsStage(t);
  await stage.account(EMAIL, CPFS[0]);
  const bea = await stage.account('bea@example.com', CPFS[0]);
  assert.equal((await stage.ask('GET', '/api/account', { cookie: bea.cookie })).status, 200);
  await endSession(stage.pool, nameOf(stage, bea.cookie));
  const told = await stage.ask('PATCH', '/api/account', { cookie: bea.cookie, body: { cpf: CPFS[1] } });
  assert.deepEqual([told.status, told.cookie], [401, undefined], 'believed for five seconds, but not for this');
  const { rows } = await stage.pool.query('select payer_id from buyers where id = $1', [bea.id]);
  assert.deepEqual(rows, [{ payer_id: null }]);
});

test('[AC61] what was compared must still hold when the session begins: forgotten, another password, a CPF that was told', async (t) => {
  const stage = await accountsStage(t);
  const { id } = await stage.account(EMAIL, CPFS[0]);
  const bea = await stage.account('bea@example.com', CPFS[0]);
  const isRight = stage.ports.passwords.isRight.bind(stage.ports.passwords);
  /** Signs in, with `between` done once, after the comparison and before the session begins. */
  const signInDuring = async (email: string, between: () => Promise<unknown>) => {
    let isDone = false;
    Object.assign(stage.ports.passwords, {
      isRight: async (stored: string | null, password: string) => {
        const is = await isRight(stored, password);
        if (!isDone) {
          isDone = true;
          await between();
        }
        return is;
      },
    });
    const answer = await stage.ask('POST', '/api/session', { body: { email, password: GOOD_PASSWORD } });
    Object.assign(stage.ports.passwords, { isRight });
    return answer;
  };
  const hashed = await stage.ports.passwords.hash(GOOD_PASSWORD);
  const again = await signInDuring(EMAIL, () =>
    stage.pool.query('update buyers set password_hash = $2 where id = $1', [id, hashed]),
  );
  assert.equal(again.status, 200, 'the same password, hashed anew by another sign-in');

  const told = await signInDuring('bea@example.com', () =>
    stage.ask('PATCH', '/api/account', { cookie: bea.cookie, body: { cpf: CPFS[1] } }),
  );
  const { rows } = await stage.pool.query<{ payer_id: string }>('select payer_id from buyers where id = $1', [bea.id]);
  const payer = rows[0]?.payer_id;
  assert.ok(payer !== undefined && payer !== null);
  assert.equal(openToken(stage.seals, told.cookie ?? '', stage.nowMs)?.payer, payer);
  assert.equal(told.json.buyer.cpf, '***.444.777-**');

  const reset = await signInDuring(EMAIL, async () => {
    const other = await stage.ports.passwords.hash('duas cadeiras vermelhas');
    await stage.pool.query('update buyers set password_hash = $2 where id = $1', [id, other]);
  });
  assert.deepEqual([reset.status, reset.cookie], [401, undefined]);
  const forgotten = await signInDuring('bea@example.com', () =>
    stage.ask('DELETE', '/api/account', { cookie: told.cookie, body: { password: GOOD_PASSWORD } }),
  );
  assert.deepEqual([forgotten.status, forgotten.cookie], [401, undefined]);
  const live = 'select count(*)::int as live from sessions where subject = $1 and ended_at is null';
  assert.deepEqual((await stage.pool.query(live, [bea.id])).rows, [{ live: 0 }]);
});

test('[AC62] one place that guesses on is refused there, and uses up neither the account’s attempts nor another place’s', async (t) => {
  const stage = await accountsStage(t);
  await stage.account();
  const guess = () =>
    stage.ask('POST', '/api/session', { body: { email: EMAIL, password: 'guess' }, address: '198.51.100.1' });
  for (let count = 0; count < 120; count += 10) await Promise.all(Array.from({ length: 10 }, guess));
  assert.equal((await guess()).status, 429);
  assert.equal((await signIn(stage)).status, 200);

  const guest = (address: string) =>
    stage.ask('POST', '/api/guests', { body: { cpf: CPFS[1], email: 'g@example.com' }, address });
  for (let count = 0; count < 21; count++) await guest('198.51.100.1');
  assert.equal((await guest('198.51.100.1')).status, 429);
  assert.equal((await guest('198.51.100.2')).status, 201, 'the CPF’s owner, somewhere else');
});

function nameOf(stage: AccountsStage, cookie: string): string {
  const token = openToken(stage.seals, cookie, stage.nowMs);
  assert.ok(token !== null);
  return sessionName(token.id);
}

test('[AC62] mails that nobody asked for are few: five to one address in an hour, known or not, and nobody is refused for them', async (t) => {
  const stage = await accountsStage(t);
  const { id } = await stage.account();
  for (const email of [EMAIL, 'new@example.com']) {
    const body = { name: 'Ana Souza', email, password: GOOD_PASSWORD, cpf: CPFS[1] };
    const [signUps, forgotten] = [[] as number[], [] as number[]];
    for (let count = 0; count < 6; count++) {
      signUps.push((await stage.ask('POST', '/api/accounts', { body, address: `198.51.100.${count}` })).status);
      const asked = { body: { email: email.toUpperCase() }, address: `198.51.100.${count}` };
      forgotten.push((await stage.ask('POST', '/api/password/forgotten', asked)).status);
    }
    // Nobody is refused for what others asked in his name: what is too much is left out silently.
    assert.deepEqual(signUps, [201, 201, 201, 201, 201, 201]);
    assert.deepEqual(forgotten, [200, 200, 200, 200, 200, 200]);
  }
  const counts = new Map<string, number>();
  for (const { kind, recipient } of await stage.messages()) {
    const account = recipient === id ? 'known' : 'new';
    counts.set(`${account} ${kind}`, (counts.get(`${account} ${kind}`) ?? 0) + 1);
  }
  assert.deepEqual([...counts].sort(), [
    // The account's own sign-up was the first of its five.
    ['known already-registered', 4],
    ['known confirm-email', 1],
    ['known reset-password', 5],
    ['new confirm-email', 5],
    ['new reset-password', 5],
  ]);
  const asked = { body: { email: 'third@example.com' }, address: '198.51.100.99' };
  const answers = [];
  for (let count = 0; count < 31; count++)
    answers.push((await stage.ask('POST', '/api/password/forgotten', asked)).status);
  assert.deepEqual([answers.indexOf(429), answers.length], [30, 31], 'the place that asks is refused');
});

test('[AC50] a hash of older parameters is renewed at the next sign-in, and only by the right password', async (t) => {
  const stage = await accountsStage(t);
  const { id } = await stage.account();
  const old = new Passwords({ parameters: { ...CHEAP_HASHES, timeCost: 2 } });
  await stage.pool.query('update buyers set password_hash = $2 where id = $1', [id, await old.hash(GOOD_PASSWORD)]);
  const hash = async () =>
    (await stage.pool.query<{ password_hash: string }>('select password_hash from buyers')).rows[0]?.password_hash;
  await stage.ask('POST', '/api/session', { body: { email: EMAIL, password: 'quite another one' } });
  assert.match((await hash()) ?? '', /,t=2,/);
  assert.equal((await signIn(stage)).status, 200);
  assert.match((await hash()) ?? '', /,t=1,/);
  assert.equal((await signIn(stage)).status, 200);
});

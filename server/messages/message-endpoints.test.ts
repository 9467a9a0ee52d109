import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Seals } from '../../storage/sealing.ts';
import { type MailStage, mailStage } from '../../tests/support/mail-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { ROLE_PERMISSIONS, type Role } from '../api/principal.ts';
import { ApiRouter } from '../api/router.ts';
import { messageEndpoints } from './message-endpoints.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is checked by its assertions.
  readonly body: any;
}

async function messageStage(t: TestContext): Promise<{
  readonly stage: MailStage;
  ask(role: Role, method: string, path: string, body?: object, key?: string): Promise<Answer>;
}> {
  const stage = await mailStage(t);
  const router = new ApiRouter({
    endpoints: messageEndpoints(stage.accounts),
    pools: { app: stage.accounts, accounts: stage.accounts },
    seals: new Seals(Buffer.alloc(32, 9)),
    origins: [],
    authenticate: async (request) => {
      const role = (request.header('x-role') ?? 'gate') as Role;
      return {
        kind: 'staff',
        who: 'user:12',
        role,
        exhibitorId: null,
        cinemaIds: null,
        permissions: new Set(ROLE_PERMISSIONS[role]),
        session: null,
      };
    },
    addressOf: () => '203.0.113.7',
    log: (message, details) => assert.fail(`${message} ${String(details['cause'])}`),
  });
  let count = 0;
  return {
    stage,
    async ask(role, method, path, body, key = `key-number-${++count}`) {
      const [pathname = '', query = ''] = path.split('?');
      const headers: Record<string, string> = { 'x-role': role, 'content-type': 'application/json' };
      if (method === 'POST') headers['idempotency-key'] = key;
      const response = await router.answer({
        method,
        path: pathname,
        query: new URLSearchParams(query),
        remoteAddress: '127.0.0.1',
        header: (name) => headers[name],
        body: body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
      });
      return { status: response?.status ?? 0, body: JSON.parse(Buffer.from(response?.body ?? '{}').toString()) };
    },
  };
}

test('[ML19] the list tells what became of each message, and to nobody whose address or name it was', async (t) => {
  const { stage, ask } = await messageStage(t);
  await stage.buyer({ id: 'Xk3f9aQQQQQQQQ' });
  await stage.queue('password-changed', {}, { id: 'm1', recipient: 'Xk3f9aQQQQQQQQ' });
  await stage.queue('password-changed', {}, { id: 'm2', recipientKind: 'staff', recipient: '12' });
  await stage.accounts.query(`update messages set state = 'dead', last_error = '550 no', attempts = 1 where id = 'm1'`);
  const { status, body } = await ask('administrator', 'GET', '/api/admin/messages');
  assert.equal(status, 200);
  assert.deepEqual(
    body.messages.map((message: Record<string, unknown>) => [message['id'], message['recipient'], message['state']]),
    [
      ['m2', 'user 12', 'queued'],
      ['m1', 'buyer Xk3f9a…', 'dead'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(body), /ana@|Souza|QQQQ/);
  const dead = await ask('administrator', 'GET', '/api/admin/messages?state=dead');
  assert.deepEqual(
    dead.body.messages.map(({ id, lastError }: { id: string; lastError: string }) => [id, lastError]),
    [['m1', '550 no']],
  );
  const first = await ask('administrator', 'GET', '/api/admin/messages?limit=1');
  const second = await ask('administrator', 'GET', `/api/admin/messages?limit=1&after=${first.body.next}`);
  assert.deepEqual([first.body.messages[0].id, second.body.messages[0].id, second.body.next], ['m2', 'm1', null]);
  const forged = Buffer.from(JSON.stringify(['now; drop table', 'x'])).toString('base64url');
  assert.equal((await ask('administrator', 'GET', `/api/admin/messages?after=${forged}`)).status, 400);
  for (const role of ['partner', 'box-office', 'gate', 'kiosk', 'reports'] as const) {
    assert.equal((await ask(role, 'GET', '/api/admin/messages')).status, 403, role);
  }
});

test('[ML16] sending again is once-only, recorded with who and why, and only for the dead', async (t) => {
  const { stage, ask } = await messageStage(t);
  for (const id of ['m1', 'm2', 'm3']) await stage.queue('password-changed', {}, { id });
  await stage.accounts.query(`update messages set state = 'dead' where id <> 'm3'`);
  const one = [
    'administrator',
    'POST',
    '/api/admin/messages/m1/resend',
    { why: 'server mended' },
    'the-same-key',
  ] as const;
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(await ask(...one), { status: 200, body: { message: 'm1', resent: 1 } });
  }
  assert.equal((await stage.message('m1')).state, 'queued');
  assert.equal((await ask('administrator', 'POST', '/api/admin/messages/m3/resend', {})).status, 409);
  assert.equal((await ask('administrator', 'POST', '/api/admin/messages/m9/resend', {})).status, 404);
  const all = await ask('administrator', 'POST', '/api/admin/messages/resend', { state: 'dead', why: 'server mended' });
  assert.deepEqual(all.body, { resent: 1, left: 0 });
  assert.equal((await ask('administrator', 'POST', '/api/admin/messages/resend', { state: 'dead' })).status, 400);
  assert.equal(
    (await ask('partner', 'POST', '/api/admin/messages/resend', { state: 'dead', why: 'why not' })).status,
    403,
  );
  const owner = await connected(t, stage.database, 'migrator');
  const { rows } = await owner.query('select who, action, target, why, details from staff_actions order by id');
  assert.deepEqual(rows, [
    { who: 'user:12', action: 'message.resend', target: 'message:m1', why: 'server mended', details: null },
    {
      who: 'user:12',
      action: 'messages.resend',
      target: 'messages:dead',
      why: 'server mended',
      details: { resent: 1, left: 0 },
    },
  ]);
});

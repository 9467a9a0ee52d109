import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { type Ran, ran } from '../../tests/support/heard-ports.ts';
import { type Answer, closedAddress, pages, problem, StandInApi } from '../../tests/support/stand-in-api.ts';
import type { CliPorts } from './ports.ts';

const TOUCHED = {
  screening: 4711,
  orders: 12,
  tickets: 31,
  ticketsUsed: 0,
  paying: 0,
  refundCents: 124_000,
  currency: 'BRL',
  people: 12,
};

/** Screening 4711, with tickets. `dryRun` is answered without doing anything, as the real server does. */
async function cinema(t: TestContext) {
  const done: unknown[] = [];
  const act =
    (answer: object) =>
    ({ body }: { body: unknown }): Answer => {
      const { dryRun = false } = body as { dryRun?: boolean };
      if (!dryRun) done.push(body);
      return { body: { ...answer, dryRun } };
    };
  const api = await StandInApi.start(t, {
    'POST /api/admin/screenings/{screening}/cancel': act(TOUCHED),
    'POST /api/admin/screenings/{screening}/reschedule': act({ ...TOUCHED, startsLocal: '2026-12-24T21:00:00' }),
    'POST /api/admin/screenings/{screening}/seats/block': act({ screening: 4711, blocked: ['F12', 'F13'] }),
    'POST /api/admin/screenings/{screening}/close': act({ screening: 4711, salesOpen: false }),
    'POST /api/admin/screenings': act({ screening: { id: 4712, film: { id: 1, title: 'Filme' }, priceCents: 4_200 } }),
    'POST /api/admin/orders/{order}/refund': act({
      order: 'o1',
      tickets: ['a', 'b'],
      refundCents: 8_400,
      currency: 'BRL',
      people: 1,
    }),
    'POST /api/admin/buyers/forget': act({ buyer: 'b_1', tickets: { future: 1, past: 3 } }),
    'GET /api/admin/users': pages('users', [
      { id: 12, email: 'bia@example.com', name: 'Bia', role: 'partner', status: 'active' },
    ]),
    'PATCH /api/admin/users/{user}': act({ user: { id: 12 }, sessionsEnded: 1, liveKeys: [3, 4] }),
    'GET /api/admin/keys': pages('keys', [{ id: 3, prefix: 'plt_ab', name: 'laptop', role: 'partner' }]),
    'POST /api/admin/keys': act({ key: { id: 5, prefix: 'plt_new' }, secret: 'plt_new_secret' }),
    'DELETE /api/admin/keys/{key}': { body: { key: { id: 3 } } },
    'POST /api/admin/messages/resend': act({ resent: 4 }),
    'POST /api/admin/tickets/{ticket}/check-in': problem(409, 'ticket-used', 'F12 has been let in already.'),
  });
  const run = (words: readonly string[], changes: Partial<CliPorts> = {}): Promise<Ran> =>
    ran(words, { environment: api.environment, ...changes });
  return { api, done, run };
}

const CANCEL = ['screenings', 'cancel', '4711', '--why', 'projector broken'];

function answering(...answers: readonly string[]) {
  const questions: string[] = [];
  const left = [...answers];
  const ask = (question: string): Promise<string> => {
    questions.push(question);
    return Promise.resolve(left.shift() ?? '');
  };
  return { questions, ports: { isAskable: true, ask } };
}

test('[CM7] what cannot be taken back says what it would do, and is done only by whoever types the number', async (t) => {
  const { done, run } = await cinema(t);
  const no = answering('yes');
  const refused = await run(CANCEL, no.ports);
  assert.deepEqual([refused.code, done, refused.out], [1, [], []]);
  assert.deepEqual(refused.errors, [
    'screening 4711 would be cancelled for good: 12 orders, 31 tickets, R$ 1.240,00 to give back, 12 people will be told',
    'nothing was done',
  ]);
  assert.deepEqual(no.questions, ["Type the screening's number (4711) to go on: "]);
  const yes = await run(CANCEL, answering(' 4711 ').ports);
  assert.equal(yes.code, 0);
  assert.deepEqual(done, [{ why: 'projector broken' }]);
  assert.match(yes.out[0] ?? '', /^screening 4711 is cancelled: 12 orders, 31 tickets/);
});

test('[CM7] where nobody can be asked it needs --yes, and always a reason', async (t) => {
  const { done, run, api } = await cinema(t);
  const alone = await run(CANCEL);
  assert.deepEqual([alone.code, done], [2, []]);
  assert.match(alone.errors.at(-1) ?? '', /say --yes/);
  const before = api.asked.length;
  const unexplained = await run(['screenings', 'cancel', '4711', '--yes']);
  assert.deepEqual([unexplained.code, api.asked.length], [2, before]);
  assert.match(unexplained.errors.join(), /--why/);
  const told = await run([...CANCEL, '--yes', '--json']);
  assert.deepEqual([told.code, told.out.length, done.length], [0, 1, 1]);
  assert.deepEqual(JSON.parse(told.out[0] ?? ''), { ...TOUCHED, dryRun: false });
  assert.match(told.errors[0] ?? '', /would be cancelled/);
});

test('[CM7] --dry-run only looks', async (t) => {
  const { done, run } = await cinema(t);
  for (const words of [
    CANCEL,
    ['orders', 'refund', 'o1', '--why', 'fell ill'],
    ['keys', 'revoke', '3', '--why', 'stolen'],
  ]) {
    const looked = await run([...words, '--dry-run']);
    assert.equal(looked.code, 0, words.join(' '));
    assert.match(looked.out.join(), /would be/);
  }
  assert.deepEqual(done, []);
});

test('[CM7] the other grave commands ask as well: reschedule, refund, disable, revoke', async (t) => {
  const { done, run, api } = await cinema(t);
  const commands: readonly (readonly [words: string[], said: RegExp])[] = [
    [
      ['screenings', 'reschedule', '4711', '2026-12-24T21:00', '--why', 'late'],
      /would start at 2026-12-24 21:00: .*12 people will be told/,
    ],
    [
      ['orders', 'refund', 'o1', '--why', 'fell ill'],
      /order o1 would be refunded: 2 tickets, R\$ 84,00 to give back, 1 person will be told/,
    ],
    [['users', 'disable', 'bia@example.com', '--why', 'left'], /Bia \(bia@example\.com, partner\) would be signed out/],
    [['keys', 'revoke', '3', '--why', 'stolen'], /key 3 "laptop" \(partner, never used\) would be worthless/],
  ];
  for (const [words, said] of commands) {
    const { code, errors } = await run(words, answering('n').ports);
    assert.equal(code, 1, words.join(' '));
    assert.match(errors[0] ?? '', said);
  }
  assert.deepEqual(done, []);
  for (const [words] of commands) assert.equal((await run([...words, '--yes'])).code, 0, words.join(' '));
  assert.ok(
    api.log.includes('PATCH /api/admin/users/12') && api.log.includes('DELETE /api/admin/keys/3'),
    api.log.join(),
  );
  assert.equal(api.asked.find(({ method }) => method === 'DELETE')?.query.get('why'), 'stolen');
  const nobody = await run(['users', 'disable', 'zoe@example.com', '--why', 'left', '--yes']);
  assert.deepEqual(
    [nobody.code, nobody.errors],
    [1, ['there is no user zoe@example.com: "poltrona users list" shows them']],
  );
});

test('[CM6] a command is repeated with the same Idempotency-Key while its fate is unknown, and done once', async (t) => {
  const { api, done, run } = await cinema(t);
  api.mishaps.push('cut-after', 'still-running', 'unavailable');
  const { code, errors } = await run(['seats', 'block', '4711', 'F12', 'F13', '--why', 'broken']);
  assert.deepEqual([code, done.length, api.asked.length], [0, 1, 4]);
  assert.equal(new Set(api.asked.map(({ headers }) => headers['idempotency-key'])).size, 1);
  assert.deepEqual(errors.length, 3, errors.join('\n'));
  // Two commands are two.
  await run(['seats', 'block', '4711', 'F12', '--why', 'broken']);
  assert.equal(new Set(api.asked.map(({ headers }) => headers['idempotency-key'])).size, 2);
});

test('[CM6] when nobody knows whether it was done, the key to repeat it with is told; a script may choose it', async (t) => {
  const { api, done, run } = await cinema(t);
  const words = ['seats', 'block', '4711', 'F12', '--why', 'broken'];
  api.mishaps.push(...Array.from({ length: 30 }, () => 'cut-after' as const));
  const lost = await run(words);
  assert.equal(lost.code, 2);
  const [, key = ''] = /--idempotency-key (\S+):/.exec(lost.errors.at(-1) ?? '') ?? [];
  assert.match(key, /^[\w-]{21}$/);
  api.mishaps.length = 0;
  assert.equal((await run([...words, '--idempotency-key', key])).code, 0);
  assert.equal(done.length, 1);
  assert.equal((await run([...words, '--idempotency-key', 'short'])).code, 2);
  // Nothing was sent anywhere: there is nothing to be unsure of.
  const unsent = await run(words, { environment: { ...api.environment, POLTRONA_SERVER: await closedAddress() } });
  assert.equal(unsent.code, 2);
  assert.match(unsent.errors.at(-1) ?? '', /cannot be reached: nothing answers there; is the server running\?$/);
});

test('[CM6] a grave command said again with its key is answered as the first time, although there is nothing left to foresee', async (t) => {
  let isCancelled = false;
  const api = await StandInApi.start(t, {
    'POST /api/admin/screenings/{screening}/cancel': ({ body }) => {
      if (isCancelled) return problem(409, 'cancelled', 'Screening 4711 is cancelled already.');
      isCancelled = (body as { dryRun?: boolean }).dryRun !== true;
      return { body: TOUCHED };
    },
  });
  const words = [...CANCEL, '--yes', '--idempotency-key', 'night-of-the-24th'];
  for (const _ of [1, 2]) assert.equal((await ran(words, { environment: api.environment })).code, 0);
  const anew = await ran([...CANCEL, '--yes'], { environment: api.environment });
  assert.deepEqual([anew.code, anew.errors], [1, ['Screening 4711 is cancelled already.']]);
});

test('[CM4] what the server refuses is exit code 1, and is not repeated', async (t) => {
  const { api, run } = await cinema(t);
  const { code, errors } = await run(['tickets', 'check-in', '7KQ2', '--gate', 'room 3']);
  assert.deepEqual([code, errors, api.asked.length], [1, ['F12 has been let in already.'], 1]);
});

test('[CM15] CPF and e-mail of a buyer are typed or piped in, never arguments, and are in no output', async (t) => {
  const { done, run } = await cinema(t);
  for (const [typed, sent] of [
    ['ana@example.com', { email: 'ana@example.com' }],
    ['529.982.247-25', { cpf: '529.982.247-25' }],
  ] as const) {
    const { code, out, errors } = await run(
      ['buyers', 'forget', '--why', 'asked for it'],
      answering(typed, 'forget').ports,
    );
    assert.equal(code, 0);
    assert.deepEqual(done.pop(), { ...sent, why: 'asked for it' });
    assert.ok(![...out, ...errors].join().includes(typed));
  }
  const piped = { ask: () => Promise.resolve('ana@example.com\n') };
  assert.equal((await run(['buyers', 'forget', '--why', 'asked for it', '--yes'], piped)).code, 0);
  assert.equal(
    (await run(['buyers', 'forget', '--why', 'asked', '--yes'], { ask: () => Promise.resolve('Ana') })).code,
    2,
  );
});

test('[CM13] a new key is shown once, or goes into a new file that nobody else may read', async (t) => {
  const { run, api } = await cinema(t);
  const words = ['keys', 'create', 'gate', '--role', 'gate', '--exhibitor', '7', '--cinemas', '77,78'];
  const shown = await run(words);
  assert.deepEqual(shown.out, ['plt_new_secret']);
  assert.deepEqual(api.asked.at(-1)?.body, { name: 'gate', role: 'gate', exhibitorId: 7, cinemaIds: [77, 78] });
  const file = path.join(path.dirname(temporaryFile(t, 'x', '')), 'gate.key');
  const kept = await run([...words, '--key-file', file, '--json']);
  assert.equal(readFileSync(file, 'utf8'), 'plt_new_secret\n');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(![...kept.out, ...kept.errors].join().includes('secret'), kept.out.join());
  const before = api.asked.length;
  const again = await run([...words, '--key-file', file]);
  assert.deepEqual([again.code, api.asked.length], [2, before]);
  api.mishaps.push(...Array.from({ length: 30 }, () => 'cut-before' as const));
  await run([...words, '--key-file', `${file}2`]);
  assert.ok(!existsSync(`${file}2`));
});

test('[CM8] --json is one document on stdout and nothing else, for every command that changes something', async (t) => {
  const { run } = await cinema(t);
  for (const words of [
    ['screenings', 'create', '--auditorium', '31', '--film', '1', '--starts', '2026-12-24 20:30', '--price', '42'],
    ['screenings', 'close', '4711', '--why', 'sold at the door'],
    ['seats', 'block', '4711', 'F12', '--why', 'broken'],
    ['messages', 'resend', '--dead', '--why', 'mail is back'],
    ['users', 'enable', '12', '--why', 'is back'],
    ['users', 'disable', '12', '--why', 'left', '--yes'],
    ['tickets', 'check-in', 'x', '--gate', 'g'],
    ['screenings', 'open', '4711', '--why', 'x'],
  ]) {
    const { out } = await run([...words, '--json']);
    assert.equal(out.length, 1, words.join(' '));
    JSON.parse(out[0] ?? '');
  }
});

test('[CM7] times, amounts and lists are read strictly, before anything is asked', async (t) => {
  const { run, api } = await cinema(t);
  const create = ['screenings', 'create', '--auditorium', '31', '--film', '1', '--starts'];
  for (const words of [
    [...create, '2026-02-30T20:30'],
    [...create, '2026-12-24T25:00'],
    [...create, '2026-12-24T20:30Z'],
    [...create, '2026-12-24T20:30', '--price', '1.234'],
    ['messages', 'resend'],
    ['messages', 'resend', 'm1', '--dead'],
    ['keys', 'create', 'x', '--role', 'king'],
    ['seats', 'block', '4711', '--why', 'x'],
  ])
    assert.equal((await run(words)).code, 2, words.join(' '));
  assert.equal(api.asked.length, 0);
  await run([...create, '2026-12-24 20:30', '--price', '28,50']);
  assert.deepEqual(api.asked[0]?.body, {
    auditorium: 31,
    film: 1,
    startsLocal: '2026-12-24T20:30:00',
    priceCents: 2_850,
  });
});

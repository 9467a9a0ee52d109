import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inTransaction } from '../../storage/in-transaction.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import { queueMessage, queueMessages } from '../../storage/messages.ts';
import { mailStage } from '../../tests/support/mail-stage.ts';
import { connected } from '../../tests/support/postgres.ts';
import { smtpStage } from '../../tests/support/smtp-stage.ts';
import { JOB_TIMING } from '../jobs/job-runner.ts';
import { ATTEMPTS_MAX } from './retry-schedule.ts';

test('[ML1] a message queued in a transaction is delivered once that is committed, and marked with the receipt', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  const id = await stage.queue('already-registered', {});
  const [letter] = await smtp.letters(1);
  assert.deepEqual(letter?.to, ['ana@mail.example']);
  assert.match(letter?.text ?? '', new RegExp(`^Message-ID: <${id}@cinema.example>\r$`, 'm'));
  assert.match(letter?.text ?? '', /^Auto-Submitted: auto-generated\r$/m);
  assert.match(letter?.text ?? '', /^From: Poltrona <bilheteria@cinema.example>\r$/m);
  const message = await stage.until(id, ({ state }) => state === 'sent');
  assert.match(message.receipt ?? '', /^250 /);
  assert.deepEqual([message.attempts, message.lastError, message.isSent], [1, null, true]);
});

test('[ML1] a transaction that is rolled back sends nothing', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  const undone = { kind: 'already-registered', recipientKind: 'buyer', recipient: 'buyer-1', params: {} } as const;
  await inTransaction(stage.accounts, (client) => queueMessage(client, { ...undone, id: 'undone' }), false);
  // What is queued after it comes out after it.
  const kept = await stage.queue('already-registered', {});
  await stage.until(kept, ({ state }) => state === 'sent');
  assert.equal(smtp.received.length, 1);
  await assert.rejects(stage.message('undone'));
});

test('[ML2] a message whose id is known is not queued again, whatever became of it', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  await stage.queue('already-registered', {}, { id: 'once' });
  await stage.until('once', ({ state }) => state === 'sent');
  const again = { kind: 'password-changed', recipientKind: 'buyer', recipient: 'buyer-1', params: {} } as const;
  await inTransaction(stage.accounts, (client) =>
    queueMessages(client, [
      { ...again, id: 'once' },
      { ...again, id: 'new' },
    ]),
  );
  await stage.until('new', ({ state }) => state === 'sent');
  assert.equal(smtp.received.length, 2);
  const { rows } = await stage.accounts.query(`select kind, state from messages where id = 'once'`);
  assert.deepEqual(rows, [{ kind: 'already-registered', state: 'sent' }]);
});

test('[ML3] two nodes at once send each message once', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  const messages = Array.from({ length: 40 }, (_, index) => ({
    id: `m${index}`,
    kind: 'already-registered' as const,
    recipientKind: 'buyer' as const,
    recipient: 'buyer-1',
    params: {},
  }));
  await inTransaction(stage.accounts, (client) => queueMessages(client, messages));
  for (let node = 0; node < 2; node++) await stage.runner([stage.task(stage.outlet(smtp.address))]);
  for (const { id } of messages) await stage.until(id, ({ state }) => state === 'sent');
  const ids = smtp.received.map(({ text }) => /^Message-ID: (.*)\r$/m.exec(text)?.[1]);
  assert.equal(ids.length, 40);
  assert.equal(new Set(ids).size, 40);
});

test('[ML4] a node killed after the server took the letter: another sends it again, under the same Message-ID', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  const id = await stage.queue('already-registered', {});
  const program = fileURLToPath(new URL('../../tests/support/mail-node.js', import.meta.url));
  const node = spawn(process.execPath, [program, JSON.stringify(stage.database), JSON.stringify(smtp.address)], {
    stdio: 'inherit',
    signal: t.signal,
  });
  const [, killedBy] = (await once(node, 'exit')) as [number | null, string | null];
  assert.equal(killedBy, 'SIGKILL');
  assert.equal(smtp.received.length, 1);
  assert.equal((await stage.message(id)).state, 'queued');
  await stage.runner([stage.task(stage.outlet(smtp.address))], { ...JOB_TIMING, beatMs: 50, goneMs: 500 });
  await stage.until(id, ({ state }) => state === 'sent');
  const ids = smtp.received.map(({ text }) => /^Message-ID: (.*)\r$/m.exec(text)?.[1]);
  assert.deepEqual(ids, [`<${id}@cinema.example>`, `<${id}@cinema.example>`]);
});

test('[ML5] a letter that is refused for now is tried again later; one that is refused for good is dead at once', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  smtp.react([{ is: 'refuse-letter', code: 451, text: 'busy with ana@mail.example' }]);
  const id = await stage.queue('already-registered', {});
  const refused = await stage.until(id, ({ attempts }) => attempts === 1);
  assert.equal(refused.state, 'queued');
  assert.match(refused.lastError ?? '', /451/);
  const owner = await connected(t, stage.database, 'migrator');
  const { rows } = await owner.query(
    `select round(extract(epoch from run_at - updated_at))::int as pause from ${JOB_SCHEMA}.jobs where key = $1`,
    [`message:${id}`],
  );
  assert.deepEqual(rows, [{ pause: 30 }]);
  await stage.hurry();
  const sent = await stage.until(id, ({ state }) => state === 'sent');
  assert.deepEqual([sent.attempts, sent.lastError], [2, null]);

  smtp.react([{ is: 'refuse-recipient', code: 550, text: 'no ana@mail.example here' }]);
  const other = await stage.queue('already-registered', {});
  const dead = await stage.until(other, ({ state }) => state === 'dead');
  assert.equal(dead.attempts, 1);
  assert.match(dead.lastError ?? '', /550 no \(address\) here/);
  assert.doesNotMatch(stage.logText(), /ana@|Souza/);
  assert.ok(stage.lines.some(({ level, message }) => level === 'error' && message.includes('dead messages')));
});

test('[ML5] after the last attempt the message is on the list of the dead', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  const id = await stage.queue('already-registered', {});
  await stage.accounts.query('update messages set attempts = $2 where id = $1', [id, ATTEMPTS_MAX - 1]);
  smtp.react([], { is: 'refuse-letter', code: 451, text: 'not today' });
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  const dead = await stage.until(id, ({ state }) => state === 'dead');
  assert.equal(dead.attempts, ATTEMPTS_MAX);
  const owner = await connected(t, stage.database, 'migrator');
  const { rows } = await owner.query(`select key from ${JOB_SCHEMA}.jobs where locked_at is null`);
  assert.deepEqual(rows, []);
});

test('[ML6] a line cut after the letter was read: it goes out again, under the same Message-ID', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  smtp.react([{ is: 'cut' }, { is: 'silence' }]);
  const id = await stage.queue('already-registered', {});
  for (const attempts of [1, 2]) {
    await stage.until(id, (message) => message.attempts === attempts);
    await stage.hurry();
  }
  const sent = await stage.until(id, ({ state }) => state === 'sent');
  assert.equal(sent.attempts, 3);
  const ids = smtp.received.map(({ text }) => /^Message-ID: (.*)\r$/m.exec(text)?.[1]);
  assert.deepEqual(ids, Array(3).fill(`<${id}@cinema.example>`));
});

test('a node that stops in the middle of a delivery leaves the message to the others, and counts no attempt', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  await stage.buyer();
  smtp.react([{ is: 'silence' }]);
  const timing = { ...JOB_TIMING, abortMs: 50 };
  const first = await stage.runner([stage.task(stage.outlet(smtp.address))], timing);
  const id = await stage.queue('already-registered', {});
  await smtp.letters(1);
  await first.stop();
  assert.deepEqual([(await stage.message(id)).state, (await stage.message(id)).attempts], ['queued', 0]);
  await stage.runner([stage.task(stage.outlet(smtp.address))]);
  await stage.hurry();
  await stage.until(id, ({ state }) => state === 'sent');
});

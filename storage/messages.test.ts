import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailStage } from '../tests/support/mail-stage.ts';
import { connected } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { inTransaction } from './in-transaction.ts';
import { JOB_SCHEMA } from './job-schema.ts';
import { listMessages, resendDead, resendMessage } from './message-list.ts';
import { findLostMessages, forgetOldMessages } from './message-upkeep.ts';
import { queueMessage } from './messages.ts';

test('[ML1] the app role queues messages and sees neither recipients nor parameters', async (t) => {
  const stage = await mailStage(t);
  const app = createPool(stage.database, 'app', 'test', 1);
  t.after(() => app.end());
  const params = { order: 'o1', refundCents: 1, currency: 'BRL' };
  await inTransaction(app, (client) =>
    queueMessage(client, { id: 'm1', kind: 'order-refunded', recipientKind: 'buyer', recipient: 'payer-1', params }),
  );
  assert.deepEqual((await app.query('select kind, state from messages')).rows, [
    { kind: 'order-refunded', state: 'queued' },
  ]);
  for (const column of ['recipient', 'params', 'receipt']) {
    await assert.rejects(app.query(`select ${column} from messages`), { code: '42501' });
  }
  await assert.rejects(app.query(`update messages set state = 'sent'`), { code: '42501' });
  const owner = await connected(t, stage.database, 'migrator');
  const { rows } = await owner.query(
    `select task_identifier as task, key, priority, max_attempts as max from ${JOB_SCHEMA}.jobs`,
  );
  assert.deepEqual(rows, [{ task: 'send-message', key: 'message:m1', priority: 10, max: 8 }]);
});

test('[ML16] dead messages are put back one by one or all, with all their attempts; others are not', async (t) => {
  const stage = await mailStage(t);
  const owner = await connected(t, stage.database, 'migrator');
  for (const id of ['d1', 'd2', 'd3', 'sent', 'queued']) await stage.queue('password-changed', {}, { id });
  await owner.query(`select ${JOB_SCHEMA}.complete_jobs(array(select id from ${JOB_SCHEMA}.jobs))`);
  await stage.accounts.query(
    `update messages set attempts = 10, state = case when id like 'd%' then 'dead' else id end, last_error = '550 no'`,
  );
  const within = <Result>(work: Parameters<typeof inTransaction<Result>>[1]) => inTransaction(stage.accounts, work);
  assert.equal(await within((client) => resendMessage(client, 'd2')), 'dead');
  assert.equal(await within((client) => resendMessage(client, 'sent')), 'sent');
  assert.equal(await within((client) => resendMessage(client, 'none')), null);
  assert.deepEqual(await within((client) => resendDead(client, 1)), { resent: 1, left: 1 });
  assert.deepEqual(await within((client) => resendDead(client, 10)), { resent: 1, left: 0 });
  const { rows } = await owner.query(`select key from ${JOB_SCHEMA}.jobs order by key`);
  assert.deepEqual(rows, [{ key: 'message:d1' }, { key: 'message:d2' }, { key: 'message:d3' }]);
  const put = await stage.message('d1');
  assert.deepEqual([put.state, put.attempts, put.lastError], ['queued', 0, '550 no']);
});

test('messages are listed the youngest first, page by page, without holes and without doubles', async (t) => {
  const stage = await mailStage(t);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  for (const id of ids) await stage.queue('password-changed', {}, { id });
  // Of one transaction, thus of one instant.
  await stage.accounts.query(`update messages set created_at = now() where id in ('b', 'c', 'd')`);
  await stage.accounts.query(`update messages set created_at = now() - interval '1 hour' where id in ('a', 'e')`);
  const seen: string[] = [];
  for (let after: Parameters<typeof listMessages>[3] = null; ; ) {
    const page = await listMessages(stage.accounts, 'queued', 2, after);
    seen.push(...page.messages.map(({ id }) => id));
    if (page.next === null) break;
    after = page.next;
  }
  assert.deepEqual(seen, ['d', 'c', 'b', 'e', 'a']);
  assert.deepEqual((await listMessages(stage.accounts, 'dead', 10, null)).messages, []);
  assert.equal((await listMessages(stage.accounts, null, 10, null)).messages.length, 5);
});

test('[ML17] a message that no job will ever send is found, and dead for a person to see', async (t) => {
  const stage = await mailStage(t);
  const owner = createPool(stage.database, 'migrator', 'test', 1);
  t.after(() => owner.end());
  for (const id of ['waits', 'later', 'held', 'worn', 'lost']) await stage.queue('password-changed', {}, { id });
  const change = (id: string, sql: string) =>
    owner.query(`update ${JOB_SCHEMA}._private_jobs set ${sql} where key = $1`, [`message:${id}`]);
  await change('later', `run_at = now() + interval '1 day', attempts = 3`);
  await change('held', `locked_at = now(), locked_by = 'somebody', attempts = 8`);
  await change('worn', 'attempts = 8');
  await owner.query(`delete from ${JOB_SCHEMA}._private_jobs where key = 'message:lost'`);
  // What a node leaves that was killed after it had put a message off.
  await owner.query(
    `insert into ${JOB_SCHEMA}._private_jobs (task_id, attempts, max_attempts) select task_id, 8, 8 from ${JOB_SCHEMA}._private_jobs limit 1`,
  );
  assert.equal(await findLostMessages(owner), 2);
  const { rows } = await stage.accounts.query(`select id from messages where state = 'dead' order by id`);
  assert.deepEqual(rows, [{ id: 'lost' }, { id: 'worn' }]);
  assert.match((await stage.message('worn')).lastError ?? '', /see the log/);
  assert.equal((await owner.query(`select from ${JOB_SCHEMA}.jobs`)).rowCount, 3);
  assert.equal(await findLostMessages(owner), 0);
});

test('[ML18] messages are forgotten after a while: what was sent after 90 days, what is dead after a year', async (t) => {
  const stage = await mailStage(t);
  for (const [id, state, days] of [
    ['sent-old', 'sent', 91],
    ['sent-new', 'sent', 89],
    ['dropped-old', 'dropped', 91],
    ['dead-old', 'dead', 366],
    ['dead-new', 'dead', 91],
    ['queued-old', 'queued', 400],
  ] as const) {
    await stage.queue('password-changed', {}, { id });
    await stage.accounts.query(
      `update messages set state = $2, created_at = now() - $3 * interval '1 day' where id = $1`,
      [id, state, days],
    );
  }
  assert.equal(await forgetOldMessages(stage.accounts, 2), 2);
  assert.equal(await forgetOldMessages(stage.accounts), 1);
  const { rows } = await stage.accounts.query<{ id: string }>('select id from messages order by id');
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['dead-new', 'queued-old', 'sent-new'],
  );
});

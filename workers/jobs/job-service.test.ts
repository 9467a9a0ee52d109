import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { z } from 'zod';
import { createPool } from '../../storage/database.ts';
import { surveyJobs } from '../../storage/job-survey.ts';
import { addJob } from '../../storage/jobs.ts';
import { mailStage, SEALS, SIGNER } from '../../tests/support/mail-stage.ts';
import { smtpStage } from '../../tests/support/smtp-stage.ts';
import { startJobs } from './job-service.ts';
import { jobTask } from './tasks.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-jobs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('[JB11] everything that comes round can be done with the rights it has', async (t) => {
  const stage = await mailStage(t);
  const owner = createPool(stage.database, 'migrator', 'test', 1);
  const jobs = await startJobs({
    database: stage.database,
    seals: SEALS,
    smtp: null,
    mailFolder: folderOf(t),
    mailFrom: { name: '', address: 'a@b.example' },
    siteUrl: 'https://cinema.example',
    signer: SIGNER,
    cancellation: { days: 7, minutesBefore: 120 },
    log: stage.log,
  });
  for (const task of [
    'forget-old-keys',
    'erase-due-payers',
    'forget-old-attempts',
    'forget-old-sessions',
    'forget-old-tokens',
    'forget-unconfirmed-accounts',
    'forget-old-messages',
    'forget-old-challenges',
    'forget-failed-jobs',
    'find-lost-messages',
    'look-at-jobs',
  ]) {
    await addJob(owner, task, {}, { maxAttempts: 1 });
  }
  for (;;) {
    const { waiting, failed } = await surveyJobs(owner);
    assert.equal(failed, 0, stage.logText());
    if (waiting === 0) break;
  }
  await addJob(owner, 'forget-old-keys', { not: 'read' }, { maxAttempts: 1, runAt: new Date(Date.now() + 3_600_000) });
  await owner.query(`update poltrona_jobs._private_jobs set attempts = 1`);
  await addJob(owner, 'look-at-jobs', {});
  while (!stage.lines.some(({ message }) => message.startsWith('jobs have failed for good'))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(stage.logText(), /"failed":1,"failedTasks":\["forget-old-keys"\]/);
  await owner.end();
  await jobs.stop();
});

test('the jobs of a node: mail goes to the server, or into the folder where there is none; tasks of others are done as well', async (t) => {
  const stage = await mailStage(t);
  const smtp = await smtpStage(t);
  const mailFolder = folderOf(t);
  await stage.buyer();
  const common = {
    database: stage.database,
    seals: SEALS,
    mailFolder,
    mailFrom: { name: 'Poltrona', address: 'bilheteria@cinema.example' },
    siteUrl: 'https://cinema.example',
    signer: SIGNER,
    cancellation: { days: 7, minutesBefore: 120 },
    log: stage.log,
  };
  let heard: (n: number) => void = () => {};
  const other = new Promise<number>((resolve) => {
    heard = resolve;
  });
  const withServer = await startJobs({
    ...common,
    smtp: smtp.address,
    tasks: [jobTask('other', z.object({ n: z.number() }), async ({ n }) => heard(n))],
  });
  await stage.queue('already-registered', {});
  await smtp.letters(1);
  await addJob(stage.accounts, 'other', { n: 7 });
  assert.equal(await other, 7);
  await withServer.stop();
  assert.deepEqual(readdirSync(mailFolder), []);
  const withoutServer = await startJobs({ ...common, smtp: null });
  const id = await stage.queue('already-registered', {});
  while ((await stage.message(id)).state !== 'sent') await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(readdirSync(mailFolder), [`already-registered-${id}.eml`]);
  assert.equal((await stage.message(id)).receipt, `written to already-registered-${id}.eml`);
  await withoutServer.stop();
});

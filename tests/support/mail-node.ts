/**
 * A node that only sends mail, as a process of its own, for tests that kill it: it dies by SIGKILL at the very moment when
 * the mail server has taken a letter and nobody has noted that yet. argv: database and mail server, as JSON.
 */
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { SILENT_LOG } from '../../storage/log.ts';
import { Seals } from '../../storage/sealing.ts';
import { JOB_TIMING, JobRunner } from '../../workers/jobs/job-runner.ts';
import { ThreadLetterPress } from '../../workers/mail/letter-press.ts';
import { sendMessageTask } from '../../workers/mail/send-message.ts';
import { SmtpOutlet } from '../../workers/mail/smtp-outlet.ts';
import type { SmtpServer } from '../../workers/mail/smtp-url.ts';

const [, , databaseText = '', smtpText = ''] = process.argv;
const database = JSON.parse(databaseText) as DatabaseConfig;
const smtp = new SmtpOutlet(JSON.parse(smtpText) as SmtpServer);
const task = sendMessageTask({
  accounts: createPool(database, 'accounts', 'test mail node', 2),
  seals: new Seals(Buffer.alloc(32, 7)),
  press: new ThreadLetterPress(),
  outlet: {
    async deliver(parcel, signal) {
      const receipt = await smtp.deliver(parcel, signal);
      process.kill(process.pid, 'SIGKILL');
      return receipt;
    },
    close: () => smtp.close(),
  },
  from: { name: 'Poltrona', address: 'bilheteria@cinema.example' },
  siteUrl: 'https://cinema.example',
  signer: { sign: ({ ticket }) => ticket },
  cancellation: { days: 7, minutesBefore: 120 },
  nowMs: Date.now,
  chance: Math.random,
});
await new JobRunner({ database, tasks: [task], log: SILENT_LOG, timing: { ...JOB_TIMING, beatMs: 100 } }).start();

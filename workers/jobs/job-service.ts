/** The jobs of a node, put together: what they need, the tasks, the runner; started and stopped as one. */
import type pg from 'pg';
import { z } from 'zod';
import { forgetOldTokens } from '../../storage/accounts/account-tokens.ts';
import { forgetOldAttempts } from '../../storage/accounts/attempts.ts';
import { forgetIdleGuests, forgetUnconfirmedAccounts } from '../../storage/accounts/buyers.ts';
import { eraseDuePayers } from '../../storage/accounts/payers.ts';
import { forgetOldSessions } from '../../storage/accounts/sessions.ts';
import { endForgottenMemberships } from '../../storage/club/club-ends.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { endPools } from '../../storage/end-pool.ts';
import { forgetOldKeys } from '../../storage/idempotency.ts';
import { forgetFailedJobs, surveyJobs } from '../../storage/job-survey.ts';
import type { Log } from '../../storage/log.ts';
import { findLostMessages, forgetOldMessages } from '../../storage/message-upkeep.ts';
import { forgetOldDeclines } from '../../storage/payments/decline-bounds.ts';
import { forgetOldChallenges } from '../../storage/sandbox-challenges.ts';
import type { Seals } from '../../storage/sealing.ts';
import type { TicketSigning } from '../mail/confirmation-facts.ts';
import { FileOutlet } from '../mail/file-outlet.ts';
import type { MailAddress } from '../mail/letter.ts';
import { ThreadLetterPress } from '../mail/letter-press.ts';
import { sendMessageTask } from '../mail/send-message.ts';
import { SmtpOutlet } from '../mail/smtp-outlet.ts';
import type { SmtpServer } from '../mail/smtp-url.ts';
import type { Cancellation } from '../mail/wording.ts';
import { type Cleaning, cleaningTasks, DAILY, EVERY_TEN_MINUTES } from './cleaning-tasks.ts';
import { JobRunner } from './job-runner.ts';
import { type JobTask, jobTask, type RecurringJob } from './tasks.ts';

export interface JobServiceOptions {
  readonly database: DatabaseConfig;
  readonly seals: Seals;
  /** Null: letters are written to `mailFolder`. */
  readonly smtp: SmtpServer | null;
  readonly mailFolder: string;
  readonly mailFrom: MailAddress;
  /** PUBLIC_URL, without a slash at the end. */
  readonly siteUrl: string;
  /** Signs what the QR of a ticket says. */
  readonly signer: TicketSigning;
  /** Until when a buyer may cancel, for the letters that say so. */
  readonly cancellation: Cancellation;
  /** Tasks of other parts: "cancel-screening", … */
  readonly tasks?: readonly JobTask[];
  readonly recurring?: readonly RecurringJob[];
  readonly log: Log;
}

/** The name of lookAtJobs. */
const LOOK = 'look-at-jobs';
/** So long after it was due nothing should still wait, seconds. */
const OVERDUE_S = 900;
/** Two jobs, each of which may want a connection while it has one. */
const ACCOUNTS_CONNECTIONS = 4;

/**
 * Starts taking jobs; resolves with what stops it, within JOB_STOP_MS (job-runner.ts).
 * @throws when the database cannot be reached.
 */
export async function startJobs(options: JobServiceOptions): Promise<{ stop(): Promise<void> }> {
  const { database, seals, smtp, mailFolder, mailFrom, siteUrl, signer, cancellation, log } = options;
  const accounts = createPool(database, 'accounts', 'poltrona job tasks', ACCOUNTS_CONNECTIONS);
  const owner = createPool(database, 'migrator', 'poltrona job upkeep', 1);
  const press = new ThreadLetterPress();
  const outlet = smtp === null ? new FileOutlet(mailFolder, log) : new SmtpOutlet(smtp);
  const send = sendMessageTask({
    accounts,
    seals,
    press,
    outlet,
    from: mailFrom,
    siteUrl,
    signer,
    cancellation,
    nowMs: Date.now,
    chance: Math.random,
  });
  const cleaning = cleaningTasks(cleanings(accounts, owner));
  const runner = new JobRunner({
    database,
    tasks: [send, lookAtJobs(owner), ...cleaning.tasks, ...(options.tasks ?? [])],
    recurring: [{ task: LOOK, at: EVERY_TEN_MINUTES }, ...cleaning.recurring, ...(options.recurring ?? [])],
    log,
  });
  const stop = async (): Promise<void> => {
    await runner.stop();
    await Promise.all([outlet.close(), press.close(), endPools(accounts, owner)]);
  };
  try {
    await runner.start();
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { stop };
}

function cleanings(accounts: pg.Pool, owner: pg.Pool): Cleaning[] {
  return [
    { name: 'forget-old-keys', at: DAILY, clean: () => forgetOldKeys(accounts) },
    { name: 'erase-due-payers', at: DAILY, clean: () => eraseDuePayers(accounts) },
    { name: 'forget-old-attempts', at: DAILY, clean: () => forgetOldAttempts(accounts) },
    { name: 'forget-old-declines', at: DAILY, clean: () => forgetOldDeclines(accounts) },
    { name: 'forget-old-sessions', at: DAILY, clean: () => forgetOldSessions(accounts) },
    { name: 'end-forgotten-memberships', at: DAILY, clean: () => endForgottenMemberships(accounts) },
    { name: 'forget-old-tokens', at: DAILY, clean: () => forgetOldTokens(accounts) },
    { name: 'forget-unconfirmed-accounts', at: DAILY, clean: () => forgetUnconfirmedAccounts(accounts) },
    { name: 'forget-idle-guests', at: DAILY, clean: () => forgetIdleGuests(accounts) },
    { name: 'forget-old-messages', at: DAILY, clean: () => forgetOldMessages(accounts) },
    { name: 'forget-old-challenges', at: DAILY, clean: () => forgetOldChallenges(accounts) },
    { name: 'forget-failed-jobs', at: DAILY, clean: () => forgetFailedJobs(owner) },
    { name: 'find-lost-messages', at: EVERY_TEN_MINUTES, clean: () => findLostMessages(owner) },
  ];
}

/** Says in the log what a person has to know: jobs that nobody will do any more, and a queue that does not move. */
function lookAtJobs(owner: pg.Pool): JobTask {
  return jobTask(LOOK, z.object({}), async (_payload, { log }) => {
    const { failed, failedTasks, waiting, overdueSeconds } = await surveyJobs(owner);
    if (failed > 0)
      log.error({ failed, failedTasks }, 'jobs have failed for good; the lines of their last attempts say why');
    if (overdueSeconds > OVERDUE_S)
      log.warn({ waiting, overdueSeconds }, 'jobs are done much later than they should be');
  });
}

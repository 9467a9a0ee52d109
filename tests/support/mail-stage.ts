/** People, messages and a job runner that sends them, for tests. Whoever waits is told by the database or by the mail server. */
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { inTransaction } from '../../storage/in-transaction.ts';
import { JOB_SCHEMA } from '../../storage/job-schema.ts';
import type { Log } from '../../storage/log.ts';
import { type MessageKind, type MessageParams, type NewMessage, queueMessage } from '../../storage/messages.ts';
import { Seals } from '../../storage/sealing.ts';
import { JobRunner, type JobTiming } from '../../workers/jobs/job-runner.ts';
import type { JobTask } from '../../workers/jobs/tasks.ts';
import { ThreadLetterPress } from '../../workers/mail/letter-press.ts';
import type { MailOutlet } from '../../workers/mail/mail-outlet.ts';
import { type SendMessagePorts, sendMessageTask } from '../../workers/mail/send-message.ts';
import { SMTP_TIMING, SmtpOutlet } from '../../workers/mail/smtp-outlet.ts';
import type { SmtpServer } from '../../workers/mail/smtp-url.ts';
import { testDatabase } from './postgres.ts';

export const SEALS = new Seals(Buffer.alloc(32, 7));
/** Signs nothing: what a QR says is the ticket's id. */
export const SIGNER = { sign: ({ ticket }: { readonly ticket: string }): string => `QR OF ${ticket}` };
/** Waits that a test can afford. */
export const QUICK_SMTP = { ...SMTP_TIMING, connectMs: 300, greetingMs: 300, silenceMs: 300, letterMs: 2_000 };

export interface LogLine {
  readonly level: string;
  readonly details: object;
  readonly message: string;
}

export class MailStage {
  readonly database: DatabaseConfig;
  readonly accounts: pg.Pool;
  readonly lines: LogLine[] = [];
  readonly log: Log;
  readonly #runners: JobRunner[];
  readonly #closing: (() => Promise<void>)[];
  readonly #ended: (() => void)[] = [];

  constructor(database: DatabaseConfig, runners: JobRunner[], closing: (() => Promise<void>)[]) {
    this.#runners = runners;
    this.#closing = closing;
    this.database = database;
    this.accounts = createPool(database, 'accounts', 'test', 6);
    const at =
      (level: string) =>
      (details: object, message: string): void => {
        this.lines.push({ level, details, message });
      };
    this.log = { info: at('info'), warn: at('warn'), error: at('error') };
    closing.push(() => this.accounts.end());
  }

  /** An account; resolves with its id. */
  async buyer(
    fields: Partial<Record<'id' | 'name' | 'email' | 'locale' | 'payer' | 'kind', string>> = {},
  ): Promise<string> {
    const {
      id = 'buyer-1',
      name = 'Ana Souza',
      email = 'ana@mail.example',
      locale = 'pt-BR',
      kind = 'account',
    } = fields;
    if (fields.payer !== undefined) {
      await this.accounts.query(
        `insert into payers (id, cpf_hmac) values ($1, convert_to($1, 'UTF8')) on conflict do nothing`,
        [fields.payer],
      );
    }
    await this.accounts.query(
      `insert into buyers (id, kind, payer_id, name, email, email_key, locale, email_confirmed_at, created_at)
       values ($1, $2, $3, $4, $5, lower($5), $6, now(), clock_timestamp())`,
      [id, kind, fields.payer ?? null, name, email, locale],
    );
    return id;
  }

  /** Queues one message in a transaction of its own; resolves with its id. */
  async queue<Kind extends MessageKind>(
    kind: Kind,
    params: MessageParams[Kind],
    to: Partial<NewMessage> = {},
  ): Promise<string> {
    const message = { recipientKind: 'buyer', recipient: 'buyer-1', ...to, kind, params } as NewMessage<Kind>;
    return inTransaction(this.accounts, (client) => queueMessage(client, message));
  }

  outlet(server: SmtpServer): SmtpOutlet {
    const outlet = new SmtpOutlet(server, QUICK_SMTP);
    this.#closing.push(() => outlet.close());
    return outlet;
  }

  task(outlet: MailOutlet, ports: Partial<SendMessagePorts> = {}): JobTask {
    const press = new ThreadLetterPress();
    this.#closing.push(() => press.close());
    return this.heard(
      sendMessageTask({
        accounts: this.accounts,
        seals: SEALS,
        press,
        outlet,
        from: { name: 'Poltrona', address: 'bilheteria@cinema.example' },
        siteUrl: 'https://cinema.example',
        signer: SIGNER,
        cancellation: { days: 7, minutesBefore: 120 },
        nowMs: Date.now,
        chance: () => 0.5,
        ...ports,
      }),
    );
  }

  /** The same task; whoever waits for what it does looks again each time that it ends. */
  heard(task: JobTask): JobTask {
    return {
      ...task,
      run: async (payload, context) => {
        try {
          await task.run(payload, context);
        } finally {
          for (const resolve of this.#ended.splice(0)) resolve();
        }
      },
    };
  }

  /** A runner that is stopped when the test ends. */
  async runner(tasks: readonly JobTask[], timing?: JobTiming): Promise<JobRunner> {
    const options = { database: this.database, tasks, log: this.log };
    const runner = new JobRunner(timing === undefined ? options : { ...options, timing });
    this.#runners.push(runner);
    await runner.start();
    return runner;
  }

  async message(id: string): Promise<MessageRow> {
    const { rows } = await this.accounts.query<MessageRow>(
      `select state, attempts, last_error as "lastError", receipt, params, sent_at is not null as "isSent"
       from messages where id = $1`,
      [id],
    );
    if (rows[0] === undefined) throw new Error(`there is no message ${id}`);
    return rows[0];
  }

  /** Resolves when the row of the message is as `isSo` wants it: looked at now, and whenever a task has ended. */
  async until(id: string, isSo: (message: MessageRow) => boolean): Promise<MessageRow> {
    for (;;) {
      const ended = new Promise<void>((resolve) => this.#ended.push(resolve));
      const message = await this.message(id);
      if (isSo(message)) return message;
      await ended;
    }
  }

  /** Jobs that wait for their time are due now. */
  async hurry(): Promise<void> {
    const owner = createPool(this.database, 'migrator', 'test', 1);
    await owner.query(`update ${JOB_SCHEMA}._private_jobs set run_at = now() where run_at > now()`);
    await owner.query(`select pg_notify('jobs:insert', '{"count":2}')`);
    await owner.end();
  }

  /** What has the log said, all of it, as text. */
  logText(): string {
    return JSON.stringify(this.lines, (_key, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack ?? ''}` : value,
    );
  }
}

export interface MessageRow {
  readonly state: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly receipt: string | null;
  readonly params: unknown;
  readonly isSent: boolean;
}

export async function mailStage(t: TestContext): Promise<MailStage> {
  const runners: JobRunner[] = [];
  const closing: (() => Promise<void>)[] = [];
  // Hooks run in the order of their making: what uses the database ends before it is dropped.
  t.after(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all(closing.map((close) => close()));
  });
  return new MailStage(await testDatabase(t), runners, closing);
}

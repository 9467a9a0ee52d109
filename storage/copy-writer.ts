/**
 * The real fact store: one PostgreSQL connection that writes one batch at a time, by COPY.
 *
 * A batch without orders and tickets is one message: its row for the outbox (outbox-row.ts) and the COPY, which PostgreSQL
 * takes as one transaction: `finish` comes at ReadyForQuery, and then it is committed. One with them is BEGIN with the
 * same two, the projections, COMMIT. Either way the promise of `commit`
 * resolves after PostgreSQL said that it committed, rejects with `CommitRefused` after PostgreSQL said that it
 * rolled back, and with `CommitUnknown` in every other case: connection lost, deadline, an answer that makes no
 * sense. A connection that saw any error is destroyed, never used again: pg-copy-streams may leave a
 * promise unsettled and a protocol half-way, and a new connection costs two milliseconds.
 *
 * Before an unknown commit is read back, the backend that may still be working on it is ended and seen to be
 * gone; else it could commit just after we looked. (The key would fence us even then; this way we need not lose the race.)
 */

import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { InvariantViolation } from '../actors/assert.ts';
import { clientConfig, type DatabaseConfig } from './database.ts';
import { JOURNAL_COLUMNS } from './fact-codec.ts';
import { CommitRefused, CommitUnknown, type FactStore, JournalRegressed } from './fact-store.ts';
import type { JournalBatch } from './journal-batch.ts';
import { outboxStatement } from './outbox-row.ts';
import { ProjectionMissing, ProjectionSet } from './projection.ts';
import { RowWriter } from './row-writer.ts';

const COPY_JOURNAL = `copy journal (${JOURNAL_COLUMNS}) from stdin`;

/**
 * A writer that is paused or cut off inside its transaction holds the keys that it has inserted, and every other owner
 * of those screenings would wait for it: safe, and dead. So PostgreSQL ends such a session by itself, before our own deadline.
 * A commit that this cuts short is unknown to us, and is read back like any other.
 */
const LET_GO = `set idle_in_transaction_session_timeout = '2s'; set statement_timeout = '4s';
  set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`;

/** What a writer of a node is called in pg_stat_activity begins with this, and nothing else does. */
export const WRITER_PREFIX = 'poltrona writer ';

/**
 * The sleeper that none of these settings reaches: PostgreSQL waits without a limit for the rest of a COPY. No transaction of a
 * writer of ours lasts this long; whoever is ended finds its commit unknown and reads back.
 */
const END_SLEEPERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
    and application_name like '${WRITER_PREFIX}%' and application_name not like '% reads'
    and xact_start < now() - interval '3 s'`;

export interface CopyWriterOptions {
  /** Unique among all writers on this database at this time; shown in pg_stat_activity. */
  readonly name: string;
  /** How long a commit may take before its fate counts as unknown, milliseconds. */
  readonly commitDeadlineMs: number;
  /** Longest pause between two attempts to reach the database, milliseconds. */
  readonly reconnectPauseMaxMs: number;
  readonly onWarning: (message: string, cause: unknown) => void;
}

interface Connection {
  readonly client: pg.Client;
  backendPid: number;
  /** To tell our backend from a later one with the same pid. */
  backendStart: string;
  /** The first thing that went wrong with this connection outside a query. */
  broken: unknown;
  /** A warning during a commit, e.g. that the wait for a synchronous standby was cancelled: stored here, perhaps nowhere else. */
  warned: string | null;
}

export class CopyWriter implements FactStore {
  readonly #config: DatabaseConfig;
  readonly #options: CopyWriterOptions;
  #connection: Connection | null = null;
  /** The backend of the last unknown commit, until it is seen to be gone. */
  #doubtful: { pid: number; start: string } | null = null;
  /** The newest fact known to be committed by this writer: it must be there for ever. */
  #lastCommitted: { screening: number; version: number; epoch: number } | null = null;
  readonly #rows = new RowWriter();
  /** The last batch that PostgreSQL committed with a warning. */
  #unconfirmed: JournalBatch | null = null;
  #closed = false;

  constructor(config: DatabaseConfig, options: CopyWriterOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** Connects, so that the first commit need not. Rejects when the database cannot be reached. */
  async open(): Promise<void> {
    this.#connection ??= await this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const connection = this.#connection;
    this.#connection = null;
    await connection?.client
      .end()
      .catch((cause: unknown) => this.#options.onWarning('closing the journal connection', cause));
  }

  async commit(batch: JournalBatch): Promise<void> {
    let connection: Connection;
    try {
      connection = this.#connection ?? (await this.#connect());
    } catch (cause) {
      // Nothing was sent; but the journal's queue must not run on without a database: let it settle by reading back.
      throw new CommitUnknown('no connection to PostgreSQL', { cause });
    }
    this.#connection = connection;
    connection.warned = null;
    try {
      await withDeadline(this.#write(connection, batch), this.#options.commitDeadlineMs);
    } catch (cause) {
      this.#destroy(connection);
      if (wasRolledBack(cause))
        throw new CommitRefused('PostgreSQL refused the batch', rowsAreAtFault(cause), { cause });
      this.#doubtful = { pid: connection.backendPid, start: connection.backendStart };
      throw new CommitUnknown('the fate of the batch is unknown', { cause: connection.broken ?? cause });
    }
    if (connection.warned !== null) {
      this.#destroy(connection);
      this.#unconfirmed = batch;
      throw new CommitUnknown(`PostgreSQL committed with a warning: ${connection.warned}`);
    }
    this.#remember(batch);
  }

  async #write({ client }: Connection, batch: JournalBatch): Promise<void> {
    const projections = projectionsIn(batch);
    const rows = this.#rowsOf(batch);
    const outbox = outboxStatement(batch);
    if (projections === null) {
      await copyRows(client, outbox, rows);
      return;
    }
    await copyRows(client, `begin;${outbox}`, rows);
    await projections.write(client);
    const result = await client.query('commit');
    // A transaction that failed answers COMMIT with ROLLBACK, and no error.
    if (result.command !== 'COMMIT') throw new ProjectionMissing(`commit was answered with ${result.command}`);
  }

  /** One buffer for all batches: there is one in flight, and PostgreSQL has it all when its commit is answered. */
  #rowsOf(batch: JournalBatch): Buffer {
    this.#rows.reset();
    batch.writeRows(this.#rows);
    return this.#rows.taken();
  }

  async readBack(batch: JournalBatch): Promise<'stored' | 'absent'> {
    // Stored here, but not where it had to be as well: whoever asks again finds it, nobody is told "yes" now.
    if (batch === this.#unconfirmed) return 'absent';
    const facts = batch.entries.flatMap((entry) => entry.facts.map((fact) => ({ screening: entry.screening, fact })));
    const result = await this.#persist((client) =>
      client.query<{ found: string }>(
        `select count(*) as found from journal
         join unnest($1::bigint[], $2::int[], $3::int[], $4::bigint[]) as mine (screening, version, epoch, at_ms)
           using (screening, version, epoch, at_ms)`,
        [
          facts.map((row) => row.screening),
          facts.map((row) => row.fact.version),
          facts.map((row) => row.fact.epoch),
          facts.map((row) => row.fact.atMs),
        ],
      ),
    );
    const found = Number(result.rows[0]?.found ?? 0);
    if (found === 0) return 'absent';
    if (found === facts.length) {
      this.#remember(batch);
      return 'stored';
    }
    throw new JournalRegressed(`${found} of ${facts.length} facts of one transaction are in the journal`);
  }

  async lastVersions(screenings: readonly number[]): Promise<Map<number, number>> {
    const result = await this.#persist((client) =>
      client.query<{ screening: string; last: number }>(
        `select s.screening, (select max(version) from journal j where j.screening = s.screening) as last
         from unnest($1::bigint[]) as s (screening)`,
        [screenings],
      ),
    );
    return new Map(result.rows.map((row) => [Number(row.screening), row.last ?? 0]));
  }

  #remember(batch: JournalBatch): void {
    for (let index = batch.entries.length - 1; index >= 0; index--) {
      const entry = batch.entries[index];
      const fact = entry?.facts.at(-1);
      if (entry !== undefined && fact !== undefined) {
        this.#lastCommitted = { screening: entry.screening, version: fact.version, epoch: fact.epoch };
        return;
      }
    }
  }

  /** Runs a read until it succeeds, reconnecting as often as needed. */
  async #persist<Result>(read: (client: pg.Client) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      if (this.#closed) throw new CommitUnknown('the journal was closed before the database came back');
      let connection: Connection | null = null;
      try {
        connection = this.#connection ?? (await this.#connect());
        this.#connection = connection;
        return await withDeadline(read(connection.client), this.#options.commitDeadlineMs);
      } catch (cause) {
        if (cause instanceof JournalRegressed) throw cause;
        if (connection !== null) this.#destroy(connection);
        this.#options.onWarning('the journal cannot reach PostgreSQL; trying again', cause);
        await delay(Math.min(25 * 2 ** Math.min(attempt, 10), this.#options.reconnectPauseMaxMs));
      }
    }
  }

  async #connect(): Promise<Connection> {
    if (this.#closed) throw new CommitUnknown('the journal is closed');
    const client = new pg.Client(clientConfig(this.#config, 'shard', this.#options.name));
    const connection = {
      client,
      backendPid: 0,
      backendStart: '',
      broken: undefined as unknown,
      warned: null as string | null,
    };
    client.on('error', (cause) => {
      connection.broken ??= cause;
      if (this.#connection === connection) this.#connection = null;
    });
    client.on('notice', (notice) => {
      // By its code: the word is translated by a server that speaks Portuguese. 00000 is a mere note.
      if (notice.code !== '00000') connection.warned = notice.message ?? 'warning';
    });
    // Each of these steps could wait for ever on a line that has gone silent.
    await withDeadline(this.#introduce(connection), this.#options.commitDeadlineMs).catch((cause: unknown) => {
      this.#destroy(connection);
      throw cause;
    });
    return connection;
  }

  async #introduce(connection: Connection): Promise<void> {
    const { client } = connection;
    await client.connect();
    // The shard role may neither see when a backend of the login began nor end it; the login may.
    await client.query('set role none');
    const { rows } = await client.query<{ pid: number; start: string }>(
      'select pid, backend_start::text as start from pg_stat_activity where pid = pg_backend_pid()',
    );
    connection.backendPid = rows[0]?.pid ?? 0;
    connection.backendStart = rows[0]?.start ?? '';
    await this.#endDoubtfulBackend(client);
    await client.query(LET_GO);
    await client.query('set role poltrona_shard');
    await this.#checkNothingWasLost(client);
  }

  /** A backend that may still commit our last batch is ended, and waited for. */
  async #endDoubtfulBackend(client: pg.Client): Promise<void> {
    const doubtful = this.#doubtful;
    if (doubtful === null) return;
    await client.query(END_SLEEPERS);
    const endsBy = Date.now() + this.#options.commitDeadlineMs;
    for (;;) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start::text = $2`,
        [doubtful.pid, doubtful.start],
      );
      if (rowCount === 0) break;
      if (Date.now() > endsBy) throw new Error(`backend ${doubtful.pid} of an unknown commit does not end`);
      await delay(5);
    }
    this.#doubtful = null;
  }

  /** After each reconnect: what we acknowledged must still be there, else this is another, older database. */
  async #checkNothingWasLost(client: pg.Client): Promise<void> {
    const last = this.#lastCommitted;
    if (last === null) return;
    const { rowCount } = await client.query(
      'select from journal where screening = $1 and version = $2 and epoch = $3',
      [last.screening, last.version, last.epoch],
    );
    if (rowCount !== 1) {
      throw new JournalRegressed(
        `screening ${last.screening} version ${last.version} was acknowledged and is gone: the database is older than it was (a stale standby or a restored backup)`,
      );
    }
  }

  #destroy(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null;
    // `end` waits for the server to answer; a connection in doubt is cut.
    const { stream } = (connection.client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
    // The dead connection may still hold on to the bytes of its last batch.
    this.#rows.abandon();
  }
}

/**
 * `before` goes in the same message as the COPY and costs no round trip. PostgreSQL takes the statements of one message as
 * one transaction (unless they begin one themselves): both are committed when ReadyForQuery comes, or neither.
 */
function copyRows(client: pg.Client, before: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(before + COPY_JOURNAL));
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(rows);
  });
}

function projectionsIn(batch: JournalBatch): ProjectionSet | null {
  let set: ProjectionSet | null = null;
  for (const { projections } of batch.entries) {
    if (projections === null) continue;
    set ??= new ProjectionSet();
    for (const projection of projections) set.add(projection);
  }
  return set;
}

/**
 * Classes of SQLSTATE that PostgreSQL only gives to a statement that failed and was rolled back while its session goes on:
 * data, integrity, transaction, rights and syntax. All others (disk, shutdown, limits, internal) may end the
 * session, perhaps after the commit, and are unknown. Not by the severity: that word is translated.
 */
function wasRolledBack(cause: unknown): boolean {
  if (isOurFault(cause)) return true;
  return cause instanceof pg.DatabaseError && /^(22|23|40(?!003)|42)/.test(cause.code ?? '');
}

/** Classes 22 (data) and 23 (integrity) speak of the rows; the others of the server or the rights. */
function rowsAreAtFault(cause: unknown): boolean {
  if (isOurFault(cause)) return true;
  return cause instanceof pg.DatabaseError && /^2[23]/.test(cause.code ?? '');
}

/** Raised by us before the commit was asked for: a row that cannot be written, a projection that finds no row. */
function isOurFault(cause: unknown): boolean {
  return cause instanceof ProjectionMissing || cause instanceof InvariantViolation;
}

function withDeadline<Result>(work: Promise<Result>, deadlineMs: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer from PostgreSQL in ${deadlineMs} ms`)), deadlineMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * The outbox as its relay sees it: a connection of its own, which holds the lock of the one that relays. The lock belongs to
 * the session, so that it goes with a process that dies; one that is frozen keeps its connection, and is ended by whoever
 * waits (`endSleeper`), or by PostgreSQL itself where nobody does.
 *
 * Reading waits for nobody and holds no transaction open between statements.
 */
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from './database.ts';
import type { Event } from './event.ts';
import { type EventRow, eventsSql, groupEvents } from './outbox-events.ts';

/** Any number, as long as it is nobody else's in this database. Advisory locks are the database's own. */
export const RELAY_LOCK = 7_065_734_002;

/** A relay that works asks something several times a second. */
export const ASLEEP_SECONDS = 6;
const QUERY_DEADLINE_MS = 4_000;
/** Rows in one look at the outbox; small ones are the rule when it is calm. */
const ROWS_MAX = 512;

const SETTINGS = `set statement_timeout = '${QUERY_DEADLINE_MS}'; set enable_seqscan = off;
  set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3`;

/** The lowest rows until they hold `$1` facts, at least one row. */
const NEXT = eventsSql(`
  select id, committed_at, spans from (
    select *, sum(facts) over (order by id) - facts as before
    from (select id, committed_at, facts, spans from outbox order by id limit ${ROWS_MAX}) head
  ) counted where before < $1`);

const END_SLEEPER = `
  select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_locks l on l.pid = a.pid
  where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select oid from pg_database where datname = current_database())
    and (l.classid::bigint << 32) | l.objid::bigint = $1
    and a.usename = session_user and a.pid <> pg_backend_pid()
    and a.state_change < now() - make_interval(secs => $2)`;

export interface OutboxChunk {
  /** Ids of the rows, to be removed when all events are published. */
  readonly rows: readonly string[];
  /** In the order in which they are to be published. */
  readonly events: readonly Event[];
  /** Age of the oldest row, seconds; 0 when there is none. */
  readonly oldestSeconds: number;
}

export interface OutboxLag {
  readonly rows: number;
  readonly facts: number;
  /** Age of the oldest row by PostgreSQL's clock, seconds. */
  readonly oldestSeconds: number;
}

export class OutboxConnection {
  readonly #client: pg.Client;
  readonly #asleepSeconds: number;
  #broken: unknown = null;

  private constructor(client: pg.Client, asleepSeconds: number) {
    this.#client = client;
    this.#asleepSeconds = asleepSeconds;
  }

  /**
   * Connects; rejects when the database cannot be reached. `name` is shown by pg_stat_activity. Who asks nothing for
   * `asleepSeconds` counts as asleep, and is ended.
   */
  static async open(
    config: DatabaseConfig,
    name: string,
    asleepSeconds: number = ASLEEP_SECONDS,
  ): Promise<OutboxConnection> {
    // A silent line must not hold up the relay for ever; PostgreSQL gives up by itself as well.
    const client = new pg.Client({ ...clientConfig(config, 'shard', name), query_timeout: QUERY_DEADLINE_MS + 1_000 });
    const connection = new OutboxConnection(client, asleepSeconds);
    client.on('error', (cause) => {
      connection.#broken ??= cause;
    });
    try {
      await client.connect();
      await client.query(`${SETTINGS}; set idle_session_timeout = '${Math.ceil(asleepSeconds * 1_000)}ms'`);
    } catch (cause) {
      connection.close();
      throw cause;
    }
    return connection;
  }

  /** Whether this session is now the one that relays. */
  async tryLock(): Promise<boolean> {
    const { rows } = await this.#ask<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [RELAY_LOCK]);
    return rows[0]?.mine === true;
  }

  async unlock(): Promise<void> {
    await this.#ask('select pg_advisory_unlock($1)', [RELAY_LOCK]);
  }

  /** The next events: as many rows as hold `factsMax` facts, at least one row if there is any. */
  async next(factsMax: number): Promise<OutboxChunk> {
    const { rows: found } = await this.#ask<EventRow>(NEXT, [factsMax], 'outbox-next');
    return { ...groupEvents(found), oldestSeconds: Math.max(0, found[0]?.age ?? 0) };
  }

  /** Forgets rows that are published. */
  async remove(rows: readonly string[]): Promise<void> {
    await this.#ask('delete from outbox where id = any($1::bigint[])', [rows]);
  }

  async lag(): Promise<OutboxLag> {
    const { rows } = await this.#ask<{ rows: string; facts: string; oldest: number }>(
      `select count(*) as rows, coalesce(sum(facts), 0) as facts,
         coalesce(extract(epoch from clock_timestamp() - min(committed_at)), 0)::float8 as oldest from outbox`,
    );
    return {
      rows: Number(rows[0]?.rows ?? 0),
      facts: Number(rows[0]?.facts ?? 0),
      oldestSeconds: Math.max(0, rows[0]?.oldest ?? 0),
    };
  }

  /**
   * Deletes up to `rowsMax` rows that are older, unless somebody else is relaying; resolves with how many went.
   * Who relays (holds the lock) may prune as well.
   */
  async prune(olderThanSeconds: number, rowsMax: number): Promise<number> {
    const { rowCount } = await this.#ask(
      `with turn as materialized (select pg_try_advisory_xact_lock($1) as mine)
       delete from outbox using turn where mine and id in (
         select id from outbox where committed_at < now() - make_interval(secs => $2) order by id limit $3)`,
      [RELAY_LOCK, olderThanSeconds, rowsMax],
    );
    return rowCount ?? 0;
  }

  /**
   * Ends the session that holds the lock if it has asked nothing for seconds: a process that is stopped, or that hangs in
   * the middle of an answer. If it wakes it finds its connection gone, and what it still had on its way to NATS is out of
   * the chain (event-stream.ts).
   */
  async endSleeper(): Promise<boolean> {
    // Only the login sees since when its other sessions are idle, and may end them; see copy-writer.ts.
    await this.#ask('set role none');
    const { rowCount } = await this.#ask(END_SLEEPER, [RELAY_LOCK, this.#asleepSeconds]);
    await this.#ask('set role poltrona_shard');
    return (rowCount ?? 0) > 0;
  }

  /** Ends the session, and the lock with it, without waiting for an answer. */
  close(): void {
    this.#broken ??= new Error('the connection was closed');
    // `end` waits for the server; nothing is under way that it would have to finish.
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
  }

  /** `name`: for what is asked again and again; PostgreSQL plans it once. */
  async #ask<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    name?: string,
  ): Promise<pg.QueryResult<Row>> {
    if (this.#broken !== null) throw new Error('the connection of the event relay broke', { cause: this.#broken });
    return this.#client.query<Row>({ text, values, ...(name === undefined ? {} : { name }) });
  }
}

/**
 * Which sessions have ended, known without asking: a WebSocket is opened in one turn of the loop, by a cookie whose signature
 * is good, and all that could be wrong with it is that somebody has logged out since.
 *
 * It listens first and reads then, so that nothing is overlooked: what was committed before the reading is read, what comes
 * after is told. After a broken connection it does both again. While it is not connected `isEnded` goes by what it knows, and
 * `isCurrent` is false; the request for a page goes to the database anyway.
 *
 * Bound: ENDS_MAX names, about two days of log-outs of a large chain and 12 MB. At the bound the oldest go, and with them the
 * belief in every cookie that was issued before: whoever comes with such a one asks GET /api/session, which looks into the
 * database and issues a new one. Nobody is let in for want of memory.
 */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig, type DatabaseConfig } from '../database.ts';
import { endClient } from '../end-pool.ts';
import type { Log } from '../log.ts';
import { ENDS_CHANNEL } from './sessions.ts';

export const ENDS_MAX = 100_000;
const RETRY_MS = 1_000;
/** A line that has gone silent is noticed by asking something. */
const ASK_EVERY_MS = 10_000;
const ASK_DEADLINE_MS = 4_000;
/** No cookie is good for longer than this (server/accounts/session-cookie.ts), milliseconds. */
export const COOKIE_LIVES_MAX_MS = 31 * 86_400_000;
/** By how much the clocks of a node and of PostgreSQL may differ, milliseconds. */
const CLOCKS_DIFFER_MS = 300_000;

export interface SessionEndsPorts {
  readonly database: DatabaseConfig;
  readonly log: Log;
  /** A session's name or `key:<id>`, once for each; also for those that ended while we were not connected. */
  onEnded(name: string): void;
  nowMs(): number;
  /** Default: ENDS_MAX. */
  readonly endsMax?: number;
  /** Between two attempts to connect, milliseconds. Default: RETRY_MS. */
  readonly retryMs?: number;
}

/** A connection that listens. */
interface Line {
  /** Fulfilled when it is lost. */
  readonly broken: Promise<void>;
}

export class SessionEnds {
  readonly #ports: SessionEndsPorts;
  readonly #endsMax: number;
  /** Name → when it ended, milliseconds; in this order, give or take the clocks. */
  readonly #ended = new Map<string, number>();
  /** Cookies issued before are not believed. */
  #floorMs = 0;
  #client: pg.Client | null = null;
  #isCurrent = false;
  readonly #stopped = new AbortController();
  #following: Promise<void> | null = null;

  constructor(ports: SessionEndsPorts) {
    this.#ports = ports;
    this.#endsMax = ports.endsMax ?? ENDS_MAX;
  }

  /** Resolves when it listens and has read what ended before. Rejects when the database cannot be reached. */
  async start(): Promise<void> {
    this.#following = this.#follow(await this.#connect());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#drop();
    await this.#following;
  }

  /** Whether a cookie of that session, issued at `issuedAtMs`, must not be believed. Answers at once. */
  isEnded(session: string, issuedAtMs: number): boolean {
    return this.#ended.has(session) || issuedAtMs <= this.#floorMs;
  }

  /** Whether it hears of every end within moments. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  #note(name: string, endedMs: number): void {
    if (name.startsWith('key:')) {
      this.#ports.onEnded(name);
      return;
    }
    if (this.#ended.has(name)) return;
    this.#ended.set(name, endedMs);
    if (this.#ended.size > this.#endsMax) this.#makeRoom();
    this.#ports.onEnded(name);
  }

  /** First those whose cookies have expired by themselves; if that is not enough the older half, and the floor rises. */
  #makeRoom(): void {
    const expiredMs = this.#ports.nowMs() - COOKIE_LIVES_MAX_MS;
    for (const [name, endedMs] of this.#ended) if (endedMs < expiredMs) this.#ended.delete(name);
    if (this.#ended.size <= this.#endsMax) return;
    for (const [name, endedMs] of this.#ended) {
      if (this.#ended.size <= this.#endsMax >> 1) return;
      this.#ended.delete(name);
      this.#raiseFloor(endedMs);
    }
  }

  #raiseFloor(endedMs: number): void {
    this.#floorMs = Math.max(this.#floorMs, endedMs + CLOCKS_DIFFER_MS);
  }

  async #follow(first: Line): Promise<void> {
    let line = first;
    while (!this.#stopped.signal.aborted) {
      await line.broken;
      this.#isCurrent = false;
      this.#drop();
      if (this.#stopped.signal.aborted) return;
      await delay(this.#ports.retryMs ?? RETRY_MS, undefined, { signal: this.#stopped.signal }).catch(() => {});
      if (this.#stopped.signal.aborted) return;
      line = await this.#connect().catch((cause: unknown) => {
        if (!this.#stopped.signal.aborted)
          this.#ports.log.warn({ cause }, 'the ends of sessions cannot be followed; trying again');
        return { broken: Promise.resolve() };
      });
    }
  }

  async #connect(): Promise<Line> {
    const client = new pg.Client({
      ...clientConfig(this.#ports.database, 'accounts', 'poltrona session ends'),
      query_timeout: ASK_DEADLINE_MS,
    });
    this.#client = client;
    const { signal } = this.#stopped;
    let lost = (): void => {};
    const broken = new Promise<void>((resolve) => {
      const asking = setInterval(() => client.query('select').catch(lost), ASK_EVERY_MS).unref();
      lost = () => {
        clearInterval(asking);
        signal.removeEventListener('abort', lost);
        resolve();
      };
      client.on('error', lost);
      client.on('end', lost);
      signal.addEventListener('abort', lost);
    });
    client.on('notification', ({ payload }) => {
      if (payload !== undefined && payload !== '') this.#note(payload, this.#ports.nowMs());
    });
    try {
      // A client that is ended while it connects answers nothing any more, and whoever stops this would wait for it.
      await Promise.race([this.#catchUp(client), broken.then(() => Promise.reject(new Error('the line is gone')))]);
    } catch (cause) {
      lost();
      this.#drop();
      throw cause;
    }
    this.#isCurrent = true;
    return { broken };
  }

  async #catchUp(client: pg.Client): Promise<void> {
    await client.connect();
    await client.query(`listen ${ENDS_CHANNEL}`);
    const { rows } = await client.query<{ id_hash: Buffer; ended: number }>(
      `select id_hash, extract(epoch from ended_at)::float8 * 1000 as ended
       from sessions where ended_at is not null and expires_at > now() order by ended_at desc limit $1`,
      [this.#endsMax],
    );
    // There may be more than fit.
    if (rows.length === this.#endsMax) this.#raiseFloor(rows.at(-1)?.ended ?? 0);
    for (const { id_hash, ended } of rows.reverse()) this.#note(id_hash.toString('base64url'), ended);
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    if (client !== null) void endClient(client);
  }
}

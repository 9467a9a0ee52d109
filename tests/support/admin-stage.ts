/**
 * The administration's API on a real database and a real engine, without sockets: requests are handed to the router. Two
 * exhibitors with a cinema each, so that one can try to reach the other's.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type pg from 'pg';
import type { Command } from '../../actors/seat-command.ts';
import { adminEndpoints } from '../../server/admin/admin-endpoints.ts';
import type { AdminPorts } from '../../server/admin/admin-ports.ts';
import {
  type Principal,
  ROLE_PERMISSIONS,
  type Role,
  type StaffPrincipal,
  VISITOR,
} from '../../server/api/principal.ts';
import { ApiRouter } from '../../server/api/router.ts';
import { commonRules } from '../../server/rules.ts';
import { SeatWatch } from '../../server/seat-watch.ts';
import { seatsNow } from '../../server/seats-now.ts';
import { type StaffAnswer, StaffCommands } from '../../server/staff-commands.ts';
import { createPool, type DatabaseConfig } from '../../storage/database.ts';
import { Seals } from '../../storage/sealing.ts';
import { ShardEngine } from '../../workers/shard-engine.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { testDatabase } from './postgres.ts';
import { type Draft, newTickets } from './screening.ts';
import { rectangle } from './screenings.ts';

const ANSWER_MS = 5_000;
const ZONE = 'America/Sao_Paulo';

/** An exhibitor's cinema with one auditorium of 2 × 8 seats: A1…A8, B1…B8. */
export interface House {
  readonly exhibitor: number;
  readonly cinema: number;
  readonly auditorium: number;
  readonly seatMap: number;
}

export interface ApiAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a test reads of an answer is checked by its assertions.
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

export class AdminStage {
  readonly config: DatabaseConfig;
  readonly engine: ShardEngine;
  readonly app: pg.Pool;
  readonly sql: pg.Pool;
  readonly ports: AdminPorts;
  readonly router: ApiRouter;
  readonly logged: string[] = [];
  /** What the next transactions run into at their end, once each. */
  readonly failures: Error[] = [];
  /** Commands that reached the engine. */
  readonly asked: string[] = [];
  /** Nobody answers for the screenings. */
  isOwnerAway = false;
  mine!: House;
  theirs!: House;
  film!: number;
  #count = 0;

  constructor(config: DatabaseConfig) {
    this.config = config;
    this.app = createPool(config, 'app', 'admin test', 6);
    this.sql = createPool(config, 'migrator', 'admin test looks', 2);
    this.engine = new ShardEngine(
      {
        thread: 0,
        writerName: 'admin test engine',
        database: config,
        rules: commonRules(600),
        owners: new Uint8Array(SHARDS),
        epochs: new Map(Array.from({ length: SHARDS }, (_, shard) => [shard, 1])),
        links: new Map(),
        cluster: null,
      },
      {
        decided: () => {},
        committed: () => {},
        fenced: () => {},
        commitUnknown: () => {},
        answersReleased: () => {},
        paymentDue: () => {},
        failed: (cause) => assert.fail(String(cause)),
        log: (level, message) => this.logged.push(`${level}: ${message}`),
      },
    );
    const watch = new SeatWatch(this.engine.bus, {
      snapshot: () => new Uint8Array(),
      delta: () => new Uint8Array(),
      gone: () => new Uint8Array(),
    });
    const commands = new StaffCommands({
      bus: this.engine.bus,
      deadlineMs: ANSWER_MS,
      nowMs: Date.now,
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
    });
    this.ports = {
      pool: this.app,
      ask: (screening, command) => {
        this.asked.push(command.kind);
        if (this.isOwnerAway) return Promise.resolve({ outcome: { code: 21 }, version: 0 });
        return commands.ask(screening, command);
      },
      seatsNow: (screening) => (this.isOwnerAway ? Promise.resolve(null) : seatsNow(watch, this.engine.bus, screening)),
      nowMs: Date.now,
      importStored: () => this.asked.push('import'),
    };
    this.router = new ApiRouter({
      endpoints: adminEndpoints(this.ports),
      pools: { app: failingAtCommit(this.app, this.failures), accounts: this.app },
      seals: new Seals(new Uint8Array(32).fill(7)),
      origins: [],
      authenticate: (request) => Promise.resolve(principalOf(request.header('x-who'))),
      addressOf: () => '203.0.113.7',
      log: (message, details) => this.logged.push(`${message} ${String(details['cause'])}`),
    });
  }

  /** @param config a database of the test that is there already. */
  static async create(t: TestContext, config?: DatabaseConfig): Promise<AdminStage> {
    const stage = new AdminStage(config ?? (await testDatabase(t)));
    t.after(async () => {
      await stage.engine.stop();
      await Promise.all([stage.app.end(), stage.sql.end()]);
    });
    await stage.engine.start();
    stage.mine = await stage.#house('Cinemas Meus', 'Cine Meu');
    stage.theirs = await stage.#house('Cinemas Deles', 'Cine Deles');
    stage.film = await stage.id(`insert into films (title, minutes) values ('A Volta', 100) returning id`);
    return stage;
  }

  /** A request by `who`: 'admin', or 'partner 1' (of exhibitor 1), 'gate 1', 'partner 1/2' (of its cinema 2 only)… */
  async send(who: string, method: string, path: string, body?: unknown, key?: string): Promise<ApiAnswer> {
    const [pathname = '', query = ''] = path.split('?');
    const isUpload = body instanceof Uint8Array;
    const headers: Record<string, string> = { 'x-who': who };
    if (body !== undefined) headers['content-type'] = isUpload ? 'application/octet-stream' : 'application/json';
    if (method === 'POST') headers['idempotency-key'] = key ?? `key-${++this.#count}-0123456789`;
    const response = await this.router.answer({
      method,
      path: pathname,
      query: new URLSearchParams(query),
      remoteAddress: '127.0.0.1',
      header: (name: string) => headers[name],
      body: isUpload ? body : body === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(body)),
    });
    assert.ok(response !== null, `no endpoint has the path ${pathname}`);
    const text = Buffer.from(response.body ?? '').toString();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers ?? {} };
  }

  /** A GET or POST that must succeed. */
  async does(who: string, method: string, path: string, body?: unknown, key?: string): Promise<ApiAnswer['body']> {
    const answer = await this.send(who, method, path, body, key);
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)} ${this.logged}`);
    return answer.body;
  }

  get partner(): string {
    return `partner ${this.mine.exhibitor}`;
  }

  /** A screening in `house`, some hours from now. */
  screening(house: House, hours = 30): Promise<number> {
    return this.id(
      `insert into screenings (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota)
       select $1, $2, $3, at, at at time zone $4, $4, 3000, 7
       from (select date_trunc('hour', now()) + $5 * interval '1 hour') as s (at) returning id`,
      [house.auditorium, house.seatMap, this.film, ZONE, hours],
    );
  }

  /** Tells the screening's actor something, as the gateway would. */
  says(screening: number, command: Draft | Command): Promise<StaffAnswer> {
    return new Promise((resolve) => {
      const asker = {
        answered: (_tag: number, _id: string, outcome: StaffAnswer['outcome'], version: number) =>
          resolve({ outcome, version }),
      };
      const full = { atMs: 0, requestId: `say-${++this.#count}`, ...command } as Command;
      this.engine.bus.submit(screening, full, asker, 0, Date.now() + ANSWER_MS);
    });
  }

  /** `buyer` holds these seats. Resolves with the hold. */
  async holds(screening: number, buyer: string, seats: readonly number[]): Promise<number> {
    const { outcome } = await this.says(screening, { kind: 'hold', buyer, seats });
    assert.ok(outcome.code === 0 && outcome.kind === 'hold', JSON.stringify(outcome));
    return outcome.hold;
  }

  /** `buyer` is paying for these seats. */
  async pays(screening: number, buyer: string, order: string, seats: readonly number[]): Promise<void> {
    const hold = await this.holds(screening, buyer, seats);
    const lines = seats.map((seat) => ({ seat, type: 1, priceCents: 3_000 }) as const);
    const { outcome } = await this.says(screening, { kind: 'begin-payment', buyer, payer: buyer, hold, order, lines });
    assert.equal(outcome.code, 0, JSON.stringify(outcome));
  }

  /** `buyer` buys these seats, 30.00 each; the tickets are called `order-seat`. */
  async buys(screening: number, buyer: string, order: string, seats: readonly number[]): Promise<void> {
    await this.pays(screening, buyer, order, seats);
    const tickets = newTickets(order, seats);
    const { outcome } = await this.says(screening, { kind: 'confirm', buyer, order, tickets });
    assert.equal(outcome.code, 0, JSON.stringify(outcome));
  }

  async rows<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.sql.query(text, [...values])).rows as Row[];
  }

  async id(text: string, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.rows<{ id: string }>(text, values);
    return Number(row?.id);
  }

  async #house(exhibitor: string, cinema: string): Promise<House> {
    const layout = rectangle(2, 8);
    const owner = await this.id('insert into exhibitors (name) values ($1) returning id', [exhibitor]);
    const house = await this.id(
      `insert into cinemas (exhibitor_id, name, city, state, time_zone) values ($1, $2, 'São Paulo', 'SP', $3) returning id`,
      [owner, cinema, ZONE],
    );
    const auditorium = await this.id(`insert into auditoriums (cinema_id, name) values ($1, 'Sala 1') returning id`, [
      house,
    ]);
    const seatMap = await this.id(
      `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       values ($1, 1, 'demo', 16, $2, 'x') returning id`,
      [auditorium, JSON.stringify(layout)],
    );
    await this.rows('update auditoriums set seat_map_id = $1 where id = $2', [seatMap, auditorium]);
    return { exhibitor: owner, cinema: house, auditorium, seatMap };
  }
}

function principalOf(who: string | undefined): Principal {
  if (who === undefined || who === 'nobody') return VISITOR;
  const [role = '', place = ''] = who.split(' ');
  const name = (role === 'admin' ? 'administrator' : role) as Role;
  const [exhibitor = '', cinema] = place.split('/');
  return {
    kind: 'staff',
    who: `key:${who.replace(/\W/g, '')}`,
    role: name,
    exhibitorId: exhibitor === '' ? null : Number(exhibitor),
    cinemaIds: cinema === undefined ? null : [Number(cinema)],
    permissions: new Set(ROLE_PERMISSIONS[name]),
    session: null,
  } satisfies StaffPrincipal;
}

/** A pool whose transactions fail at their end, once for each error in `failures`. */
function failingAtCommit(pool: pg.Pool, failures: Error[]): pg.Pool {
  return new Proxy(pool, {
    get: (target, name) => {
      if (name !== 'connect') return Reflect.get(target, name);
      return async () => {
        const client = await target.connect();
        const query = client.query.bind(client) as (...all: unknown[]) => unknown;
        client.query = ((...all: unknown[]) => {
          const failure = all[0] === 'commit' ? failures.shift() : undefined;
          return failure === undefined ? query(...all) : Promise.reject(failure);
        }) as typeof client.query;
        return client;
      };
    },
  });
}

/**
 * A cinema for browser tests: the real server on a database of its own, with a programme that tests know by heart. One for
 * each test file, started by the first test that asks, ended when the file ends; each test takes a screening of its own, so that
 * they do not buy each other's seats. The last test of a file calls `endStage`: whatever the pages showed, the books must be sound.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import pg from 'pg';
import WebSocket from 'ws';
import { connect, type Session } from '../../clients/sdk/session.ts';
import { auditDatabase } from '../../storage/audit.ts';
import { clientConfig, createPool, type DatabaseConfig } from '../../storage/database.ts';
import { layoutFromDrawing } from '../../storage/demo-halls.ts';
import { contentHash } from '../../storage/import/auditorium-layouts.ts';
import { testDatabase } from './postgres.ts';
import { ServerProcess } from './server-process.ts';

export const CINEMA = 'Cine Estação';
export const FILM = 'A Poltrona Vazia';
export const OTHER_FILM = 'Neblina na Serra';
export const FULL_CENTS = 3_000;
/** Of the exhibitor: 10 % of a ticket's price. */
export const FEE_BPS = 1_000;

/** Row A is for wheelchairs and their companions, row E for couples. */
const HALL = ['  .... .... wc', '.. .... .... ..', '.. .... .... ..', '.. .... .... ..', '.. CCCC CCCC ..'];
const TWO_SEATS = ['..'];
const SCREENINGS = 10;

export interface E2eStage {
  readonly database: DatabaseConfig;
  /** The server's folder: letters are in `mail` below it. */
  readonly folder: string;
  /** As browsers call it. */
  readonly url: string;
  /** Of FILM in the hall of five rows, tomorrow and the days after, each for one test. */
  readonly screenings: readonly number[];
  /** Of OTHER_FILM, with two seats: A1 and A2. */
  readonly tiny: number;
  readonly film: number;
  /** Kills the server as a power cut would, and starts it again on the same port; resolves when it listens. */
  killAndRestart(): Promise<void>;
  /** Somebody who buys without a browser. */
  session(t: TestContext): Session;
}

interface Stage extends E2eStage {
  server: ServerProcess;
}

let opened: Promise<Stage> | null = null;
/** What is to be undone when the file ends, and not when the test ends that asked first. */
const endings: (() => unknown)[] = [];
const file = { after: (ending: () => unknown) => void endings.push(ending) } as unknown as TestContext;

/** This file's stage. `environment`: more variables of the server's; those of the first call count. */
export function e2eStage(environment: Readonly<Record<string, string>> = {}): Promise<E2eStage> {
  opened ??= open(environment);
  return opened;
}

/** Stops the server and audits the journal. To be called by the last test of a file. */
export async function endStage(): Promise<void> {
  const stage = await opened;
  assert.ok(stage !== null, 'no test has asked for the stage');
  await stage.server.stop();
  rmSync(stage.folder, { recursive: true });
  await audit(stage.database);
  for (const ending of endings.reverse()) await ending();
}

async function open(more: Readonly<Record<string, string>>): Promise<Stage> {
  const database = await testDatabase(file);
  const programme = await addProgramme(database);
  const folder = mkdtempSync(path.join(tmpdir(), 'poltrona-e2e-'));
  const start = async (port: number): Promise<ServerProcess> => {
    const server = new ServerProcess({
      database,
      folder,
      environment: { POLTRONA_SANDBOX_PAYMENTS: 'on', POLTRONA_LOG_LEVEL: 'info', ...more, PORT: String(port) },
    });
    await server.whenReady();
    return server;
  };
  const server = await start(0);
  const { port } = server;
  const stage: Stage = {
    database,
    folder,
    // By this name: a cookie for HTTPS alone is taken over plain HTTP from nowhere else.
    url: `http://localhost:${port}`,
    ...programme,
    server,
    async killAndRestart() {
      stage.server.kill('SIGKILL');
      await stage.server.exited;
      stage.server = await start(port);
    },
    session(t) {
      const session = connect({ url: stage.server.webSocketUrl, webSocket: WebSocket });
      t.after(() => session.close());
      return session;
    },
  };
  return stage;
}

async function audit(database: DatabaseConfig): Promise<void> {
  const pool = createPool(database, 'reader', 'e2e audit', 1);
  try {
    const report = await auditDatabase(pool);
    assert.deepEqual(report.violations, [], JSON.stringify(report));
  } finally {
    await pool.end();
  }
}

async function addProgramme(database: DatabaseConfig): Promise<Pick<E2eStage, 'screenings' | 'tiny' | 'film'>> {
  const client = new pg.Client(clientConfig(database, 'app', 'e2e programme'));
  await client.connect();
  const one = async (text: string, ...values: readonly unknown[]): Promise<number> => {
    const { rows } = await client.query<{ id: string }>(text, [...values]);
    return Number(rows[0]?.id);
  };
  const auditorium = async (cinema: number, name: string, drawing: readonly string[]) => {
    const layout = layoutFromDrawing(drawing);
    const id = await one('insert into auditoriums (cinema_id, name) values ($1, $2) returning id', cinema, name);
    const map = await one(
      `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
       values ($1, 1, 'demo', $2, $3, $4) returning id`,
      id,
      layout.seats.length,
      JSON.stringify(layout),
      contentHash(layout),
    );
    await client.query('update auditoriums set seat_map_id = $2 where id = $1', [id, map]);
    return { id, map, seats: layout.seats.length };
  };
  const film = (title: string, minutes: number, rating: string, synopsis: string): Promise<number> =>
    one(
      'insert into films (title, minutes, rating, synopsis, genres) values ($1, $2, $3, $4, $5) returning id',
      title,
      minutes,
      rating,
      synopsis,
      ['Drama'],
    );
  /** At this hour of the cinema's clock, so many days from now. */
  const screening = (hall: Awaited<ReturnType<typeof auditorium>>, filmId: number, days: number, hour: number) =>
    one(
      `insert into screenings
         (auditorium_id, seat_map_id, film_id, starts_at, starts_local, time_zone, price_cents, half_quota, language)
       select $1, $2, $3, local at time zone 'America/Sao_Paulo', local, 'America/Sao_Paulo', $4, $5, 'leg'
       from (select date_trunc('day', now() at time zone 'America/Sao_Paulo') + make_interval(days => $6, hours => $7)) as at (local)
       returning id`,
      hall.id,
      hall.map,
      filmId,
      FULL_CENTS,
      Math.floor(hall.seats * 0.4),
      days,
      hour,
    );
  try {
    const exhibitor = await one(
      'insert into exhibitors (name, service_fee_bps) values ($1, $2) returning id',
      'Estação Exibidora',
      FEE_BPS,
    );
    const cinema = await one(
      `insert into cinemas (exhibitor_id, name, address, city, state, time_zone)
       values ($1, $2, 'Rua do Trem, 10', 'Campinas', 'SP', 'America/Sao_Paulo') returning id`,
      exhibitor,
      CINEMA,
    );
    const hall = await auditorium(cinema, 'Sala 1', HALL);
    const small = await auditorium(cinema, 'Sala 2', TWO_SEATS);
    const main = await film(FILM, 104, '12', 'Alguém comprou a poltrona ao lado, e nunca vem.');
    const other = await film(OTHER_FILM, 92, 'L', 'Uma estrada que ninguém vê.');
    const screenings: number[] = [];
    for (let i = 0; i < SCREENINGS; i++)
      screenings.push(await screening(hall, main, 1 + Math.floor(i / 4), 13 + (i % 4) * 3));
    return { screenings, tiny: await screening(small, other, 1, 20), film: main };
  } finally {
    await client.end();
  }
}

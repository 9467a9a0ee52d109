/**
 * Imports the real plan of one auditorium (seat-map-file.ts) as the next version of its seat map. The same plan again
 * changes nothing. Screenings that were announced keep the version they were announced with, because sold seats are
 * indexes into it; new screenings get the new one.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import { contentHash } from './auditorium-layouts.ts';
import { lockImports, recordImport, warnIfOld } from './import-history.ts';
import type { ImportOptions, SeatMapReport } from './import-report.ts';
import { readSeatMap, SEAT_MAP_BYTES_MAX, type SeatMapFile } from './seat-map-file.ts';
import { FileRefused, inspectTextFile } from './text-lines.ts';

/** Whose plan it is: an auditorium by its number (ANCINE's, or else ours), or by name, made when it is missing. */
export type SeatMapTarget =
  | { readonly by: 'number'; readonly number: number }
  | { readonly by: 'name'; readonly name: string; readonly cinema: string; readonly timeZone: string };

/** The auditorium named is not there, or there are several. */
export class TargetUnclear extends Error {
  override readonly name = 'TargetUnclear';
}

interface Auditorium {
  readonly id: string;
  readonly name: string;
  readonly cinema: string;
  readonly seatMapId: string | null;
  readonly version: number | null;
  readonly contentHash: string | null;
}

/**
 * Imports `file`. `pool` has the app role.
 * @throws FileRefused, TargetUnclear
 */
export async function importSeatMap(
  pool: pg.Pool,
  file: string,
  target: SeatMapTarget,
  options: ImportOptions,
): Promise<SeatMapReport> {
  const startedMs = performance.now();
  const startedAt = new Date();
  const { bytes, layout, warnings } = await readFile(file);
  const fileHash = createHash('sha256').update(bytes).digest('hex');
  const hash = contentHash(layout);
  const report = await inTransaction(
    pool,
    async (client) => {
      await lockImports(client);
      const auditorium = await findAuditorium(client, target);
      const isNew = auditorium.seatMapId === null;
      const isChanged = auditorium.contentHash !== hash;
      const version = isChanged ? await storeVersion(client, auditorium.id, layout, hash) : (auditorium.version ?? 0);
      const old = isChanged ? await warnIfOld(client, `seatmap ${auditorium.id}`, fileHash) : [];
      const made: SeatMapReport = {
        kind: 'seatmap',
        file,
        fileHash,
        dryRun: options.dryRun,
        auditorium: Number(auditorium.id),
        auditoriumName: auditorium.name,
        cinemaName: auditorium.cinema,
        version,
        seatCount: layout.seats.length,
        rowCount: layout.rows.length,
        rows: 1,
        created: isNew ? 1 : 0,
        updated: isChanged && !isNew ? 1 : 0,
        unchanged: isChanged ? 0 : 1,
        skipped: 0,
        skippedRows: [],
        warnings: [...old, ...warnings],
        elapsedMs: 0,
      };
      await recordImport(client, { ...made, kind: `seatmap ${auditorium.id}` }, { who: options.who, startedAt });
      return made;
    },
    !options.dryRun,
  );
  return { ...report, elapsedMs: Math.round(performance.now() - startedMs) };
}

async function readFile(file: string): Promise<SeatMapFile & { bytes: Buffer }> {
  const { encoding } = await inspectTextFile(file, SEAT_MAP_BYTES_MAX);
  if (encoding !== 'utf-8') throw new FileRefused(`${path.basename(file)} is no UTF-8, and JSON is always UTF-8`);
  const bytes = readFileSync(file);
  return { ...readSeatMap(bytes.toString('utf8').replace(/^\uFEFF/, ''), path.basename(file)), bytes };
}

const SELECT = `select a.id, a.name, c.name as cinema, a.seat_map_id as "seatMapId", m.version,
    m.content_hash as "contentHash"
  from auditoriums a join cinemas c on c.id = a.cinema_id left join seat_maps m on m.id = a.seat_map_id`;

async function findAuditorium(client: pg.ClientBase, target: SeatMapTarget): Promise<Auditorium> {
  if (target.by === 'number') {
    // ANCINE's numbers are in the millions and ours count from one: they do not meet in practice.
    const found = await client.query<Auditorium>(
      `${SELECT} where a.ancine_id = $1 or (a.id = $1 and not exists (select from auditoriums where ancine_id = $1))`,
      [target.number],
    );
    const auditorium = found.rows[0];
    if (auditorium !== undefined) return auditorium;
    throw new TargetUnclear(
      `there is no auditorium ${target.number}, neither in ANCINE's register nor by our own number: ` +
        'import the register first, or name a new one with --name and --cinema',
    );
  }
  const find = () =>
    client.query<Auditorium>(`${SELECT} where lower(a.name) = lower($1) and lower(c.name) = lower($2) order by a.id`, [
      target.name,
      target.cinema,
    ]);
  const { rows } = await find();
  if (rows.length > 1) {
    const ids = rows.map(({ id }) => id).join(', ');
    throw new TargetUnclear(
      `${rows.length} auditoriums are called ${target.name} in cinemas called ${target.cinema}: choose one with --auditorium (${ids})`,
    );
  }
  if (rows[0] === undefined) await createAuditorium(client, target);
  const auditorium = rows[0] ?? (await find()).rows[0];
  if (auditorium === undefined) throw new Error('the auditorium just made is not there');
  return auditorium;
}

async function createAuditorium(
  client: pg.ClientBase,
  { name, cinema, timeZone }: Extract<SeatMapTarget, { by: 'name' }>,
): Promise<void> {
  const { rows } = await client.query<{ id: string }>('select id from cinemas where lower(name) = lower($1)', [cinema]);
  if (rows.length > 1) {
    throw new TargetUnclear(
      `${rows.length} cinemas are called ${cinema}, and none has an auditorium ${name}: choose one with --auditorium`,
    );
  }
  const { rows: zones } = await client.query('select from pg_timezone_names where name = $1', [timeZone]);
  if (zones.length === 0) throw new TargetUnclear(`${timeZone} is no time zone; write one like America/Sao_Paulo`);
  const made = async () =>
    (
      await client.query<{ id: string }>('insert into cinemas (name, time_zone) values ($1, $2) returning id', [
        cinema,
        timeZone,
      ])
    ).rows[0]?.id;
  const id = rows[0]?.id ?? (await made());
  await client.query('insert into auditoriums (cinema_id, name) values ($1, $2)', [id, name]);
}

async function storeVersion(
  client: pg.ClientBase,
  auditorium: string,
  layout: SeatMapFile['layout'],
  hash: string,
): Promise<number> {
  const { rows } = await client.query<{ id: string; version: number }>(
    `insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
     values ($1, 1 + coalesce((select max(version) from seat_maps where auditorium_id = $1), 0), 'imported', $2, $3, $4)
     returning id, version`,
    [auditorium, layout.seats.length, JSON.stringify(layout), hash],
  );
  await client.query('update auditoriums set seat_map_id = $2, updated_at = now() where id = $1', [
    auditorium,
    rows[0]?.id,
  ]);
  return rows[0]?.version ?? 0;
}

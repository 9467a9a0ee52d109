/** A small catalogue for tests of imports: two exhibitors with a cinema each, in two zones, and two films. */
import type { TestContext } from 'node:test';
import type pg from 'pg';
import { createPool } from '../../storage/database.ts';
import type { FileImportOptions, FileReport } from '../../storage/import/import-report.ts';
import { importFile } from '../../storage/import/table-import.ts';
import type { KindName, TableKind } from '../../storage/import/table-kind.ts';
import { temporaryFile } from './fixtures.ts';
import { testDatabase } from './postgres.ts';

/**
 * Cinema 1 (Alfa, São Paulo's time, code 'um', ANCINE 901): auditoriums 1 (ANCINE 7001, 7 seats) and 2 (code 's2', 5
 * seats). Cinema 2 (Beta, Manaus' time): auditorium 3, without a seat map. Films 1 ('Filme', 100 minutes,
 * B0000000000001) and 2 ('Outro', 120 minutes). `pool` has the app role, `shard` the shards', `owner` owns
 * the tables.
 */
export async function twoExhibitors(t: TestContext): Promise<{ pool: pg.Pool; shard: pg.Pool; owner: pg.Pool }> {
  const database = await testDatabase(t);
  const pool = createPool(database, 'app', 'import test', 3);
  const shard = createPool(database, 'shard', 'import test', 1);
  const owner = createPool(database, 'migrator', 'import test', 1);
  t.after(() => Promise.all([pool.end(), shard.end(), owner.end()]));
  await pool.query(`
    insert into exhibitors (name) values ('Alfa'), ('Beta');
    insert into cinemas (exhibitor_id, name, time_zone, code, ancine_id)
      values (1, 'Cine Um', 'America/Sao_Paulo', 'um', 901), (2, 'Cine Dois', 'America/Manaus', null, 902);
    insert into auditoriums (cinema_id, name, code, ancine_id)
      values (1, 'Sala 1', null, 7001), (1, 'Sala 2', 's2', null), (2, 'Sala 1', null, null);
    insert into seat_maps (auditorium_id, version, source, seat_count, layout, content_hash)
      values (1, 1, 'imported', 7, '{}', 'a'), (2, 1, 'imported', 5, '{}', 'b');
    update auditoriums a set seat_map_id = m.id from seat_maps m where m.auditorium_id = a.id;
    insert into films (title, minutes, work_number) values ('Filme', 100, 'B0000000000001'), ('Outro', 120, null)`);
  return { pool, shard, owner };
}

/** Imports `content` as a file of its own. */
export function importText(
  t: TestContext,
  pool: pg.Pool,
  kind: TableKind,
  content: string | Buffer,
  options: Partial<FileImportOptions> & { readonly name?: string } = {},
): Promise<FileReport> {
  const { name = `${kind.name satisfies KindName}.csv`, ...more } = options;
  return importFile(pool, kind, temporaryFile(t, name, content), { who: 'tester', dryRun: false, ...more });
}

/** created, updated, unchanged, rejected */
export function sums({ created, updated, unchanged, rejected }: FileReport): number[] {
  return [created, updated, unchanged, rejected];
}

/** "4 price: it has no price", by line and column. */
export function faultsOf({ rejectedRows }: FileReport): string[] {
  return rejectedRows
    .map(({ line, column, reason }) => ({ line, text: `${line} ${column ?? '-'}: ${reason}` }))
    .sort((one, other) => one.line - other.line || (one.text < other.text ? -1 : 1))
    .map(({ text }) => text);
}

/** A screening of which `tickets` are sold; 0: one order that is in payment. */
export async function sellTickets(shard: pg.Pool, screening: number, tickets: number): Promise<void> {
  const order = `o${screening}`;
  await shard.query(
    `insert into orders (id, screening, buyer, state, amount_cents, created_at, updated_at)
     values ($1, $2, 'b', $3, 100, now(), now())`,
    [order, screening, tickets === 0 ? 'created' : 'captured'],
  );
  await shard.query(
    `insert into tickets (id, code, screening, seat, order_id, buyer, type, price_cents, state, created_at, updated_at)
     select $1::text || i, $1::text || i, $2, i, $1, 'b', 1, 100, 'live', now(), now() from generate_series(0, $3::int - 1) as i`,
    [order, screening, tickets],
  );
}

/** Who imported what and when: one line for every import that was kept, written in the import's own transaction. */
import path from 'node:path';
import type pg from 'pg';
import type { ImportReport, ImportWarning } from './import-report.ts';

/** Until the transaction ends: imports change the same rows, and each should see the other's result. */
export async function lockImports(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.imports'))`);
}

/** Adds the import to the history. Imports are of one kind when a later one stands for an earlier one. */
export async function recordImport(
  client: pg.ClientBase,
  report: Omit<ImportReport, 'kind'> & { readonly kind: string },
  { who, startedAt }: { readonly who: string; readonly startedAt: Date },
): Promise<void> {
  await client.query(
    `insert into imports (kind, file_name, file_hash, started_at, finished_at, created, updated, unchanged, skipped, who)
     values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7, $8, $9)`,
    [
      report.kind,
      path.basename(report.file),
      report.fileHash,
      startedAt,
      report.created,
      report.updated,
      report.unchanged,
      report.skipped,
      who,
    ],
  );
}

/** A warning when this very file was imported before and another one since: yesterday's file over today's. */
export async function warnIfOld(client: pg.ClientBase, kind: string, fileHash: string): Promise<ImportWarning[]> {
  const { rows } = await client.query<{ file_name: string; since: string }>(
    `select last.file_name, to_char(last.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as since
     from (select * from imports where kind = $1 order by id desc limit 1) as last
     where last.file_hash <> $2 and exists (select from imports where kind = $1 and file_hash = $2)`,
    [kind, fileHash],
  );
  return rows.map(({ file_name, since }) => ({
    line: null,
    column: null,
    kind: 'older-file',
    text:
      `this file was imported before, and ${file_name} after it (${since} UTC): ` +
      'if that one is newer, import it again',
  }));
}

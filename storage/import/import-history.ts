/**
 * Who imported what and when, and what became of it: one line for every import but rehearsals at the command line, written
 * in the import's own transaction. Files that were not kept have their line too.
 */
import type pg from 'pg';
import type { FileImportOptions, FileReport, ImportWarning } from './import-report.ts';
import type { KindName } from './table-kind.ts';

/** Until the transaction ends: imports change the same rows, and each should see the other's result. */
export async function lockImports(client: pg.ClientBase): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.imports'))`);
}

/** A file as the history knows it. */
export interface KnownFile {
  readonly kind: KindName;
  readonly fileName: string;
  readonly fileHash: string;
  readonly exportedAtMs: number | null;
  readonly exhibitorId: number | null;
  /** Others' files are not told of, nor taken for newer ones. */
  readonly cinemaIds: readonly number[] | null;
  /** The line that is being completed, which is no earlier import. */
  readonly importId: number | null;
}

export interface OlderFile {
  readonly warning: ImportWarning;
  /** The newer file has the same name: it is the same export, and not that of another cinema. */
  readonly isSameName: boolean;
}

/**
 * Whether a newer file was imported before: this very file was, and another one since; or the last one of this name says
 * that it was exported later. null: nothing of the kind is known.
 */
export async function noticeOlder(client: pg.ClientBase, file: KnownFile): Promise<OlderFile | null> {
  const { rows } = await client.query<{ file_name: string; since: string; why: 'imported' | 'exported' }>(
    `with kept as (
       select * from imports
       where kind = $1 and status = 'done' and not dry_run and exhibitor_id is not distinct from $4 and id is distinct from $5
         and coalesce(options->'cinemaIds', 'null') = $7
     ), later as (
       -- Of this name before of any: the first is sure, the others may be of other cinemas.
       select file_name, started_at as since, 'imported' as why, 1 + (file_name <> $2)::int as rank, id from kept
       where file_hash <> $3 and id > (select max(id) from kept where file_hash = $3)
       union all
       select file_name, exported_at, 'exported', 1, id from (select * from kept where file_name = $2 order by id desc limit 1) as last
       where file_hash <> $3 and exported_at > to_timestamp($6::float8 / 1000)
     )
     select file_name, to_char(since at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as since, why from later
     order by rank, id desc limit 1`,
    [
      ...[file.kind, file.fileName, file.fileHash, file.exhibitorId, file.importId, file.exportedAtMs],
      JSON.stringify(file.cinemaIds),
    ],
  );
  const found = rows[0];
  if (found === undefined) return null;
  const text =
    found.why === 'imported'
      ? `this file was imported before, and ${found.file_name} after it (${found.since} UTC): if that one is newer, import it again`
      : `this file is older than the ${found.file_name} that was imported last (exported ${found.since} UTC)`;
  const warning: ImportWarning = { line: null, column: null, kind: 'older-file', text };
  return { warning, isSameName: found.file_name === file.fileName };
}

/** Why nothing was kept of an import; null: it was kept. */
export function notKeptSentence({ notKept, rejected, rows }: FileReport): string | null {
  switch (notKept) {
    case null:
    case 'rehearsal':
      return null;
    case 'rejected-rows':
      return `${rejected} of ${rows} rows ${rejected === 1 ? 'is' : 'are'} at fault, and nothing was kept: correct them, or import the others with --partial`;
    case 'older-file':
      return 'a newer file of this name was imported before, and nothing was kept: import it all the same with --older-ok';
  }
}

/** The line of the history is no longer ours: the import was cancelled, or another node took it over. */
export class ImportTakenAway extends Error {
  override readonly name = 'ImportTakenAway';
}

/**
 * Writes the report's line in the history, or completes the one that was made when the file arrived, in the import's own
 * transaction: there is no line without its rows. Resolves with the report and its line's id. A rehearsal at the command
 * line leaves no line.
 * @throws ImportTakenAway, which undoes the import.
 */
export async function recordFile(
  client: pg.ClientBase,
  report: FileReport,
  { options, exportedAtMs, startedAtMs }: RecordedBy,
): Promise<FileReport> {
  const { job } = options;
  if (report.notKept === 'rehearsal' && job === undefined) return report;
  const importId = job?.importId ?? (await newLine(client, report, options, startedAtMs));
  const recorded = { ...report, importId };
  const sentence = notKeptSentence(report);
  const { rowCount } = await client.query(
    `update imports
     set file_hash = $2, exported_at = to_timestamp($3::float8 / 1000), partial = $4, dry_run = $5, created = $6, updated = $7,
       unchanged = $8, rejected = $9, status = $10, error = $11, report = $12, progress = 1, phase = null,
       heartbeat_at = null, finished_at = clock_timestamp()
     where id = $1 and ($13::text is null or (status = 'running' and runner = $13))`,
    [
      importId,
      report.fileHash,
      exportedAtMs,
      report.partial,
      report.dryRun,
      report.created,
      report.updated,
      report.unchanged,
      report.rejected,
      sentence === null ? 'done' : 'failed',
      sentence,
      storable(recorded),
      job?.runner ?? null,
    ],
  );
  if (rowCount !== 1) throw new ImportTakenAway(`import ${importId} was cancelled or is run by another node`);
  if (sentence === null) await client.query('delete from import_files where import_id = $1', [importId]);
  return recorded;
}

interface RecordedBy {
  readonly options: FileImportOptions;
  readonly exportedAtMs: number | null;
  readonly startedAtMs: number;
}

async function newLine(
  client: pg.ClientBase,
  { kind, file, fileHash }: FileReport,
  { who, exhibitorId = null, cinemaIds = null }: FileImportOptions,
  startedAtMs: number,
): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `insert into imports (kind, file_name, file_hash, who, exhibitor_id, started_at, options)
     values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), $7) returning id`,
    [kind, file, fileHash, who, exhibitorId, startedAtMs, JSON.stringify({ cinemaIds })],
  );
  return Number(rows[0]?.id);
}

/** JSON that jsonb takes: it has no zero bytes and no halves of characters, and a file's texts may. */
function storable(report: FileReport): string {
  return JSON.stringify(report).replace(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, '\\ufffd');
}

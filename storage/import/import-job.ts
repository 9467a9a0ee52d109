/**
 * Imports that the server runs: a file arrives with a request and waits in the database for a node to run it
 * (workers/import/import-runner.ts). waiting → running → done | failed | cancelled; whoever runs it says so every second,
 * and after a minute of silence another node takes it. An import changes nothing before it is done, so that beginning
 * again is the way to go on.
 *
 * The last word is the import's own transaction: it completes its line only where that still says `running` with its
 * runner's name (import-history.ts). A cancellation that came first undoes it; one that came later finds it done.
 */
import type pg from 'pg';
import { FileRefused } from './file-refused.ts';
import type { FileImportOptions, FileReport } from './import-report.ts';
import { FILE_BYTES_MAX, megabytes } from './source/source-limits.ts';
import type { ImportSettings, KindName } from './table-kind.ts';

/** Silence after which an import is taken to have lost its node. */
const SILENCE_MS_MAX = 60_000;
/** A file that ends its node this often is given up. */
const ATTEMPTS_MAX = 3;
/** Waiting files of one exhibitor, or of the administrators. */
export const WAITING_MAX = 20;
/** All files of one exhibitor that are waiting, or could be resumed: four of the largest, or sixty programmes of a month. */
const KEPT_BYTES_MAX = 4 * FILE_BYTES_MAX;
/** A row of the table: far below PostgreSQL's limit, and few for a file. */
const PART_BYTES = 1024 * 1024;

export type ImportStatus = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface NewImport {
  readonly kind: KindName;
  /** As the sender calls it. */
  readonly fileName: string;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly fileHash: string;
  readonly who: string;
  readonly dryRun: boolean;
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
  /** Left out: the kind's own default. */
  readonly partial?: boolean;
  readonly olderOk?: boolean;
  readonly sheet?: string | null;
  readonly settings?: ImportSettings;
  readonly exportedAtMs?: number | null;
}

/** One line of the history. */
export interface ImportLine {
  readonly id: number;
  readonly kind: string;
  readonly file: string;
  readonly fileHash: string;
  readonly who: string;
  readonly exhibitorId: number | null;
  readonly status: ImportStatus;
  readonly dryRun: boolean;
  readonly partial: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly bytes: number | null;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** What it does just now; null: it is not running. */
  readonly phase: string | null;
  /** 0…1 */
  readonly progress: number;
  /** Why it failed, for people. */
  readonly error: string | null;
}

/** An import that was claimed, and how to run it. */
export interface ClaimedImport {
  readonly id: number;
  readonly kind: KindName;
  readonly options: FileImportOptions;
}

/** Whose imports somebody may see and stop; nulls: all. Who keeps some cinemas sees the imports that could reach no others. */
export interface ImportScope {
  readonly exhibitorId: number | null;
  readonly cinemaIds: readonly number[] | null;
}

/**
 * Stores a file to be imported, in the caller's transaction; resolves with the import's id. It waits from the commit on.
 * Where the files of an exhibitor would need more than `keptBytesMax` together, the oldest of those that were stopped are
 * thrown away, and can be resumed no more.
 * @throws FileRefused when too many, or too much, is waiting
 */
export async function createImport(
  client: pg.ClientBase,
  wanted: NewImport,
  bytes: Buffer,
  keptBytesMax: number = KEPT_BYTES_MAX,
): Promise<number> {
  const { kind, fileName, fileHash, who, dryRun, exhibitorId, partial, exportedAtMs = null, ...options } = wanted;
  await makeRoom(client, exhibitorId, keptBytesMax - bytes.length);
  const { rows } = await client.query<{ id: string }>(
    `insert into imports (kind, file_name, file_hash, who, dry_run, partial, exhibitor_id, exported_at, bytes, options, status)
     values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8::float8 / 1000), $9, $10, 'waiting') returning id`,
    [
      ...[kind, fileName, fileHash, who, dryRun, partial ?? false, exhibitorId, exportedAtMs, bytes.length],
      JSON.stringify({ ...options, ...(partial === undefined ? {} : { partial }) }),
    ],
  );
  const id = Number(rows[0]?.id);
  for (let part = 0; part * PART_BYTES < bytes.length; part++) {
    await client.query('insert into import_files (import_id, part, bytes) values ($1, $2, $3)', [
      id,
      part,
      bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES),
    ]);
  }
  return id;
}

/** Sees to it that the exhibitor's files have `bytesMax` at most. One at a time: two would both find the same room. */
async function makeRoom(client: pg.ClientBase, exhibitorId: number | null, bytesMax: number): Promise<void> {
  const bytes = await waitingBytes(client, exhibitorId);
  if (bytes > bytesMax) {
    throw new FileRefused(`the files that wait have ${megabytes(bytes)} already: wait for one to end, or cancel one`);
  }
  await client.query(
    `with stopped as (
       select id, sum(bytes) over (order by id desc) as total from imports i
       where status not in ('waiting', 'running') and exhibitor_id is not distinct from $1
         and exists (select from import_files f where f.import_id = i.id)
     ), oldest as (
       select id from imports where status not in ('waiting', 'running') and id in (select id from stopped where total > $2) for update
     ) delete from import_files where import_id in (select id from oldest)`,
    [exhibitorId, bytesMax - bytes],
  );
}

/**
 * What the exhibitor's files have that wait, or run; nobody adds to them until the transaction ends.
 * @throws FileRefused when there are WAITING_MAX of them
 */
async function waitingBytes(client: pg.ClientBase, exhibitorId: number | null): Promise<number> {
  await client.query(`select pg_advisory_xact_lock(hashtext('poltrona.import_files'), coalesce($1, 0)::int)`, [
    exhibitorId,
  ]);
  const { rows } = await client.query<{ count: number; bytes: number }>(
    `select count(*)::int as count, coalesce(sum(bytes), 0)::float8 as bytes from imports
     where status in ('waiting', 'running') and exhibitor_id is not distinct from $1`,
    [exhibitorId],
  );
  const { count = 0, bytes = 0 } = rows[0] ?? {};
  if (count >= WAITING_MAX) {
    throw new FileRefused(`${WAITING_MAX} imports are waiting already: wait for one to end, or cancel one`);
  }
  return bytes;
}

const LINE = `id::float8 as id, kind, file_name as file, file_hash as "fileHash", who, exhibitor_id::float8 as "exhibitorId", status,
  dry_run as "dryRun", partial, started_at as "startedAt", finished_at as "finishedAt", bytes::float8 as bytes, created, updated,
  unchanged, rejected + skipped as rejected, phase, progress::float8 as progress, error`;
const IN_SCOPE = `($1::bigint is null or exhibitor_id = $1) and ($2::bigint[] is null or case jsonb_typeof(options->'cinemaIds')
  when 'array' then (select bool_and(c.id::bigint = any($2)) from jsonb_array_elements_text(options->'cinemaIds') as c (id)) else false end)`;

/** The history, latest first. `before`: only those of smaller ids. */
export async function listImports(
  client: pg.ClientBase | pg.Pool,
  { exhibitorId, cinemaIds }: ImportScope,
  { kind = null, before = null, limit }: { kind?: string | null; before?: number | null; limit: number },
): Promise<ImportLine[]> {
  const { rows } = await client.query<ImportLine>(
    `select ${LINE} from imports
     where ${IN_SCOPE} and ($3::text is null or kind = $3) and ($4::bigint is null or id < $4) order by id desc limit $5`,
    [exhibitorId, cinemaIds, kind, before, limit],
  );
  return rows;
}

/** One import with its report; null: there is none, or it is somebody else's. The report is null until it has ended. */
export async function findImport(
  client: pg.ClientBase | pg.Pool,
  { exhibitorId, cinemaIds }: ImportScope,
  id: number,
): Promise<(ImportLine & { readonly report: FileReport | null }) | null> {
  const { rows } = await client.query<ImportLine & { report: FileReport | null }>(
    `select ${LINE}, report from imports where ${IN_SCOPE} and id = $3`,
    [exhibitorId, cinemaIds, id],
  );
  return rows[0] ?? null;
}

/**
 * Stops an import that has not ended: nothing of it will be kept. 'ended': too late, or it was cancelled before.
 */
export async function cancelImport(
  client: pg.ClientBase | pg.Pool,
  { exhibitorId, cinemaIds }: ImportScope,
  id: number,
): Promise<'cancelled' | 'ended' | 'unknown'> {
  const { rows } = await client.query<{ status: ImportStatus; isStopped: boolean }>(
    `with stopped as (
       update imports set status = 'cancelled', finished_at = clock_timestamp(), phase = null, heartbeat_at = null
       where ${IN_SCOPE} and id = $3 and status in ('waiting', 'running') returning id)
     select status, exists (select from stopped) as "isStopped" from imports where ${IN_SCOPE} and id = $3`,
    [exhibitorId, cinemaIds, id],
  );
  if (rows[0] === undefined) return 'unknown';
  return rows[0].isStopped ? 'cancelled' : 'ended';
}

/**
 * Lets an import that failed or was cancelled begin again. 'gone': its file was thrown away; 'not-stopped': it waits, runs or is done.
 * In the caller's transaction, so that two of them do not both find the same room.
 * @throws FileRefused when too many are waiting
 */
export async function resumeImport(
  client: pg.ClientBase,
  { exhibitorId, cinemaIds }: ImportScope,
  id: number,
): Promise<'waiting' | 'not-stopped' | 'gone' | 'unknown'> {
  const { rows: stopped } = await client.query<{ exhibitorId: number | null }>(
    `select exhibitor_id::float8 as "exhibitorId" from imports
     where ${IN_SCOPE} and id = $3 and status in ('failed', 'cancelled') and exists (select from import_files where import_id = $3)`,
    [exhibitorId, cinemaIds, id],
  );
  if (stopped[0] !== undefined) await waitingBytes(client, stopped[0].exhibitorId);
  const { rows } = await client.query<{ status: ImportStatus; isAgain: boolean; hasFile: boolean }>(
    `with again as (
       update imports set status = 'waiting', finished_at = null, error = null, report = null, progress = 0, attempts = 0,
         runner = null, created = 0, updated = 0, unchanged = 0, rejected = 0
       where ${IN_SCOPE} and id = $3 and status in ('failed', 'cancelled') and exists (select from import_files where import_id = $3)
       returning id)
     select status, exists (select from again) as "isAgain", exists (select from import_files where import_id = $3) as "hasFile"
     from imports where ${IN_SCOPE} and id = $3`,
    [exhibitorId, cinemaIds, id],
  );
  const found = rows[0];
  if (found === undefined) return 'unknown';
  if (found.isAgain) return 'waiting';
  return found.status === 'failed' || found.status === 'cancelled' ? 'gone' : 'not-stopped';
}

/**
 * Takes the import that waits longest, or one whose node has fallen silent, for the runner of this name (a new name for
 * each claim); null: there is none.
 */
export async function claimImport(pool: pg.Pool, runner: string): Promise<ClaimedImport | null> {
  await pool.query(
    `update imports set status = 'failed', phase = null, finished_at = clock_timestamp(),
       error = 'it was begun ${ATTEMPTS_MAX} times and never came to an end: send a smaller file'
     where status = 'running' and attempts >= ${ATTEMPTS_MAX} and heartbeat_at < clock_timestamp() - make_interval(secs => $1)`,
    [SILENCE_MS_MAX / 1000],
  );
  const { rows } = await pool.query<ClaimedRow>(
    `update imports set status = 'running', runner = $1, attempts = attempts + 1, heartbeat_at = clock_timestamp(),
       phase = 'starting', progress = 0
     where id = (
       select id from imports
       where status = 'waiting' or (status = 'running' and heartbeat_at < clock_timestamp() - make_interval(secs => $2))
       order by id limit 1 for update skip locked)
     returning id::float8 as id, kind, file_name as "fileName", who, dry_run as "dryRun", exhibitor_id::float8 as "exhibitorId",
       extract(epoch from exported_at)::float8 * 1000 as "exportedAtMs", options`,
    [runner, SILENCE_MS_MAX / 1000],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { id, kind, options, ...others } = row;
  return { id, kind, options: { ...options, ...others, job: { importId: id, runner } } };
}

type ClaimedRow = { id: number; kind: KindName; options: Partial<FileImportOptions> } & Pick<
  FileImportOptions,
  'who' | 'dryRun' | 'exhibitorId' | 'exportedAtMs' | 'fileName'
>;

/** The parts of an import's file, in their order. */
export async function* filePartsOf(pool: pg.Pool, id: number): AsyncGenerator<Buffer> {
  for (let part = 0; ; part++) {
    const { rows } = await pool.query<{ bytes: Buffer }>(
      'select bytes from import_files where import_id = $1 and part = $2',
      [id, part],
    );
    if (rows[0] === undefined) return;
    yield rows[0].bytes;
  }
}

/** A sign of life with what is being done; false: the import is not this runner's any more. */
export async function noteProgress(
  pool: pg.Pool,
  { importId, runner }: { readonly importId: number; readonly runner: string },
  phase: string,
  progress: number,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update imports set heartbeat_at = clock_timestamp(), phase = $3, progress = $4
     where id = $1 and runner = $2 and status = 'running'`,
    [importId, runner, phase, progress],
  );
  return rowCount === 1;
}

/** Ends an import that could not be run, with a sentence for people. */
export async function failImport(
  pool: pg.Pool,
  { importId, runner }: { readonly importId: number; readonly runner: string },
  error: string,
): Promise<void> {
  await pool.query(
    `update imports set status = 'failed', error = $3, phase = null, heartbeat_at = null, finished_at = clock_timestamp()
     where id = $1 and runner = $2 and status = 'running'`,
    [importId, runner, error],
  );
}

/** Gives an import back: the node leaves, and another one begins it again at once. */
export async function giveBackImport(
  pool: pg.Pool,
  { importId, runner }: { readonly importId: number; readonly runner: string },
): Promise<void> {
  await pool.query(
    `update imports set status = 'waiting', runner = null, phase = null, heartbeat_at = null, progress = 0, attempts = attempts - 1
     where id = $1 and runner = $2 and status = 'running'`,
    [importId, runner],
  );
}

/** Throws away the files of imports that were given up `days` ago; resolves with how many. For the daily job. */
export async function forgetImportFiles(pool: pg.Pool, days = 7): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from import_files where import_id in (
       select id from imports where status in ('failed', 'cancelled', 'done') and finished_at < now() - make_interval(days => $1))`,
    [days],
  );
  return rowCount ?? 0;
}

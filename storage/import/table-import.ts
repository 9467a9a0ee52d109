/**
 * Imports one file of any kind: file → rows → checked cells → COPY into a temporary table → the kind's judgement → its
 * merge → the report, in one transaction. Either the import is in the catalogue with its line in the history, or nothing
 * of it is; a file with a row at fault is not kept at all unless the good rows are asked for (`partial`). Who cuts an
 * import off has changed nothing, and who repeats it changes nothing either. One import at a time; a second one waits.
 *
 * What was not kept was carried out all the same and then undone (a savepoint), so that a rehearsal and a refusal tell
 * the same numbers as the real thing, and so that the refusal has its line in the history too.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { copyRows } from '../copy-rows.ts';
import { inTransaction } from '../in-transaction.ts';
import { clean } from './cell-values.ts';
import { changedLines } from './changed-lines.ts';
import { FileRefused } from './file-refused.ts';
import { lockImports, noticeOlder, type OlderFile, recordFile } from './import-history.ts';
import type { FileImportOptions, FileReport, ImportProgress, NotKept } from './import-report.ts';
import { ReportNotes } from './report-notes.ts';
import { hashOf } from './source/file-bytes.ts';
import { openSource } from './source/open-source.ts';
import type { Source } from './source/source.ts';
import { IMPORT_MS_MAX, STALL_MS_MAX } from './source/source-limits.ts';
import { readHeader, type TableHeader } from './table-header.ts';
import type { DraftRow, TableKind } from './table-kind.ts';
import { type Draft, TableRows } from './table-rows.ts';
import { countOutcomes, createStaging, dropRejected, readStagedNotes, STAGED, sealStaging } from './table-staging.ts';

const NAME_CHARS_MAX = 120;
const WAITING = 'waiting for other imports';

/** How much is done when a phase begins, by the time it took. */
const PHASES = { reading: 0, checking: 0.4, merging: 0.6, committing: 0.95 } as const;

/** What is known of an import before its transaction. */
interface Opened {
  readonly kind: TableKind;
  readonly source: Source;
  readonly header: TableHeader | null;
  readonly rows: TableRows;
  readonly notes: ReportNotes;
  readonly name: string;
  readonly fileHash: string;
  readonly exportedAtMs: number | null;
  readonly options: FileImportOptions;
  readonly startedAtMs: number;
  readonly progress: ImportProgress;
}

/**
 * Imports `file` as `kind`. `pool` has the app role.
 * @throws FileRefused when the file as a whole is of no use; rows at fault are rejected and reported instead.
 */
export async function importFile(
  pool: pg.Pool,
  kind: TableKind,
  file: string,
  options: FileImportOptions,
): Promise<FileReport> {
  const startedMs = performance.now();
  const opened = await open(kind, file, options);
  const report = await inTransaction(pool, (client) => runInTime(client, opened, startedMs));
  opened.progress('committed', 1);
  return { ...report, elapsedMs: Math.round(performance.now() - startedMs) };
}

/**
 * Whether the file can be read and has the columns of its kind: before a database is started in vain.
 * @throws FileRefused
 */
export async function inspectFile(kind: TableKind, file: string, options: FileImportOptions): Promise<void> {
  await open(kind, file, options);
}

async function open(kind: TableKind, file: string, options: FileImportOptions): Promise<Opened> {
  const startedAtMs = Date.now();
  const name = shortened(options.fileName ?? path.basename(file));
  const { sheet = null } = options;
  const source = await openSource(file, {
    name,
    sheet,
    asDocument: kind.document !== undefined,
    recordsAreLines: kind.recordsAreLines === true,
  });
  const notes = new ReportNotes();
  if (source.format.encoding === 'windows-1252') {
    const text = 'the file is no valid UTF-8 and was read as Windows-1252: look at some names with accents';
    notes.warn({ line: null, column: null, kind: 'encoding', text });
  }
  if (source.form === 'document' && kind.document === undefined) {
    throw new FileRefused(`${name} is no table of ${kind.name}`);
  }
  const header = source.form === 'document' ? null : readHeader(kind, source.header.map(shortened), name);
  for (const warning of header?.warnings ?? []) notes.warn(warning);
  const rows = new TableRows(kind, header, notes);
  const fileHash = await hashOf(file);
  const { onProgress: progress = () => {} } = options;
  // A file that was sent has no time of its own; one that lies here was changed last when it was exported, or later.
  const exportedAtMs = options.exportedAtMs ?? (options.fileName === undefined ? statSync(file).mtimeMs : null);
  return { kind, source, header, rows, notes, name, fileHash, exportedAtMs, options, startedAtMs, progress };
}

/** Names and headings of a file are repeated in each remark about it. */
function shortened(text: string): string {
  return clean(text).slice(0, NAME_CHARS_MAX);
}

/** An import that PostgreSQL ended for its time is told as such. */
async function runInTime(client: pg.ClientBase, opened: Opened, startedMs: number): Promise<FileReport> {
  let phase = '';
  const watched: Opened = {
    ...opened,
    progress: (begun, share) => {
      phase = begun;
      opened.progress(begun, share);
    },
  };
  // A connection is ended between two statements, and the next one fails without a code.
  let ended: unknown = null;
  const onEnded = (cause: unknown): void => {
    ended ??= cause;
  };
  client.on('error', onEnded);
  try {
    return await run(client, watched, startedMs);
  } catch (cause) {
    throw outOfTime(ended ?? cause, phase) ?? cause;
  } finally {
    client.off('error', onEnded);
  }
}

/** null: it is something else. */
function outOfTime(cause: unknown, phase: string): FileRefused | null {
  const minutes = `${IMPORT_MS_MAX / 60_000} minutes`;
  switch ((cause as { code?: unknown } | null)?.code) {
    case '57014': {
      const text =
        phase === WAITING
          ? `other imports did not end within ${minutes}: send it again later`
          : `${phase} was stopped by the database; a step may take ${minutes}: split the file, or send it again later`;
      return new FileRefused(text, { cause });
    }
    case '25P03':
      return new FileRefused(
        `it stood still for more than ${STALL_MS_MAX / 1000} seconds and was undone: send it again later`,
        { cause },
      );
    default:
      return null;
  }
}

async function run(client: pg.ClientBase, opened: Opened, startedMs: number): Promise<FileReport> {
  const { kind, notes, rows, options, progress } = opened;
  await client.query(`set local statement_timeout = ${IMPORT_MS_MAX};
    set local idle_in_transaction_session_timeout = ${STALL_MS_MAX}`);
  progress(WAITING, 0);
  await lockImports(client);
  await client.query('savepoint before_rows');
  await createStaging(client, kind, options);
  progress('reading', PHASES.reading);
  await copyRows(client, STAGED, stagedPieces(opened, startedMs));
  const readRows = rows.rows - rows.rejected;
  await sealStaging(client);
  const work = {
    client,
    present: opened.header?.present ?? new Set(kind.columns.map(({ name }) => name)),
    exhibitorId: options.exhibitorId ?? null,
    settings: options.settings ?? {},
    faultyTogether: rows.faultyTogether,
    who: options.who,
    nowMs: opened.startedAtMs,
    warn: (warning: Parameters<ReportNotes['warn']>[0]) => notes.warn(warning),
    dropRejected: async () => void (await dropRejected(client)),
  };
  const during = (phase: 'checking' | 'merging', end: number) => {
    progress(phase, PHASES[phase]);
    return (share: number): void => progress(phase, PHASES[phase] + (end - PHASES[phase]) * Math.min(1, share));
  };
  await kind.judge({ ...work, progress: during('checking', PHASES.merging) });
  const staged = await dropRejected(client);
  await client.query('analyze staged');
  const details = await kind.merge({ ...work, progress: during('merging', PHASES.committing) });
  progress('committing', PHASES.committing);
  const outcomes = await countOutcomes(client, staged);
  const lines = await changedLines(client);
  await readStagedNotes(client, notes, (name) => opened.header?.headingOf(name) ?? name);
  const older = await noticeOlder(client, {
    kind: kind.name,
    fileName: opened.name,
    fileHash: opened.fileHash,
    exportedAtMs: opened.exportedAtMs,
    exhibitorId: options.exhibitorId ?? null,
    cinemaIds: options.cinemaIds ?? null,
    importId: options.job?.importId ?? null,
  });
  if (older !== null) notes.warn(older.warning);
  const counts = { rows: rows.rows, ...outcomes, ...lines, rejected: rows.rejected + readRows - staged };
  const report = reportOf(opened, counts, details, older, startedMs);
  if (report.notKept !== null) await client.query('rollback to savepoint before_rows');
  const recorded = await recordFile(client, report, opened);
  if (report.notKept === null) await kind.last?.(client);
  return recorded;
}

function reportOf(
  { kind, source, header, notes, name, fileHash, options }: Opened,
  counts: Pick<FileReport, 'rows' | 'created' | 'updated' | 'unchanged' | 'rejected' | 'createdLines' | 'updatedLines'>,
  details: FileReport['details'],
  older: OlderFile | null,
  startedMs: number,
): FileReport {
  const partial = options.partial ?? kind.isPartialByDefault;
  const isChanging = counts.created + counts.updated > 0;
  const isRefusedAsOld = older?.isSameName === true && kind.olderExport === 'refuse' && options.olderOk !== true;
  const notKept: NotKept | null = options.dryRun
    ? 'rehearsal'
    : counts.rejected > 0 && !partial
      ? 'rejected-rows'
      : isRefusedAsOld && isChanging
        ? 'older-file'
        : null;
  return {
    kind: kind.name,
    importId: options.job?.importId ?? null,
    file: name,
    fileHash,
    format: source.format,
    dryRun: options.dryRun,
    partial,
    notKept,
    ...counts,
    rejectedRows: notes.rejectedRows,
    rejections: notes.rejections,
    warnings: notes.warnings,
    warningCount: notes.warningCount,
    columns: { read: header?.read ?? [], ignored: header?.ignored ?? [] },
    details,
    elapsedMs: Math.round(performance.now() - startedMs),
  };
}

/** The rows of the file as COPY text, a piece for a piece of the file. */
async function* stagedPieces(opened: Opened, startedMs: number): AsyncGenerator<string> {
  const { source, rows, progress } = opened;
  if (source.form === 'document') {
    yield documentRows(opened, source.document);
    return;
  }
  const onRead = (share: number): void => progress('reading', PHASES.checking * Math.min(1, share));
  for await (const piece of source.rows(onRead)) {
    if (performance.now() - startedMs > IMPORT_MS_MAX) {
      throw new FileRefused(`reading it took more than ${IMPORT_MS_MAX / 60_000} minutes: split the file`);
    }
    let staged = '';
    for (const row of piece) staged += rows.stage(row);
    yield staged;
  }
}

function documentRows({ kind, rows, notes, name, options }: Opened, document: unknown): string {
  const drafts: Draft[] = [];
  const draft = (line: number): DraftRow => {
    const made = rows.draft(line);
    drafts.push(made);
    return made;
  };
  const settings = options.settings ?? {};
  kind.document?.rows(document, draft, { name, settings, warn: (warning) => notes.warn(warning) });
  return drafts.map((made) => rows.finished(made)).join('');
}

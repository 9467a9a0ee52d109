/**
 * An import that the server carries out, followed to its end. The first Ctrl-C asks the server to cancel it and waits for what
 * becomes of that: one that has ended meanwhile is reported as if nothing had been said. The second one leaves it alone.
 */
import { nanoid } from 'nanoid';
import { FileRefused } from '../../storage/import/file-refused.ts';
import type {
  FileReport,
  ImportProgress,
  ImportWarning,
  LineRange,
  RejectedRow,
} from '../../storage/import/import-report.ts';
import { amount, rowAt, rowsAt, text } from './answer-fields.ts';
import type { ApiClient, Row } from './http-client.ts';
import { Interrupted, untilInterrupted } from './interruption.ts';
import type { CliPorts } from './ports.ts';
import { ServerRefusal } from './server-errors.ts';
import { clientFor, type ServerChoice } from './with-server.ts';

/** Between two looks, milliseconds: most imports take less than a second. */
const LOOK_MS = 150;
const LOOK_MS_MAX = 1_000;
/** Rejected lines that are fetched for the report. */
const NOTES = 10_000;

/** Whether nothing will change any more about this import. */
export function isFinished(row: Row): boolean {
  return ['done', 'failed', 'cancelled'].includes(text(row, 'status'));
}

/** @throws FileRefused when it failed, Interrupted when it was cancelled. */
export async function followImport(
  server: ServerChoice,
  id: string,
  show: ImportProgress,
  ports: CliPorts,
): Promise<FileReport> {
  const path = `/api/admin/imports/${encodeURIComponent(id)}`;
  const ended = await untilInterrupted(async (signal) => {
    const api = clientFor(server, ports);
    let isCancelled = false;
    for (let waitMs = LOOK_MS; ; waitMs = Math.min(waitMs * 1.5, LOOK_MS_MAX)) {
      const now = shownOf(await api.get(path));
      if (isFinished(now)) return now;
      show(text(now, 'phase') || 'waiting', amount(now, 'progress') ?? 0);
      if (signal.aborted && !isCancelled) {
        isCancelled = true;
        ports.error(`cancelling import ${id}; Ctrl-C again leaves it alone`);
        await cancel(api, path, id, ports);
        waitMs = LOOK_MS;
      }
      await ports.pause(waitMs, isCancelled ? undefined : signal).catch(() => {});
    }
  });
  if (text(ended, 'status') === 'cancelled')
    throw new Interrupted(`import ${id} was cancelled: nothing of it was kept`);
  // One that ran to its end and was not kept has a report as well, which says why.
  if (text(ended, 'status') === 'failed' && rowAt(ended, 'report') === null)
    throw new FileRefused(text(ended, 'error') || `import ${id} failed`);
  return reportOf(clientFor(server, ports), path, ended);
}

/** That it was too late is no reason to keep the report back: the next look has it. */
async function cancel(api: ApiClient, path: string, id: string, ports: CliPorts): Promise<void> {
  try {
    await api.post(`${path}/cancel`, { why: 'stopped at the command line' }, nanoid());
  } catch (cause) {
    if (!(cause instanceof ServerRefusal) || cause.code !== 'import-ended') throw cause;
    ports.error(`import ${id} had ended before it could be cancelled`);
  }
}

/** The report of a finished import, with the lines that were not taken. */
export async function reportOf(api: ApiClient, path: string, row: Row): Promise<FileReport> {
  const whole = rowAt(row, 'report');
  if (whole !== null && Array.isArray(whole['rejectedRows'])) return { ...defaultsOf(row), ...(whole as object) };
  const { rows } = await api.list(`${path}/rows`, 'rows', {}, NOTES);
  const notes = await api.get(`${path}/rows`, { limit: 1 });
  const warnings = rowsAt(notes, 'warnings') as unknown as ImportWarning[];
  return {
    ...defaultsOf(row),
    createdLines: rowsAt(notes, 'createdLines') as unknown as LineRange[],
    updatedLines: rowsAt(notes, 'updatedLines') as unknown as LineRange[],
    rejectedRows: rows as unknown as RejectedRow[],
    warnings,
    warningCount: warnings.length,
  };
}

function shownOf(answer: Row): Row {
  return rowAt(answer, 'import') ?? answer;
}

function defaultsOf(row: Row): FileReport {
  const figure = (name: string): number => amount(row, name) ?? 0;
  const notKept = text(row, 'notKept');
  return {
    kind: text(row, 'kind') as FileReport['kind'],
    importId: amount(row, 'id'),
    file: text(row, 'file'),
    fileHash: text(row, 'fileHash'),
    format: {} as FileReport['format'],
    dryRun: row['dryRun'] === true,
    partial: row['partial'] === true,
    notKept: notKept === '' ? null : (notKept as NonNullable<FileReport['notKept']>),
    rows: figure('rows'),
    created: figure('created'),
    updated: figure('updated'),
    unchanged: figure('unchanged'),
    rejected: figure('rejected'),
    createdLines: [],
    updatedLines: [],
    rejectedRows: [],
    rejections: figure('rejections') || figure('rejected'),
    warnings: [],
    warningCount: figure('warningCount'),
    columns: { read: [], ignored: [] },
    details: {},
    elapsedMs:
      figure('elapsedMs') || Math.max(0, Date.parse(text(row, 'finishedAt')) - Date.parse(text(row, 'startedAt'))) || 0,
  };
}

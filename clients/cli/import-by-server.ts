/**
 * An import by the server: the file is sent, and then the import is followed. Its Idempotency-Key is made of the file and the
 * options and of the last finished import of the same, so that a repetition after a broken line, or in a second terminal,
 * follows the import that is under way, and one after its end imports anew.
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { FileReport, ImportProgress } from '../../storage/import/import-report.ts';
import { hashOf } from '../../storage/import/source/file-bytes.ts';
import { rowAt, text } from './answer-fields.ts';
import type { ApiClient, Query, Row } from './http-client.ts';
import type { ImportWanted } from './import-command.ts';
import { followImport, isFinished } from './import-follow.ts';
import { untilInterrupted } from './interruption.ts';
import type { CliPorts } from './ports.ts';
import { progressBar } from './progress.ts';
import { clientFor, type ServerChoice } from './with-server.ts';

/** The largest file over a slow line. */
const UPLOAD_MS = 600_000;
/** Recent imports among which the file is looked for. */
const LOOKED_THROUGH = 100;
const REPETITIONS_MAX = 8;
const IMPORTS = '/api/admin/imports';

/** Null when the server was not to be waited for. @throws FileRefused when the import failed. */
export async function importByServer(
  wanted: ImportWanted,
  server: ServerChoice,
  ports: CliPorts,
): Promise<FileReport | null> {
  const { flags } = wanted;
  const progress = progressBar(ports, flags.json !== true);
  try {
    const id = await untilInterrupted((signal) => send(clientFor(server, ports, signal), wanted, ports, progress.show));
    if (flags.wait === false) {
      progress.stop();
      if (flags.json === true) ports.out(JSON.stringify({ import: { id } }));
      else ports.out(`import ${id} is under way: "poltrona imports show ${id}" tells how it goes`);
      return null;
    }
    return await followImport(server, id, progress.show, ports);
  } finally {
    progress.stop();
  }
}

/** Resolves with the number of the import that has this file, a new one or the one under way. */
async function send(api: ApiClient, wanted: ImportWanted, ports: CliPorts, show: ImportProgress): Promise<string> {
  const { kind, file, flags, settings } = wanted;
  show('reading', 0);
  const fileHash = await hashOf(file);
  const { partial, olderOk, sheet, dryRun } = flags;
  const { size, mtime } = statSync(file);
  const exportedAt = mtime.toISOString();
  const query: Query = { kind, file: path.basename(file), partial, dryRun, olderOk, sheet, exportedAt, ...settings };
  let last = '';
  if (flags.idempotencyKey === undefined) {
    const same = await lastOf(api, fileHash, query);
    last = same === null ? '' : text(same, 'id');
    if (same !== null && !isFinished(same)) {
      ports.error(`this file is being imported already, as import ${last}: following it`);
      return last;
    }
  }
  for (let tries = 1; ; tries++) {
    show('sending', 0);
    const { body, isReplay } = await api.ask({
      method: 'POST',
      path: IMPORTS,
      query,
      body: () => Readable.toWeb(createReadStream(file)) as ReadableStream,
      bodyBytes: size,
      idempotencyKey: flags.idempotencyKey ?? keyOf([fileHash, JSON.stringify(query), last]),
      timeoutMs: UPLOAD_MS,
    });
    const id = text(rowAt(body, 'import') ?? body, 'id');
    if (!isReplay || flags.idempotencyKey !== undefined || tries === REPETITIONS_MAX) return id;
    // Said yes to before: by an import that still runs, or by one that is so long ago that the list does not have it.
    const now = await api.get(`${IMPORTS}/${id}`);
    if (!isFinished(rowAt(now, 'import') ?? now)) return id;
    last = id;
  }
}

/** The newest import of this very file with these options; null when there is none. */
async function lastOf(api: ApiClient, fileHash: string, { kind, dryRun, partial }: Query): Promise<Row | null> {
  const { rows } = await api.list(IMPORTS, 'imports', { kind }, LOOKED_THROUGH);
  const found = rows.find(
    (row) =>
      text(row, 'fileHash') === fileHash &&
      (row['dryRun'] === true) === (dryRun === true) &&
      (partial === undefined || row['partial'] === partial),
  );
  return found ?? null;
}

function keyOf(parts: readonly string[]): string {
  return `import-${createHash('sha256').update(parts.join('\n')).digest('base64url')}`;
}

/**
 * An import by the server: the file is sent, and then the import is followed. Its Idempotency-Key is made of the file and the
 * options and of the last finished import of the file, so that a repetition after a broken line, or in a second terminal,
 * follows the import that is under way, and one after its end imports anew. Whether two imports are the same is the server's to
 * say, by that key: its list does not tell all options (whose seat map it is, for one).
 */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { nanoid } from 'nanoid';
import type { FileReport, ImportProgress } from '../../storage/import/import-report.ts';
import { hashOf } from '../../storage/import/source/file-bytes.ts';
import { rowAt, text } from './answer-fields.ts';
import type { ApiClient, Query } from './http-client.ts';
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
/** Each sends the file. After as many that had ended, it is imported under a key of its own. */
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
  let last = flags.idempotencyKey === undefined ? await lastFinished(api, fileHash, query) : '';
  for (let tries = 1; ; tries++) {
    show('sending', 0);
    const { body, isReplay } = await api.ask({
      method: 'POST',
      path: IMPORTS,
      query,
      body: () => Readable.toWeb(createReadStream(file)) as ReadableStream,
      bodyBytes: size,
      idempotencyKey:
        flags.idempotencyKey ?? (tries > REPETITIONS_MAX ? nanoid() : keyOf([fileHash, JSON.stringify(query), last])),
      isChange: true,
      timeoutMs: UPLOAD_MS,
    });
    const id = text(rowAt(body, 'import') ?? body, 'id');
    if (!isReplay || flags.idempotencyKey !== undefined) return id;
    // Said yes to before: by an import that still runs, or by one that is so long ago that the list does not have it.
    const now = await api.get(`${IMPORTS}/${id}`);
    if (!isFinished(rowAt(now, 'import') ?? now)) {
      ports.error(`this file is being imported already, as import ${id}: following it`);
      return id;
    }
    last = id;
  }
}

/**
 * The newest finished import of this very file; '' when there is none. Not one that came after an import which still runs: where
 * that one is the same as ours, its key was made before.
 */
async function lastFinished(api: ApiClient, fileHash: string, { kind, dryRun, partial }: Query): Promise<string> {
  const { rows } = await api.list(IMPORTS, 'imports', { kind }, LOOKED_THROUGH);
  const same = rows.filter(
    (row) =>
      text(row, 'fileHash') === fileHash &&
      (row['dryRun'] === true) === (dryRun === true) &&
      (partial === undefined || row['partial'] === partial),
  );
  const older = same.slice(same.findLastIndex((row) => !isFinished(row)) + 1);
  return older[0] === undefined ? '' : text(older[0], 'id');
}

function keyOf(parts: readonly string[]): string {
  return `import-${createHash('sha256').update(parts.join('\n')).digest('base64url')}`;
}

/**
 * Imports over HTTP: a file is stored with the request and run by any node (storage/import/import-job.ts); then it is looked
 * at, cancelled, begun again. A partner's import has the partner's scope, whoever runs it.
 */
import { z } from 'zod';
import { FileRefused } from '../../storage/import/file-refused.ts';
import {
  cancelImport,
  createImport,
  findImport,
  type ImportLine,
  listImports,
  resumeImport,
} from '../../storage/import/import-job.ts';
import type { LineRange } from '../../storage/import/import-report.ts';
import { FILE_BYTES_MAX } from '../../storage/import/source/source-limits.ts';
import { KIND_NAMES } from '../../storage/import/table-kind.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import type { StaffPrincipal } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import { inProblemTransaction } from '../api/problem-transaction.ts';
import { after, inPath, instant, limit, line, next, staff, TAG, why } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { listedImport, shownImport, shownLine } from './import-answers.ts';
import { nextOf, placeIn } from './page-cursor.ts';

const kind = z.enum(KIND_NAMES);
const yes = z.stringbool();

const wanted = z.strictObject({
  kind,
  file: line(1, 200).meta({ description: "The file's name.", examples: ['programacao.csv'] }),
  partial: yes
    .optional()
    .meta({ description: 'Keep the good rows when others are wrong; without it, as is usual for the kind.' }),
  dryRun: yes.default(false).meta({ description: 'Do everything but keep it.' }),
  olderOk: yes.optional().meta({ description: 'Also when a newer export of the same was imported before.' }),
  exportedAt: instant.optional().meta({ description: 'When the file was exported, if it does not say so itself.' }),
  sheet: line(1, 100).optional().meta({ description: 'Of a workbook.' }),
  auditorium: line(1, 60).optional().meta({ description: 'Of a seat map: whose it is.' }),
  name: line(1, 200).optional().meta({ description: 'Of a seat map: the name of a new auditorium…' }),
  cinema: line(1, 200).optional().meta({ description: '…and of its cinema.' }),
  timeZone: line(1, 60).optional().meta({ description: 'Of a seat map: the time zone of a new cinema.' }),
});

export function importEndpoints(ports: AdminPorts): Endpoint[] {
  return [
    uploadEndpoint(ports),
    listEndpoint(ports),
    showEndpoint(ports),
    rowsEndpoint(ports),
    stopEndpoint(ports),
    resumeEndpoint(ports),
  ];
}

function uploadEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/imports',
    tag: TAG,
    summary: 'Import a file',
    description:
      'The body is the file as it is: CSV, JSON or XLSX, also gzipped. Follow the import until its status is done, failed or cancelled.',
    access: staff('imports:write'),
    once: 'app',
    query: wanted,
    upload: { bytesMax: FILE_BYTES_MAX, contentType: 'application/octet-stream' },
    answer: z.object({ import: listedImport }),
    problems: { 400: 'no file', 409: 'import-refused: too many are waiting, or their files take too much room' },
    handle: async ({ principal, query, bytes, digest: fileHash, client }) => {
      if (bytes.length === 0) throw new Problem(400, 'no-file', 'Send the file as the body of the request.');
      const { file, partial, olderOk, sheet, exportedAt, dryRun, auditorium, name, cinema, timeZone } = query;
      const settings = Object.fromEntries(
        Object.entries({ auditorium, name, cinema, timeZone }).filter(
          (entry): entry is [string, string] => entry[1] !== undefined,
        ),
      );
      const { who, exhibitorId, cinemaIds } = principal;
      const id = await createImport(
        client,
        {
          kind: query.kind,
          fileName: file,
          fileHash,
          who,
          dryRun,
          exhibitorId,
          cinemaIds,
          settings,
          ...(partial === undefined ? {} : { partial }),
          ...(olderOk === undefined ? {} : { olderOk }),
          ...(sheet === undefined ? {} : { sheet }),
          ...(exportedAt === undefined ? {} : { exportedAtMs: Date.parse(exportedAt) }),
        },
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
      ).catch(refused);
      if (!dryRun)
        await recordAction(client, {
          who,
          action: 'import.start',
          target: `import:${id}`,
          details: { kind: query.kind, file, fileHash },
          exhibitorId,
        });
      ports.importStored();
      return { status: 202, body: { import: shownLine((await findImport(client, principal, id))!) } };
    },
  });
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/imports',
    tag: TAG,
    summary: 'Imports, the latest first',
    access: staff('imports:read'),
    query: z.strictObject({ kind: kind.optional(), limit, after }),
    answer: z.object({ imports: z.array(listedImport), next }),
    handle: async ({ principal, query }) => {
      const [before = null] = placeIn(query.after, ['number']) ?? [];
      const found = await listImports(ports.pool, principal, {
        kind: query.kind ?? null,
        before,
        limit: query.limit + 1,
      });
      const page = { items: found.slice(0, query.limit), hasMore: found.length > query.limit };
      return { body: { imports: page.items.map(shownLine), next: nextOf(page, ({ id }) => [id]) } };
    },
  });
}

/** @throws Problem 404 for one that is not there, or not theirs. */
async function reached(ports: AdminPorts, principal: StaffPrincipal, id: number) {
  const found = await findImport(ports.pool, principal, id);
  if (found === null) throw Problem.notFound(`import ${id}`);
  return found;
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/imports/{import}',
    tag: TAG,
    summary: 'An import: how far it is, and its report when it has ended',
    access: staff('imports:read'),
    params: inPath('import'),
    answer: z.object({ import: shownImport }),
    problems: { 404: 'no such import of yours' },
    handle: async ({ principal, params }) => {
      const { report, ...found } = await reached(ports, principal, params.import);
      return {
        body: {
          import: { ...shownLine(found), rows: report?.rows ?? null, report: report === null ? null : { ...report } },
        },
      };
    },
  });
}

const lineRanges = z
  .array(z.tuple([z.number(), z.number()]))
  .meta({ description: 'First and last line of neighbours; [7, 7] is one line.' });

function pairs(ranges: readonly LineRange[] = []): [number, number][] {
  return ranges.map(([first, last]) => [first, last]);
}

function rowsEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/imports/{import}/rows',
    tag: TAG,
    summary: 'What became of the lines: rejected ones with column and reason, created and updated ones; and warnings',
    description:
      'By line. Warnings and the lines that were created and updated (would have been, of a rehearsal) come with the first page; a line in none of the lists is unchanged. Of each, the first ten thousand are kept.',
    access: staff('imports:read'),
    params: inPath('import'),
    query: z.strictObject({ limit, after }),
    answer: z.object({
      rows: z.array(z.object({ line: z.number(), column: z.string().nullable(), reason: z.string() })),
      warnings: z.array(
        z.object({ line: z.number().nullable(), column: z.string().nullable(), kind: z.string(), text: z.string() }),
      ),
      createdLines: lineRanges,
      updatedLines: lineRanges,
      next,
    }),
    problems: { 404: 'no such import of yours' },
    handle: async ({ principal, params, query }) => {
      const { report } = await reached(ports, principal, params.import);
      const [from = 0] = placeIn(query.after, ['number']) ?? [];
      const all = report?.rejectedRows ?? [];
      const page = { items: all.slice(from, from + query.limit), hasMore: all.length > from + query.limit };
      const first = from === 0 ? report : null;
      const changed = {
        warnings: [...(first?.warnings ?? [])],
        createdLines: pairs(first?.createdLines),
        updatedLines: pairs(first?.updatedLines),
      };
      return { body: { rows: page.items, ...changed, next: nextOf(page, () => [from + query.limit]) } };
    },
  });
}

function stopEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/imports/{import}/cancel',
    tag: TAG,
    summary: 'Stop an import; nothing of it is kept',
    access: staff('imports:write'),
    params: inPath('import'),
    body: z.strictObject({ why }),
    answer: z.object({ import: listedImport }),
    problems: { 404: 'no such import of yours', 409: 'import-ended: it was too late' },
    handle: async ({ principal, params, body }) => {
      const id = params.import;
      const line = await inProblemTransaction(ports.pool, async (client) => {
        const outcome = await cancelImport(client, principal, id);
        if (outcome === 'unknown') throw Problem.notFound(`import ${id}`);
        if (outcome === 'ended') throw Problem.conflict('import-ended', `Import ${id} has ended already.`);
        await recordImportAction(client, principal, 'import.cancel', id, body.why);
        return findImport(client, principal, id);
      });
      return { body: { import: shownLine(line!) } };
    },
  });
}

function resumeEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/imports/{import}/resume',
    tag: TAG,
    summary: 'Let an import that failed or was cancelled begin again',
    access: staff('imports:write'),
    params: inPath('import'),
    body: z.strictObject({ why }),
    answer: z.object({ import: listedImport }),
    problems: { 404: 'no such import of yours', 409: 'import-not-stopped, import-file-gone, import-refused' },
    handle: async ({ principal, params, body }) => {
      const id = params.import;
      const line = await inProblemTransaction(ports.pool, async (client) => {
        const outcome = await resumeImport(client, principal, id).catch(refused);
        if (outcome === 'unknown') throw Problem.notFound(`import ${id}`);
        if (outcome === 'not-stopped')
          throw Problem.conflict('import-not-stopped', `Import ${id} neither failed nor was it cancelled.`);
        if (outcome === 'gone')
          throw Problem.conflict('import-file-gone', `The file of import ${id} was thrown away; send it again.`);
        await recordImportAction(client, principal, 'import.resume', id, body.why);
        return findImport(client, principal, id);
      });
      ports.importStored();
      return { body: { import: shownLine(line as ImportLine) } };
    },
  });
}

/** @throws Problem 409 for what an import may not, with its sentence. */
function refused(cause: unknown): never {
  throw cause instanceof FileRefused ? Problem.conflict('import-refused', `${cause.message}.`) : cause;
}

function recordImportAction(
  client: Parameters<typeof recordAction>[0],
  { who, exhibitorId }: StaffPrincipal,
  action: string,
  id: number,
  reason: string,
): Promise<void> {
  return recordAction(client, { who, action, target: `import:${id}`, why: reason, exhibitorId });
}

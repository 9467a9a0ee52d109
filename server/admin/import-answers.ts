/** The shapes of an import in answers. */
import { z } from 'zod';
import type { ImportLine } from '../../storage/import/import-job.ts';

export const listedImport = z.object({
  id: z.number(),
  kind: z.string(),
  file: z.string(),
  fileHash: z.string().meta({ description: 'SHA-256.' }),
  who: z.string(),
  exhibitorId: z.number().nullable(),
  status: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  phase: z.string().nullable(),
  progress: z.number().meta({ description: '0 to 1.' }),
  dryRun: z.boolean(),
  partial: z.boolean(),
  bytes: z.number().nullable(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  rejected: z.number(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  error: z.string().nullable(),
});

export const shownImport = listedImport.extend({
  rows: z.number().nullable().meta({ description: 'Of the file; null until the import has ended.' }),
  report: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ description: 'When it has ended: format, numbers, the rows that were not taken, warnings.' }),
});

export function shownLine(line: ImportLine): z.input<typeof listedImport> {
  const { id, kind, file, fileHash, who, exhibitorId, status, phase, progress, dryRun, partial, bytes } = line;
  const { created, updated, unchanged, rejected, startedAt, finishedAt, error } = line;
  return {
    ...{ id, kind, file, fileHash, who, exhibitorId, status, phase, progress, dryRun, partial, bytes },
    ...{ created, updated, unchanged, rejected, error },
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

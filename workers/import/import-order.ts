/** What the import thread is told, and what it answers. */
import type { MessagePort } from 'node:worker_threads';
import type { DatabaseConfig } from '../../storage/database.ts';
import type { FileImportOptions, FileReport } from '../../storage/import/import-report.ts';
import type { KindName } from '../../storage/import/table-kind.ts';

export interface ImportOrder {
  readonly database: DatabaseConfig;
  readonly kind: KindName;
  /** Its path. */
  readonly file: string;
  readonly options: Omit<FileImportOptions, 'onProgress'>;
}

/** With where to tell of progress: a port to which `[phase, share]` are posted. */
export type ThreadOrder = ImportOrder & { readonly port: MessagePort };

/** Errors lose their class on the way between threads, and these three are told apart. */
export type ImportEnd =
  | { readonly end: 'report'; readonly report: FileReport }
  | { readonly end: 'refused'; readonly message: string }
  | { readonly end: 'taken-away'; readonly message: string };

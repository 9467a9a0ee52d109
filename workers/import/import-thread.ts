/**
 * The thread that imports: unpacking, parsing and merging happen here, on a connection of its own in the app role, and
 * beside nobody who serves visitors. When the thread is ended, its connection closes, and PostgreSQL undoes the import.
 */
import { createPool } from '../../storage/database.ts';
import { FileRefused } from '../../storage/import/file-refused.ts';
import { ImportTakenAway } from '../../storage/import/import-history.ts';
import { KINDS } from '../../storage/import/import-kinds.ts';
import { importFile } from '../../storage/import/table-import.ts';
import type { ImportEnd, ThreadOrder } from './import-order.ts';

/** Between two messages about one phase: a bar needs no more. */
const PROGRESS_MS_MIN = 100;

export default async function importThread({ database, kind, file, options, port }: ThreadOrder): Promise<ImportEnd> {
  const pool = createPool(database, 'app', 'poltrona import', 1);
  // Else PostgreSQL would notice only after the statement under way that nobody waits for it any more. Not every system
  // has it; there the statement is finished in vain.
  pool.on('connect', (client) => {
    client.query(`set client_connection_check_interval = '1s'`).catch(() => {});
  });
  try {
    const wanted = KINDS[kind];
    if (wanted === undefined) throw new FileRefused(`${kind} cannot be imported`);
    const report = await importFile(pool, wanted, file, { ...options, onProgress: reporter(port) });
    return { end: 'report', report };
  } catch (cause) {
    if (cause instanceof FileRefused) return { end: 'refused', message: cause.message };
    if (cause instanceof ImportTakenAway) return { end: 'taken-away', message: cause.message };
    throw cause;
  } finally {
    port.close();
    await pool.end();
  }
}

function reporter(port: ThreadOrder['port']): (phase: string, share: number) => void {
  let last = '';
  let toldMs = 0;
  return (phase, share) => {
    const nowMs = performance.now();
    if (phase === last && nowMs - toldMs < PROGRESS_MS_MIN) return;
    last = phase;
    toldMs = nowMs;
    port.postMessage([phase, share]);
  };
}

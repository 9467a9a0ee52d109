/**
 * An import beside the database: on a thread of this process, in one transaction. Ctrl-C ends the process, and with it the thread and
 * its transaction (with-database.ts).
 */
import { KINDS } from '../../storage/import/import-kinds.ts';
import type { FileReport } from '../../storage/import/import-report.ts';
import { inspectFile } from '../../storage/import/table-import.ts';
import { ImportPool } from '../../workers/import/import-pool.ts';
import type { ImportWanted } from './import-command.ts';
import type { CliPorts } from './ports.ts';
import { progressBar } from './progress.ts';
import { withDatabaseOf } from './with-database.ts';

/** @throws FileRefused */
export async function importIntoDatabase(wanted: ImportWanted, ports: CliPorts): Promise<FileReport> {
  const { kind, file, settings, flags } = wanted;
  const { partial, olderOk, sheet, dryRun } = flags;
  const options = {
    who: ports.who,
    dryRun: dryRun === true,
    settings,
    ...(partial === undefined ? {} : { partial }),
    ...(olderOk === undefined ? {} : { olderOk }),
    ...(sheet === undefined ? {} : { sheet }),
  };
  // Before a PostgreSQL is started in vain. The import looks again, for itself.
  const table = KINDS[kind];
  if (table === undefined) throw new Error(`this version imports no ${kind}`);
  await inspectFile(table, file, options);
  return withDatabaseOf(ports, async ({ config }) => {
    const progress = progressBar(ports, flags.json !== true);
    const pool = new ImportPool();
    try {
      return await pool.run({ database: config, kind, file, options }, progress.show);
    } finally {
      progress.stop();
      await pool.close();
    }
  });
}

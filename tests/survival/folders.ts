/** Folders for servers with their embedded PostgreSQL, which may be left running when a test kills its server. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { whenGone } from '../../storage/embedded-cluster.ts';
import { findPostmaster } from '../../storage/postmaster-pid.ts';

/** A value for POLTRONA_FOLDER. When `t` ends, what still runs in it is stopped and the folder removed: call it before starting a server there. */
export function serverFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-survival-'));
  // When root runs the tests, PostgreSQL runs as somebody else, who must be able to pass.
  chmodSync(folder, 0o711);
  const cluster = path.join(folder, 'postgres', 'cluster');
  const stopOrphan = (): number => {
    const orphan = findPostmaster(cluster);
    if (orphan !== null) process.kill(orphan.identity.pid, 'SIGQUIT');
    return orphan?.identity.pid ?? 0;
  };
  // Should this process end before the test does.
  process.once('exit', stopOrphan);
  t.after(async () => {
    const orphan = findPostmaster(cluster);
    stopOrphan();
    if (orphan !== null) await whenGone(orphan.identity, 10_000);
    process.off('exit', stopOrphan);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Files for tests: our own under tests/fixtures, and the public ones beside the project, which are not part of it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { packageRoot } from '../../storage/package-root.ts';

export function fixture(name: string): string {
  return path.join(packageRoot(), 'tests', 'fixtures', name);
}

/** A published file beside the project's folder; null where it is not to be had. */
export function publishedFile(name: string): string | null {
  const file = path.resolve(packageRoot(), '..', 'shared', 'data', name);
  return existsSync(file) ? file : null;
}

/** A file with `content`, removed when `t` ends. */
export function temporaryFile(t: TestContext, name: string, content: string | Buffer): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-file-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { completeBinaries } from './embedded-binaries.ts';
import { canReach } from './embedded-user.ts';

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-binaries-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('library links and execute bits that an install script did not make are made', async (t) => {
  const native = temporaryFolder(t);
  mkdirSync(path.join(native, 'bin'));
  mkdirSync(path.join(native, 'lib'));
  for (const program of ['initdb', 'postgres']) writeFileSync(path.join(native, 'bin', program), '', { mode: 0o644 });
  const list = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
  ];
  writeFileSync(path.join(native, 'pg-symlinks.json'), JSON.stringify(list));
  assert.equal(await completeBinaries(native), true);
  assert.equal(await completeBinaries(native), true);
  assert.equal(readlinkSync(path.join(native, 'lib', 'libpq.so')), 'libpq.so.5.18');
  assert.equal(readlinkSync(path.join(native, 'lib', 'libpq.so.5')), 'libpq.so.5.18');
  assert.equal(statSync(path.join(native, 'bin', 'postgres')).mode & 0o777, 0o755);
});

test('a folder that another user cannot enter is noticed, however deep it lies', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, 'a', 'b', 'file');
  mkdirSync(path.dirname(file), { recursive: true });
  for (const made of [folder, path.join(folder, 'a'), path.join(folder, 'a', 'b')]) chmodSync(made, 0o755);
  const stranger = { uid: 54_321, gid: 54_321 };
  assert.equal(canReach(file, stranger), true);
  assert.equal(canReach(path.join(folder, 'not', 'yet', 'there'), stranger), true);
  chmodSync(path.join(folder, 'a'), 0o700);
  assert.equal(canReach(file, stranger), false);
  assert.equal(canReach(file, null), true);
  const { uid, gid } = statSync(folder);
  assert.equal(canReach(file, { uid, gid: 54_321 }), true);
  chmodSync(path.join(folder, 'a'), 0o710);
  assert.equal(canReach(file, { uid: 54_321, gid }), true);
});

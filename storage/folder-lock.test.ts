import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { FolderInUse, lockFolder, lockHolder } from './folder-lock.ts';
import { isAlive, processIdentity } from './process-identity.ts';

function lockFile(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-lock-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return path.join(folder, 'server.lock');
}

test('a folder has one owner; the second is told which process it is, and can have it when that one is done', (t) => {
  const file = lockFile(t);
  const lock = lockFolder(file);
  assert.throws(
    () => lockFolder(file),
    (error) => error instanceof FolderInUse && error.message.includes(String(process.pid)),
  );
  lock.release();
  lockFolder(file).release();
  assert.deepEqual(readdirSync(path.dirname(file)), []);
});

test('the lock of a dead process, of a process id used again, or torn by a power cut is nobody’s', (t) => {
  const file = lockFile(t);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const since = '2026-01-01T00:00:00.000Z';
  for (const left of [
    JSON.stringify({ pid, startedAt: 'boot/1', since }),
    JSON.stringify({ pid: process.pid, startedAt: 'boot/1', since }),
    '{"pid":12',
    '',
  ]) {
    writeFileSync(file, left);
    assert.equal(lockHolder(file), null);
    const lock = lockFolder(file);
    assert.equal(lockHolder(file)?.pid, process.pid);
    lock.release();
  }
});

test('a lock that another has taken over is not released', (t) => {
  const file = lockFile(t);
  const lock = lockFolder(file);
  writeFileSync(file, JSON.stringify({ pid: 1, startedAt: 'another', since: '' }));
  lock.release();
  assert.ok(existsSync(file));
});

test('a process is known by its id and its start', () => {
  const self = processIdentity(process.pid) ?? assert.fail('no process');
  assert.ok(isAlive(self));
  assert.ok(!isAlive({ ...self, startedAt: `${self.startedAt}0` }));
  assert.equal(processIdentity(spawnSync(process.execPath, ['-e', '']).pid), null);
  assert.equal(processIdentity(0), null);
  assert.equal(processIdentity(Number.NaN), null);
});

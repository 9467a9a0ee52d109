import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { FileOutlet } from './file-outlet.ts';
import { DeliveryFailed } from './mail-outlet.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-mail-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, 'mail');
}

const letter = (id: string, text = 'Ola') => ({
  id,
  kind: 'confirm-email',
  from: 'a@b.example',
  to: 'ana@mail.example',
  bytes: Buffer.from(`To: ana@mail.example\r\n\r\n${text}\r\n`),
});

test('[ML10] without a mail server letters become files for our own eyes, and the log names kind and file only', async (t) => {
  const folder = folderOf(t);
  const lines: unknown[] = [];
  const log = { info: (...line: unknown[]) => lines.push(line), warn() {}, error() {} };
  const outlet = new FileOutlet(folder, log);
  assert.equal(await outlet.deliver(letter('m1')), 'written to confirm-email-m1.eml');
  assert.equal(await outlet.deliver(letter('m1', 'again')), 'written to confirm-email-m1.eml');
  await outlet.deliver(letter('../../etc/passwd'));
  assert.equal(readdirSync(folder).length, 2);
  assert.match(readFileSync(path.join(folder, 'confirm-email-m1.eml'), 'utf8'), /again/);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(folder, 'confirm-email-m1.eml')).mode & 0o777, 0o600);
  assert.match(JSON.stringify(lines), /confirm-email-m1\.eml/);
  assert.doesNotMatch(JSON.stringify(lines), /ana@|Ola/);
});

test('[ML10] the folder does not grow for ever: the oldest letters go', async (t) => {
  const folder = folderOf(t);
  const outlet = new FileOutlet(folder, { info() {}, warn() {}, error() {} }, 3);
  await outlet.deliver(letter('m0'));
  for (const [age, name] of ['old-1.eml', 'old-2.eml', 'old-3.eml'].entries()) {
    writeFileSync(path.join(folder, name), '');
    utimesSync(path.join(folder, name), 1_000 + age, 1_000 + age);
  }
  for (let index = 1; index <= 100; index++) await outlet.deliver(letter('m1'));
  assert.deepEqual(readdirSync(folder).sort(), ['confirm-email-m0.eml', 'confirm-email-m1.eml', 'old-3.eml']);
});

test('a folder that cannot be written to is no reason to give a letter up', async (t) => {
  const folder = folderOf(t);
  writeFileSync(folder, 'in the way');
  const outlet = new FileOutlet(folder, { info() {}, warn() {}, error() {} });
  await assert.rejects(outlet.deliver(letter('m1')), (cause) => cause instanceof DeliveryFailed && !cause.isPermanent);
});

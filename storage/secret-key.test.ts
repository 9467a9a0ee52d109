import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { testDatabase } from '../tests/support/postgres.ts';
import { createPool } from './database.ts';
import { installationSeals, readSecretKey, SECRET_KEY_FILE, SecretKeyProblem } from './secret-key.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-key-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('[AC56] in production the key must be given; the sentence says how to make one', (t) => {
  const folder = folderOf(t);
  assert.throws(
    () => readSecretKey({ given: null, folder, production: true }),
    (cause) => cause instanceof SecretKeyProblem && /POLTRONA_SECRET_KEY.*openssl rand -base64 32/.test(cause.message),
  );
  assert.equal(readSecretKey({ given: KEY, folder, production: true }).length, 32);
});

test('[AC56] a key that is too short or no base64 is refused, and its value is not shown', (t) => {
  const folder = folderOf(t);
  for (const given of [
    'short',
    Buffer.alloc(31).toString('base64'),
    'not base64 at all, but surely long enough to be one',
    '',
  ]) {
    assert.throws(
      () => readSecretKey({ given, folder, production: false }),
      (cause) => cause instanceof SecretKeyProblem && (given === '' || !cause.message.includes(given)),
    );
  }
});

test('[AC56] elsewhere it is made once, in a file that only its owner can read', (t) => {
  const folder = path.join(folderOf(t), 'new');
  const options = { given: null, folder, production: false };
  const key = readSecretKey(options);
  assert.equal(key.length, 32);
  assert.deepEqual(readSecretKey(options), key);
  const file = path.join(folder, SECRET_KEY_FILE);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(new Uint8Array(Buffer.from(readFileSync(file, 'utf8'), 'base64')), key);
  writeFileSync(file, 'damaged\n');
  assert.throws(() => readSecretKey(options), SecretKeyProblem);
});

test('[AC57] a node with another key than the database knows refuses to start', async (t) => {
  const config = await testDatabase(t);
  const pool = createPool(config, 'app', 'test', 2);
  t.after(() => pool.end());
  const folder = folderOf(t);
  const [one, two] = await Promise.all([
    installationSeals(pool, { given: KEY, folder, production: true }),
    installationSeals(pool, { given: KEY, folder, production: true }),
  ]);
  assert.deepEqual(one.hmac('cpf', '52998224725'), two.hmac('cpf', '52998224725'));
  const other = Buffer.alloc(32, 8).toString('base64');
  await assert.rejects(
    installationSeals(pool, { given: other, folder, production: true }),
    (cause) =>
      cause instanceof SecretKeyProblem && /not the one that this database was set up with/.test(cause.message),
  );
  await assert.rejects(installationSeals(pool, { given: null, folder, production: false }), SecretKeyProblem);
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { DatabaseConfig } from '../../storage/database.ts';
import { ran } from '../../tests/support/heard-ports.ts';
import { connected, testDatabase } from '../../tests/support/postgres.ts';

function environmentOf({ host, port, user, database }: DatabaseConfig): Record<string, string> {
  return {
    DATABASE_URL: `postgres://${user}@/${database}?host=${host}&port=${port}`,
    POLTRONA_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
}

test('[CM13] the first administrator and the first key are made in the database itself, once', async (t) => {
  const config = await testDatabase(t);
  const environment = environmentOf(config);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-key-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const keyFile = path.join(folder, 'key');
  const words = ['users', 'create-administrator', 'ana@example.com', '--name', 'Ana', '--key-file', keyFile, '--json'];
  const made = await ran(words, { environment });
  assert.deepEqual([made.code, made.errors], [0, []]);
  const told = JSON.parse(made.out.join('\n')) as { user: number; key: { prefix: string; secret?: string } };
  assert.equal(told.key.secret, undefined);
  const key = readFileSync(keyFile, 'utf8').trim();
  assert.ok(key.startsWith('plt_') && key.includes(told.key.prefix), 'a key that its prefix tells');
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  const client = await connected(t, config, 'accounts');
  const { rows } = await client.query('select who, action, target from staff_actions order by id');
  assert.deepEqual(rows[0], { who: 'tester', action: 'user.create', target: `user:${told.user}` });
  const again = await ran(['users', 'create-administrator', 'Ana@example.com'], { environment });
  assert.deepEqual([again.code, again.out], [1, []]);
  assert.match(again.errors.join(), /is a user already; .*poltrona keys create NAME --role administrator --database/);
  const key2 = await ran(['keys', 'create', 'new laptop', '--role', 'administrator', '--database'], { environment });
  assert.match(key2.out.join('\n'), /^plt_\S+$/);
  assert.equal((await ran(['keys', 'create', 'x', '--role', 'gate', '--database'], { environment })).code, 2);
  assert.equal((await ran(['users', 'create-administrator', 'ana'], { environment })).code, 2);
});

test('[CM13] the key is shown on stdout when no file is named', async (t) => {
  const environment = environmentOf(await testDatabase(t));
  const { code, out } = await ran(['users', 'create-administrator', 'ana@example.com'], { environment });
  assert.equal(code, 0);
  assert.match(
    out.join('\n'),
    /^ana@example\.com is user 1, an administrator; .*\nAPI key, shown this once: plt_\S+\nlog in with it: poltrona login /,
  );
});

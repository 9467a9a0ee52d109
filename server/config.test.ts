import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError, configurationVariables, readConfig } from './config.ts';

test('[C1] an empty environment is a working configuration: embedded PostgreSQL, loopback, sandbox on', () => {
  const config = readConfig({});
  assert.equal(config.databaseUrl, null);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.port, 8080);
  assert.ok(config.threads >= 1);
  assert.deepEqual([config.sandboxPayments, config.demo, config.production], [true, true, false]);
});

test('[C2] in production the sandbox and the demo are off unless asked for', () => {
  const { sandboxPayments, demo } = readConfig({ NODE_ENV: 'production' });
  assert.deepEqual([sandboxPayments, demo], [false, false]);
  assert.equal(readConfig({ NODE_ENV: 'production', POLTRONA_SANDBOX_PAYMENTS: 'on' }).sandboxPayments, true);
});

test('[C2] in production a database of its own needs the key that seals its CPFs', () => {
  const environment = { NODE_ENV: 'production', DATABASE_URL: 'postgres://db/x' };
  assert.throws(() => readConfig(environment), /POLTRONA_SECRET_KEY is missing/);
  const key = Buffer.alloc(32, 7).toString('base64');
  assert.equal(readConfig({ ...environment, POLTRONA_SECRET_KEY: key }).secretKey, key);
  assert.equal(readConfig({ NODE_ENV: 'production' }).secretKey, null);
});

const WRONG: readonly (readonly [name: string, value: string])[] = [
  ['PORT', '80x'],
  ['PORT', '65536'],
  ['PORT', '-1'],
  ['POLTRONA_THREADS', '0'],
  ['POLTRONA_THREADS', '1.5'],
  ['POLTRONA_SOCKET', 'tcp'],
  ['POLTRONA_HOLD_SECONDS', '5'],
  ['POLTRONA_CANCEL_DAYS', '6'],
  ['POLTRONA_CANCEL_MINUTES_BEFORE', '1441'],
  ['POLTRONA_SANDBOX_PAYMENTS', 'yes'],
  ['POLTRONA_LOG_LEVEL', 'loud'],
  ['DATABASE_URL', 'mysql://localhost/x'],
  ['POLTRONA_SECRET_KEY', 'c2hvcnQ='],
  ['SMTP_URL', 'http://mail'],
  ['PUBLIC_URL', 'ingressos'],
];
for (const [name, value] of WRONG) {
  test(`[C3] ${name}=${value} is refused with a sentence that names it`, () => {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error: unknown) => {
        return error instanceof ConfigurationError && error.message.includes(name);
      },
    );
  });
}

test('[C4] every variable that is read is listed, and every listed one is read', () => {
  const read = new Set<string>();
  readConfig(
    new Proxy<Record<string, string | undefined>>(
      {},
      {
        get: (_target, name) => {
          read.add(String(name));
          return undefined;
        },
      },
    ),
  );
  assert.deepEqual([...read].sort(), configurationVariables.map(({ name }) => name).sort());
});

test('[C5] origins are a list, blanks ignored', () => {
  assert.deepEqual(readConfig({ POLTRONA_ORIGINS: 'https://a.example, https://b.example,' }).origins, [
    'https://a.example',
    'https://b.example',
  ]);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { pages, STAND_IN_KEY, StandInApi } from '../../tests/support/stand-in-api.ts';

/** Nobody's home: no credentials, and none that are left behind. */
const NO_HOME = { HOME: '', XDG_CONFIG_HOME: '' };

function start(t: TestContext, words: readonly string[], environment: Readonly<Record<string, string>>) {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, ...NO_HOME, ...environment } });
  t.after(() => child.kill('SIGKILL'));
  const said = { out: '', errors: '' };
  child.stdout.on('data', (piece: Buffer) => (said.out += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (said.errors += piece.toString()));
  const ended = new Promise<{ code: number | null; out: string; errors: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, ...said }));
  });
  return { child, ended };
}

const FILMS = Array.from({ length: 5_000 }, (_, index) => ({
  id: index + 1,
  title: `Filme ${index + 1}`,
  minutes: 90,
}));

test('[CM16] in a pipe there are no colours, and who reads only the beginning is no error', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/films': pages('films', FILMS) });
  const environment = { ...api.environment, TERM: 'xterm-256color' };
  const whole = await start(t, ['films', 'list', '--limit', '50'], environment).ended;
  assert.equal(whole.code, 0);
  assert.ok(!whole.out.includes('\u001b') && whole.errors === '', whole.errors);
  const head = start(t, ['films', 'list', '--limit', '5000'], environment);
  head.child.stdout.destroy();
  assert.deepEqual(await head.ended, { code: 0, out: '', errors: '' });
});

test('[CM8] [CM16] --json is one document, also of a refusal, with the exit code beside it', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/films': pages('films', FILMS) });
  const list = await start(t, ['films', 'list', '--json'], api.environment).ended;
  assert.equal((JSON.parse(list.out) as { films: unknown[] }).films.length, 20);
  const missing = await start(t, ['films', 'show', '9', '--json'], api.environment).ended;
  assert.deepEqual(
    [missing.code, JSON.parse(missing.out)],
    [1, { error: 'There is no such resource.', code: 'not-found' }],
  );
  const wrong = await start(t, ['films', 'list', '--limit', 'x'], api.environment).ended;
  assert.deepEqual([wrong.code, wrong.out], [2, '']);
});

test('[CM16] Ctrl-C while a command is under way is 130, and tells the key to repeat it with', async (t) => {
  let isAsked: () => void = () => {};
  const asked = new Promise<void>((resolve) => {
    isAsked = resolve;
  });
  const api = await StandInApi.start(t, {
    'POST /api/admin/screenings/{screening}/close': () => {
      isAsked();
      return new Promise(() => {});
    },
  });
  const closing = start(t, ['screenings', 'close', '4711', '--why', 'late'], api.environment);
  await asked;
  closing.child.kill('SIGINT');
  const { code, errors, out } = await closing.ended;
  assert.deepEqual([code, out], [130, '']);
  assert.match(errors, /^interrupted\. Whether it was done is not known\. .*--idempotency-key [\w-]{21}:/);
});

test('[CM1] on a terminal the key that is typed is not seen', async (t) => {
  // util-linux; what other systems have under this name takes other options.
  if (!existsSync('/usr/bin/script') || process.platform !== 'linux') {
    t.skip('there is no terminal to be had');
    return;
  }
  const api = await StandInApi.start(t);
  const folder = path.dirname(temporaryFile(t, 'x', ''));
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const line = `${process.execPath} ${main} login ${api.address}`;
  const env = { ...process.env, ...NO_HOME, XDG_CONFIG_HOME: folder };
  const terminal = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], { env });
  t.after(() => terminal.kill('SIGKILL'));
  let seen = '';
  let isTyped = false;
  terminal.stdout.on('data', (piece: Buffer) => {
    seen += piece.toString();
    if (isTyped || !seen.includes('API key for')) return;
    isTyped = true;
    terminal.stdin.write(`${STAND_IN_KEY}\r`);
  });
  const [code] = (await once(terminal, 'close')) as [number];
  assert.deepEqual([code, seen.includes(STAND_IN_KEY)], [0, false], seen);
  assert.match(seen, /API key for http:.*logged in to http:.* as key:3/s);
});

test('[CM1] a key that is piped in is taken without a question, and no output ever holds it', async (t) => {
  const api = await StandInApi.start(t);
  // No folder can be made below a file: the key is tried, and then there is nowhere to keep it.
  const home = { XDG_CONFIG_HOME: '', HOME: temporaryFile(t, 'home', ''), POLTRONA_DEBUG: '1' };
  const login = start(t, ['login', api.address], home);
  login.child.stdin.end(`${STAND_IN_KEY}\n`);
  const { code, out, errors } = await login.ended;
  assert.deepEqual([code, out, api.asked.length], [2, '', 1]);
  assert.match(errors, /^(ENOTDIR|EEXIST)/);
  const other = { ...api.environment, POLTRONA_DEBUG: '1', POLTRONA_KEY: 'plt_other_0123456789' };
  const lost = await start(t, ['whoami'], other).ended;
  assert.deepEqual([lost.code, lost.out], [2, '']);
  for (const text of [out, errors, lost.errors])
    assert.doesNotMatch(text, new RegExp(`${STAND_IN_KEY}|plt_other_0123`));
  const nothing = start(t, ['login', api.address], home);
  nothing.child.stdin.end();
  assert.equal((await nothing.ended).code, 130);
});

test('[CM23] Ctrl-C ends a command that is busy with the database as others: told, 130, and the database is closed', async (t) => {
  // A PostgreSQL that never says a word.
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const { port } = silent.address() as AddressInfo;
  for (const [words, said] of [
    [['audit'], 'interrupted\n'],
    [['screenings', 'list', '--database'], 'interrupted: what was not committed is undone\n'],
  ] as const) {
    const asked = once(silent, 'connection');
    const busy = start(t, words, { DATABASE_URL: `postgres://x@127.0.0.1:${port}/x` });
    await asked;
    busy.child.kill('SIGINT');
    assert.deepEqual(await busy.ended, { code: 130, out: '', errors: said });
  }
});

test('[CM23] Ctrl-C does not leave the cursor hidden', async (t) => {
  if (!existsSync('/usr/bin/script') || process.platform !== 'linux') {
    t.skip('there is no terminal to be had');
    return;
  }
  const api = await StandInApi.start(t, {
    'GET /api/admin/imports': { body: { imports: [], next: null } },
    'POST /api/admin/imports': { status: 202, body: { import: { id: 1, status: 'waiting' } } },
    'GET /api/admin/imports/{import}': () => {
      press();
      return { body: { import: { id: 1, status: 'running' } } };
    },
    // The second one ends the process, which has no time for farewells.
    'POST /api/admin/imports/{import}/cancel': () => {
      press();
      return new Promise(() => {});
    },
  });
  const press = (): void => void terminal.stdin.write('\u0003');
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const line = `${process.execPath} ${main} import films ${temporaryFile(t, 'films.csv', 'title\nx\n')}`;
  const env = { ...process.env, ...NO_HOME, ...api.environment, TERM: 'xterm' };
  const terminal = spawn('/usr/bin/script', ['-qec', line, '/dev/null'], { env });
  t.after(() => terminal.kill('SIGKILL'));
  let seen = '';
  terminal.stdout.on('data', (piece: Buffer) => (seen += piece.toString()));
  await once(terminal, 'close');
  assert.ok(seen.includes('\u001b[?25l'), 'it was hidden');
  assert.ok(seen.lastIndexOf('\u001b[?25h') > seen.lastIndexOf('\u001b[?25l'), JSON.stringify(seen));
});

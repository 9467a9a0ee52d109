import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFile } from '../../tests/support/fixtures.ts';
import { ran } from '../../tests/support/heard-ports.ts';
import { closedAddress, pages, problem, STAND_IN_KEY, StandInApi } from '../../tests/support/stand-in-api.ts';

function home(t: TestContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'poltrona-home-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const typed = { askSecret: () => Promise.resolve(` ${STAND_IN_KEY}\n`) };

test('[CM1] login asks for the key, tries it, and keeps it where nobody else can read it', async (t) => {
  const api = await StandInApi.start(t);
  const environment = { HOME: home(t) };
  const login = await ran(['login', api.address], { environment, ...typed });
  assert.deepEqual([login.code, login.out], [0, [`logged in to ${api.address} as key:3 (administrator)`]]);
  const file = path.join(environment.HOME, '.config/poltrona/credentials.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(path.dirname(file)).mode & 0o777, 0o700);
  assert.match(readFileSync(file, 'utf8'), new RegExp(STAND_IN_KEY));
  const who = await ran(['whoami'], { environment });
  assert.match(who.out.join('\n'), /server +http:.*\nwho +key:3\nrole +administrator\n/);
  assert.ok(![...login.out, ...login.errors, ...who.out, ...who.errors].join().includes(STAND_IN_KEY));
});

test('[CM1] a key that is none is not kept', async (t) => {
  const api = await StandInApi.start(t);
  const environment = { HOME: home(t) };
  const wrong = await ran(['login', api.address], { environment, askSecret: () => Promise.resolve('plt_wrong') });
  assert.equal(wrong.code, 2);
  assert.match(wrong.errors.join(), /This API key is not known, or no longer\. Log in again/);
  const pasted = await ran(['login', api.address], { environment, askSecret: () => Promise.resolve('two words') });
  assert.match(pasted.errors.join(), /that is no API key/);
  assert.ok(!existsSync(path.join(environment.HOME, '.config')));
});

test('[CM1] the key may come from a file or from the environment, never from the command line', async (t) => {
  const api = await StandInApi.start(t);
  const file = temporaryFile(t, 'key.txt', `${STAND_IN_KEY}\n`);
  assert.equal((await ran(['login', api.address, '--key-file', file], { environment: { HOME: home(t) } })).code, 0);
  const fromEnvironment = { HOME: home(t), POLTRONA_KEY: STAND_IN_KEY };
  assert.equal((await ran(['login', api.address], { environment: fromEnvironment })).code, 0);
  assert.equal((await ran(['login', api.address, '--key', 'x'], { environment: fromEnvironment })).code, 2);
  assert.equal((await ran(['login', api.address, '--key-file', '/nowhere'], { environment: fromEnvironment })).code, 2);
});

test('[CM1] several servers: the last login is the current one, --server means another, logout forgets one', async (t) => {
  const [one, two] = [await StandInApi.start(t), await StandInApi.start(t)];
  const environment = { XDG_CONFIG_HOME: home(t) };
  await ran(['login', one.address], { environment, ...typed });
  await ran(['login', two.address], { environment, ...typed });
  assert.match((await ran(['whoami'], { environment })).out[0] ?? '', new RegExp(`${two.address}$`));
  assert.match((await ran(['whoami', '--server', one.address], { environment })).out[0] ?? '', new RegExp(one.address));
  const host = new URL(one.address).host;
  assert.match((await ran(['whoami', '--server', host], { environment })).out[0] ?? '', new RegExp(one.address));
  await ran(['login', one.address, '--use'], { environment });
  assert.match((await ran(['whoami'], { environment })).out[0] ?? '', new RegExp(one.address));
  const out = await ran(['logout'], { environment });
  assert.match(
    out.out.join('\n'),
    new RegExp(`^logged out of ${one.address};.*\nthe current server is now ${two.address}$`),
  );
  await ran(['logout', '--all'], { environment });
  const nobody = await ran(['whoami'], { environment });
  assert.deepEqual([nobody.code, nobody.out], [2, []]);
  assert.match(nobody.errors.join(), /"poltrona login https:/);
});

test('[CM2] a key goes to no other server than its own, and not without encryption', async (t) => {
  const [own, other] = [await StandInApi.start(t), await StandInApi.start(t)];
  const stray = await ran(['films', 'list', '--server', other.address], { environment: own.environment });
  assert.deepEqual([stray.code, other.asked.length], [2, 0]);
  assert.match(stray.errors.join(), /there is no key for/);
  for (const [address, said] of [
    ['http://cinema.example', /not encrypted.*use https:\/\/cinema\.example/],
    ['ftp://cinema.example', /begins with https/],
    ['https://me:secret@cinema.example', /leave name and password out/],
    ['https://', /is no address/],
  ] as const) {
    const { code, errors } = await ran(['login', address], { ...typed });
    assert.equal(code, 2);
    assert.match(errors.join(), said);
    assert.doesNotMatch(errors.join(), /secret@/);
  }
});

test('[CM2] a redirect is told and not followed', async (t) => {
  const other = await StandInApi.start(t);
  const api = await StandInApi.start(t, {
    'GET /api/admin/films': { status: 307, headers: { location: `${other.address}/api/admin/films` } },
  });
  const { code, errors } = await ran(['films', 'list'], { environment: api.environment });
  assert.deepEqual([code, other.asked.length], [2, 0]);
  assert.match(errors.join(), /sends us on to http/);
});

test('[CM1] a file that others can read is told; a damaged one is not taken for an empty one', async (t) => {
  const api = await StandInApi.start(t);
  const environment = { XDG_CONFIG_HOME: home(t) };
  await ran(['login', api.address], { environment, ...typed });
  const file = path.join(environment.XDG_CONFIG_HOME, 'poltrona/credentials.json');
  chmodSync(file, 0o644);
  assert.match((await ran(['whoami'], { environment })).errors.join(), /can be read by others/);
  writeFileSync(file, '{"current":');
  const { code, errors } = await ran(['login', api.address], { environment, ...typed });
  assert.equal(code, 2);
  assert.match(errors.join(), /is damaged/);
});

const FILMS = Array.from({ length: 250 }, (_, index) => ({
  id: index + 1,
  title: index === 0 ? 'O Agente\u001b[31m Secreto' : `Filme ${index + 1}`,
  minutes: 90 + index,
  rating: '14',
  genres: ['Drama'],
  status: 'active',
}));

test('[CM3] a list follows the pages up to --limit and says when there is more', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/films': pages('films', FILMS, 100) });
  const { out, code } = await ran(['films', 'list', '--limit', '230'], { environment: api.environment });
  assert.deepEqual([code, out.length, out.at(-1)], [0, 232, '… and more: use --limit']);
  assert.match(out[0] ?? '', /^film +title +minutes +rating +genres +status$/);
  assert.match(out[1] ?? '', /^ {3}1 {2}O Agente\?\[31m Secreto +90 +14 +Drama/);
  assert.equal(api.asked.length, 3);
  const json = await ran(['films', 'list', '--json', '--search', 'x'], { environment: api.environment });
  assert.equal(json.out.length, 1);
  const { films, more } = JSON.parse(json.out[0] ?? '') as { films: unknown[]; more: boolean };
  assert.deepEqual([films.length, more], [20, true]);
  assert.deepEqual([api.asked.at(-1)?.query.get('q'), api.asked.at(-1)?.query.get('limit')], ['x', '20']);
  const all = await ran(['films', 'list', '--limit', '250'], { environment: api.environment });
  assert.equal(all.out.length, 251);
});

test('[CM3] a table is as wide as the terminal: what says least goes first, then long texts are cut', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/films': pages('films', FILMS) });
  const widest = async (columns: number) => {
    const { out } = await ran(['films', 'list', '--limit', '3'], { environment: api.environment, columns });
    assert.ok(
      out.every((line) => line.length <= Math.max(columns, 30)),
      out.join('\n'),
    );
    return out[0];
  };
  assert.match((await widest(120)) ?? '', /genres +status$/);
  assert.match((await widest(45)) ?? '', /^film +title +minutes +rating +genres$/);
  assert.match((await widest(40)) ?? '', /^film +title +minutes +rating$/);
});

test('[CM4] exit codes: 1 when the answer is no, 2 when it could not be asked', async (t) => {
  const api = await StandInApi.start(t, {
    'GET /api/admin/films/9': problem(404, 'not-found', 'There is no film 9.'),
    'GET /api/admin/films/8': problem(403, 'forbidden', 'This needs the permission "catalogue:read".'),
    'GET /api/admin/films/7': problem(400, 'invalid', 'The request is not valid: path.film: a number.'),
    'GET /api/admin/films/6': { body: '<html>', headers: { 'content-type': 'text/html' } },
  });
  for (const [film, code, said] of [
    ['9', 1, /^There is no film 9\.$/],
    ['8', 2, /needs the permission/],
    ['7', 2, /path\.film/],
    ['6', 2, /something else than JSON/],
  ] as const) {
    const shown = await ran(['films', 'show', film, '--json'], { environment: api.environment });
    assert.equal(shown.code, code, film);
    assert.match(shown.errors.join(), said);
    assert.match((JSON.parse(shown.out.join('\n')) as { error: string }).error, said);
  }
  const away = { ...api.environment, POLTRONA_SERVER: await closedAddress() };
  const { code, errors, pauses } = await ran(['films', 'list'], { environment: away });
  assert.equal(code, 2);
  assert.match(errors.at(-1) ?? '', /cannot be reached: nothing answers there; is the server running\?/);
  assert.ok(pauses.length > 3 && pauses.reduce((sum, ms) => sum + ms) <= 10_000, pauses.join());
});

test('[CM5] reading is repeated while the server is away or asks to wait, and only then', async (t) => {
  const api = await StandInApi.start(t, { 'GET /api/admin/films': pages('films', FILMS) });
  api.mishaps.push('cut-before', 'unavailable');
  const { code, errors, pauses } = await ran(['films', 'list', '--limit', '1'], { environment: api.environment });
  assert.deepEqual([code, api.asked.length, pauses], [0, 3, [250, 500]]);
  assert.equal(errors.length, 2, errors.join('\n'));
});

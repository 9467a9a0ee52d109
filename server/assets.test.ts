/** The shop's files: read once, packed by the build, kept by browsers as long as their names mean what they hold. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Assets, assetAnswer } from './assets.ts';

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'poltrona-assets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** Answers of a folder's files, to requests with these headers. */
function served(t: TestContext, files: Readonly<Record<string, string>>) {
  const assets = new Assets();
  assets.add('/', folderWith(t, files));
  return (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const asset = assets.find(path);
    assert.ok(asset, path);
    const { status, headers: answered = {}, body } = assetAnswer(asset, { header: (name) => headers[name] });
    return { status, headers: answered, text: body === undefined ? null : Buffer.from(body as Uint8Array).toString() };
  };
}

test('[G22] files are found below their prefix, by their path in the folder, with their type', (t) => {
  const types = {
    'index.html': 'text/html; charset=utf-8',
    'parts/map.js': 'text/javascript; charset=utf-8',
    'page.css': 'text/css; charset=utf-8',
    'seat.svg': 'image/svg+xml',
    'icon.png': 'image/png',
    'media/face.woff2': 'font/woff2',
    'app.webmanifest': 'application/manifest+json; charset=utf-8',
  };
  const answer = served(t, Object.fromEntries(Object.keys(types).map((name) => [name, name])));
  for (const [name, type] of Object.entries(types)) {
    const { status, headers, text } = answer(`/${name}`);
    assert.deepEqual([status, headers['content-type'], text], [200, type, name]);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('[G22] what no browser needs is not served: types, maps, tests, files of unknown kinds, packed files by name', (t) => {
  const assets = new Assets();
  const names = [
    'page.ts',
    'page.d.ts',
    'page.js.map',
    'page.test.js',
    '.env',
    'secret',
    'key.pem',
    'a.js.br',
    'a.js.gz',
  ];
  assets.add('/', folderWith(t, Object.fromEntries(names.map((name) => [name, 'x']))));
  for (const name of names) assert.equal(assets.find(`/${name}`), null, name);
});

test('[G22] no request reaches the disk: later changes are not seen, and links lead nowhere', (t) => {
  const folder = folderWith(t, { 'page.css': 'first' });
  const outside = folderWith(t, { 'outside.css': 'secret' });
  symlinkSync(join(outside, 'outside.css'), join(folder, 'link.css'));
  const assets = new Assets();
  assets.add('/', folder);
  writeFileSync(join(folder, 'page.css'), 'second');
  writeFileSync(join(folder, 'new.css'), 'new');
  const asset = assets.find('/page.css');
  assert.ok(asset);
  assert.equal(Buffer.from(assetAnswer(asset, { header: () => undefined }).body as Uint8Array).toString(), 'first');
  assert.deepEqual([assets.find('/new.css'), assets.find('/link.css')], [null, null]);
});

test('[G22] a folder that is missing serves nothing', () => {
  const assets = new Assets();
  assets.add('/', join(tmpdir(), 'poltrona-no-such-folder'));
  assert.equal(assets.find('/index.html'), null);
  assert.equal(assets.takeText('/index.html'), null);
});

const PACKED = { 'a.js': 'as it is', 'a.js.br': 'brotli', 'a.js.gz': 'gzip', 'icon.png': 'pixels' };

test('[WD1] the best packing that the browser names and does not refuse, else the file as it is', (t) => {
  const answer = served(t, PACKED);
  for (const [accepted, encoding, text] of [
    ['gzip, deflate, br, zstd', 'br', 'brotli'],
    ['BR', 'br', 'brotli'],
    ['gzip;q=1.0, br;q=0', 'gzip', 'gzip'],
    ['br;q=0.000, gzip;q=0', undefined, 'as it is'],
    ['gzip ; q=0.5', 'gzip', 'gzip'],
    ['brotli, xgzip', undefined, 'as it is'],
    ['', undefined, 'as it is'],
  ] as const) {
    const { headers, text: got } = answer('/a.js', { 'accept-encoding': accepted });
    assert.deepEqual(
      [headers['content-encoding'], got, headers['vary']],
      [encoding, text, 'accept-encoding'],
      accepted,
    );
  }
  assert.equal(answer('/icon.png', { 'accept-encoding': 'br' }).headers['vary'], undefined);
});

test('[WD2] a name with a hash is kept for a year; any other file is asked for each time', (t) => {
  const answer = served(t, { 'main-KGZC3ZNQ.js': 'a', 'media/face-SOXVSX3R.woff2': 'b', 'sw.js': 'c', 'a-b.svg': 'd' });
  for (const name of ['/main-KGZC3ZNQ.js', '/media/face-SOXVSX3R.woff2'])
    assert.equal(answer(name).headers['cache-control'], 'public, max-age=31536000, immutable', name);
  for (const name of ['/sw.js', '/a-b.svg']) assert.equal(answer(name).headers['cache-control'], 'no-cache', name);
});

test('[WD3] whoever has the file already hears so, and nothing else: 304, for each packing by itself', (t) => {
  const answer = served(t, PACKED);
  const packed = answer('/a.js', { 'accept-encoding': 'br' });
  const plain = answer('/a.js');
  assert.notEqual(packed.headers['etag'], plain.headers['etag']);
  for (const known of [packed.headers['etag'], `"other", W/${packed.headers['etag']}`, '*']) {
    const again = answer('/a.js', { 'accept-encoding': 'br', 'if-none-match': known ?? '' });
    assert.deepEqual([again.status, again.text, again.headers['content-encoding']], [304, null, undefined]);
    assert.deepEqual([again.headers['etag'], again.headers['vary']], [packed.headers['etag'], 'accept-encoding']);
  }
  assert.equal(answer('/a.js', { 'if-none-match': packed.headers['etag'] ?? '' }).status, 200);
});

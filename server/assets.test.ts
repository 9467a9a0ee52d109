/** The page's files: read once, from folders that are named here, and nothing else from the disk. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Assets } from './assets.ts';

function folderWith(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'poltrona-assets-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

test('[G22] files are found below their prefix, by their path in the folder, with their type', (t) => {
  const assets = new Assets();
  assets.add(
    '/assets/page/',
    folderWith(t, { 'index.html': '<p>', 'parts/map.js': 'map', 'page.css': 'p {}', 'seat.svg': '<svg>' }),
  );
  assert.deepEqual(
    ['index.html', 'parts/map.js', 'page.css', 'seat.svg'].map(
      (name) => assets.find(`/assets/page/${name}`)?.contentType,
    ),
    ['text/html; charset=utf-8', 'text/javascript; charset=utf-8', 'text/css; charset=utf-8', 'image/svg+xml'],
  );
  assert.equal(Buffer.from(assets.find('/assets/page/parts/map.js')?.bytes ?? []).toString(), 'map');
});

test('[G22] what no browser needs is not served: types, maps, tests, files of unknown kinds', (t) => {
  const assets = new Assets();
  const names = ['page.ts', 'page.d.ts', 'page.js.map', 'page.test.js', '.env', 'secret', 'key.pem'];
  assets.add('/assets/', folderWith(t, Object.fromEntries(names.map((name) => [name, 'x']))));
  for (const name of names) assert.equal(assets.find(`/assets/${name}`), null, name);
});

test('[G22] no request reaches the disk: later changes are not seen, and links lead nowhere', (t) => {
  const folder = folderWith(t, { 'index.html': 'first' });
  const outside = folderWith(t, { 'outside.html': 'secret' });
  symlinkSync(join(outside, 'outside.html'), join(folder, 'link.html'));
  const assets = new Assets();
  assets.add('/assets/', folder);
  writeFileSync(join(folder, 'index.html'), 'second');
  writeFileSync(join(folder, 'new.html'), 'new');
  assert.equal(Buffer.from(assets.find('/assets/index.html')?.bytes ?? []).toString(), 'first');
  assert.deepEqual([assets.find('/assets/new.html'), assets.find('/assets/link.html')], [null, null]);
});

test('[G22] a folder that is missing serves nothing; an alias of nothing is nothing', () => {
  const assets = new Assets();
  assets.add('/assets/', join(tmpdir(), 'poltrona-no-such-folder'));
  assets.alias('/', '/assets/index.html');
  assert.equal(assets.find('/'), null);
});

test('[G22] of two folders at one prefix the later one wins, and an alias keeps what it named', (t) => {
  const assets = new Assets();
  assets.add('/assets/', folderWith(t, { 'index.html': 'built' }));
  assets.alias('/', '/assets/index.html');
  assets.add('/assets/', folderWith(t, { 'index.html': 'source' }));
  const textAt = (path: string): string => Buffer.from(assets.find(path)?.bytes ?? []).toString();
  assert.deepEqual([textAt('/'), textAt('/assets/index.html')], ['built', 'source']);
});

/** What the service worker answers from memory, and what it must never touch. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlived, requestWay } from './request-way.ts';

const ORIGIN = 'https://ingressos.example';
const FILES = new Set(['/main-KGZC3ZNQ.js', '/manifest.webmanifest', '/icon.svg']);

function way(path: string, mode = 'cors', method = 'GET'): string {
  return requestWay({ method, mode, url: new URL(path, ORIGIN).href }, ORIGIN, FILES);
}

test('[WD20] what is the server’s own is never answered from memory, also when it is typed as an address', () => {
  for (const path of ['/api/orders', '/api/docs', '/ws', '/metrics', '/healthz', '/readyz', '/.well-known/x.json'])
    for (const mode of ['cors', 'navigate', 'no-cors']) assert.equal(way(path, mode), 'server', `${path} ${mode}`);
});

test('[WD20] nothing that changes anything, and nothing of other origins, goes through memory', () => {
  assert.equal(way('/main-KGZC3ZNQ.js', 'cors', 'POST'), 'server');
  assert.equal(way('/tickets', 'navigate', 'POST'), 'server');
  assert.equal(way('https://posters.example/a-AAAAAAAA.js', 'no-cors'), 'server');
});

test('[WD20] an address of the shop is a page, whatever it is', () => {
  for (const path of ['/', '/tickets/abc', '/screenings/7/checkout', '/apiary', '/nothing-here?x=1'])
    assert.equal(way(path, 'navigate'), 'page', path);
});

test('[WD20] files of this build, and files of any build by their hash, come from what is kept', () => {
  for (const path of ['/main-KGZC3ZNQ.js', '/icon.svg', '/chunk-AAAA1111.js', '/media/figtree-SOXVSX3R.woff2'])
    assert.equal(way(path, 'no-cors'), 'kept', path);
  assert.equal(way('/robots.txt', 'no-cors'), 'server');
  assert.equal(way('/icon.svg', 'navigate'), 'server');
});

test('[WD21] when a build takes over, the one before it stays, and older ones go', () => {
  const caches = ['b-1', 'b-2', 'other', 'b-3', 'b-4'];
  assert.deepEqual(outlived(caches, 'b-', 'b-4'), ['b-1', 'b-2']);
  assert.deepEqual(outlived(['b-4', 'other'], 'b-', 'b-4'), []);
  assert.deepEqual(outlived(['b-3', 'b-4'], 'b-', 'b-4'), []);
});

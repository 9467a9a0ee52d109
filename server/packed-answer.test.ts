/** Which answers go out packed, and that they say the same then. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { packedAnswer } from './packed-answer.ts';
import type { HttpResponse } from './socket/socket-port.ts';

const LONG = JSON.stringify({ films: Array.from({ length: 200 }, (_, id) => ({ id, title: 'O Agente Secreto' })) });
const ANSWER: HttpResponse = { status: 200, headers: { etag: 'W/"7"' }, body: LONG };

function packed(path: string, encodings: string | undefined, answer: HttpResponse = ANSWER): Promise<HttpResponse> {
  return packedAnswer(
    {
      method: 'GET',
      path,
      query: new URLSearchParams(),
      remoteAddress: '',
      header: (name) => (name === 'accept-encoding' ? encodings : undefined),
      body: new Uint8Array(0),
    },
    answer,
  );
}

test('[WD11] the catalogue goes out packed as the browser can unpack it, and says the same', async () => {
  for (const path of [
    '/api/search',
    '/api/films',
    '/api/films/7',
    '/api/screenings/41/seats',
    '/api/screenings/41/offer',
  ]) {
    const best = await packed(path, 'gzip, deflate, br');
    assert.equal(best.headers?.['content-encoding'], 'br', path);
    assert.equal(brotliDecompressSync(best.body as Uint8Array).toString(), LONG);
    assert.ok((best.body as Uint8Array).byteLength < LONG.length / 5);
    const second = await packed(path, 'gzip, br;q=0');
    assert.equal(gunzipSync(second.body as Uint8Array).toString(), LONG);
    for (const { headers } of [best, second])
      assert.deepEqual([headers?.['vary'], headers?.['etag']], ['accept-encoding', 'W/"7"']);
  }
});

test('[WD11] a cache is told of the packing also when nothing was packed', async () => {
  for (const encodings of [undefined, 'identity', 'br;q=0']) {
    const { headers, body } = await packed('/api/search', encodings);
    assert.deepEqual([headers?.['content-encoding'], headers?.['vary'], body], [undefined, 'accept-encoding', LONG]);
  }
  const short = await packed('/api/search', 'br', { status: 200, body: '{}' });
  assert.deepEqual([short.body, short.headers?.['content-encoding']], ['{}', undefined]);
});

test('[WD13] what many ask for is packed once, and anew when its content has another name', async () => {
  const once = await packed('/api/films/8', 'br');
  assert.equal((await packed('/api/films/8', 'br')).body, once.body);
  const other = await packed('/api/films/8', 'br', { status: 200, headers: { etag: 'W/"8"' }, body: `${LONG} ` });
  assert.equal(brotliDecompressSync(other.body as Uint8Array).toString(), `${LONG} `);
  assert.notEqual((await packed('/api/films/9', 'br')).body, once.body);
});

test('[WD12] what may hold something of one visitor’s is never packed: its length would tell', async () => {
  for (const path of [
    '/api/orders',
    '/api/orders/abc',
    '/api/account',
    '/api/sessions',
    '/api/guests',
    '/api/searches',
    '/',
  ]) {
    assert.equal(await packed(path, 'br, gzip'), ANSWER, path);
  }
  for (const status of [304, 404, 500]) {
    const answer = { ...ANSWER, status };
    assert.equal(await packed('/api/search', 'br', answer), answer);
  }
});

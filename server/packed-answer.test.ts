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

test('[WD13] an answer without an ETag is known by its content, wherever it is asked for', async () => {
  const body = `${LONG} seats`;
  const [once, twice] = await Promise.all([
    packed('/api/screenings/41/seats', 'br', { status: 200, body }),
    packed('/api/screenings/42/seats', 'br', { status: 200, body: Buffer.from(body) }),
  ]);
  assert.equal(once.body, twice.body);
  assert.equal((await packed('/api/screenings/41/seats', 'br', { status: 200, body })).body, once.body);
  const zipped = await packed('/api/screenings/41/seats', 'gzip', { status: 200, body });
  assert.equal(gunzipSync(zipped.body as Uint8Array).toString(), body);
  const changed = await packed('/api/screenings/41/seats', 'br', { status: 200, body: `${body}!` });
  assert.equal(brotliDecompressSync(changed.body as Uint8Array).toString(), `${body}!`);
});

test('[WD14] when 32 answers are being packed further ones go out as they are; what is being packed already is shared', async () => {
  const ask = (n: number) => packed('/api/screenings/7/seats', 'br', { status: 200, body: `${LONG} crowd ${n}` });
  const answers = await Promise.all([...Array.from({ length: 34 }, (_, n) => ask(n)), ask(0)]);
  const isPacked = answers.map(({ headers }) => headers?.['content-encoding'] === 'br');
  assert.deepEqual(isPacked, [...Array.from({ length: 32 }, () => true), false, false, true]);
  for (const { body, headers } of answers.slice(32, 34)) {
    assert.equal(typeof body, 'string');
    assert.equal(headers?.['vary'], 'accept-encoding');
  }
  assert.equal(answers[34]?.body, answers[0]?.body);
  assert.equal((await ask(33)).headers?.['content-encoding'], 'br', 'afterwards there is room again');
});

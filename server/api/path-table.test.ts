import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { type Endpoint, endpoint, type Method } from './endpoint.ts';
import { PathTable } from './path-table.ts';

const at = (method: Method, path: string): Endpoint =>
  endpoint({
    method,
    path,
    summary: path,
    tag: 'Test',
    access: { kind: 'public' },
    answer: z.unknown(),
    handle: () => ({ body: null }),
  });

const table = new PathTable([
  at('GET', '/api/films'),
  at('POST', '/api/films'),
  at('GET', '/api/films/{film}'),
  at('GET', '/api/films/new'),
  at('DELETE', '/api/screenings/{screening}/seats/{seat}'),
]);

function found(method: string, path: string): unknown {
  const result = table.find(method, path);
  return result !== null && 'endpoint' in result ? [result.endpoint.path, { ...result.params }] : result;
}

test('[AP1] an endpoint is found by its method and path; a fixed path before one with parameters', () => {
  assert.deepEqual(found('GET', '/api/films'), ['/api/films', {}]);
  assert.deepEqual(found('HEAD', '/api/films'), ['/api/films', {}]);
  assert.deepEqual(found('GET', '/api/films/new'), ['/api/films/new', {}]);
  assert.deepEqual(found('GET', '/api/films/7'), ['/api/films/{film}', { film: '7' }]);
  assert.deepEqual(found('DELETE', '/api/screenings/7/seats/F12'), [
    '/api/screenings/{screening}/seats/{seat}',
    { screening: '7', seat: 'F12' },
  ]);
});

test('[AP1] a path that nobody has is none, a method that it has not names those it has', () => {
  for (const path of ['/api/film', '/api/films/', '/api/films/7/', '/api//films', '/api/films/7/8', '/', ''])
    assert.equal(found('GET', path), null, path);
  assert.deepEqual(found('DELETE', '/api/films'), ['GET', 'POST']);
  assert.deepEqual(found('POST', '/api/films/7'), ['GET']);
  assert.deepEqual(found('get', '/api/films'), ['GET', 'POST']);
});

test('[AP1] parameters are decoded once; what cannot be decoded matches nothing', () => {
  assert.deepEqual(found('GET', '/api/films/a%2Fb'), ['/api/films/{film}', { film: 'a/b' }]);
  assert.deepEqual(found('GET', '/api/films/%2541'), ['/api/films/{film}', { film: '%41' }]);
  assert.equal(found('GET', '/api/films/%zz'), null);
  assert.equal(found('GET', '/api/films/%C3'), null);
});

test('[AP1] two endpoints of one method and path are a mistake that stops the start', () => {
  assert.throws(() => new PathTable([at('GET', '/api/a/{x}'), at('GET', '/api/a/{y}')]), /two endpoints for GET/);
});

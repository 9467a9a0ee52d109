/** The description of the API says what the schemas check, and nothing that they do not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { ApiDescription } from './api-description.ts';
import { endpoint } from './endpoint.ts';
import { openApiOf } from './openapi.ts';

const ENDPOINTS = [
  endpoint({
    method: 'POST',
    path: '/api/admin/things/{thing}/close',
    summary: 'Close a thing',
    tag: 'Things',
    access: { kind: 'staff', permission: 'screenings:write' },
    params: z.object({ thing: z.coerce.number().int().min(1) }),
    body: z.object({ why: z.string().min(3).max(200).meta({ description: 'For the record.', example: 'broken' }) }),
    answer: z.object({ thing: z.number() }),
    problems: { 404: 'There is no such thing.' },
    once: 'app',
    handle: ({ params }) => ({ body: { thing: params.thing } }),
  }),
  endpoint({
    method: 'GET',
    path: '/api/things',
    summary: 'List things',
    tag: 'Things',
    access: { kind: 'public' },
    query: z.object({ q: z.string().max(40).optional(), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    answer: z.object({ things: z.array(z.object({ id: z.number() })) }),
    handle: () => ({ body: { things: [] } }),
  }),
];

type Operation = {
  operationId: string;
  security?: unknown;
  parameters?: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: { content: Record<string, { schema: { required?: string[]; properties: Record<string, unknown> } }> };
  responses: Record<string, unknown>;
};

test('[AP11] parameters, body, answers and rights of every endpoint are in the description', () => {
  const { openapi, paths } = openApiOf(ENDPOINTS, '1.2.3') as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  };
  assert.equal(openapi, '3.1.0');
  const close = paths['/api/admin/things/{thing}/close']?.['post'];
  assert.ok(close);
  assert.equal(close.operationId, 'postAdminThingsByThingClose');
  assert.deepEqual(
    close.parameters?.map(({ name, in: where, required }) => [name, where, required]),
    [
      ['thing', 'path', true],
      ['Idempotency-Key', 'header', true],
    ],
  );
  assert.deepEqual(close.security, [{ key: [] }, { session: [] }]);
  const body = close.requestBody?.content['application/json']?.schema;
  assert.deepEqual(body?.required, ['why']);
  assert.deepEqual(body?.properties['why'], {
    type: 'string',
    minLength: 3,
    maxLength: 200,
    description: 'For the record.',
    example: 'broken',
  });
  assert.deepEqual(Object.keys(close.responses).sort(), ['2XX', '400', '401', '403', '404', '409', '422', '503']);
  const list = paths['/api/things']?.['get'];
  assert.equal(list?.security, undefined);
  assert.deepEqual(
    list?.parameters?.map(({ name, required, schema }) => [name, required, schema['maximum'] ?? schema['maxLength']]),
    [
      ['q', false, 40],
      ['limit', false, 100],
    ],
  );
  const names = Object.values(paths).flatMap((operations) => Object.values(operations).map((one) => one.operationId));
  assert.equal(new Set(names).size, names.length);
});

test('[AP12] the page to try it and all its files come from this server, under a policy without inline scripts', () => {
  const description = new ApiDescription(ENDPOINTS, '1.2.3');
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    description.answer({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      remoteAddress: '127.0.0.1',
      header: (name) => headers[name],
      body: new Uint8Array(0),
    });
  const page = get('/api/docs');
  assert.equal(page?.status, 200);
  assert.match(page.headers?.['content-security-policy'] ?? '', /script-src 'self';/);
  const files = [...String(page.body).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
  assert.ok(files.length >= 4);
  for (const file of files) assert.equal(get(file)?.status, 200, file);
  assert.doesNotMatch(String(page.body), /https?:|<script>/);
  const json = get('/api/openapi.json');
  assert.equal(get('/api/openapi.json', { 'if-none-match': json?.headers?.['etag'] ?? '' })?.status, 304);
  assert.equal(get('/api/docs/package.json'), null);
  assert.equal(get('/api/docs/constructor'), null);
  assert.equal(get('/api/docs/..%2fpackage.json'), null);
});

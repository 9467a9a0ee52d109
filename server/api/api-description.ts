/** The API's description of itself, and the page to try it: Swagger UI, served from here so that nothing is fetched from elsewhere. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { HttpRequest, HttpResponse } from '../socket/socket-port.ts';
import type { Endpoint } from './endpoint.ts';
import { openApiOf } from './openapi.ts';

const FILES = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);

const START = `window.addEventListener('load', () => {
  window.SwaggerUIBundle({
    url: '/api/openapi.json',
    dom_id: '#description',
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    docExpansion: 'list',
  });
});
`;

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Poltrona: HTTP API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<noscript>This page needs JavaScript. The description itself is at <a href="/api/openapi.json">/api/openapi.json</a>.</noscript>
<div id="description"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`;

const HEADERS = {
  // Swagger UI writes style attributes; scripts come from here only, and requests go nowhere else.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** Answers /api/openapi.json and /api/docs; null for other paths. */
export class ApiDescription {
  readonly #description: string;
  readonly #etag: string;
  readonly #files = new Map<string, { readonly type: string; readonly bytes: Uint8Array }>();
  readonly #folder: string;

  constructor(endpoints: readonly Endpoint[], version: string) {
    this.#description = JSON.stringify(openApiOf(endpoints, version));
    this.#etag = `"${createHash('sha256').update(this.#description).digest('base64url').slice(0, 16)}"`;
    this.#folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  }

  answer(request: HttpRequest): HttpResponse | null {
    if (request.method !== 'GET' && request.method !== 'HEAD') return null;
    if (request.path === '/api/openapi.json') {
      const headers = {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-cache',
        etag: this.#etag,
      };
      if (request.header('if-none-match') === this.#etag) return { status: 304, headers };
      return { status: 200, headers, body: this.#description };
    }
    if (request.path === '/api/docs')
      return { status: 200, headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' }, body: PAGE };
    const name = /^\/api\/docs\/([\w.-]+)$/.exec(request.path)?.[1];
    if (name === undefined) return null;
    if (name === 'start.js')
      return { status: 200, headers: { ...HEADERS, 'content-type': 'text/javascript; charset=utf-8' }, body: START };
    const type = FILES.get(name);
    if (type === undefined) return null;
    // Two megabytes that hardly anybody asks for: read when somebody does.
    const file = this.#files.get(name) ?? { type, bytes: readFileSync(path.join(this.#folder, name)) };
    this.#files.set(name, file);
    return { status: 200, headers: { ...HEADERS, 'content-type': type }, body: file.bytes };
  }
}

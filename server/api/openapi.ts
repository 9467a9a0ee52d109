/**
 * The OpenAPI 3.1 description, generated from the schemas that validate requests. What zod can check but JSON Schema cannot say
 * (a refinement, a transformation) is left out of it; the sentences of the descriptions say it.
 */
import { z } from 'zod';
import type { Endpoint, Method } from './endpoint.ts';

type Json = Readonly<Record<string, unknown>>;

const PROBLEM = {
  type: 'object',
  required: ['error', 'code'],
  properties: {
    error: { type: 'string', description: 'What is wrong and what to do, for people.' },
    code: { type: 'string', description: 'One word, for programs.' },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};

const KEY_PARAMETER = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  schema: { type: 'string', minLength: 8, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' },
  description:
    'A random text of yours. The same request with the same key has one effect and one answer; with another content it is 422, while the first still runs 409.',
};

/** @param version of this build. */
export function openApiOf(endpoints: readonly Endpoint[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const endpoint of [...endpoints].sort((one, other) => (one.path < other.path ? -1 : 1))) {
    const operations = paths[endpoint.path] ?? {};
    operations[endpoint.method.toLowerCase()] = operationOf(endpoint);
    paths[endpoint.path] = operations;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Poltrona',
      version,
      description:
        'Cinema seats. Seats themselves are held and bought over the WebSocket (docs/protocol.md); everything else is here. ' +
        'Instants are ISO 8601 in UTC, wall times those of the cinema, money whole cents.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key ("poltrona keys create").' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-poltrona' },
      },
    },
  };
}

function operationOf(endpoint: Endpoint): Json {
  const { method, summary, description, tag, access, body, upload, answer, once } = endpoint;
  const parameters = [
    ...parametersOf(endpoint.params, 'path'),
    ...parametersOf(endpoint.query, 'query'),
    ...(once === undefined ? [] : [KEY_PARAMETER]),
  ];
  const needs = access.kind === 'staff' ? `Needs the permission \`${access.permission}\`.` : null;
  const text = [description, needs].filter((part) => part !== undefined && part !== null).join('\n\n');
  return {
    operationId: operationId(method, endpoint.path),
    summary,
    ...(text === '' ? {} : { description: text }),
    tags: [tag],
    ...(access.kind === 'public' ? {} : { security: [{ key: [] }, { session: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    ...(upload === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            description: `A file of at most ${upload.bytesMax} bytes.`,
            content: { [upload.contentType]: { schema: { type: 'string', contentMediaType: upload.contentType } } },
          },
        }),
    responses: responsesOf(endpoint, schemaOf(answer, 'output')),
  };
}

function responsesOf({ access, once, problems = {}, params, query, body }: Endpoint, schema: Json): Json {
  const problem = (description: string): Json => ({
    description,
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
  const isChecked = params !== undefined || query !== undefined || body !== undefined;
  return {
    '2XX': { description: 'Done.', content: { 'application/json': { schema } } },
    ...(isChecked || once !== undefined ? { 400: problem('The request is not valid; `fields` says where.') } : {}),
    ...(access.kind === 'public' ? {} : { 401: problem('Not signed in.'), 403: problem('Not allowed.') }),
    ...(once === undefined
      ? {}
      : {
          409: problem('The same request is still running, or it is in conflict with what is there.'),
          422: problem('The key was used for another request.'),
        }),
    ...Object.fromEntries(Object.entries(problems).map(([status, meaning]) => [status, problem(meaning)])),
    503: problem('Not now; try again in a moment.'),
  };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json & { description?: string; example?: unknown }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
  });
  return json;
}

/** GET /api/admin/films/{film} → "getAdminFilmsByFilm" */
function operationId(method: Method, path: string): string {
  const words = path
    .replace(/^\/api\//, '')
    .split('/')
    .map((part) => (part.startsWith('{') ? `by-${part.slice(1, -1)}` : part))
    .flatMap((part) => part.split(/[-.]/));
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

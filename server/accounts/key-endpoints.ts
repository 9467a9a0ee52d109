/** API keys: made by administrators for the command line and for devices, shown once, revoked at once. */
import { z } from 'zod';
import { type ApiKey, addKey, findKey, listKeys, revokeKey } from '../../storage/accounts/api-keys.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import {
  cinemaIdsField,
  idField,
  idParam,
  nameField,
  nextOf,
  pageQuery,
  roleField,
  scopesField,
  whyField,
} from './account-fields.ts';
import { type AccountPorts, withAccounts } from './account-ports.ts';
import { mustFit, mustHavePermissions, mustReachAll } from './staff-rights.ts';

const TAG = 'Administration';
const access = { kind: 'staff', permission: 'keys:write' } as const;

const keyView = z.object({
  id: z.number(),
  prefix: z.string().meta({ description: 'Of the key "plt_<prefix>_…", to recognise it.' }),
  name: z.string(),
  role: z.enum(ROLES),
  exhibitorId: z.number().nullable().meta({ description: 'Null: every exhibitor.' }),
  cinemaIds: z.array(z.number()).nullable().meta({ description: 'Null: all cinemas of the exhibitor.' }),
  scopes: z.array(z.enum(PERMISSIONS)).nullable().meta({ description: 'Null: all that the role may.' }),
  createdBy: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable().meta({ description: 'To the minute.' }),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

export function keyEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/admin/keys',
      summary: 'API keys',
      tag: TAG,
      access,
      query: pageQuery,
      answer: z.object({ keys: z.array(keyView), next: z.string().nullable() }),
      handle: async ({ principal, query: { limit, after } }) => {
        const keys = await listKeys(ports.pool, { exhibitorId: principal.exhibitorId, afterId: after, limit });
        return { body: { keys: keys.map(viewOfKey), next: nextOf(keys, limit) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/keys',
      summary: 'Make an API key',
      description:
        'The answer is the only one that ever holds the key itself. It can do what its role may, or only `scopes` of it.',
      tag: TAG,
      access,
      once: 'accounts',
      body: z.strictObject({
        name: nameField.meta({ description: 'What it is for.', examples: ['gate 3, Cine Centro'] }),
        role: roleField,
        exhibitorId: idField.nullable().default(null),
        cinemaIds: cinemaIdsField.nullable().default(null),
        scopes: scopesField.nullable().default(null),
        expiresAt: z.iso
          .datetime({ offset: true, message: 'is no instant such as 2027-01-31T00:00:00Z' })
          .nullable()
          .default(null),
        why: whyField.optional(),
      }),
      answer: z.object({ key: keyView, secret: z.string().meta({ description: 'The key. It is shown this once.' }) }),
      problems: { 403: 'More than your own rights.' },
      handle: async ({ body, client, principal }) => {
        const { why = null, expiresAt, ...wanted } = body;
        const { role, scopes, exhibitorId, cinemaIds } = wanted;
        const beyond = (scopes ?? []).filter((scope) => !ROLE_PERMISSIONS[role].includes(scope));
        if (beyond.length > 0)
          throw Problem.invalid([{ path: 'body.scopes', message: `the role ${role} may not: ${beyond.join(', ')}` }]);
        const expires = expiresAt === null ? null : new Date(expiresAt);
        if (expires !== null && expires.getTime() <= ports.nowMs())
          throw Problem.invalid([{ path: 'body.expiresAt', message: 'must lie ahead' }]);
        mustHavePermissions(principal, role, scopes);
        mustReachAll(principal, wanted);
        await mustFit(client, role, wanted);
        const { id, secret } = await addKey(client, { ...wanted, createdBy: principal.who, expiresAt: expires });
        await recordAction(client, {
          who: principal.who,
          action: 'key.create',
          target: `key:${id}`,
          why,
          details: { role, exhibitorId, cinemaIds, scopes, expiresAt },
          exhibitorId,
        });
        const key = await findKey(client, id);
        if (key === null) throw new Error(`key ${id} is gone in the transaction that made it`);
        return { status: 201, body: { key: viewOfKey(key), secret } };
      },
    }),
    endpoint({
      method: 'DELETE',
      path: '/api/admin/keys/{key}',
      summary: 'Revoke an API key',
      description: 'At once, on all nodes. A key that is revoked already stays so.',
      tag: TAG,
      access,
      params: z.object({ key: idParam }),
      query: z.object({ why: whyField }),
      answer: z.object({ key: keyView }),
      problems: { 404: 'There is no such key.' },
      handle: async ({ params, query, principal }) => {
        const key = await withAccounts(ports, async (client) => {
          const found = await findKey(client, params.key);
          if (found === null) throw Problem.notFound(`key ${params.key}`);
          mustReachAll(principal, found);
          if (await revokeKey(client, params.key))
            await recordAction(client, {
              who: principal.who,
              action: 'key.revoke',
              target: `key:${params.key}`,
              why: query.why,
              exhibitorId: found.exhibitorId,
            });
          return findKey(client, params.key);
        });
        ports.authenticator.forget(`key:${params.key}`);
        if (key === null) throw Problem.notFound(`key ${params.key}`);
        return { body: { key: viewOfKey(key) } };
      },
    }),
  ];
}

function viewOfKey(key: ApiKey): z.infer<typeof keyView> {
  return {
    ...key,
    role: ROLES.find((role) => role === key.role) ?? 'reports',
    cinemaIds: key.cinemaIds === null ? null : [...key.cinemaIds],
    scopes: key.scopes === null ? null : PERMISSIONS.filter((permission) => key.scopes?.includes(permission)),
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  };
}

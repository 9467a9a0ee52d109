/** Colleagues: invited by a message, each with a role and his cinemas; disabled rather than deleted, since records name them. */
import { z } from 'zod';
import { sendLink } from '../../storage/accounts/account-tokens.ts';
import { liveKeysBy } from '../../storage/accounts/api-keys.ts';
import { endSessionsOf } from '../../storage/accounts/sessions.ts';
import {
  addStaff,
  changeStaff,
  findStaff,
  listStaff,
  lockStaff,
  otherAdministrators,
  type StaffChange,
  type StaffUser,
} from '../../storage/accounts/staff-users.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { ROLES, type Role } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import {
  cinemaIdsField,
  emailField,
  idField,
  idParam,
  nameField,
  nextOf,
  pageQuery,
  roleField,
  whyField,
} from './account-fields.ts';
import { type AccountPorts, withAccounts } from './account-ports.ts';
import { staffView, viewOfStaff } from './buyer-view.ts';
import { mustFit, mustHavePermissions, mustReachAll } from './staff-rights.ts';

const TAG = 'Administration';
const access = { kind: 'staff', permission: 'users:write' } as const;

const userView = z.object({
  id: z.number(),
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLES),
  exhibitorId: z.number().nullable().meta({ description: 'Null: every exhibitor.' }),
  cinemaIds: z.array(z.number()).nullable().meta({ description: 'Null: all cinemas of the exhibitor.' }),
  status: z.enum(['active', 'disabled']),
  hasPassword: z.boolean().meta({ description: 'False until the invitation was used.' }),
  createdAt: z.string(),
});

export function staffEndpoints(ports: AccountPorts): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/admin/whoami',
      summary: 'Who asks, and what he may do',
      tag: TAG,
      access: { kind: 'signed-in' },
      answer: staffView,
      handle: async ({ principal }) => {
        if (principal.kind !== 'staff') throw new Problem(403, 'not-staff', 'You are signed in as a buyer.');
        return { body: await viewOfStaff(ports, principal) };
      },
    }),
    endpoint({
      method: 'GET',
      path: '/api/admin/users',
      summary: 'Colleagues',
      tag: TAG,
      access,
      query: pageQuery,
      answer: z.object({ users: z.array(userView), next: z.string().nullable() }),
      handle: async ({ principal, query: { limit, after } }) => {
        const users = await listStaff(ports.pool, { exhibitorId: principal.exhibitorId, afterId: after, limit });
        return { body: { users: users.map(viewOfUser), next: nextOf(users, limit) } };
      },
    }),
    endpoint({
      method: 'POST',
      path: '/api/admin/users',
      summary: 'Invite a colleague',
      description: 'A message to the address holds the link with which the password is set; good for seven days.',
      tag: TAG,
      access,
      once: 'accounts',
      body: z.strictObject({
        email: emailField,
        name: nameField,
        role: roleField,
        exhibitorId: idField.nullable().default(null),
        cinemaIds: cinemaIdsField.nullable().default(null),
        why: whyField.optional(),
      }),
      answer: z.object({ user: userView }),
      problems: { 403: 'More than your own rights.' },
      handle: async ({ body, client, principal }) => {
        const { why = null, ...wanted } = body;
        mustHavePermissions(principal, wanted.role);
        mustReachAll(principal, wanted);
        await mustFit(client, wanted.role, wanted);
        const id = await addStaff(client, wanted);
        if (id === null) throw Problem.conflict('email-taken', 'A colleague with this address is there already.');
        await sendLink(client, ports.seals, 'staff-invitation', `user:${id}`);
        const { role, exhibitorId, cinemaIds } = wanted;
        await recordAction(client, {
          who: principal.who,
          action: 'user.create',
          target: `user:${id}`,
          why,
          details: { role, exhibitorId, cinemaIds },
          exhibitorId,
        });
        const user = await findStaff(client, id);
        if (user === null) throw new Error(`user ${id} is gone in the transaction that made it`);
        return { status: 201, body: { user: viewOfUser(user) } };
      },
    }),
    endpoint({
      method: 'PATCH',
      path: '/api/admin/users/{user}',
      summary: 'Change, disable or bring back a colleague',
      description:
        'Other rights, and being disabled, end the colleague’s sessions at once. API keys that he made go on: they are named in ' +
        'the answer, to be looked at. `invite` sends the invitation again.',
      tag: TAG,
      access,
      params: z.object({ user: idParam }),
      body: z.strictObject({
        name: nameField.optional(),
        role: roleField.optional(),
        exhibitorId: idField.nullable().optional(),
        cinemaIds: cinemaIdsField.nullable().optional(),
        status: z.enum(['active', 'disabled']).optional(),
        invite: z.boolean().default(false),
        why: whyField,
      }),
      answer: z.object({ user: userView, sessionsEnded: z.number(), liveKeys: z.array(z.number()) }),
      problems: { 404: 'There is no such colleague.', 409: 'The last active administrator.' },
      handle: async ({ params, body, principal }) => {
        const { why, invite, ...said } = body;
        // Whoever becomes an administrator works for all from then on; where he worked needs not be taken back by hand.
        const change = said.role === 'administrator' ? { exhibitorId: null, cinemaIds: null, ...said } : said;
        return withAccounts(ports, async (client) => {
          // Before the row of the one: two who disable each other take these locks in one order.
          const others = await otherAdministrators(client, params.user);
          const before = await lockStaff(client, params.user);
          if (before === null) throw Problem.notFound(`colleague ${params.user}`);
          mustReachAll(principal, before);
          const after = changed(before, change);
          const isOtherRights = rightsOf(before) !== rightsOf(after);
          // Whoever takes rights away must have had them, too: a gatekeeper with one stray permission disables nobody above him.
          mustHavePermissions(principal, roleOf(before));
          mustHavePermissions(principal, roleOf(after));
          mustReachAll(principal, after);
          await mustFit(client, roleOf(after), after);
          const wasAdministrator = before.role === 'administrator' && before.status === 'active';
          const isAdministrator = after.role === 'administrator' && after.status === 'active';
          if (wasAdministrator && !isAdministrator && others === 0)
            throw Problem.conflict(
              'last-administrator',
              'This is the last active administrator; make another one first.',
            );
          await changeStaff(client, params.user, change);
          const sessionsEnded = isOtherRights ? await endSessionsOf(client, 'staff', String(params.user)) : 0;
          if (invite && after.status === 'active')
            await sendLink(client, ports.seals, 'staff-invitation', `user:${params.user}`);
          await recordAction(client, {
            who: principal.who,
            action: 'user.change',
            target: `user:${params.user}`,
            why,
            details: recorded(change, invite),
            exhibitorId: after.exhibitorId,
          });
          const liveKeys = await liveKeysBy(client, `user:${params.user}`);
          return { body: { user: viewOfUser(after), sessionsEnded, liveKeys } };
        });
      },
    }),
  ];
}

function changed(before: StaffUser, change: StaffChange): StaffUser {
  return {
    ...before,
    name: change.name ?? before.name,
    role: change.role ?? before.role,
    status: change.status ?? before.status,
    exhibitorId: change.exhibitorId === undefined ? before.exhibitorId : change.exhibitorId,
    cinemaIds: change.cinemaIds === undefined ? before.cinemaIds : change.cinemaIds,
  };
}

function rightsOf({ role, exhibitorId, cinemaIds, status }: StaffUser): string {
  return JSON.stringify([role, exhibitorId, cinemaIds, status]);
}

/** A name is about a person and stays out of the record; that it was changed does not. */
function recorded({ name, ...change }: StaffChange, invite: boolean): Record<string, unknown> {
  return { ...change, ...(name === undefined ? {} : { name: 'changed' }), ...(invite ? { invited: true } : {}) };
}

function roleOf({ role }: Pick<StaffUser, 'role'>): Role {
  const known = ROLES.find((candidate) => candidate === role);
  if (known === undefined) throw new Error(`the database knows a role "${role}" that this build does not`);
  return known;
}

function viewOfUser(user: StaffUser): z.infer<typeof userView> {
  const { cinemaIds, createdAt, ...rest } = user;
  return {
    ...rest,
    role: roleOf(user),
    cinemaIds: cinemaIds === null ? null : [...cinemaIds],
    createdAt: createdAt.toISOString(),
  };
}

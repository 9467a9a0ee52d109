/** The record of actions: who did what by hand, and why. Nobody changes it. */
import { z } from 'zod';
import { listActions } from '../../storage/admin/action-list.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { after, limit, line, next, staff, TAG } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';

export function actionEndpoints(ports: AdminPorts): Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/api/admin/actions',
      tag: TAG,
      summary: 'What was done by hand, by whom and why; the latest first',
      access: staff('reports:read'),
      query: z.strictObject({
        target: line(1, 200)
          .optional()
          .meta({ examples: ['screening:77'] }),
        who: line(1, 100)
          .optional()
          .meta({ examples: ['user:12'] }),
        limit,
        after,
      }),
      answer: z.object({
        actions: z.array(
          z.object({
            id: z.number(),
            at: z.string(),
            who: z.string(),
            action: z.string(),
            target: z.string(),
            why: z.string().nullable(),
            details: z.record(z.string(), z.unknown()).nullable(),
          }),
        ),
        next,
      }),
      handle: async ({ principal, query }) => {
        const [last] = placeIn(query.after, ['number']) ?? [];
        const page = await listActions(ports.pool, principal, { ...query, after: last });
        return { body: { actions: [...page.items], next: nextOf(page, ({ id }) => [id]) } };
      },
    }),
  ];
}

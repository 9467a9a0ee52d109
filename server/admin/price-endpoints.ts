/** Price tables, which come in by imports, looked at. */
import { z } from 'zod';
import { findPriceTable, listPriceTables, priceRulesOf } from '../../storage/admin/price-list.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { after, inPath, limit, next, staff, TAG } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { nextOf, placeIn } from './page-cursor.ts';

const named = z.object({ id: z.number(), name: z.string() });

const listedTable = z.object({
  id: z.number(),
  code: z.string(),
  name: z.string(),
  exhibitor: named,
  cinema: named.nullable().meta({ description: 'Null: for all cinemas of the exhibitor that have none of their own.' }),
  currency: z.string(),
  validFrom: z.string().nullable(),
  validUntil: z.string().nullable(),
  status: z.enum(['active', 'withdrawn']),
  rules: z.number(),
  updatedAt: z.string(),
});

const rule = z.object({
  position: z.number(),
  weekdays: z.array(z.number()).meta({ description: '1 is Monday, 7 Sunday.' }),
  from: z.string(),
  until: z.string().meta({ description: 'Not included; 24:00:00 is the end of the day.' }),
  projection: z.string().nullable().meta({ description: 'Null: any.' }),
  seatKind: z.number().nullable().meta({ description: 'Null: any.' }),
  priceCents: z.number(),
});

export function priceEndpoints(ports: AdminPorts): Endpoint[] {
  return [listEndpoint(ports), showEndpoint(ports)];
}

function listEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/price-tables',
    tag: TAG,
    summary: 'Price tables',
    access: staff('catalogue:read'),
    query: z.strictObject({ limit, after }),
    answer: z.object({ priceTables: z.array(listedTable), next }),
    handle: async ({ principal, query }) => {
      const [last] = placeIn(query.after, ['number']) ?? [];
      const page = await listPriceTables(ports.pool, principal, { ...query, after: last });
      return { body: { priceTables: [...page.items], next: nextOf(page, (table) => [table.id]) } };
    },
  });
}

function showEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/price-tables/{table}',
    tag: TAG,
    summary: 'A price table with its rules',
    description: 'Of the rules that fit, the one with the most conditions counts; of two alike, the one further down.',
    access: staff('catalogue:read'),
    params: inPath('table'),
    answer: z.object({ priceTable: listedTable.extend({ rules: z.array(rule) }) }),
    problems: { 404: 'no such price table among yours' },
    handle: async ({ principal, params }) => {
      const table = await findPriceTable(ports.pool, principal, params.table);
      if (table === null) throw Problem.notFound(`price table ${params.table}`);
      const rules = (await priceRulesOf(ports.pool, table.id)).map((one) => ({ ...one, weekdays: [...one.weekdays] }));
      return { body: { priceTable: { ...table, rules } } };
    },
  });
}

/** GET /api/admin/payments/settlement.csv: the days' money as a file for accountants. */
import type { Pool } from 'pg';
import { z } from 'zod';
import { settlementRows } from '../../storage/payments/settlement.ts';
import { date, staff, TAG } from '../admin/admin-fields.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { Problem } from '../api/problem.ts';
import { settlementCsv } from './settlement-csv.ts';

/** A settlement longer than a year is several. */
const SETTLEMENT_DAYS_MAX = 366;
const DAY_MS = 86_400_000;

export function settlementEndpoint(ports: { readonly pool: Pool }): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/api/admin/payments/settlement.csv',
    tag: TAG,
    summary: 'What was taken and sent back, by day, cinema and provider',
    description:
      'text/csv (RFC 4180), with a line of totals for each currency. Days are those of the cinema’s own clock; "captured" of the day ' +
      'on which the money was taken, "refunded" of the day on which it was sent back. "net" is captured less refunded, disputed and ' +
      'the provider’s fee, as far as that is known.',
    access: staff('payments:read'),
    query: z.strictObject({
      from: date,
      until: date.meta({ description: 'The last day, itself included.' }),
      decimal: z.enum(['point', 'comma']).default('point').meta({
        description: 'comma: 1234,56 and semicolons between the fields.',
      }),
      bom: z.enum(['yes', 'no']).default('no').meta({ description: 'yes: begin with the mark of UTF-8.' }),
    }),
    answer: z.string().meta({ description: 'text/csv, not JSON.', contentMediaType: 'text/csv' }),
    handle: async ({ query: { from, until, decimal, bom } }) => {
      const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
      if (!(days >= 1 && days <= SETTLEMENT_DAYS_MAX))
        throw Problem.invalid([
          { path: 'query.until', message: `must be 1 to ${SETTLEMENT_DAYS_MAX} days from "from"` },
        ]);
      const rows = await settlementRows(ports.pool, { fromDay: from, untilDay: until });
      const text = settlementCsv(rows, { decimal, bom: bom === 'yes' });
      return {
        body: text,
        text,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="poltrona-settlement-${from}-${until}.csv"`,
        },
      };
    },
  });
}

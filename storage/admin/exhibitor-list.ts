/** Exhibitors with the service fee that they ask for, as the administration sees and changes it. */
import type pg from 'pg';
import type { ServiceFee } from '../ticket-offer.ts';
import { type Page, pageOf, patternOf, plainText } from './answer-sql.ts';

export interface ListedExhibitor {
  readonly id: number;
  readonly code: string | null;
  readonly ancineId: number | null;
  readonly name: string;
  readonly status: string;
  /** How many are working. */
  readonly cinemas: number;
  readonly fee: ServiceFee;
}

const EXHIBITOR = `select json_build_object('id', e.id, 'code', e.code, 'ancineId', e.ancine_id, 'name', e.name, 'status', e.status,
    'cinemas', (select count(*) from cinemas c where c.exhibitor_id = e.id and c.status = 'active'),
    'fee', json_build_object('bps', e.service_fee_bps, 'cents', e.service_fee_cents)) as item
  from exhibitors e`;

/** By name and id; `own`: only this one. */
export async function listExhibitors(
  pool: pg.Pool,
  own: number | null,
  wanted: { readonly q?: string | undefined; readonly after?: number | undefined; readonly limit: number },
): Promise<Page<ListedExhibitor>> {
  const { rows } = await pool.query<{ item: ListedExhibitor }>(
    `${EXHIBITOR} where ($1::bigint is null or e.id = $1)
       and ($2::text is null or ${plainText("concat_ws(' ', e.name, e.group_name, e.code)")} like $2)
       and ($3::bigint is null or (e.name, e.id) > (select name, id from exhibitors where id = $3))
     order by e.name, e.id limit $4`,
    [own, patternOf(wanted.q), wanted.after ?? null, wanted.limit + 1],
  );
  return pageOf(rows, wanted.limit);
}

/** Null when there is none. */
export async function findExhibitor(client: pg.ClientBase, id: number): Promise<ListedExhibitor | null> {
  const { rows } = await client.query<{ item: ListedExhibitor }>(`${EXHIBITOR} where e.id = $1`, [id]);
  return rows[0]?.item ?? null;
}

/**
 * Sets what is given, and resolves with the fee of before; null when there is no such exhibitor. The row is locked from
 * then on, so that of two who change it at once each tells of the fee that he found. `client` has the app role, and a transaction.
 */
export async function setServiceFee(
  client: pg.ClientBase,
  id: number,
  fee: { readonly bps: number | null; readonly cents: number | null },
): Promise<ServiceFee | null> {
  const { rows } = await client.query<ServiceFee>(
    `select service_fee_bps as bps, service_fee_cents as cents from exhibitors where id = $1 for no key update`,
    [id],
  );
  const before = rows[0];
  if (before === undefined) return null;
  await client.query(
    `update exhibitors set service_fee_bps = coalesce($2, service_fee_bps),
       service_fee_cents = coalesce($3, service_fee_cents), updated_at = now()
     where id = $1`,
    [id, fee.bps, fee.cents],
  );
  return before;
}

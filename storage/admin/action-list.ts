/** The record of what people did by hand, read. */
import type pg from 'pg';
import { instantText, type Page, pageOf, type Scope, scopeValues } from './answer-sql.ts';

export interface ListedAction {
  readonly id: number;
  readonly at: string;
  readonly who: string;
  readonly action: string;
  readonly target: string;
  readonly why: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

/** The latest first. Who works for some cinemas only sees what was done to those: actions say which cinema they touched. */
export async function listActions(
  pool: pg.Pool,
  scope: Scope,
  wanted: {
    readonly target?: string | undefined;
    readonly who?: string | undefined;
    readonly after?: number | undefined;
    readonly limit: number;
  },
): Promise<Page<ListedAction>> {
  const { rows } = await pool.query<{ item: ListedAction }>(
    `select json_build_object('id', id, 'at', ${instantText('at')}, 'who', who, 'action', action, 'target', target, 'why', why,
       'details', details) as item
     from staff_actions
     where ($1::bigint is null or exhibitor_id = $1)
       and ($2::bigint[] is null or (details ->> 'cinema')::bigint = any ($2))
       and ($3::text is null or target = $3) and ($4::text is null or who = $4) and ($5::bigint is null or id < $5)
     order by id desc limit $6`,
    [...scopeValues(scope), wanted.target ?? null, wanted.who ?? null, wanted.after ?? null, wanted.limit + 1],
  );
  return pageOf(rows, wanted.limit);
}

/** Whether a screening's actor has done what a request asked: its fact bears the request's id. */
import type pg from 'pg';

/** Reads the screening's facts: for the rare repetition that nothing else decides. `pool` has the role app. */
export async function wasAccepted(pool: pg.Pool, screening: number, requestId: string): Promise<boolean> {
  const { rows } = await pool.query<{ was: boolean }>({
    name: 'request-accepted',
    text: 'select exists (select from journal where screening = $1 and request_id = $2) as was',
    values: [screening, requestId],
  });
  return rows[0]?.was === true;
}

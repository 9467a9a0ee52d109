/** How the books stand, for the metrics: a few counts, each by an index of its own, whatever else the tables hold. */
import type pg from 'pg';

export interface PaymentsSurvey {
  /** Somebody has to look after them, now or later. */
  readonly open: number;
  /** How long the one that waits longest has been due, seconds; 0: none is due. */
  readonly oldestDueSeconds: number;
  /** Of the open ones: whose last step failed. */
  readonly failing: number;
  /** A person has to look at them. */
  readonly cases: number;
  /** Webhooks that nobody has applied yet. */
  readonly events: number;
}

/** Role app or reader. */
export async function surveyPayments(pool: Pick<pg.Pool, 'query'>): Promise<PaymentsSurvey> {
  const { rows } = await pool.query<PaymentsSurvey>({
    name: 'payments-survey',
    text: `select d.open, d.failing, greatest(0, coalesce(extract(epoch from now() - d.oldest), 0))::float8 as "oldestDueSeconds",
        (select count(*)::int from payments where case_kind is not null) as cases,
        (select count(*)::int from provider_events where applied_at is null) as events
      from (select count(*)::int as open, count(*) filter (where failures > 0)::int as failing, min(due_at) as oldest
        from payments where due_at is not null) d`,
  });
  const [row] = rows;
  if (row === undefined) throw new Error('a survey of the payments has no row');
  return row;
}

/** The record of what people did by hand: written in the transaction of what was done, and changed by nobody. */
import type pg from 'pg';

export interface StaffAction {
  /** 'user:12', 'key:3', or the operating-system user of a command run beside the database. */
  readonly who: string;
  /** 'screening.cancel', 'user.create', … */
  readonly action: string;
  /** 'screening:77' */
  readonly target: string;
  readonly why?: string | null;
  /** No personal data. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly exhibitorId?: number | null;
}

export async function recordAction(client: pg.ClientBase, action: StaffAction): Promise<void> {
  await client.query({
    name: 'staff-action',
    text: `insert into staff_actions (who, action, target, why, details, exhibitor_id) values ($1, $2, $3, $4, $5, $6)`,
    values: [
      action.who,
      action.action,
      action.target,
      action.why ?? null,
      action.details === undefined ? null : JSON.stringify(action.details),
      action.exhibitorId ?? null,
    ],
  });
}

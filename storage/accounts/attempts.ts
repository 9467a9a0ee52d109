/**
 * Attempts that are counted: to sign in, to sign up, to be sent a mail. In fixed windows of time. What is
 * counted (an address of either kind, a CPF) is kept as a keyed HMAC and cannot be read back.
 *
 * Always true: each attempt is counted before it is looked at, in a transaction of its own, so that neither many at once nor
 * one that is refused goes uncounted. A count ends with its window: nobody is locked out for good.
 */
import type pg from 'pg';
import type { Seals } from '../sealing.ts';

export interface AttemptWindow {
  /** 'sign-in address' */
  readonly name: string;
  /** Who or what is counted: "203.0.113.7". */
  readonly subject: string;
  readonly windowSeconds: number;
  /** Attempts in one window. */
  readonly max: number;
}

/** Counts one attempt in every window. Resolves with the seconds to wait when one of them is over its bound, else 0. */
export async function countAttempt(
  pool: pg.Pool,
  seals: Seals,
  windows: readonly AttemptWindow[],
  nowMs: number,
): Promise<number> {
  const counted = windows.map((window) => {
    const lengthMs = window.windowSeconds * 1000;
    return { ...window, key: attemptKey(seals, window), startMs: Math.floor(nowMs / lengthMs) * lengthMs };
  });
  const { rows } = await pool.query<{ name: string; count: number }>({
    name: 'attempt-count',
    // In the order of their names: two statements that count the same ones must not wait for each other in a circle.
    text: `insert into attempt_counts as a (name, window_start, count)
      select name, to_timestamp(start / 1000), 1 from unnest($1::text[], $2::float8[]) as w (name, start) order by name
      on conflict (name, window_start) do update set count = a.count + 1
      returning name, count`,
    values: [counted.map(({ key }) => key), counted.map(({ startMs }) => startMs)],
  });
  const counts = new Map(rows.map(({ name, count }) => [name, count]));
  const waits = counted
    .filter(({ key, max }) => (counts.get(key) ?? 0) > max)
    .map(({ startMs, windowSeconds }) => Math.ceil(startMs / 1000 + windowSeconds - nowMs / 1000));
  return Math.max(0, ...waits.map((wait) => Math.max(1, wait)));
}

/** Forgets what was counted of these: the owner has shown that it is him. */
export async function forgiveAttempts(
  client: pg.ClientBase | pg.Pool,
  seals: Seals,
  windows: readonly Pick<AttemptWindow, 'name' | 'subject'>[],
): Promise<void> {
  await client.query('delete from attempt_counts where name = any ($1)', [
    windows.map((window) => attemptKey(seals, window)),
  ]);
}

/** Deletes counts older than two days, the longest window being one; resolves with how many. For a daily job. */
export async function forgetOldAttempts(pool: pg.Pool, limit = 50_000): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from attempt_counts where (name, window_start) in (
       select name, window_start from attempt_counts where window_start < now() - interval '2 days' limit $1)`,
    [limit],
  );
  return rowCount ?? 0;
}

/** What an attempt is counted as; nobody can be read back from it. */
export function attemptKey(seals: Seals, { name, subject }: Pick<AttemptWindow, 'name' | 'subject'>): string {
  return `${name} ${seals.hmac('attempt', `${name}\n${subject}`).toString('base64url').slice(0, 22)}`;
}

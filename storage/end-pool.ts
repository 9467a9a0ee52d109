/**
 * Says goodbye to PostgreSQL when a part stops, and waits for its answer only so long: a line that has gone silent never
 * answers, and must not keep a process that everybody wants to end.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** A living server answers within milliseconds. */
const GOODBYE_MS = 1_000;

/** Resolves when the pools have ended, or after a second. Never rejects. */
export async function endPools(...pools: readonly pg.Pool[]): Promise<void> {
  const patience = new AbortController();
  const ended = Promise.all(pools.map((pool) => pool.end())).catch(() => {});
  await Promise.race([ended, delay(GOODBYE_MS, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
}

/** The same for one connection, whose socket is then taken away. */
export async function endClient(client: pg.Client): Promise<void> {
  const patience = new AbortController();
  const ended = client.end().catch(() => {});
  await Promise.race([ended, delay(GOODBYE_MS, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
  // Not in the declared types; without it a silent line would hold its thread's event loop.
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
}

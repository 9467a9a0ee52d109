/**
 * Epochs: the number of an ownership. Whoever takes a shard takes the next one, from PostgreSQL and from nowhere
 * else, since whatever hands them out must not forget one in a power cut. An epoch alone stops nobody: the
 * owner-changed fact that carries it does (DESIGN: the journal).
 */
import type pg from 'pg';

/**
 * The next epoch of each shard, committed. `pool` has the shard role.
 * @throws when a shard does not exist, and whatever the database throws.
 */
export async function allocateEpochs(pool: pg.Pool, shards: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ shard: number; epoch: number }>({
    name: 'epochs-allocate',
    // Locked in order, so that two servers that take the same shards wait for each other instead of deadlocking.
    text: `with locked as materialized (select shard from shards where shard = any ($1) order by shard for update)
      update shards set epoch = epoch + 1 from locked where shards.shard = locked.shard
      returning shards.shard, shards.epoch`,
    values: [shards],
  });
  const epochs = new Map(rows.map(({ shard, epoch }) => [shard, epoch]));
  for (const shard of shards) if (!epochs.has(shard)) throw new Error(`shard ${shard} does not exist`);
  return epochs;
}

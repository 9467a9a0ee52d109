/** Who owns which shard, as one thread knows it. The main thread keeps it up to date (server/thread-messages.ts). */
import { SHARDS } from '../shard-map.ts';
import type { ShardOwner } from './shard-owner.ts';

export type OwnerChange = readonly [shard: number, owner: ShardOwner | null];

export class OwnerTable {
  readonly #owners: (ShardOwner | null)[] = new Array<ShardOwner | null>(SHARDS).fill(null);

  /** Null while nobody has it, or nobody knows. */
  ownerOf(shard: number): ShardOwner | null {
    return this.#owners[shard] ?? null;
  }

  /** Takes the changes in; gives back the shards whose owner is another one now (another node, thread or epoch). */
  apply(changes: readonly OwnerChange[]): number[] {
    const moved: number[] = [];
    for (const [shard, owner] of changes) {
      const before = this.#owners[shard] ?? null;
      const isSame = before?.node === owner?.node && before?.thread === owner?.thread && before?.epoch === owner?.epoch;
      if (isSame) continue;
      this.#owners[shard] = owner;
      moved.push(shard);
    }
    return moved;
  }
}

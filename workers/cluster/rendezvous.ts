/**
 * Where each shard belongs, given the threads of all nodes: rendezvous hashing, so that every node finds the same answer
 * by itself and a node that comes or goes moves few shards; with a bound for each thread, because plain rendezvous
 * would give one thread of two a sixth more than the other.
 *
 * Nodes of different builds must agree about this, or each would wait for the other one to take a shard: it is part of
 * the record's version (`node-record.ts`), and a test holds it fast.
 */
import { SHARDS } from '../shard-map.ts';

export interface Member {
  readonly node: string;
  /** Its weight: each thread gets about the same. */
  readonly threads: number;
}

/** One thread of one node. */
export interface Place {
  readonly node: string;
  readonly thread: number;
}

/** Index: shard. Empty when there is no member. */
export type Placement = readonly Place[];

/** The same for the same members, in whatever order they are named. Each thread gets at most its part, rounded up. */
export function placeShards(members: readonly Member[]): Placement {
  const places = members
    .toSorted((one, other) => (one.node < other.node ? -1 : 1))
    .flatMap(({ node, threads }) => Array.from({ length: threads }, (_, thread): Place => ({ node, thread })));
  if (places.length === 0) return [];
  const most = Math.ceil(SHARDS / places.length);
  const wishes = places.flatMap((place, index) => {
    const seed = hashText(`${place.node}/${place.thread}`);
    return Array.from({ length: SHARDS }, (_, shard) => ({ shard, index, score: scoreOf(seed, shard) }));
  });
  // The strongest wish first; whoever has his part stands back.
  wishes.sort((one, other) => other.score - one.score || one.shard - other.shard || one.index - other.index);
  const placed = new Array<Place | undefined>(SHARDS).fill(undefined);
  const counts = new Uint16Array(places.length);
  for (const { shard, index } of wishes) {
    if (placed[shard] !== undefined || counts[index]! >= most) continue;
    placed[shard] = places[index]!;
    counts[index]!++;
  }
  return placed as Place[];
}

/** FNV-1a, 32 bit. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The finishing steps of MurmurHash3: every bit of the seed and of the shard counts. */
function scoreOf(seed: number, shard: number): number {
  let hash = seed ^ Math.imul(shard + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

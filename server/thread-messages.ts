/** What the main thread and a shard thread say to each other. Rare: at start, at stop, and for /metrics. */
import type { MessagePort } from 'node:worker_threads';
import type { CatalogueChange } from '../storage/catalogue-rows.ts';
import type { DatabaseConfig } from '../storage/database.ts';
import type { OwnerChange } from '../workers/cluster/owner-table.ts';
import type { Claim } from '../workers/cluster/shard-owner.ts';
import type { Config } from './config.ts';
import type { StaffAnswer, StaffCommand } from './staff-commands.ts';

/** A shard thread's workerData. */
export interface ThreadStart {
  readonly thread: number;
  readonly threads: number;
  readonly config: Config;
  readonly database: DatabaseConfig;
  /** `owners[shard]`: the thread that owns it. */
  readonly owners: Uint8Array;
  readonly epochs: ReadonlyMap<number, number>;
  /** By thread. */
  readonly links: ReadonlyMap<number, MessagePort>;
  readonly connectionCounters: SharedArrayBuffer;
  /** The installation's secret, for session tokens. */
  readonly secret: Uint8Array;
  /** What seals people's data (storage/sealing.ts). */
  readonly secretKey: Uint8Array;
  /** Unique per process. */
  readonly processName: string;
  /** Of `ThreadBoard`. */
  readonly board: SharedArrayBuffer;
  /** This node's id among others; null: one node alone. */
  readonly node: string | null;
}

export type ToThread =
  /** Open the port. The first thread hears it first and says which port a 0 became. */
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'collect-metrics'; readonly id: number }
  | { readonly kind: 'all-metrics'; readonly id: number; readonly threads: readonly (readonly object[])[] }
  /** These shards are the thread's from now on; it says `shards-done` when commands for them reach it. */
  | { readonly kind: 'assign'; readonly id: number; readonly claims: readonly Claim[] }
  /** Let these shards go; it says `shards-done` when nothing of them is left. */
  | { readonly kind: 'release'; readonly id: number; readonly shards: readonly number[] }
  /** Who owns what, on all nodes, has changed. */
  | { readonly kind: 'owners'; readonly changes: readonly OwnerChange[] }
  /** What another node's monotonic clock said, and when by ours. */
  | { readonly kind: 'clock'; readonly node: string; readonly theirMs: number; readonly heardMs: number }
  /** A command of a job, which runs on the main thread and has no bus; the thread says `asked`. */
  | { readonly kind: 'ask'; readonly id: number; readonly screening: number; readonly command: StaffCommand }
  /** Of the catalogue, in order (workers/catalogue-follower.ts). */
  | { readonly kind: 'catalogue'; readonly change: CatalogueChange }
  /** What owners of screenings told, here and on other nodes. */
  | { readonly kind: 'seats-left'; readonly bytes: Uint8Array }
  /** Not ready any more: say so on /readyz, take no new connection and no new command, and say `idle` when every command is answered. `isElsewhere`: other nodes go on, to whom the connections are sent one after the other. */
  | { readonly kind: 'drain'; readonly isElsewhere: boolean }
  /** All threads are idle: no other one needs this one's actors any more. Close and end. */
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'started' }
  /** `port` null: this thread cannot share the port and takes its work from the others. */
  | { readonly kind: 'listening'; readonly port: number | null; readonly adapter: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly values: readonly object[] }
  | { readonly kind: 'want-all-metrics'; readonly id: number }
  | { readonly kind: 'idle' }
  | { readonly kind: 'asked'; readonly id: number; readonly answer: StaffAnswer }
  | { readonly kind: 'seats-left'; readonly bytes: Uint8Array }
  | { readonly kind: 'import-waiting' }
  /** `reason` null: done. */
  | { readonly kind: 'shards-done'; readonly id: number; readonly reason: string | null }
  /** Another node has written to a shard of this thread, with this epoch or a newer one; the thread has dropped it. */
  | { readonly kind: 'deposed'; readonly shard: number; readonly seenEpoch: number }
  | { readonly kind: 'failed'; readonly reason: string };

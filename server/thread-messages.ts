/** What the main thread and a shard thread say to each other. Rare: at start, at stop, and for /metrics. */
import type { MessagePort } from 'node:worker_threads';
import type { DatabaseConfig } from '../storage/database.ts';
import type { Config } from './config.ts';

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
  /** Unique per process. */
  readonly processName: string;
}

export type ToThread =
  /** Open the port. The first thread hears it first and says which port a 0 became. */
  | { readonly kind: 'listen'; readonly port: number }
  | { readonly kind: 'collect-metrics'; readonly id: number }
  | { readonly kind: 'all-metrics'; readonly id: number; readonly threads: readonly object[][] }
  /** Not ready any more: say so on /readyz, take no new connection and no new command, and say `idle` when every command is answered. */
  | { readonly kind: 'drain' }
  /** All threads are idle: no other one needs this one's actors any more. Close and end. */
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'started' }
  /** `port` null: this thread cannot share the port and takes its work from the others. */
  | { readonly kind: 'listening'; readonly port: number | null; readonly adapter: string }
  | { readonly kind: 'metrics'; readonly id: number; readonly values: readonly object[] }
  | { readonly kind: 'want-all-metrics'; readonly id: number }
  | { readonly kind: 'idle' }
  | { readonly kind: 'failed'; readonly reason: string };

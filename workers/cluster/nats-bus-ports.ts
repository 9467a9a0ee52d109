/** What the NATS bus stands on, its bounds, and what it counts. */
import type { LinkServer } from '../thread-link.ts';
import type { ShardOwner } from './shard-owner.ts';

export type BusLog = (
  level: 'info' | 'warn' | 'error',
  message: string,
  details: Readonly<Record<string, unknown>>,
) => void;

export interface NatsBusPorts {
  /** This thread's runtime. */
  readonly server: LinkServer;
  /** Who owns the shard, as far as it is known here. */
  ownerOf(shard: number): ShardOwner | null;
  /** workers/cluster/monotonic.ts: what deadlines between nodes are measured with. */
  monotonicMs(): number;
  /** The wall clock, which the runtime and the askers of this process use. */
  nowMs(): number;
  /** Calls back at the end of this turn. */
  endOfTurn(callback: () => void): void;
  readonly log: BusLog;
}

export interface NatsBusLimits {
  /** Most commands under way to other nodes; beyond, new ones are "busy". */
  readonly underWayMax: number;
  /** Items in one message: a full one is sent without waiting for the end of the turn. */
  readonly batchItemsMax: number;
  /** How long after its deadline a command is given up, milliseconds: its owner answers "expired" by itself before. */
  readonly giveUpMs: number;
  /** How long a snapshot is waited for before it is asked for again, milliseconds. */
  readonly askAgainMs: number;
  /** How often a follower says that it still follows, milliseconds, */
  readonly renewMs: number;
  /** and after how much silence it is forgotten. */
  readonly forgetMs: number;
  /** Deltas that are kept while a snapshot is waited for. */
  readonly pendingDeltasMax: number;
  /** Screenings that others may follow here; beyond, they are "busy". */
  readonly followedMax: number;
  /** Threads of other nodes that are answered at once; beyond, what comes from further ones is not taken. */
  readonly inboxesMax: number;
}

export const NATS_BUS_LIMITS: NatsBusLimits = {
  // About half a second of a node's work.
  underWayMax: 32_768,
  batchItemsMax: 512,
  giveUpMs: 1_000,
  askAgainMs: 1_000,
  renewMs: 20_000,
  forgetMs: 60_000,
  pendingDeltasMax: 64,
  followedMax: 65_536,
  inboxesMax: 4_096,
};

/** Since the start; for metrics. */
export interface NatsBusCounts {
  messagesOut: number;
  messagesIn: number;
  bytesOut: number;
  bytesIn: number;
  /** Commands sent to other nodes. */
  commandsOut: number;
  /** Commands of other nodes that reached this thread. */
  commandsIn: number;
  /** Commands of ours answered "unavailable" by this end of the line: no owner, NATS away, nobody there, no answer in time. */
  unavailable: number;
  /** Commands of others that reached this thread too late. */
  expired: number;
  /** Messages that came back, since nobody listened for them. */
  noResponders: number;
  /** Messages and items that could not be read. */
  unreadable: number;
  /** Deltas that did not follow on what a replica held. */
  gaps: number;
}

export function noCounts(): NatsBusCounts {
  return {
    messagesOut: 0,
    messagesIn: 0,
    bytesOut: 0,
    bytesIn: 0,
    commandsOut: 0,
    commandsIn: 0,
    unavailable: 0,
    expired: 0,
    noResponders: 0,
    unreadable: 0,
    gaps: 0,
  };
}

/**
 * This process as one node of many, seen from its main thread: its lease, the table of owners that it hands to the shard
 * threads, and what an operator asks of it (`poltrona nodes drain`).
 */
import type pg from 'pg';
import { createPool, type DatabaseConfig } from '../storage/database.ts';
import { allocateEpochs } from '../storage/epochs.ts';
import { Membership, type MembershipState } from '../workers/cluster/membership.ts';
import { monotonicMs } from '../workers/cluster/monotonic.ts';
import type { NatsConnection } from '../workers/cluster/nats-connection.ts';
import { natsLeaseStore } from '../workers/cluster/nats-lease-store.ts';
import { serveControl } from '../workers/cluster/node-control.ts';
import type { NodeLoad } from '../workers/cluster/node-record.ts';
import { membershipMetrics } from './cluster-metrics.ts';
import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import type { Metric } from './metrics.ts';
import type { ShardThreads } from './shard-threads.ts';
import type { ThreadBoard } from './thread-board.ts';

export interface ClusterNodeParts {
  readonly node: string;
  /** This build's version, for people to read. */
  readonly build: string;
  readonly config: Config;
  readonly database: DatabaseConfig;
  readonly connection: NatsConnection;
  readonly threads: ShardThreads;
  readonly board: ThreadBoard;
  readonly log: Logger;
}

/** Epochs of up to 256 shards are one statement; a database that is silent for so long is away. */
const EPOCH_DEADLINE_MS = 5_000;

/** How often PostgreSQL is asked whether it is there, of a lease. */
const PROBE_PART = 1 / 4;

export class ClusterNode {
  readonly #parts: ClusterNodeParts;
  readonly #pool: pg.Pool;
  readonly #membership: Membership;
  #stopListening: () => void = () => {};
  readonly #leaseMs: number;
  /** What the last probe said. */
  #hasDatabase = true;
  #probeTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #lastLoad = { decisions: 0, atMs: monotonicMs(), cpuMicros: 0, perSecond: 0, cpu: 0 };

  constructor(parts: ClusterNodeParts) {
    const { node, build, config, database, connection, threads, board, log } = parts;
    this.#parts = parts;
    this.#pool = createPool(
      database,
      'shard',
      `poltrona ${node} epochs`.slice(0, 63),
      1,
      (cause) => log.warn({ cause }, 'an idle database connection broke'),
      EPOCH_DEADLINE_MS,
    );
    const leaseMs = config.leaseSeconds * 1000;
    this.#leaseMs = leaseMs;
    this.#membership = new Membership(
      {
        node,
        name: config.nodeName,
        build,
        threads: config.threads,
        leaseMs,
        startedMs: Date.now() - Math.round(process.uptime() * 1000),
      },
      {
        leases: natsLeaseStore(connection, {
          leaseMs,
          replicas: config.natsReplicas,
          log: (level, message, details) => log[level](details, message),
        }),
        allocateEpochs: (shards) => allocateEpochs(this.#pool, shards),
        assign: (claims) => threads.assign(claims),
        release: (shards) => threads.release(shards),
        ownersChanged: (changes) => threads.tellAll({ kind: 'owners', changes }),
        canStore: () => this.#canStore(),
        clockHeard: (other, theirMs, heardMs) => threads.tellAll({ kind: 'clock', node: other, theirMs, heardMs }),
        leaseValidUntil: (untilMs) => {
          board.leaseValidUntilMs = untilMs;
        },
        load: () => this.#load(),
        monotonicMs,
        nowMs: Date.now,
        after: (delayMs, callback) => {
          const timer = setTimeout(callback, delayMs);
          return () => clearTimeout(timer);
        },
        log: (level, message, details) => log[level](details, message),
      },
    );
  }

  async start(): Promise<void> {
    this.#parts.board.isClustered = true;
    const { connection, node } = this.#parts;
    this.#stopListening = serveControl(connection, node, this);
    void this.#probe();
    await this.#membership.start();
  }

  /** Threads know it when they have something to store; the probe knows it when they have not. */
  #canStore(): boolean {
    const { board } = this.#parts;
    for (let thread = 0; thread < board.threads; thread++) if (board.line(thread).journalIsAway) return false;
    return this.#hasDatabase;
  }

  async #probe(): Promise<void> {
    const callOff = setTimeout(() => {
      this.#hasDatabase = false;
    }, this.#leaseMs);
    try {
      await this.#pool.query('select 1');
      this.#hasDatabase = true;
    } catch {
      this.#hasDatabase = false;
    } finally {
      clearTimeout(callOff);
      // The next one begins when this one is over: a silent database is asked once at a time.
      if (!this.#isOver) this.#probeTimer = setTimeout(() => void this.#probe(), this.#leaseMs * PROBE_PART);
    }
  }

  get state(): MembershipState {
    return this.#membership.state;
  }

  /** Whether other nodes go on when this one stops. */
  get hasOthers(): boolean {
    return this.#membership.state.nodes > 1;
  }

  /** For /metrics. */
  metrics(): readonly Metric[] {
    return membershipMetrics(this.#membership.state, monotonicMs());
  }

  deposed(shard: number, seenEpoch: number): void {
    this.#membership.deposed(shard, seenEpoch);
  }

  /** Gives all shards away and takes none, and goes on as a gateway; a balancer sends nobody new. */
  async drain(): Promise<void> {
    this.#parts.board.isLeaving = true;
    await this.#membership.drain();
  }

  resume(): void {
    this.#parts.board.isLeaving = false;
    this.#membership.resume();
  }

  /** The end of this node: its shards go to others, and the lease with them. */
  async leave(): Promise<void> {
    this.#parts.board.isLeaving = true;
    await this.#membership.leave();
    this.#isOver = true;
    clearTimeout(this.#probeTimer);
    this.#stopListening();
    await this.#pool.end();
  }

  /** For the record that everybody can read. */
  #load(): NodeLoad {
    const { board } = this.#parts;
    const lines = Array.from({ length: board.threads }, (_, thread) => board.line(thread));
    const sum = (of: (line: (typeof lines)[number]) => number): number =>
      lines.reduce((total, line) => total + of(line), 0);
    const atMs = monotonicMs();
    const { user, system } = process.cpuUsage();
    const decisions = sum((line) => line.decisions);
    const last = this.#lastLoad;
    const seconds = (atMs - last.atMs) / 1000;
    // Renewed several times a second when something happens: too short a time says nothing.
    if (seconds >= 0.5) {
      this.#lastLoad = {
        decisions,
        atMs,
        cpuMicros: user + system,
        perSecond: Math.round((decisions - last.decisions) / seconds),
        cpu: Math.round(((user + system - last.cpuMicros) / seconds / 1e6) * 100) / 100,
      };
    }
    return {
      connections: sum((line) => line.connections),
      actors: sum((line) => line.actors),
      decisionsPerSecond: this.#lastLoad.perSecond,
      queued: sum((line) => line.queue),
      cpu: this.#lastLoad.cpu,
    };
  }
}

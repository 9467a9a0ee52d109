/**
 * Two nodes on one PostgreSQL and one NATS, each behind an HAProxy of its own and both behind a common one, so that a
 * load can be sent to the owner of its screenings, to the other node, or to whoever comes.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseConfig } from '../storage/database.ts';
import { type Haproxy, launchHaproxy } from '../tests/support/haproxy.ts';
import { launchNats, type NatsServer } from '../tests/support/nats.ts';
import { connectNats, parseNatsUrl } from '../workers/cluster/nats-connection.ts';
import { listNodes } from '../workers/cluster/node-list.ts';
import type { NodeRecord } from '../workers/cluster/node-record.ts';
import { SHARDS, shardOf } from '../workers/shard-map.ts';
import { stopWhenInterrupted } from './run-parts.ts';
import { ServerProcess, urlOf } from './server-process.ts';

const NAMES = ['n0', 'n1'] as const;
const SETTLED_DEADLINE_MS = 30_000;
const LOOK_MS = 50;
/** A balancer that speaks to one machine only is not to limit it. */
const BALANCER = { BALANCER_CONNECTIONS_PER_ADDRESS: '60000' };

export class ClusterNodes {
  readonly nodes: ServerProcess[] = [];
  /** By node, and the common one. */
  doors: Haproxy[] = [];
  common: Haproxy | null = null;
  readonly #database: DatabaseConfig;
  readonly #nats: NatsServer;
  readonly #stopped: () => void;

  private constructor(database: DatabaseConfig, nats: NatsServer) {
    this.#database = database;
    this.#nats = nats;
    this.#stopped = stopWhenInterrupted(() => this.abandon());
  }

  static async start(database: DatabaseConfig): Promise<ClusterNodes> {
    const cluster = new ClusterNodes(database, await launchNats());
    try {
      for (const name of NAMES) cluster.nodes.push(await cluster.startNode(name));
      const ports = cluster.nodes.map(({ port }) => port);
      for (const port of ports) cluster.doors.push(await launchHaproxy({ nodes: [port], environment: BALANCER }));
      cluster.common = await launchHaproxy({ nodes: ports, environment: BALANCER });
      await cluster.whenShared();
      return cluster;
    } catch (cause) {
      await cluster.abandon();
      throw cause;
    }
  }

  /** One thread each: the machine is shared by two nodes, PostgreSQL, NATS, HAProxy and the load. */
  startNode(name: string): Promise<ServerProcess> {
    return ServerProcess.run('../server/main.js', {
      DATABASE_URL: urlOf(this.#database),
      NATS_URL: this.#nats.url,
      POLTRONA_NODE: name,
      POLTRONA_THREADS: '1',
      POLTRONA_DEMO: 'off',
      POLTRONA_LOG_LEVEL: 'warn',
      POLTRONA_MESSAGES_PER_SECOND: '0',
      POLTRONA_CONNECTIONS_PER_ADDRESS: '0',
      POLTRONA_SANDBOX_PAYMENTS: 'on',
    });
  }

  /** Resolves when both nodes have their part. */
  async whenShared(): Promise<void> {
    const endsMs = performance.now() + SETTLED_DEADLINE_MS;
    for (;;) {
      const records = (await this.#records()).filter(({ claims }) => claims.length > 0);
      const owned = records.reduce((sum, { claims }) => sum + claims.length, 0);
      if (records.length === NAMES.length && owned === SHARDS) return;
      if (performance.now() > endsMs) throw new Error('the nodes do not share the shards out');
      await delay(LOOK_MS);
    }
  }

  /** Of so many screenings from `first` on, those that each node owns. */
  async ownedBy(first: number, count: number): Promise<number[][]> {
    const records = await this.#records();
    const ids = Array.from({ length: count }, (_, index) => first + index);
    return NAMES.map((name) => {
      const shards = new Set(
        records.filter((one) => one.name === name).flatMap(({ claims }) => claims.map((c) => c.shard)),
      );
      return ids.filter((id) => shards.has(shardOf(id)));
    });
  }

  /** Commands that went from node to node so far. */
  async crossed(): Promise<number> {
    const all = await Promise.all(this.nodes.map((node) => node.metrics()));
    return all.reduce((sum, metrics) => sum + (metrics.get('poltrona_bus_commands_out_total') ?? 0), 0);
  }

  /** Ends everything in order; resolves with what did not end well, or null. */
  async stop(): Promise<string | null> {
    const codes: (number | null)[] = [];
    for (const node of this.nodes) codes.push(await node.stop());
    await this.#stopRest();
    const bad = codes.find((code) => code !== 0);
    return bad === undefined ? null : `a node ended with code ${bad}`;
  }

  async abandon(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    await this.#stopRest();
  }

  async #stopRest(): Promise<void> {
    this.#stopped();
    for (const door of [...this.doors, this.common]) await door?.stop();
    this.doors = [];
    this.common = null;
    await this.#nats.kill();
    this.#nats.forgetEverything();
  }

  async #records(): Promise<NodeRecord[]> {
    const quiet = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };
    const connection = await connectNats(parseNatsUrl(this.#nats.url), 'poltrona bench', quiet);
    try {
      return await listNodes(connection, 3_000);
    } finally {
      await connection.close();
    }
  }
}

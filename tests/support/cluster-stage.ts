/**
 * A cluster of real server processes on one fresh database and one real nats-server. Each node has lines of its own to
 * both (tcp-line.ts), so that a test can take away what it wants from whom it wants; the test itself is connected past
 * them, and reads the nodes' own records to learn who owns what.
 *
 *   const stage = await ClusterStage.start(t, { nodes: 2 });
 *   stage.nodes[0].natsLine.silence();
 *   await stage.whenOwnedBy([stage.nodes[1]]);
 */
import type { TestContext } from 'node:test';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { DatabaseConfig } from '../../storage/database.ts';
import { connectNats, type NatsConnection, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import { LEASE_BUCKET } from '../../workers/cluster/nats-lease-store.ts';
import { type NodeRecord, readRecord, writeRecord } from '../../workers/cluster/node-record.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { until } from './deadline.ts';
import { type NatsServer, startNats } from './nats.ts';
import { testDatabase } from './postgres.ts';
import { launchServer, type ServerExit, type ServerProcess } from './server-process.ts';
import { postgresLine, TcpLine } from './tcp-line.ts';

export const LEASE_STREAM = `KV_${LEASE_BUCKET}`;
const SETTLED_DEADLINE_MS = 20_000;
const HTTP_DEADLINE_MS = 2_000;

export interface NodeOptions {
  /** The server's compiled main, where it is another build than ours. */
  readonly main?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface StageOptions extends NodeOptions {
  /** Default: 2. */
  readonly nodes?: number;
  /** Of each node. Default: 1. */
  readonly threads?: number;
  /** Default: 1, so that tests are quick. */
  readonly leaseSeconds?: number;
}

export class StageNode {
  readonly name: string;
  readonly natsLine: TcpLine;
  readonly postgresLine: TcpLine;
  /** Whether a balancer would send somebody here: what the test knows. */
  isOpen = true;
  readonly #start: (options: NodeOptions) => ServerProcess;
  #server: ServerProcess;

  constructor(name: string, lines: readonly [TcpLine, TcpLine], start: (options: NodeOptions) => ServerProcess) {
    this.name = name;
    [this.natsLine, this.postgresLine] = lines;
    this.#start = start;
    this.#server = start({});
  }

  /** The process of now. */
  get server(): ServerProcess {
    return this.#server;
  }

  get url(): string {
    return this.#server.webSocketUrl;
  }

  /** A new process under the same name. */
  async restart(options: NodeOptions = {}): Promise<void> {
    this.#server = this.#start(options);
    await this.#server.whenReady();
    this.isOpen = true;
  }

  /** Without a farewell. */
  async kill(): Promise<void> {
    this.isOpen = false;
    this.#server.kill('SIGKILL');
    await this.#server.exited;
  }

  /** As an operator stops it. */
  stop(): Promise<ServerExit> {
    this.isOpen = false;
    return this.#server.stop();
  }

  /** What /readyz says; null when it does not answer. */
  async ready(): Promise<{ readonly status: number; readonly text: string } | null> {
    try {
      const signal = AbortSignal.timeout(HTTP_DEADLINE_MS);
      const response = await fetch(`http://127.0.0.1:${this.#server.port}/readyz`, { signal });
      return { status: response.status, text: (await response.text()).trim() };
    } catch {
      return null;
    }
  }

  async whenReady(isReady = true): Promise<void> {
    let last: unknown;
    await until(
      async () => {
        const answer = await this.ready();
        last = answer;
        return answer !== null && (answer.status === 200) === isReady;
      },
      SETTLED_DEADLINE_MS,
      () => `node ${this.name} says ${JSON.stringify(last)}: ${this.#server.lastWords()}`,
    );
  }
}

export class ClusterStage {
  readonly database: DatabaseConfig;
  readonly nats: NatsServer;
  readonly connection: NatsConnection;
  readonly nodes: StageNode[] = [];
  readonly #t: TestContext;
  readonly #options: StageOptions;
  #manager: JetStreamManager | null = null;

  private constructor(
    t: TestContext,
    database: DatabaseConfig,
    nats: NatsServer,
    connection: NatsConnection,
    options: StageOptions,
  ) {
    this.#t = t;
    this.database = database;
    this.nats = nats;
    this.connection = connection;
    this.#options = options;
  }

  /** Resolves when all nodes are ready and have dealt the shards out among them. */
  static async start(t: TestContext, options: StageOptions = {}): Promise<ClusterStage> {
    const [database, nats] = await Promise.all([testDatabase(t), startNats(t)]);
    const quiet = { disconnected() {}, reconnected() {}, closed() {}, warning() {} };
    const connection = await connectNats(parseNatsUrl(nats.url), 'test stage', quiet);
    t.after(() => connection.close());
    const stage = new ClusterStage(t, database, nats, connection, options);
    await stage.add(options.nodes ?? 2);
    await stage.whenOwnedBy(stage.nodes);
    return stage;
  }

  /** Further nodes, started together; resolves when they are ready. */
  async add(count: number, options: NodeOptions = {}): Promise<StageNode[]> {
    const added: StageNode[] = [];
    for (let index = 0; index < count; index++) {
      const node = await this.#node(`n${this.nodes.length}`, options);
      this.nodes.push(node);
      added.push(node);
    }
    await Promise.all(added.map(({ server }) => server.whenReady()));
    return added;
  }

  /** The bucket's own stream, past all clients of ours. */
  async manager(): Promise<JetStreamManager> {
    this.#manager ??= await jetstreamManager(this.connection, { timeout: 1_000 });
    return this.#manager;
  }

  /** Writes a record into the bucket as if the node had done it: a lie, or an old truth. */
  async forge(record: NodeRecord): Promise<void> {
    const text = writeRecord(record);
    await this.connection.request(`$KV.${LEASE_BUCKET}.node.${record.node}`, text, { timeout: 2_000 });
  }

  /** Deletes a node's record as if it had left. */
  async declareGone(node: string): Promise<void> {
    const marks = headers();
    marks.set('KV-Operation', 'DEL');
    await this.connection.request(`$KV.${LEASE_BUCKET}.node.${node}`, '', { headers: marks, timeout: 2_000 });
  }

  /** What the nodes say of themselves in the bucket; nothing when it cannot be read. */
  async records(): Promise<NodeRecord[]> {
    try {
      const { streams } = await this.manager();
      const { state } = await streams.info(LEASE_STREAM, { subjects_filter: '>' });
      const stored = await Promise.all(
        Object.keys(state.subjects ?? {}).map((subject) =>
          streams.getMessage(LEASE_STREAM, { last_by_subj: subject }).catch(() => null),
        ),
      );
      return stored.flatMap((message) => {
        const record = message === null ? null : readRecord(message.string());
        return record === null ? [] : [record];
      });
    } catch {
      this.#manager = null;
      return [];
    }
  }

  /** The newest record under this node's name. */
  async recordOf(node: StageNode): Promise<NodeRecord | null> {
    const records = (await this.records()).filter(({ name }) => name === node.name);
    return records.sort((a, b) => b.startedMs - a.startedMs)[0] ?? null;
  }

  /** The same; waits for one. */
  async whenRecorded(node: StageNode): Promise<NodeRecord> {
    let found: NodeRecord | null = null;
    await until(
      async () => {
        found = await this.recordOf(node);
        return found !== null;
      },
      SETTLED_DEADLINE_MS,
      () => `node ${node.name} has no record`,
    );
    return found as unknown as NodeRecord;
  }

  /** Resolves when these nodes, and nobody else, own every shard once, each of them some. */
  async whenOwnedBy(nodes: readonly StageNode[], deadlineMs = SETTLED_DEADLINE_MS): Promise<void> {
    let last = '';
    const names = nodes.map(({ name }) => name).sort();
    await until(
      async () => {
        const records = (await this.records()).filter(({ claims }) => claims.length > 0);
        last = records.map(({ node, state, claims }) => `${node} (${state}): ${claims.length}`).join(', ');
        const claims = records.flatMap((record) => record.claims);
        const owners = records.map(({ name }) => name).sort();
        const isWhole = claims.length === SHARDS && new Set(claims.map(({ shard }) => shard)).size === SHARDS;
        return isWhole && owners.join() === names.join();
      },
      deadlineMs,
      () => `${names.join(' and ')} do not own everything, but: ${last}`,
    );
  }

  async #node(name: string, own: NodeOptions): Promise<StageNode> {
    const t = this.#t;
    const natsLine = await TcpLine.start(t, { port: this.nats.port });
    const { line, config } = await postgresLine(t, this.database);
    const { threads = 1, leaseSeconds = 1, main, environment } = this.#options;
    const start = (now: NodeOptions): ServerProcess => {
      const chosen = now.main ?? own.main ?? main;
      return launchServer(t, {
        database: config,
        ...(chosen === undefined ? {} : { main: chosen }),
        environment: {
          NATS_URL: `nats://127.0.0.1:${natsLine.port}`,
          POLTRONA_NODE: name,
          POLTRONA_THREADS: String(threads),
          POLTRONA_LEASE_SECONDS: String(leaseSeconds),
          POLTRONA_SANDBOX_PAYMENTS: 'on',
          ...environment,
          ...own.environment,
          ...now.environment,
        },
      });
    };
    return new StageNode(name, [natsLine, line], start);
  }
}

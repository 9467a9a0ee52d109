/**
 * Some nodes on one real nats-server, each with one thread: a runtime with the database in the test's hands, and the NATS bus. The test
 * says who owns what, and what time it is: one wall clock for all, and a monotonic clock for each node that began elsewhere.
 *
 *   const stage = await NatsStage.start(server, ['near', 'far']);
 *   await stage.give('far', 1);
 *   const heard = stage.node('near').say(7, hold('ana', [0]));
 *   await stage.settle();
 */
import assert from 'node:assert/strict';
import type { Command } from '../../actors/seat-command.ts';
import type { ActorMessage } from '../../workers/bus.ts';
import { NatsBus, type NatsBusLimits } from '../../workers/cluster/nats-bus.ts';
import { connectNats, type NatsConnection, parseNatsUrl } from '../../workers/cluster/nats-connection.ts';
import type { ShardOwner } from '../../workers/cluster/shard-owner.ts';
import { SHARDS } from '../../workers/shard-map.ts';
import { turns } from './hand-store.ts';
import { Heard, Watching } from './heard.ts';
import type { NatsServer } from './nats.ts';
import { EndsOfTurn } from './port-pair.ts';
import { RuntimeStage } from './runtime-stage.ts';
import { type Draft, T0 } from './screening.ts';

const PATIENCE_MS = 5_000;

export interface NatsStageOptions {
  readonly limits?: Partial<NatsBusLimits>;
  /** Under which epoch a node's runtime writes, where it is not 1. */
  readonly epochs?: Readonly<Record<string, number>>;
}

export class NatsNode {
  readonly name: string;
  readonly runtime: RuntimeStage;
  readonly connection: NatsConnection;
  readonly bus: NatsBus;
  readonly endsOfTurn = new EndsOfTurn();
  readonly logged: string[] = [];
  /** What this node knows; the test may leave it behind the others. */
  readonly owners: (ShardOwner | null)[] = new Array<ShardOwner | null>(SHARDS).fill(null);
  readonly #stage: NatsStage;
  #requests = 0;

  constructor(
    name: string,
    connection: NatsConnection,
    stage: NatsStage,
    offsetMs: number,
    { limits, epochs }: NatsStageOptions,
  ) {
    this.name = name;
    this.runtime = new RuntimeStage({ epoch: epochs?.[name] ?? 1 });
    this.connection = connection;
    this.#stage = stage;
    const ports = {
      server: this.runtime.runtime,
      ownerOf: (shard: number) => this.owners[shard] ?? null,
      monotonicMs: () => stage.nowMs - T0 + offsetMs,
      nowMs: () => stage.nowMs,
      endOfTurn: this.endsOfTurn.add,
      log: (level: string, message: string) => this.logged.push(`${level}: ${message}`),
    };
    this.monotonicMs = ports.monotonicMs;
    this.bus = new NatsBus(connection, name, 0, ports, limits ?? {});
  }

  readonly monotonicMs: () => number;

  /** Sends a command over the bus; its request id is new. */
  say(screening: number, draft: Draft, heard = new Heard(), deadlineMs = this.#stage.nowMs + PATIENCE_MS): Heard {
    const number = ++this.#requests;
    const command = { atMs: 0, ...draft, requestId: `${this.name}-${number}` } as Command;
    this.submit(screening, command, heard, number, deadlineMs);
    return heard;
  }

  submit(screening: number, command: ActorMessage, heard: Heard, tag: number, deadlineMs: number): void {
    this.bus.submit(screening, command, heard, tag, deadlineMs);
  }

  watch(screening: number): Watching {
    const watching = new Watching();
    this.bus.subscribe(screening, watching);
    return watching;
  }
}

export class NatsStage {
  readonly nodes = new Map<string, NatsNode>();
  /** The wall clock of everybody is that of the last node's runtime. */
  get nowMs(): number {
    return [...this.nodes.values()].at(-1)?.runtime.nowMs ?? T0;
  }

  set nowMs(nowMs: number) {
    for (const { runtime } of this.nodes.values()) runtime.nowMs = nowMs;
  }

  /** Told when a node's line goes and comes. */
  #waiting: { readonly event: string; readonly resolve: () => void }[] = [];
  readonly #happened = new Map<string, number>();

  static async start(server: NatsServer, names: readonly string[], options: NatsStageOptions = {}): Promise<NatsStage> {
    const stage = new NatsStage();
    for (const name of names) await stage.#add(server, name, options);
    stage.hearClocks();
    return stage;
  }

  async #add(server: NatsServer, name: string, options: NatsStageOptions): Promise<void> {
    const connection = await connectNats(parseNatsUrl(server.url), name, {
      disconnected: () => {
        this.node(name).bus.disconnected();
        this.#tell(`${name} disconnected`);
      },
      reconnected: () => {
        this.node(name).bus.reconnected();
        this.#tell(`${name} reconnected`);
      },
      closed: () => {},
      warning: () => {},
    });
    const offsetMs = 1_000_000 * (this.nodes.size + 1);
    this.nodes.set(name, new NatsNode(name, connection, this, offsetMs, options));
  }

  node(name: string): NatsNode {
    const node = this.nodes.get(name);
    assert.ok(node !== undefined, `no node ${name}`);
    return node;
  }

  /** Everybody hears everybody's clock, as from the nodes' records. */
  hearClocks(): void {
    for (const node of this.nodes.values()) {
      for (const other of this.nodes.values()) node.bus.clockHeard(other.name, other.monotonicMs(), node.monotonicMs());
    }
  }

  /** The node owns these shards (or all) under this epoch; everybody is told, or only those in `told`. */
  async give(
    name: string,
    epoch: number,
    shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard),
    told: readonly string[] = [...this.nodes.keys()],
  ): Promise<void> {
    await this.node(name).bus.serve(shards.map((shard) => ({ shard, epoch })));
    for (const other of told) this.tellOwner(other, { node: name, thread: 0, epoch }, shards);
  }

  tellOwner(told: string, owner: ShardOwner | null, shards: readonly number[]): void {
    const { owners, bus } = this.node(told);
    for (const shard of shards) owners[shard] = owner;
    bus.ownersChanged(shards);
  }

  /** Lets everything arrive that is under way, and what it causes. All lines must be there. */
  async settle(): Promise<void> {
    // A flush is answered after everything that was sent before it, and after everything that was sent to us before.
    for (let quiet = 0; quiet < 2; quiet++) {
      const before = this.#traffic();
      await turns();
      let isMoving = false;
      for (const { endsOfTurn } of this.nodes.values()) isMoving = endsOfTurn.run() || isMoving;
      for (const { connection } of this.nodes.values()) await connection.flush();
      if (isMoving || this.#traffic() !== before) quiet = -1;
    }
    await turns();
  }

  #traffic(): string {
    return [...this.nodes.values()].map(({ bus }) => `${bus.counts.messagesIn}/${bus.counts.messagesOut}`).join();
  }

  /** Resolves when this has happened `times` times since the start: "near disconnected", "near reconnected". */
  async when(event: string, times = 1): Promise<void> {
    while ((this.#happened.get(event) ?? 0) < times) {
      await new Promise<void>((resolve) => this.#waiting.push({ event, resolve }));
    }
  }

  #tell(event: string): void {
    this.#happened.set(event, (this.#happened.get(event) ?? 0) + 1);
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((one) => one.event !== event);
    for (const one of waiting) if (one.event === event) one.resolve();
  }

  async close(): Promise<void> {
    for (const { bus, connection } of this.nodes.values()) {
      await bus.close();
      await connection.close();
    }
  }
}

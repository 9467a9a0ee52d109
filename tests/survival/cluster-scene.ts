/**
 * A cluster under load, with people who watch: what every test of many nodes begins with, and how every one of them ends.
 * Buyers are connected to all nodes; on each node somebody watches the same screenings, whoever owns them. In the end
 * all watchers must see what the journal holds, all books must agree, and the event stream must tell the same story.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import pg from 'pg';
import { clientConfig } from '../../storage/database.ts';
import { shardOf } from '../../workers/shard-map.ts';
import { Random } from '../simulation/random.ts';
import { ClusterStage, type StageNode, type StageOptions } from '../support/cluster-stage.ts';
import { deadline, until } from '../support/deadline.ts';
import { checkEvents, type EventBooksOptions, whenRelayed } from '../support/event-books.ts';
import { addScreenings } from '../support/screenings.ts';
import { checkBooks } from './books.ts';
import { Load } from './load.ts';
import { type Scenario, scenario } from './rounds.ts';
import { SeatObserver } from './seat-observer.ts';

export interface SceneOptions extends StageOptions {
  /** Buyers. Default: 16. */
  readonly clients?: number;
  /** How often the short form repeats itself. Default: 1. */
  readonly rounds?: number;
}

export interface SceneEnd {
  /** Two nodes may have decided at once, so that one of them refused from an old memory what the other one accepted. */
  readonly severalOwners?: boolean;
  readonly events?: EventBooksOptions;
  /** Nodes that are to end by themselves when they are told to. Default: all that are open. */
  readonly stopping?: readonly StageNode[];
}

const SCREENINGS = 12;
const WATCHED = 5;
const ROWS = 20;
const COLUMNS = 20;
/** So long a buyer waits before he tries another connection. */
const PATIENCE_MS = 1_500;
const SALES_DEADLINE_MS = 20_000;

export class ClusterScene {
  readonly stage: ClusterStage;
  readonly screenings: readonly number[];
  readonly load: Load;
  readonly observers: SeatObserver[] = [];
  readonly #others: Load[] = [];
  /** For what happens, and when. */
  readonly random: Random;
  readonly #wishes: Random;
  readonly rounds: number;
  readonly #t: TestContext;

  private constructor(
    t: TestContext,
    stage: ClusterStage,
    screenings: readonly number[],
    { random, rounds, seed }: Scenario,
    clients: number,
  ) {
    this.#t = t;
    this.stage = stage;
    this.screenings = screenings;
    // Of its own: what happens next must not depend on how much was bought meanwhile.
    this.random = new Random(seed + 1);
    this.#wishes = random;
    this.rounds = rounds;
    for (const node of stage.nodes) this.watch(node);
    this.load = new Load({
      clients,
      screenings,
      seatCount: ROWS * COLUMNS,
      server: (client) => this.#door(client, random),
      random,
      patienceMs: PATIENCE_MS,
    });
    t.after(() => {
      for (const { server } of stage.nodes) server.kill('SIGCONT');
      this.load.abandon();
      for (const observer of this.observers) observer.close();
    });
  }

  /** Resolves when buyers at every node have bought. */
  static async start(t: TestContext, options: SceneOptions = {}): Promise<ClusterScene> {
    const chances = scenario(t, options.rounds ?? 1);
    const stage = await ClusterStage.start(t, options);
    const count = chances.enough(SCREENINGS);
    const screenings = await addScreenings(stage.database, { count, rows: ROWS, columns: COLUMNS });
    const scene = new ClusterScene(t, stage, screenings, chances, options.clients ?? 16);
    await scene.sales(stage.nodes, 30);
    return scene;
  }

  /** The node with this number. */
  node(index: number): StageNode {
    const node = this.stage.nodes[index];
    assert.ok(node !== undefined);
    return node;
  }

  /** From now on somebody watches there, and comes back there or to another node. */
  watch(node: StageNode): void {
    const watched = this.screenings.slice(0, WATCHED);
    this.observers.push(new SeatObserver(watched, () => (node.isOpen ? node.url : this.#door(0, this.#wishes))));
  }

  /** Resolves when buyers at each of these nodes had `more` further commands accepted; says how long that took. */
  async sales(nodes: readonly StageNode[], more: number): Promise<number> {
    const startedMs = performance.now();
    const wanted = nodes.map(({ name, url }) => ({ name, url, goal: this.load.acceptedBy(url) + more }));
    await until(
      () => wanted.every(({ url, goal }) => this.load.acceptedBy(url) >= goal),
      SALES_DEADLINE_MS,
      () => {
        const counts = wanted.map(({ name, url, goal }) => `${name}: ${this.load.acceptedBy(url)} of ${goal}`);
        const words = this.stage.nodes.map(({ name, server }) => `${name}: ${server.lastWords()}`);
        return `accepted at ${counts.join(', ')}\n${words.join('\n')}`;
      },
    );
    // Those who cannot go on say why.
    await this.load.whenAccepted(0);
    return performance.now() - startedMs;
  }

  /** Further buyers, all of them at this node, who want these screenings only. */
  buyers(node: StageNode, clients: number, screenings: readonly number[]): Load {
    const seatCount = ROWS * COLUMNS;
    const load = new Load({ clients, screenings, seatCount, server: () => node.url, random: this.#wishes });
    this.#others.push(load);
    this.#t.after(() => load.abandon());
    return load;
  }

  /** Screenings whose owner is this node now. */
  async screeningsOf(node: StageNode): Promise<number[]> {
    const { claims } = await this.stage.whenRecorded(node);
    const shards = new Set(claims.map(({ shard }) => shard));
    return this.screenings.filter((screening) => shards.has(shardOf(screening)));
  }

  /** A line in the test's output. */
  say(text: string): void {
    this.#t.diagnostic(text);
  }

  /** Everything is whole again: nobody is under way, everybody sees the same, the books agree; then the nodes are stopped. */
  async end(options: SceneEnd = {}): Promise<void> {
    const { stage, load, observers } = this;
    const { severalOwners = false, events, stopping = stage.nodes.filter(({ isOpen }) => isOpen) } = options;
    for (const one of [load, ...this.#others]) await one.stop();
    const history = [load, ...this.#others].flatMap((one) => one.history);
    await this.#whenAllSeeTheSame();
    await checkBooks(this.#t, stage.database, { history, observers, severalServers: severalOwners });
    await whenRelayed(stage.database);
    const told = await checkEvents(stage.nats.url, stage.database, events);
    this.say(`${history.length} commands; ${told.facts} facts, all of them in the stream, ${told.repeated} repeated`);
    const exits = await Promise.all(stopping.map((node) => node.stop()));
    for (const exit of exits) assert.deepEqual(exit, { code: 0, signal: null });
  }

  /** Where a balancer sends this buyer. */
  #door(client: number, random: Random): string {
    const { nodes } = this.stage;
    const own = nodes[client % nodes.length]!;
    const open = nodes.filter(({ isOpen }) => isOpen);
    // Nobody there: he keeps on trying.
    if (own.isOpen || open.length === 0) return own.url;
    return random.pick(open).url;
  }

  /** Every watcher, wherever he is connected, is at the journal's last version of all that he watches. */
  async #whenAllSeeTheSame(): Promise<void> {
    const client = new pg.Client(clientConfig(this.stage.database, 'reader', 'survival watchers'));
    await client.connect();
    try {
      let behind: string[] = [];
      await until(
        async () => {
          const { rows } = await client.query<{ screening: string; version: number }>(
            'select screening, max(version) as version from journal group by 1',
          );
          const last = new Map(rows.map(({ screening, version }) => [Number(screening), version]));
          behind = this.observers.flatMap((observer, index) =>
            observer.screenings
              .filter((screening) => observer.versionOf(screening) !== (last.get(screening) ?? 0))
              .map((s) => `watcher ${index}: screening ${s} at ${observer.versionOf(s)} of ${last.get(s)}`),
          );
          return behind.length === 0;
        },
        15_000,
        () => `somebody sees an old seat map: ${behind.join('; ')}`,
      );
    } finally {
      await deadline(client.end(), 5_000, () => 'the reader does not end');
    }
  }
}

/**
 * Publishes what the outbox holds: reads its lowest rows, appends their facts to the event stream, deletes the rows, again and
 * again. A crash between the last two makes somebody publish the same rows again, and the stream knows them (event-stream.ts).
 *
 * One node relays at a time, the one that holds a lock in PostgreSQL; the others try for it. A node that cannot reach
 * NATS lets go of the lock, because another one may. Without NATS nobody relays, and rows are only kept for `poltrona events
 * tail` to read.
 */
import type { DatabaseConfig } from '../../storage/database.ts';
import type { Log } from '../../storage/log.ts';
import { ASLEEP_SECONDS, OutboxConnection } from '../../storage/outbox.ts';
import type { EventStream } from './event-stream.ts';

export interface EventRelayOptions {
  readonly database: DatabaseConfig;
  /** null: there is no NATS. */
  readonly stream: Pick<EventStream, 'publish' | 'forgetPosition'> | null;
  readonly log: Log;
  readonly limits?: Partial<EventRelayLimits>;
}

export interface EventRelayLimits {
  /** Facts published at once; one batch of the journal may hold more, and goes whole. */
  readonly chunkFactsMax: number;
  /**
   * When it is behind: how long to rest after a chunk, in times of what the chunk took. 0: not at all. What it takes is taken
   * from the sales where processors are few: about 18 µs a fact, all processes together (two cores, 55,000 facts a second).
   */
  readonly restPerWork: number;
  /** Pause when the outbox is empty, milliseconds. */
  readonly idleMs: number;
  /** Pause between two tries for the lock. */
  readonly lockMs: number;
  /** Pause after a failure: doubled from the first to the second. */
  readonly backOffMs: readonly [first: number, longest: number];
  /** Between two counts of what waits. */
  readonly lagEveryMs: number;
  /** What nobody could publish for so long goes: the stream itself keeps events no longer. */
  readonly keptSeconds: number;
  /** A relay that asked PostgreSQL nothing for so long is frozen, and loses its turn. Above what publishing a chunk may take. */
  readonly asleepSeconds: number;
  /** As `keptSeconds`, where there is no NATS. */
  readonly keptWithoutNatsSeconds: number;
}

export const EVENT_RELAY_LIMITS: EventRelayLimits = {
  chunkFactsMax: 500,
  restPerWork: 0,
  idleMs: 100,
  lockMs: 500,
  backOffMs: [250, 4_000],
  lagEveryMs: 2_000,
  keptSeconds: 7 * 86_400,
  asleepSeconds: ASLEEP_SECONDS,
  keptWithoutNatsSeconds: 600,
};

const PRUNE_EVERY_MS = 15_000;
const PRUNE_ROWS_MAX = 5_000;

export interface RelayLag {
  /** Rows of the outbox: commits that are not published yet. As of the last count, by whichever node: all of them count. */
  readonly rows: number;
  /** Age of the oldest of them, seconds. */
  readonly oldestSeconds: number;
  /** Whether it is this node that relays. */
  readonly isRelaying: boolean;
  /** Facts published by this node since its start. */
  readonly published: number;
}

export class EventRelay {
  readonly #options: EventRelayOptions;
  readonly #limits: EventRelayLimits;
  #running: Promise<void> | null = null;
  #isStopping = false;
  /** Ends the present pause. */
  #wake: () => void = () => {};
  #connection: OutboxConnection | null = null;
  #isRelaying = false;
  #rows = 0;
  #oldestSeconds = 0;
  #published = 0;
  #countAtMs = 0;
  #pruneAtMs = 0;
  #failures = 0;

  constructor(options: EventRelayOptions) {
    this.#options = options;
    this.#limits = { ...EVENT_RELAY_LIMITS, ...options.limits };
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the chunk under way is published or given up, and the lock is free. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#running;
  }

  lag(): RelayLag {
    return {
      rows: this.#rows,
      oldestSeconds: this.#oldestSeconds,
      isRelaying: this.#isRelaying,
      published: this.#published,
    };
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        this.#connection ??= await OutboxConnection.open(
          this.#options.database,
          'poltrona events',
          this.#limits.asleepSeconds,
        );
        await this.#turn(this.#connection);
      } catch (cause) {
        this.#letGo();
        this.#failed(cause);
        await this.#pause(this.#backOff());
      }
    }
    this.#letGo();
  }

  /** One look at the outbox, and the pause after it. */
  async #turn(connection: OutboxConnection): Promise<void> {
    const { stream } = this.#options;
    if (stream === null) {
      await this.#prune(connection, this.#limits.keptWithoutNatsSeconds);
      // The session asks often enough not to be taken for a sleeper.
      await this.#pause(this.#limits.lagEveryMs);
      await connection.lag();
      return;
    }
    if (!this.#isRelaying) {
      const hasCounted = await this.#count(connection);
      if (!(await connection.tryLock())) {
        if (hasCounted && (await connection.endSleeper())) {
          this.#options.log.warn({}, 'the relay of events was asleep and lost its turn');
        }
        await this.#pause(this.#limits.lockMs);
        return;
      }
      this.#isRelaying = true;
      stream.forgetPosition();
      this.#options.log.info({ rows: this.#rows }, 'this node relays the events now');
    }
    await this.#prune(connection, this.#limits.keptSeconds);
    const startedMs = performance.now();
    const chunk = await connection.next(this.#limits.chunkFactsMax);
    this.#oldestSeconds = chunk.oldestSeconds;
    if (chunk.rows.length > 0) {
      await stream.publish(chunk.events);
      await connection.remove(chunk.rows);
      this.#published += chunk.events.length;
    }
    this.#recovered();
    if (chunk.events.length >= this.#limits.chunkFactsMax) {
      await this.#count(connection);
      const restMs = (performance.now() - startedMs) * this.#limits.restPerWork;
      if (restMs > 0) await this.#pause(restMs);
      return;
    }
    this.#rows = 0;
    this.#oldestSeconds = 0;
    if (chunk.rows.length === 0) await this.#pause(this.#limits.idleMs);
  }

  /** Counts what waits, unless it was counted just now. */
  async #count(connection: OutboxConnection): Promise<boolean> {
    const nowMs = performance.now();
    if (nowMs < this.#countAtMs) return false;
    this.#countAtMs = nowMs + this.#limits.lagEveryMs;
    const { rows, oldestSeconds } = await connection.lag();
    this.#rows = rows;
    this.#oldestSeconds = oldestSeconds;
    return true;
  }

  async #prune(connection: OutboxConnection, keptSeconds: number): Promise<void> {
    const nowMs = performance.now();
    if (nowMs < this.#pruneAtMs) return;
    const gone = await connection.prune(keptSeconds, PRUNE_ROWS_MAX);
    // A full hand: there is more.
    this.#pruneAtMs = gone === PRUNE_ROWS_MAX ? nowMs : nowMs + PRUNE_EVERY_MS;
    if (gone > 0 && this.#options.stream !== null) {
      this.#options.log.error({ rows: gone }, 'events were too old to be published and are only in the journal');
    }
  }

  /** With the connection goes the lock. */
  #letGo(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#isRelaying = false;
  }

  #failed(cause: unknown): void {
    this.#failures++;
    // Once for each trouble, not for each try.
    if (this.#failures === 1)
      this.#options.log.warn({ err: cause }, 'events cannot be relayed now; they wait in the outbox');
  }

  #recovered(): void {
    if (this.#failures > 0) this.#options.log.info({ failures: this.#failures }, 'events are relayed again');
    this.#failures = 0;
  }

  #backOff(): number {
    const [first, longest] = this.#limits.backOffMs;
    // Not at the same moment as everybody else's next try.
    return Math.min(first * 2 ** Math.min(this.#failures - 1, 10), longest) * (0.75 + Math.random() / 2);
  }

  #pause(ms: number): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

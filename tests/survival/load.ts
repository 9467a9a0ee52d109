/**
 * Many buyers at once, each on a visit: connect, hold a few seats, buy them, give them back, ask for more time or
 * change one's mind, some times over; then the next one comes. They want what a seeded source of chance says, on few
 * screenings, so that they stand in each other's way all the time.
 */

import { ClientOp } from '../../server/protocol/client-messages.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import type { Answer } from '../../server/protocol/server-frame.ts';
import type { Random } from '../simulation/random.ts';
import { deadline } from '../support/deadline.ts';
import {
  ClientClosed,
  type CommandDraft,
  describe,
  type History,
  type HistoryEntry,
  TestClient,
} from '../support/test-client.ts';

export interface LoadOptions {
  readonly clients: number;
  readonly screenings: readonly number[];
  readonly seatCount: number;
  /** Where the client with this number goes next. */
  readonly server: (client: number) => string;
  readonly random: Random;
  /** Holds of one visit; then the next visitor comes, on a new connection. Default: 8. */
  readonly turns?: number;
  readonly onClosed?: (code: number) => void;
  /** How long they wait for an answer before they try another connection. Default: for ever. */
  readonly patienceMs?: number;
}

/** Without an accepted command for so long, something is wrong. */
const PROGRESS_DEADLINE_MS = 20_000;

export class Load {
  readonly history: History = [];
  readonly #options: LoadOptions;
  readonly #visits: Promise<void>[] = [];
  readonly #clients = new Set<TestClient>();
  #accepted = 0;
  readonly #acceptedBy = new Map<string, number>();
  /** By client: when it was last settled something. */
  readonly #settledMs: number[];
  #gapMs = 0;
  #goals: { at: number; resolve: () => void }[] = [];
  #isStopping = false;
  #failure: Error | null = null;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#settledMs = new Array<number>(options.clients).fill(performance.now());
    for (let client = 0; client < options.clients; client++) {
      this.#visits.push(this.#visitors(client).catch((cause: unknown) => this.#fail(cause as Error)));
    }
  }

  /** Commands accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Commands that clients of this server were told were accepted, whoever decided them. */
  acceptedBy(server: string): number {
    return this.#acceptedBy.get(server) ?? 0;
  }

  /** The longest that any client has been without an answer that settles something, since `measureGaps`; milliseconds. */
  get longestGapMs(): number {
    const nowMs = performance.now();
    return Math.max(this.#gapMs, ...(this.#isStopping ? [] : this.#settledMs.map((atMs) => nowMs - atMs)));
  }

  /** From now on: what was before does not count, also of the waits that are under way. */
  measureGaps(): void {
    this.#gapMs = 0;
    this.#settledMs.fill(performance.now());
  }

  /** Resolves in the turn in which `more` further commands have been accepted. */
  async whenAccepted(more: number): Promise<void> {
    const at = this.#accepted + more;
    const reached = new Promise<void>((resolve) => this.#goals.push({ at, resolve }));
    await deadline(
      reached,
      PROGRESS_DEADLINE_MS,
      () => `${this.#accepted} of ${at} commands were accepted; ${this.#waiting()}`,
    );
    if (this.#failure !== null) throw this.#failure;
  }

  /** Nobody asks for anything new; resolves when everything that was asked is settled. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#visits);
    if (this.#failure !== null) throw this.#failure;
  }

  /** Everybody's connection is lost; they come back. */
  cutAll(): void {
    for (const client of this.#clients) client.cut();
  }

  /** Everybody goes away, whatever is under way: it stays unknown in the history. */
  abandon(): void {
    this.#isStopping = true;
    for (const client of this.#clients) client.close();
  }

  async #visitors(number: number): Promise<void> {
    const { server, onClosed, patienceMs, turns = 8 } = this.#options;
    while (!this.#isStopping) {
      const client = new TestClient({
        server: () => server(number),
        history: this.history,
        onAccepted: (entry) => this.#count(entry),
        ...(onClosed === undefined ? {} : { onClosed }),
        ...(patienceMs === undefined ? {} : { patienceMs }),
      });
      this.#clients.add(client);
      try {
        client.start();
        await client.whenWelcome();
        for (let turn = 0; turn < turns && !this.#isStopping; turn++) await this.#turn(number, client);
      } finally {
        this.#clients.delete(client);
        client.close();
      }
    }
  }

  async #turn(number: number, client: TestClient): Promise<void> {
    const { random, screenings } = this.#options;
    const screening = random.pick(screenings);
    const ask = async (draft: CommandDraft): Promise<Answer> => {
      const answer = await client.command(draft);
      this.#settled(number);
      return answer;
    };
    const held = await ask(this.#wish(screening));
    if (held.body.kind !== 'held') return;
    const { hold, seats } = held.body;
    if (random.chance(0.15)) await ask({ op: ClientOp.extend, screening, hold });
    if (random.chance(0.1)) {
      const more = await ask({ op: ClientOp.hold, screening, seats: [this.#anySeat()], hold });
      if (more.body.kind === 'held') return;
    }
    const chance = random.next();
    if (chance < 0.3) {
      const declined = random.chance(0.15);
      await ask({
        op: ClientOp.buy,
        screening,
        hold,
        seats: seats.map((seat) => [seat, 1 + random.below(3)] as const),
        method: 'sandbox',
        detail: declined ? 'declined' : 'approved',
      });
      return;
    }
    if (chance < 0.9)
      await ask({ op: ClientOp.release, screening, hold, seats: random.chance(0.2) ? [seats[0]!] : [] });
  }

  #wish(screening: number): CommandDraft {
    const { random } = this.#options;
    if (random.chance(0.2)) {
      return { op: ClientOp.bestAvailable, screening, count: 1 + random.below(4), accessible: false };
    }
    const seats = new Set<number>();
    const first = this.#anySeat();
    for (let count = 1 + random.below(4); count > 0; count--) seats.add((first + count) % this.#options.seatCount);
    return { op: ClientOp.hold, screening, seats: [...seats], hold: 0 };
  }

  /** Everybody likes the same rows: half of the wishes go to an eighth of the seats. */
  #anySeat(): number {
    return Math.floor(this.#options.random.next() ** 3 * this.#options.seatCount);
  }

  #count({ answeredBy }: HistoryEntry): void {
    this.#accepted++;
    this.#acceptedBy.set(answeredBy, this.acceptedBy(answeredBy) + 1);
    const { length } = this.#goals;
    if (length === 0) return;
    const reached = this.#goals.filter(({ at }) => at <= this.#accepted);
    this.#goals = this.#goals.filter(({ at }) => at > this.#accepted);
    for (const { resolve } of reached) resolve();
  }

  #settled(client: number): void {
    const nowMs = performance.now();
    this.#gapMs = Math.max(this.#gapMs, nowMs - this.#settledMs[client]!);
    this.#settledMs[client] = nowMs;
  }

  #waiting(): string {
    const waiting = this.history.filter(({ answer }) => answer === null);
    return `${waiting.length} wait, e.g. ${waiting.slice(0, 3).map(describe).join(' and ')}`;
  }

  #fail(cause: Error): void {
    // They were told to go.
    if (cause instanceof ClientClosed) return;
    this.#failure ??= cause;
    for (const { resolve } of this.#goals.splice(0)) resolve();
  }
}

/** What was accepted of one kind. */
export function acceptedOf(history: History, op: number): (HistoryEntry & { readonly answer: Answer })[] {
  return history.filter(
    (entry): entry is HistoryEntry & { readonly answer: Answer } =>
      entry.request.op === op && entry.answer?.code === OutcomeCode.accepted,
  );
}

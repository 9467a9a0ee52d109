/**
 * A session with a Poltrona server: the same buyer over any number of connections. Watch seats, hold them, buy them; every
 * command is answered, refused, or said to have failed, and its promise never rejects.
 */
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { CloseCode } from '../../server/protocol/close-code.ts';
import { ClientOp, ServerOp } from '../../server/protocol/opcodes.ts';
import type { Answer, Mine as MineMessage, Received } from '../../server/protocol/server-frame.ts';
import { type ConnectionState, Link } from './link.ts';
import { type CommandRequest, type MineRequest, PendingCommands } from './pending-commands.ts';
import { newRequestId } from './request-id.ts';
import type {
  BuyResult,
  CommandOptions,
  Failed,
  HoldResult,
  MineResult,
  PingResult,
  Refused,
  ReleaseResult,
} from './results.ts';
import type { Seats } from './seat-replica.ts';
import { platform, platformWebSocket, type Surroundings, type WebSocketConstructor } from './surroundings.ts';
import { type SeatsListener, WatchedSeats } from './watched-seats.ts';

export interface SessionOptions {
  /** ws:// or wss://, with the path: "wss://cinema.example/ws". */
  readonly url: string;
  /** Of an earlier session: the same buyer again. Keep it like a password. */
  readonly token?: string | null;
  /** For the server's log; up to 64 bytes. */
  readonly clientName?: string;
  /** Where the platform has none (Node 20): the class of the package `ws`. */
  readonly webSocket?: WebSocketConstructor;
  /** Most commands under way at once. */
  readonly commandsMax?: number;
  /** For each command, retries and reconnects counted in, milliseconds. */
  readonly deadlineMs?: number;
  /** Told of every change of the connection, beginning with the first after `connect` has returned. */
  readonly onState?: (state: ConnectionState) => void;
  readonly surroundings?: Surroundings;
}

export interface Watch {
  /** The seats as far as they are known. */
  readonly seats: Seats | null;
  stop(): void;
}

export interface HoldOptions extends CommandOptions {
  /** Add the seats to this hold, whose deadline stays. */
  readonly hold?: number;
  /** Id of the seat map on which the seats were chosen: on another one they are refused (43), instead of being other chairs. */
  readonly seatMap?: number;
}

export interface BuyLine {
  readonly seat: number;
  /** 1 full, 2 half inside the quota, 3 half outside it. */
  readonly type: number;
  /** Id of the ticket type, of `type`'s class. Without one the price is that of the class. */
  readonly category?: number;
}

export interface BuyOptions extends CommandOptions {
  /** The total that the buyer was shown, fees included: at any other nothing is bought (`priceChanged`). */
  readonly expectedCents?: number;
}

export interface Payment {
  readonly method: string;
  readonly detail: string;
}

const DEADLINE_MS = 30_000;
const COMMANDS_MAX = 256;

/** Begins a session. @throws TypeError for an address or options that cannot be. */
export function connect(options: SessionOptions): Session {
  return new Session(options);
}

export class Session {
  readonly #surroundings: Surroundings;
  readonly #deadlineMs: number;
  readonly #onState: (state: ConnectionState) => void;
  readonly #link: Link;
  readonly #commands: PendingCommands;
  readonly #watched: WatchedSeats;
  readonly #pings = new Map<number, { readonly sentMs: number; settle(result: PingResult): void }>();
  #nonce = 0;
  #state: ConnectionState = { is: 'connecting', tries: 0 };

  constructor(options: SessionOptions) {
    const surroundings = options.surroundings ?? platform;
    this.#surroundings = surroundings;
    this.#deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.#onState = options.onState ?? (() => {});
    this.#watched = new WatchedSeats({
      surroundings,
      send: (requests) => this.#link.send(requests),
      tell: (listener, event) => callOut(() => listener(event)),
    });
    const webSocket = options.webSocket ?? platformWebSocket();
    const { url, clientName = 'sdk' } = options;
    this.#link = new Link({ url, webSocket, clientName, surroundings }, options.token ?? null, {
      greeting: () => this.#watched.greeting(),
      opened: () => {
        this.#watched.opened();
        this.#commands.pump();
      },
      received: (message) => this.#received(message),
      down: () => this.#down(),
      stateChanged: (state) => this.#stateChanged(state),
      awaitsAnswer: () => this.#pings.size > 0 || this.#commands.isAnySent,
    });
    this.#commands = new PendingCommands(this.#link, surroundings, options.commandsMax ?? COMMANDS_MAX);
  }

  /** Null until the first welcome, and from a sign-out to the welcome after it: from then on it is another buyer's. */
  get token(): string | null {
    return this.#link.token;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Commands that have not been settled. */
  get underWay(): number {
    return this.#commands.size;
  }

  /** Follows a screening's seats until `stop`. */
  watch(screening: number, listener: SeatsListener): Watch {
    encodeClientFrame([{ op: ClientOp.watch, screening, epoch: 0, version: 0 }]);
    // A listener of its own, so that the same function may watch twice.
    const own: SeatsListener = (event) => listener(event);
    this.#watched.add(screening, own);
    const watched = this.#watched;
    return {
      get seats() {
        return watched.seatsOf(screening);
      },
      stop: () => watched.remove(screening, own),
    };
  }

  /** Takes these seats, all or none, in a new hold or into one that is there. */
  hold(screening: number, seats: readonly number[], options: HoldOptions = {}): Promise<HoldResult> {
    const { hold = 0, seatMap } = options;
    const request = { op: ClientOp.hold, requestId: this.#idOf(options), screening, seats: [...seats], hold } as const;
    // A server of an older build does not know the field, and would refuse the command.
    const isUnknown = seatMap === undefined || this.#watched.seatsOf(screening)?.seatMap === 0;
    return this.#command(isUnknown ? request : { ...request, seatMap }, options, this.#held);
  }

  /** Takes `count` good seats side by side. `accessible`: only wheelchair and companion places. */
  bestAvailable(
    screening: number,
    count: number,
    options: CommandOptions & { readonly accessible?: boolean } = {},
  ): Promise<HoldResult> {
    const { accessible = false } = options;
    const requestId = this.#idOf(options);
    return this.#command({ op: ClientOp.bestAvailable, requestId, screening, count, accessible }, options, this.#held);
  }

  /** More time for a hold, as often as the screening's rules allow. */
  extend(screening: number, hold: number, options: CommandOptions = {}): Promise<HoldResult> {
    return this.#command({ op: ClientOp.extend, requestId: this.#idOf(options), screening, hold }, options, this.#held);
  }

  /** Gives seats of a hold back; none named: all of them. */
  release(
    screening: number,
    hold: number,
    seats: readonly number[] = [],
    options: CommandOptions = {},
  ): Promise<ReleaseResult> {
    const request = {
      op: ClientOp.release,
      requestId: this.#idOf(options),
      screening,
      hold,
      seats: [...seats],
    } as const;
    return this.#command(request, options, ({ requestId, version, body }) =>
      body.kind === 'released' ? { is: 'accepted', requestId, version, hold: body.hold, seats: body.seats } : null,
    );
  }

  /**
   * Buys the seats of a hold. Prices are the server's. Refused with `authenticationNeeded`: the buyer's bank wants to hear from
   * him; afterwards the same call with the same `requestId` goes on, while the seats wait.
   */
  buy(
    screening: number,
    hold: number,
    lines: readonly BuyLine[],
    payment: Payment,
    options: BuyOptions = {},
  ): Promise<BuyResult> {
    const requestId = this.#idOf(options);
    const { expectedCents } = options;
    const { method, detail } = payment;
    const seats = lines.map(({ seat, type, category }) =>
      category === undefined ? ([seat, type] as const) : ([seat, type, category] as const),
    );
    const request = { op: ClientOp.buy, requestId, screening, hold, seats, method, detail } as const;
    const asked = expectedCents === undefined ? request : { ...request, expectedCents };
    return this.#command(asked, options, ({ version, body }) =>
      body.kind === 'sold' ? { is: 'accepted', requestId, version, order: body.order, tickets: body.tickets } : null,
    );
  }

  /** What this buyer has in a screening: to be asked after a start, and whenever a command failed. */
  mine(screening: number, options: CommandOptions = {}): Promise<MineResult> {
    const request: MineRequest = { op: ClientOp.mine, screening };
    encodeClientFrame([request]);
    return new Promise((resolve) => {
      this.#commands.add(request, options.deadlineMs ?? this.#deadlineMs, {
        answered: (answer) => resolve(refused(answer)),
        mine: (message) => resolve(this.#mineOf(message)),
        failed: (reason) => resolve({ is: 'failed', requestId: '', reason, mayHaveHappened: false }),
      });
    });
  }

  /** The way to the server and back. Fails when this connection ends. */
  ping(): Promise<PingResult> {
    return new Promise((resolve) => {
      const nonce = ++this.#nonce;
      if (!this.#link.send([{ op: ClientOp.ping, nonce }])) {
        resolve(pingFailed);
        return;
      }
      this.#pings.set(nonce, { sentMs: this.#surroundings.nowMs(), settle: resolve });
    });
  }

  /** The network is back or the page is seen again: try at once instead of waiting. */
  nudge(): void {
    this.#link.nudge();
  }

  /** Ends the session on this side. What is under way fails with "closed". */
  close(): void {
    this.#link.close();
  }

  #command<Result extends { readonly is: 'accepted' }>(
    request: CommandRequest,
    options: CommandOptions,
    accept: (answer: Answer) => Result | null,
  ): Promise<Result | Refused | Failed> {
    // What cannot be encoded is a mistake of the caller: it is told at once, not when the frame is made.
    encodeClientFrame([request]);
    const { requestId } = request;
    return new Promise((resolve) => {
      const fail = (reason: Failed['reason'], mayHaveHappened: boolean) =>
        resolve({ is: 'failed', requestId, reason, mayHaveHappened });
      this.#commands.add(request, options.deadlineMs ?? this.#deadlineMs, {
        // An acceptance of another shape than this command's: the seats may be ours, but we cannot tell.
        answered: (answer) => {
          if (answer.body.kind === 'refused') resolve(refused(answer));
          else {
            const result = accept(answer);
            if (result === null) fail('protocol', true);
            else resolve(result);
          }
        },
        mine: () => fail('protocol', true),
        failed: fail,
      });
    });
  }

  readonly #held = ({ requestId, version, body }: Answer) =>
    body.kind === 'held'
      ? ({
          is: 'accepted',
          requestId,
          version,
          hold: body.hold,
          seats: body.seats,
          msLeft: body.msLeft,
          endsAtMs: this.#surroundings.nowMs() + body.msLeft,
        } as const)
      : null;

  #mineOf({ holds, orders }: MineMessage): MineResult {
    const nowMs = this.#surroundings.nowMs();
    return { is: 'accepted', holds: holds.map((hold) => ({ ...hold, endsAtMs: nowMs + hold.msLeft })), orders };
  }

  #received(message: Received): void {
    switch (message.op) {
      case ServerOp.snapshot:
        this.#watched.snapshot(message);
        return;
      case ServerOp.delta:
        this.#watched.delta(message);
        return;
      case ServerOp.gone:
        this.#watched.gone(message);
        return;
      case ServerOp.answer:
        this.#commands.answered(message);
        return;
      case ServerOp.mine:
        this.#commands.mineArrived(message);
        return;
      case ServerOp.pong: {
        const ping = this.#pings.get(message.nonce);
        this.#pings.delete(message.nonce);
        ping?.settle({ is: 'accepted', roundTripMs: this.#surroundings.nowMs() - ping.sentMs });
        return;
      }
      case ServerOp.welcome:
      case ServerOp.notice:
      // The link's own.
    }
  }

  #down(): void {
    this.#commands.down();
    this.#watched.down();
    const pings = [...this.#pings.values()];
    this.#pings.clear();
    for (const ping of pings) ping.settle(pingFailed);
  }

  #stateChanged(state: ConnectionState): void {
    this.#state = state;
    // The next connection is another buyer's: what this one asked for must not be asked in his name.
    if (state.is === 'waiting' && state.code === CloseCode.signedOut) this.#commands.giveUp('closed');
    if (state.is === 'closed') {
      this.#down();
      this.#commands.fail(state.reason === 'asked' ? 'closed' : 'protocol');
      this.#watched.close();
    }
    callOut(() => this.#onState(state));
  }

  #idOf({ requestId }: CommandOptions): string {
    return requestId ?? newRequestId((bytes) => this.#surroundings.randomBytes(bytes));
  }
}

const pingFailed: PingResult = { is: 'failed', requestId: '', reason: 'closed', mayHaveHappened: false };

function refused({ requestId, code, body }: Answer): Refused {
  const { seats, order } = body.kind === 'refused' ? body : { seats: [] };
  return order === undefined
    ? { is: 'refused', requestId, code, seats }
    : { is: 'refused', requestId, code, seats, order };
}

/** A fault in the caller's listener is the caller's: it is reported as any uncaught error, and does not stop us half-way. */
function callOut(call: () => void): void {
  try {
    call();
  } catch (cause) {
    queueMicrotask(() => {
      throw cause;
    });
  }
}

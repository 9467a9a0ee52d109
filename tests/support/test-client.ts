/**
 * A buyer's client for system tests, no smarter than docs/protocol.md asks: binary frames over a real WebSocket, one session
 * that survives its connections, and each command repeated under its request id until somebody decides it. Everything
 * that is asked and answered goes into a history, which is what the database is compared with afterwards.
 *
 * It is not the SDK on purpose: two readers of one protocol page find what one would not.
 */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp, type ClientRequest } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { OutcomeCode } from '../../server/protocol/outcome-code.ts';
import { type Answer, decodeServerFrame, type Mine, type Received } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { deadline } from './deadline.ts';

export type CommandRequest = Extract<ClientRequest, { readonly requestId: string }>;
/** A command without the id that it will get. */
export type CommandDraft = CommandRequest extends infer Request
  ? Request extends CommandRequest
    ? Omit<Request, 'requestId'>
    : never
  : never;

/** One command from its first sending to its end. */
export interface HistoryEntry {
  readonly requestId: string;
  readonly buyer: string;
  readonly request: CommandRequest;
  /** How often it went out. Once: then its answer names the very version that it made. */
  sent: number;
  /** The first answer that settles it; null while nobody knows. */
  answer: Answer | null;
  /** Which server gave it, where a test has several. */
  answeredBy: string;
  /** When it was first asked, and when settled (0: not yet); of this process's `performance.now()`. */
  readonly askedMs: number;
  answeredMs: number;
}

export type History = HistoryEntry[];

export interface ClientOptions {
  /** Asked before each connection: where to? */
  readonly server: () => string;
  readonly history: History;
  /** Hears of every command that was accepted, in the turn of its answer. */
  readonly onAccepted?: (entry: HistoryEntry) => void;
  /** Everything that is no answer: snapshots, deltas, notices. */
  readonly onMessage?: (message: Received) => void;
  readonly onWelcome?: () => void;
  readonly onClosed?: (code: number) => void;
  /** A session of before. */
  readonly token?: string;
  /** After so long without a welcome or an answer the connection is given up and another one made. Default: never. */
  readonly patienceMs?: number;
}

/** Nothing was decided, or nobody knows: the same request id again. */
const REPEAT: readonly number[] = [OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired];
const RECONNECT_MS = 20;
const REPEAT_MS = 25;
/** Long enough for a server and its database to be killed and to come back on a busy machine. */
const COMMAND_DEADLINE_MS = 40_000;

interface Waiting {
  readonly entry: HistoryEntry;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (cause: Error) => void;
  /** Of two copies under way at once, each gets its answer. */
  timer: NodeJS.Timeout | null;
}

/** The client went away before it knew. */
export class ClientClosed extends Error {
  override readonly name = 'ClientClosed';
}

export class TestClient {
  readonly #options: ClientOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pings: (() => void)[] = [];
  readonly #mine: { screening: number; resolve: (mine: Mine | Answer) => void }[] = [];
  #socket: WebSocket | null = null;
  #server = '';
  #isWelcome = false;
  #isClosed = false;
  #reconnect: NodeJS.Timeout | null = null;
  #welcomed: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  buyer = '';
  token: string | null;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.token = options.token ?? null;
  }

  /** One that has been welcomed. */
  static async connect(options: ClientOptions): Promise<TestClient> {
    const client = new TestClient(options);
    client.start();
    await client.whenWelcome();
    return client;
  }

  /** Connects, and does so again whenever the connection is lost. */
  start(): void {
    this.#connect();
  }

  whenWelcome(): Promise<void> {
    if (this.#isWelcome) return Promise.resolve();
    const welcomed = new Promise<void>((resolve, reject) => this.#welcomed.push({ resolve, reject }));
    return deadline(welcomed, COMMAND_DEADLINE_MS, () => `no welcome from ${this.#options.server()}`);
  }

  /** Commands that nobody has settled yet. */
  get underWay(): number {
    return this.#waiting.size;
  }

  /** Asks, and repeats until it is settled. `requestId` for those who say the same twice. */
  command(draft: CommandDraft, requestId = newRequestId()): Promise<Answer> {
    const request = { ...draft, requestId } as CommandRequest;
    const entry: HistoryEntry = {
      requestId,
      buyer: this.buyer,
      request,
      sent: 0,
      answer: null,
      answeredBy: '',
      askedMs: performance.now(),
      answeredMs: 0,
    };
    this.#options.history.push(entry);
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(requestId, { entry, resolve, reject, timer: null });
    });
    this.#transmit(entry);
    return deadline(
      answered,
      COMMAND_DEADLINE_MS,
      () => `${describe(entry)} was sent ${entry.sent} times and not settled`,
    );
  }

  /** What is this session's here, as the server sees it; the code when it cannot say. */
  mine(screening: number): Promise<Mine | Answer> {
    const told = new Promise<Mine | Answer>((resolve) => this.#mine.push({ screening, resolve }));
    this.send([{ op: ClientOp.mine, screening }]);
    return deadline(told, COMMAND_DEADLINE_MS, () => `"mine" of screening ${screening} was not answered`);
  }

  /** Resolves when the server has read everything that was sent before. */
  ping(): Promise<void> {
    const answered = new Promise<void>((resolve) => this.#pings.push(resolve));
    this.send([{ op: ClientOp.ping, nonce: this.#pings.length }]);
    return deadline(answered, COMMAND_DEADLINE_MS, () => 'a ping was not answered');
  }

  /** As it is, if there is a connection. */
  send(requests: readonly ClientRequest[]): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeClientFrame(requests));
  }

  /** Cuts the connection as a tunnel does; a new one is made at once. */
  cut(): void {
    this.#socket?.terminate();
  }

  /** For good. Commands that are under way stay unknown; whoever waits for them hears an error. */
  close(): void {
    this.#isClosed = true;
    if (this.#reconnect !== null) clearTimeout(this.#reconnect);
    this.#socket?.terminate();
    for (const { timer, reject } of this.#waiting.values()) {
      if (timer !== null) clearTimeout(timer);
      reject(new ClientClosed());
    }
    for (const { reject } of this.#welcomed.splice(0)) reject(new ClientClosed());
  }

  #connect(): void {
    if (this.#isClosed) return;
    this.#expect(() => this.#isWelcome);
    this.#server = this.#options.server();
    const socket = new WebSocket(this.#server, [SUBPROTOCOL], { perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () =>
      socket.send(encodeClientFrame([{ op: ClientOp.hello, token: this.token, clientName: 'test' }])),
    );
    socket.on('message', (bytes: Buffer) => this.#read(bytes));
    // A failed connection is told by 'close' as well.
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.#isWelcome = false;
      this.#options.onClosed?.(code);
      if (!this.#isClosed) this.#reconnect = setTimeout(() => this.#connect(), RECONNECT_MS);
    });
  }

  #read(bytes: Buffer): void {
    const frame = decodeServerFrame(bytes);
    if (!frame.ok) throw new Error(`the server sent what the protocol does not know: ${frame.text}`);
    for (const message of frame.messages) {
      if (message.op === ServerOp.answer) this.#answered(message);
      else if (message.op === ServerOp.mine) this.#toldMine(message.screening, message);
      else if (message.op === ServerOp.pong) this.#pings.shift()?.();
      else if (message.op === ServerOp.welcome) this.#welcome(message.buyer, message.token);
      else this.#options.onMessage?.(message);
    }
  }

  #welcome(buyer: string, token: string): void {
    if (this.buyer !== '' && buyer !== this.buyer) throw new Error(`the session of ${this.buyer} became ${buyer}`);
    this.buyer = buyer;
    this.token = token;
    this.#isWelcome = true;
    for (const { resolve } of this.#welcomed.splice(0)) resolve();
    for (const { screening } of this.#mine) this.send([{ op: ClientOp.mine, screening }]);
    for (const { entry } of this.#waiting.values()) this.#transmit(entry);
    this.#options.onWelcome?.();
  }

  /** Loses patience with this connection unless `isDone` by then. */
  #expect(isDone: () => boolean): void {
    const { patienceMs } = this.#options;
    if (patienceMs === undefined) return;
    setTimeout(() => {
      if (!isDone()) this.cut();
    }, patienceMs).unref();
  }

  #transmit(entry: HistoryEntry): void {
    if (!this.#isWelcome || this.#socket?.readyState !== WebSocket.OPEN) return;
    entry.sent++;
    const { sent } = entry;
    this.#expect(() => entry.sent > sent || !this.#waiting.has(entry.requestId));
    this.#socket.send(encodeClientFrame([entry.request]));
  }

  #answered(answer: Answer): void {
    // A question that was refused has no request id.
    if (answer.requestId === '') {
      this.#mine.shift()?.resolve(answer);
      return;
    }
    const waiting = this.#waiting.get(answer.requestId);
    if (waiting === undefined || waiting.timer !== null) return;
    if (REPEAT.includes(answer.code)) {
      waiting.timer = setTimeout(() => {
        waiting.timer = null;
        this.#transmit(waiting.entry);
      }, REPEAT_MS);
      return;
    }
    this.#waiting.delete(answer.requestId);
    const { entry, resolve } = waiting;
    entry.answer = answer;
    entry.answeredBy = this.#server;
    entry.answeredMs = performance.now();
    if (answer.code === OutcomeCode.accepted) this.#options.onAccepted?.(entry);
    resolve(answer);
  }

  #toldMine(screening: number, mine: Mine): void {
    const index = this.#mine.findIndex((asked) => asked.screening === screening);
    this.#mine.splice(index, index < 0 ? 0 : 1)[0]?.resolve(mine);
  }
}

/** 126 bits: nobody guesses it, and no seed repeats it. */
export function newRequestId(): string {
  return randomBytes(16).toString('base64url').slice(0, 21);
}

export function describe({ request, buyer, answer, sent }: HistoryEntry): string {
  return JSON.stringify({ ...request, buyer, sent, code: answer?.code, version: answer?.version, body: answer?.body });
}

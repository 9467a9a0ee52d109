/**
 * A crowd of visitors, as cheap as they can be: each has a connection and a session, watches one screening, and comes back at
 * once when its connection is lost, like everybody else. After each welcome it asks for the seats and for what is its own.
 */
import { clientFrame } from '../../bench/command-frames.ts';
import { RawSocket } from '../../bench/raw-socket.ts';
import { encodeClientFrame } from '../../server/protocol/client-codec.ts';
import { ClientOp } from '../../server/protocol/client-messages.ts';
import { ServerOp } from '../../server/protocol/opcodes.ts';
import { decodeServerFrame } from '../../server/protocol/server-frame.ts';
import { SUBPROTOCOL } from '../../server/protocol/version.ts';
import { until } from '../support/deadline.ts';

const AGAIN_MS = 50;
const DEADLINE_MS = 60_000;

class Visitor {
  readonly #crowd: Crowd;
  readonly #screening: number;
  #socket: RawSocket | null = null;
  #token: string | null = null;
  #left = 2;
  #timer: NodeJS.Timeout | null = null;

  constructor(crowd: Crowd, screening: number) {
    this.#crowd = crowd;
    this.#screening = screening;
    void this.#connect();
  }

  /** Whether it has been told, on this connection, the seats and what is its own. */
  get isServed(): boolean {
    return this.#left === 0;
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    this.#crowd.attempts++;
    try {
      const socket = await RawSocket.open('127.0.0.1', this.#crowd.port(), '/ws', SUBPROTOCOL, {
        frame: (bytes, from, to) => this.#read(bytes.subarray(from, to)),
        readDone: () => {},
        closed: () => this.#lost(),
      });
      this.#socket = socket;
      const hello = encodeClientFrame([{ op: ClientOp.hello, token: this.#token, clientName: 'crowd' }]);
      socket.write(clientFrame(hello));
      if (this.#crowd.isClosed) socket.close();
    } catch {
      this.#lost();
    }
  }

  #lost(): void {
    this.#left = 2;
    this.#socket = null;
    if (!this.#crowd.isClosed) this.#timer = setTimeout(() => void this.#connect(), AGAIN_MS);
  }

  #read(bytes: Uint8Array): void {
    const frame = decodeServerFrame(bytes);
    if (!frame.ok) throw new Error(`the server sent what the protocol does not know: ${frame.text}`);
    for (const message of frame.messages) {
      if (message.op === ServerOp.welcome) this.#welcome(message.token);
      else if (message.op === ServerOp.snapshot) this.#told();
      else if (message.op === ServerOp.mine) this.#told();
      // The owner could not be asked just now.
      else if (message.op === ServerOp.answer) setTimeout(() => this.#ask(), AGAIN_MS).unref();
      else if (message.op === ServerOp.gone) setTimeout(() => this.#watch(), AGAIN_MS).unref();
    }
  }

  #welcome(token: string): void {
    if (this.#token !== null && this.#token !== token) throw new Error('a session became another one');
    this.#token = token;
    this.#watch();
    this.#ask();
  }

  #watch(): void {
    const request = { op: ClientOp.watch, screening: this.#screening, epoch: 0, version: 0 } as const;
    this.#socket?.write(clientFrame(encodeClientFrame([request])));
  }

  #ask(): void {
    this.#socket?.write(clientFrame(encodeClientFrame([{ op: ClientOp.mine, screening: this.#screening }])));
  }

  #told(): void {
    if (this.#left > 0) this.#left--;
  }
}

export class Crowd {
  readonly port: () => number;
  readonly #visitors: Visitor[];
  isClosed = false;
  /** Connections tried so far. */
  attempts = 0;

  /** `port`: where to, asked at each attempt. */
  constructor(size: number, screenings: readonly number[], port: () => number) {
    this.port = port;
    this.#visitors = Array.from(
      { length: size },
      (_, index) => new Visitor(this, screenings[index % screenings.length]!),
    );
  }

  get served(): number {
    return this.#visitors.reduce((count, { isServed }) => count + (isServed ? 1 : 0), 0);
  }

  /** Resolves when everybody is connected and has been told what it asked for; says how long that took, milliseconds. */
  async whenServed(): Promise<number> {
    const startedMs = performance.now();
    await until(
      () => this.served === this.#visitors.length,
      DEADLINE_MS,
      () => `${this.served} of ${this.#visitors.length} are served, after ${this.attempts} attempts`,
    );
    return performance.now() - startedMs;
  }

  close(): void {
    this.isClosed = true;
    for (const visitor of this.#visitors) visitor.close();
  }
}

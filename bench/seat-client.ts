/** One connection that asks one thing at a time and waits: for measuring single answers, and for filling a server. */
import { randomBytes } from 'node:crypto';
import { AnswerReader } from './answer-reader.ts';
import { CommandFrames, clientFrame } from './command-frames.ts';
import { RawSocket } from './raw-socket.ts';
import { HOST } from './server-process.ts';

export interface SeatAnswer {
  readonly code: number;
  readonly version: number;
  readonly hold: number;
  /** From sending to the answer. */
  readonly latencyMs: number;
}

const WELCOME = 101;
const FRAME_MESSAGES = 1;

export class SeatClient {
  readonly #frames = new CommandFrames(randomBytes(12).toString('base64url'), FRAME_MESSAGES, 4);
  readonly #waiting = new Map<
    number,
    { sentMs: number; resolve: (answer: SeatAnswer) => void; reject: (error: Error) => void }
  >();
  #socket: RawSocket | null = null;
  #sequence = 0;

  private constructor() {}

  /** Connects and says hello. */
  static async open(port: number): Promise<SeatClient> {
    const client = new SeatClient();
    let welcome: () => void = () => {};
    const welcomed = new Promise<void>((resolve) => (welcome = resolve));
    const reader = new AnswerReader({
      answer: (sequence, code, version, hold) => {
        const waiting = client.#waiting.get(sequence);
        client.#waiting.delete(sequence);
        waiting?.resolve({ code, version, hold, latencyMs: performance.now() - waiting.sentMs });
      },
      other: (op) => {
        if (op === WELCOME) welcome();
      },
    });
    client.#socket = await RawSocket.open(HOST, port, '/ws', 'poltrona.1', {
      frame: (bytes, from, to) => reader.read(bytes, from, to),
      readDone() {},
      closed: (reason) => {
        for (const { reject } of client.#waiting.values()) reject(new Error(reason));
        client.#waiting.clear();
      },
    });
    client.#socket.write(clientFrame(Buffer.from([0x91, 0x93, 1, 0xc0, 0xa5, ...Buffer.from('bench')])));
    await welcomed;
    return client;
  }

  hold(screening: number, seat: number): Promise<SeatAnswer> {
    const sequence = this.#sequence++;
    this.#frames.hold(sequence, screening, seat);
    return this.#send(sequence);
  }

  release(screening: number, hold: number): Promise<SeatAnswer> {
    const sequence = this.#sequence++;
    this.#frames.release(sequence, screening, hold);
    return this.#send(sequence);
  }

  close(): void {
    this.#socket?.close();
  }

  #send(sequence: number): Promise<SeatAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(sequence, { sentMs: performance.now(), resolve, reject });
      this.#socket?.write(Buffer.from(this.#frames.take()));
    });
  }
}

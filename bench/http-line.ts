/**
 * One kept-alive HTTP connection of the load generator: one request at a time, on a bare socket, because a generator that
 * shares the machine with the server must cost little. Knows as much HTTP as our server speaks: a length for each answer.
 */
import net from 'node:net';

/** `status` 0: the connection broke. */
export type OnAnswer = (status: number, body: Buffer | null) => void;

const END_OF_HEAD = Buffer.from('\r\n\r\n');

export class HttpLine {
  readonly #socket: net.Socket;
  readonly #host: string;
  #onAnswer: OnAnswer | null = null;
  #wantsBody = false;
  #chunks: Buffer[] = [];
  /** Bytes of the answer that are still to come; negative: its head is not complete. */
  #missing = -1;
  #status = 0;
  isBroken = false;

  private constructor(socket: net.Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isBroken = true;
      this.#end(0, null);
    });
  }

  static async open(host: string, port: number): Promise<HttpLine> {
    const socket = net.connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpLine(socket, `${host}:${port}`);
  }

  /** @param wantsBody else only its length is read. One at a time. */
  get(path: string, wantsBody: boolean, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#wantsBody = wantsBody;
    this.#socket.write(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n\r\n`);
  }

  close(): void {
    this.#onAnswer = null;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing < 0) {
      const head = this.#chunks.length === 0 ? chunk : Buffer.concat([...this.#chunks, chunk]);
      const at = head.indexOf(END_OF_HEAD);
      if (at < 0) {
        this.#chunks = [head];
        return;
      }
      const text = head.toString('latin1', 0, at);
      this.#status = Number(text.slice(9, 12));
      const length = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      const body = head.subarray(at + END_OF_HEAD.length);
      this.#missing = length - body.length;
      this.#chunks = this.#wantsBody ? [body] : [];
    } else {
      this.#missing -= chunk.length;
      if (this.#wantsBody) this.#chunks.push(chunk);
    }
    if (this.#missing <= 0) this.#end(this.#status, this.#wantsBody ? Buffer.concat(this.#chunks) : null);
  }

  #end(status: number, body: Buffer | null): void {
    const onAnswer = this.#onAnswer;
    this.#onAnswer = null;
    this.#chunks = [];
    this.#missing = -1;
    onAnswer?.(status, body);
  }
}

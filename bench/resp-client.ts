/**
 * A Redis client with as little in it as possible: commands of one turn leave in one write (pipelining), replies come
 * back in order. It knows whole numbers, short texts and errors, which is what the peer's scripts answer.
 */
import net from 'node:net';

/** Hears the reply to one command; an error comes as an Error. */
export type ReplyListener = (reply: number | string | null | Error) => void;

export class RespClient {
  readonly #socket: net.Socket;
  readonly #waiting: ReplyListener[] = [];
  #firstWaiting = 0;
  #outgoing = '';
  #incoming = '';
  /** Called after the replies of one read have been given. */
  onReplies: () => void = () => {};

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text) => this.#read(String(text)));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('Redis closed the connection')));
  }

  static connect(path: string): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ path });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RespClient(socket)));
    });
  }

  /** Queues a command; ASCII only. It leaves at the end of this turn. */
  send(parts: readonly string[], listener: ReplyListener): void {
    let text = `*${parts.length}\r\n`;
    for (const part of parts) text += `$${part.length}\r\n${part}\r\n`;
    this.#waiting.push(listener);
    if (this.#outgoing === '') setImmediate(() => this.#flush());
    this.#outgoing += text;
  }

  /** One command, awaited. Rejects with an error reply. */
  call(...parts: string[]): Promise<number | string | null> {
    return new Promise((resolve, reject) => {
      this.send(parts, (reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    this.#socket.write(this.#outgoing, 'latin1');
    this.#outgoing = '';
  }

  #read(text: string): void {
    const all = this.#incoming === '' ? text : this.#incoming + text;
    let at = 0;
    for (;;) {
      const end = all.indexOf('\r\n', at);
      if (end < 0) break;
      const kind = all[at];
      const line = all.slice(at + 1, end);
      let next = end + 2;
      let reply: number | string | null | Error;
      if (kind === ':') {
        reply = Number(line);
      } else if (kind === '+') {
        reply = line;
      } else if (kind === '-') {
        reply = new Error(line);
      } else if (kind === '$') {
        const length = Number(line);
        if (length >= 0 && all.length < next + length + 2) break;
        reply = length < 0 ? null : all.slice(next, next + length);
        next += length < 0 ? 0 : length + 2;
      } else {
        throw new Error(`a reply of Redis begins with ${kind}`);
      }
      at = next;
      this.#reply(reply);
    }
    this.#incoming = all.slice(at);
    this.onReplies();
  }

  #reply(reply: number | string | null | Error): void {
    const listener = this.#waiting[this.#firstWaiting++];
    listener?.(reply);
    // Shifting an array for each reply would move all others; this moves them now and then.
    if (this.#firstWaiting < 4096 && this.#firstWaiting < this.#waiting.length) return;
    this.#waiting.splice(0, this.#firstWaiting);
    this.#firstWaiting = 0;
  }

  #fail(error: Error): void {
    const waiting = this.#waiting.splice(this.#firstWaiting);
    this.#waiting.length = 0;
    this.#firstWaiting = 0;
    for (const listener of waiting) listener(error);
  }
}

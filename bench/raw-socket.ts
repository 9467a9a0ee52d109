/**
 * A WebSocket client with as little in it as possible: one TCP connection, the upgrade, bytes out as they are, whole
 * frames in. All connections of a process read into one buffer; what remains of an incomplete frame is kept
 * aside. It does not check what a browser checks, since the server under test is ours and has tests of its own.
 */
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';

/** Large, so that a commit's answers to one socket come in one piece. */
const READ_BYTES = 256 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);
const UPGRADE_BYTES_MAX = 8192;

export interface RawSocketListener {
  /** One whole binary frame, `bytes[from…to)`; valid until this returns. */
  frame(bytes: Uint8Array, from: number, to: number): void;
  /** All frames that came with one read have been told: the moment to send what they make room for. */
  readDone(): void;
  closed(reason: string): void;
}

export class RawSocket {
  readonly #socket: net.Socket;
  readonly #listener: RawSocketListener;
  /** The beginning of an incomplete frame. */
  #kept = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: net.Socket, listener: RawSocketListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  /** Connects and upgrades. @throws when the server refuses. */
  static open(
    host: string,
    port: number,
    path: string,
    protocol: string,
    listener: RawSocketListener,
  ): Promise<RawSocket> {
    return new Promise((resolve, reject) => {
      const key = randomBytes(16).toString('base64');
      let upgraded: RawSocket | null = null;
      let head = Buffer.alloc(0);
      const read = (count: number): boolean => {
        if (upgraded !== null) {
          upgraded.#read(count);
          return true;
        }
        head = Buffer.concat([head, readBuffer.subarray(0, count)]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0 && head.length < UPGRADE_BYTES_MAX) return true;
        const text = head.subarray(0, Math.max(end, 0)).toString('latin1');
        if (!isUpgrade(text, key)) {
          socket.destroy();
          reject(new Error(`the server did not upgrade the connection: ${text.split('\r\n')[0]}`));
          return false;
        }
        upgraded = new RawSocket(socket, listener);
        resolve(upgraded);
        const rest = head.subarray(end + 4);
        if (rest.length > 0) upgraded.#readBytes(Buffer.from(rest));
        return true;
      };
      const socket = net.connect({ host, port, noDelay: true, onread: { buffer: readBuffer, callback: read } });
      socket.once('connect', () => {
        socket.write(
          `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
        );
      });
      let reason = 'the server closed the connection';
      socket.on('error', (error) => (reason = error.message));
      socket.once('close', () => {
        reject(new Error(reason));
        if (upgraded !== null) upgraded.#closed(reason);
      });
    });
  }

  /** Sends bytes as they are; false when the kernel has not taken all of them yet, so that they must not be changed. */
  write(bytes: Uint8Array): boolean {
    this.#socket.write(bytes);
    return this.#socket.writableLength === 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get unwritten(): number {
    return this.#socket.writableLength;
  }

  /** Ends the connection. `closed` is still told. */
  close(): void {
    this.#socket.destroy();
  }

  #closed(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.closed(reason);
  }

  #read(count: number): void {
    if (this.#kept.length === 0) this.#readBytes(readBuffer.subarray(0, count));
    else this.#readBytes(Buffer.concat([this.#kept, readBuffer.subarray(0, count)]));
  }

  #readBytes(bytes: Buffer): void {
    let at = 0;
    for (;;) {
      const left = bytes.length - at;
      if (left < 2) break;
      let length = bytes[at + 1]!;
      let header = 2;
      if (length === 126) {
        if (left < 4) break;
        length = bytes.readUInt16BE(at + 2);
        header = 4;
      } else if (length === 127) {
        if (left < 10) break;
        length = bytes.readUInt32BE(at + 6);
        header = 10;
      }
      if (left < header + length) break;
      const from = at + header;
      at = from + length;
      this.#frame(bytes, bytes[from - header]!, from, at);
    }
    this.#kept = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    this.#listener.readDone();
  }

  #frame(bytes: Buffer, opcode: number, from: number, to: number): void {
    if (opcode === 0x82) {
      this.#listener.frame(bytes, from, to);
    } else if (opcode === 0x89) {
      const pong = Buffer.concat([Buffer.from([0x8a, 0x80 | (to - from), 0, 0, 0, 0]), bytes.subarray(from, to)]);
      this.#socket.write(pong);
    } else if (opcode === 0x88) {
      const code = to - from >= 2 ? bytes.readUInt16BE(from) : 1005;
      this.#closed(`closed by the server: ${code} ${bytes.subarray(from + 2, to).toString('utf8')}`);
      this.#socket.destroy();
    }
  }
}

function isUpgrade(head: string, key: string): boolean {
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return head.startsWith('HTTP/1.1 101 ') && head.includes(accept);
}

/**
 * A client for tests that speaks WebSocket byte by byte, so that it can break every rule: send junk, leave a frame half
 * finished, never answer a ping, never read. Whoever waits here waits for an event; the deadline only ends a hopeless wait.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RawFrame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
}

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const DEADLINE_MS = 20_000;

const openSockets = new Set<Socket>();

/** A TCP connection that remembers what came and can wait for more. */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the connection is over, however. */
  readonly closed: Promise<void>;
  received: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #changed: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  static open(port: number, host = '127.0.0.1'): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host);
      openSockets.add(socket);
      socket.once('close', () => openSockets.delete(socket));
      socket.once('error', reject);
      socket.once('connect', () => resolve(new RawConnection(socket)));
    });
  }

  /** Ends what tests have left open to this port, so that its server need not wait for them when it closes. */
  static destroyAll(port: number): void {
    for (const socket of openSockets) if (socket.remotePort === port) socket.destroy();
  }

  /** Waits until `take` finds what it looks for in the bytes so far; null when the connection ended without it. */
  async take<Found>(take: (bytes: Buffer) => { found: Found; usedBytes: number } | null): Promise<Found | null> {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const taken = take(this.received);
      if (taken !== null) {
        this.received = this.received.subarray(taken.usedBytes);
        return taken.found;
      }
      if (this.#isClosed) return null;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`nothing came; so far: ${JSON.stringify(this.received.toString('latin1'))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#changed.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The next HTTP answer: status, header block, body by Content-Length. */
  answer(isHead = false): Promise<{ status: number; headers: string; body: string } | null> {
    return this.take((bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return null;
      const headers = bytes.subarray(0, end).toString('latin1');
      const length = isHead ? 0 : Number(/^content-length: *(\d+)/im.exec(headers)?.[1] ?? 0);
      if (bytes.length < end + 4 + length) return null;
      const body = bytes.subarray(end + 4, end + 4 + length).toString();
      return { found: { status: Number(headers.slice(9, 12)), headers, body }, usedBytes: end + 4 + length };
    });
  }

  #wake(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const resolve of waiting) resolve();
  }
}

/** A WebSocket connection after an accepted handshake. */
export class RawWebSocket {
  readonly connection: RawConnection;
  /** What the server chose in Sec-WebSocket-Protocol. */
  readonly protocol: string | null;

  private constructor(connection: RawConnection, protocol: string | null) {
    this.connection = connection;
    this.protocol = protocol;
  }

  /** Rejects when the server does not answer 101. */
  static async open(port: number, headers: Readonly<Record<string, string>> = {}, path = '/ws'): Promise<RawWebSocket> {
    const connection = await RawConnection.open(port);
    connection.socket.write(handshake(path, headers));
    const answer = await connection.answer(true);
    if (answer?.status !== 101) throw new Error(`the handshake was answered with ${answer?.status}`);
    const protocol = /^sec-websocket-protocol: *(.*)$/im.exec(answer.headers)?.[1]?.trim() ?? null;
    return new RawWebSocket(connection, protocol);
  }

  send(payload: Uint8Array | string, opcode: number = Opcode.binary, fin = true): void {
    this.connection.socket.write(frame(payload, opcode, { fin }));
  }

  /** The next frame; null when the connection ended without one. Pings are not answered. */
  next(): Promise<RawFrame | null> {
    return this.connection.take(parseFrame);
  }

  /** Reads frames until the close frame. Resolves with its code, or null when the connection ended without one. */
  async closeCode(): Promise<number | null> {
    for (;;) {
      const next = await this.next();
      if (next === null) return null;
      if (next.opcode === Opcode.close) return next.payload.length >= 2 ? next.payload.readUInt16BE(0) : 1005;
    }
  }
}

export function handshake(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all: Record<string, string> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** One frame of a client. The mask is all zeros: allowed, and the payload stays readable. */
export function frame(
  payload: Uint8Array | string,
  opcode: number,
  options: { readonly fin?: boolean; readonly reserved?: number; readonly masked?: boolean } = {},
): Buffer {
  const { fin = true, reserved = 0, masked = true } = options;
  const bytes = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  let length: Buffer;
  if (bytes.length < 126) length = Buffer.from([mask | bytes.length]);
  else if (bytes.length < 65_536) length = Buffer.from([mask | 126, bytes.length >> 8, bytes.length & 0xff]);
  else {
    length = Buffer.alloc(9);
    length[0] = mask | 127;
    length.writeBigUInt64BE(BigInt(bytes.length), 1);
  }
  return Buffer.concat([Buffer.from([first]), length, Buffer.alloc(masked ? 4 : 0), bytes]);
}

function parseFrame(bytes: Buffer): { found: RawFrame; usedBytes: number } | null {
  if (bytes.length < 2) return null;
  const short = bytes[1]! & 0x7f;
  const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
  if (bytes.length < headBytes) return null;
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < headBytes + length) return null;
  const payload = Buffer.from(bytes.subarray(headBytes, headBytes + length));
  const found = { fin: (bytes[0]! & 0x80) !== 0, opcode: bytes[0]! & 0x0f, payload };
  return { found, usedBytes: headBytes + length };
}

/** One WebSocket of `ws`, as the gateway sees it. Listeners are shared by all sockets; none has a timer of its own. */
import { type RawData, WebSocket } from 'ws';
import { CloseCode, type SendResult, type Socket } from './socket-port.ts';

/** The library's socket with a way back to ours, so that the listeners need no closure per connection. */
export class PeeredWebSocket extends WebSocket {
  peer: WsSocket<unknown> | null = null;
}

/** The server's side. */
export interface WsSocketOwner<Context> {
  readonly backlogBytesMax: number;
  retire(socket: WsSocket<Context>, ws: PeeredWebSocket, code: number, reason: string): void;
  received(socket: WsSocket<Context>, message: Buffer, isBinary: boolean): void;
  drained(socket: WsSocket<Context>): void;
  closed(ws: PeeredWebSocket, socket: WsSocket<Context> | null, code: number, reason: string): void;
}

/** Close codes of the library's errors; all others are 1002, a protocol error. */
const PROTOCOL_ERRORS: ReadonlyMap<string, number> = new Map([
  ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', CloseCode.messageTooBig],
  ['WS_ERR_INVALID_UTF8', 1007],
  ['WS_ERR_TOO_MANY_BUFFERED_PARTS', 1008],
]);

const BINARY = { binary: true, compress: false } as const;

export class WsSocket<Context> implements Socket<Context> {
  readonly context: Context;
  readonly remoteAddress: string;
  readonly #owner: WsSocketOwner<Context>;
  /** null from the first sign of its end. */
  #ws: PeeredWebSocket | null;
  /** Idle ticks since the last frame of the client. */
  #quietTicks = 0;
  #backlogged = false;
  /** Made at the first `send`: a socket that only listens goes without. */
  #written: (() => void) | undefined;

  constructor(context: Context, remoteAddress: string, ws: PeeredWebSocket, owner: WsSocketOwner<Context>) {
    this.context = context;
    this.remoteAddress = remoteAddress;
    this.#ws = ws;
    this.#owner = owner;
    ws.peer = this as WsSocket<unknown>;
    ws.on('error', onError);
    ws.on('message', onMessage);
    ws.on('ping', onPing);
    ws.on('pong', onPong);
    ws.on('close', onClose);
  }

  send(frame: Uint8Array): SendResult {
    const ws = this.#ws;
    if (ws === null || ws.readyState !== WebSocket.OPEN) return 'dropped';
    const queuedBytes = ws.bufferedAmount;
    if (queuedBytes > 0 && queuedBytes + frame.byteLength > this.#owner.backlogBytesMax) {
      this.close(CloseCode.slowReader, 'slow reader');
      return 'dropped';
    }
    this.#written ??= () => this.#afterWrite();
    ws.send(frame, BINARY, this.#written);
    // Node writes at once what the kernel takes; what is left now waits for the reader.
    this.#backlogged = ws.bufferedAmount > 0;
    return this.#backlogged ? 'queued' : 'sent';
  }

  bufferedBytes(): number {
    return this.#ws?.bufferedAmount ?? 0;
  }

  close(code: number, reason: string): void {
    const ws = this.#detach();
    if (ws !== null) this.#owner.retire(this, ws, code, reason);
  }

  /** One more idle tick without a frame; tells how many. */
  tick(): number {
    return ++this.#quietTicks;
  }

  heard(): void {
    this.#quietTicks = 0;
  }

  received(message: Buffer, isBinary: boolean): void {
    this.#quietTicks = 0;
    if (this.#ws !== null) this.#owner.received(this, message, isBinary);
  }

  /** Answers a ping of the client, unless it does not read the answers: they count as backlog too. */
  pinged(payload: Buffer): void {
    this.#quietTicks = 0;
    const ws = this.#ws;
    if (ws === null || ws.readyState !== WebSocket.OPEN) return;
    if (ws.bufferedAmount > this.#owner.backlogBytesMax) this.close(CloseCode.slowReader, 'slow reader');
    else ws.pong(payload);
  }

  ended(ws: PeeredWebSocket, code: number, reason: string): void {
    this.#owner.closed(ws, this.#detach() === null ? null : this, code, reason);
  }

  /** Lets go of the library's socket; null when that has happened before. */
  #detach(): PeeredWebSocket | null {
    const ws = this.#ws;
    this.#ws = null;
    return ws;
  }

  #afterWrite(): void {
    if (!this.#backlogged || this.#ws === null) return;
    this.#backlogged = this.#ws.bufferedAmount > 0;
    this.#owner.drained(this);
  }
}

function onMessage(this: WebSocket, message: RawData, isBinary: boolean): void {
  // With the library's default `binaryType` a message is one Buffer, text or not.
  (this as PeeredWebSocket).peer?.received(message as Buffer, isBinary);
}

function onPing(this: WebSocket, payload: Buffer): void {
  (this as PeeredWebSocket).peer?.pinged(payload);
}

function onPong(this: WebSocket): void {
  (this as PeeredWebSocket).peer?.heard();
}

function onClose(this: WebSocket, code: number, reason: Buffer): void {
  const ws = this as PeeredWebSocket;
  ws.peer?.ended(ws, code, reason.toString());
}

/** Errors of the connection say nothing that `close` does not say; those of the protocol have a code. */
function onError(this: WebSocket, error: Error & { readonly code?: string }): void {
  if (!error.code?.startsWith('WS_ERR_')) return;
  // The library is sending this code to the client already; this tells the gateway.
  (this as PeeredWebSocket).peer?.close(PROTOCOL_ERRORS.get(error.code) ?? 1002, error.message);
}

/**
 * One WebSocket of uWebSockets.js, as the gateway sees it: the only object of ours per connection, so that an idle one
 * stays cheap. It keeps the native `ws` exactly as long as touching it is allowed; afterwards every call would throw.
 */
import type { SendResult, Socket } from './socket-port.ts';
import { CloseCode } from './socket-port.ts';
import type { UwsWebSocket } from './uws-binding.ts';

/** What hangs on the native `ws`. */
export interface UwsUserData<Context> {
  readonly socket: UwsSocket<Context>;
}

export type NativeSocket<Context> = UwsWebSocket<UwsUserData<Context>>;

/** The server's side of closing. */
export interface UwsSocketOwner<Context> {
  readonly backlogBytesMax: number;
  /** `socket` has let go of `ws`: bring the close frame out, then tell the gateway. */
  retire(socket: UwsSocket<Context>, ws: NativeSocket<Context>, code: number, reason: string): void;
}

export class UwsSocket<Context> implements Socket<Context> {
  readonly context: Context;
  readonly remoteAddress: string;
  readonly #owner: UwsSocketOwner<Context>;
  /** null before `open` and from the first sign of its end. */
  #ws: NativeSocket<Context> | null = null;
  /** Some of what was sent may still be queued. Saves asking the library before each frame. */
  #backlogged = false;

  constructor(context: Context, remoteAddress: string, owner: UwsSocketOwner<Context>) {
    this.context = context;
    this.remoteAddress = remoteAddress;
    this.#owner = owner;
  }

  send(frame: Uint8Array): SendResult {
    const ws = this.#ws;
    if (ws === null) return 'dropped';
    if (this.#backlogged) {
      const queuedBytes = ws.getBufferedAmount();
      if (queuedBytes === 0) this.#backlogged = false;
      else if (queuedBytes + frame.byteLength > this.#owner.backlogBytesMax) return this.#drop();
    }
    const status = ws.send(frame, true, false);
    if (status === 1) return 'sent';
    // 2: over the library's own limit. It gets there when a write that was corked in a handler left a backlog unseen.
    if (status === 2) return this.#drop();
    this.#backlogged = true;
    return 'queued';
  }

  bufferedBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  close(code: number, reason: string): void {
    const ws = this.detach();
    if (ws !== null) this.#owner.retire(this, ws, code, reason);
  }

  attach(ws: NativeSocket<Context>): void {
    this.#ws = ws;
  }

  /** Lets go of the native socket; null when that has happened before. */
  detach(): NativeSocket<Context> | null {
    const ws = this.#ws;
    this.#ws = null;
    return ws;
  }

  get isDead(): boolean {
    return this.#ws === null;
  }

  #drop(): SendResult {
    this.close(CloseCode.slowReader, 'slow reader');
    return 'dropped';
  }
}

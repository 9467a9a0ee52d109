/** One WebSocket from its birth to its end, told in four calls at most: opened, frames, and ended exactly once. */
import type { WebSocketConstructor } from './surroundings.ts';

export interface AttemptListener {
  opened(): void;
  frame(bytes: Uint8Array): void;
  /** `code` as in a close event: 1006 when the connection just broke or was never made. */
  ended(code: number, reason: string): void;
}

/** The part of the standard that is used. */
interface StandardSocket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(bytes: Uint8Array): void;
  close(code?: number, reason?: string): void;
}

const BROKEN = 1006;

export class SocketAttempt {
  readonly #socket: StandardSocket;
  #listener: AttemptListener | null;

  /** @throws what the constructor throws for an address that it does not take. */
  constructor(webSocket: WebSocketConstructor, url: string, protocol: string, listener: AttemptListener) {
    this.#listener = listener;
    const socket = new webSocket(url, protocol) as StandardSocket;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#listener?.opened();
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#listener?.frame(new Uint8Array(data));
      // Text is not of this protocol: the other end is something else.
      else this.end(BROKEN, 'a text frame came');
    };
    socket.onclose = ({ code, reason }) => this.#ended(code, reason);
    // The close event says the same, and more.
    socket.onerror = () => {};
  }

  send(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** Gives the socket up now, without waiting for the other end; the listener hears `ended` with this code. */
  end(code: number, reason: string): void {
    this.#socket.close(1000);
    this.#ended(code, reason);
  }

  /** Closes without a word to the listener. */
  abandon(): void {
    this.#listener = null;
    this.#socket.close(1000);
  }

  #ended(code: number, reason: string): void {
    const listener = this.#listener;
    this.#listener = null;
    listener?.ended(code, reason);
  }
}

/**
 * WebSockets without a network, in manual time: frames take as long as the seed says, but keep their order; a cut loses what is
 * on its way. With them a whole conversation replays from its seed.
 */
import { EventEmitter } from 'node:events';
import type { WebSocketConstructor } from '../../clients/sdk/surroundings.ts';
import type { GatewaySocket } from './fake-gateway.ts';
import type { ManualTime } from './manual-time.ts';

export interface MemoryNetwork {
  readonly time: ManualTime;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Longest way of a frame, milliseconds. */
  readonly delayMaxMs: number;
  accept(socket: GatewaySocket): void;
}

/** A WebSocket class whose instances reach `network.accept`. */
export function memoryWebSocket(network: MemoryNetwork): WebSocketConstructor {
  return class {
    binaryType = '';
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    onerror: (() => void) | null = null;
    readonly #line = new Line(network);

    constructor() {
      this.#line.toClient = {
        frame: (bytes) => this.onmessage?.({ data: Uint8Array.from(bytes).buffer }),
        closed: (code, reason) => this.onclose?.({ code, reason }),
      };
      this.#line.later('client', () => {
        network.accept(this.#line.server);
        this.onopen?.();
      });
    }

    send(bytes: Uint8Array): void {
      this.#line.later('server', () => this.#line.server.emit('message', Buffer.from(bytes)));
    }

    close(code = 1005): void {
      this.#line.close(code, '');
    }
  };
}

/** Both directions of one connection. */
class Line {
  readonly server: ServerEnd;
  toClient: { frame(bytes: Uint8Array): void; closed(code: number, reason: string): void } | null = null;
  readonly #network: MemoryNetwork;
  #isCut = false;
  /** The arrival of the latest frame each way: the next one cannot overtake it. */
  readonly #lastMs = { client: 0, server: 0 };

  constructor(network: MemoryNetwork) {
    this.#network = network;
    this.server = new ServerEnd(this);
  }

  later(end: 'client' | 'server', run: () => void): void {
    const { time, random, delayMaxMs } = this.#network;
    const dueMs = Math.max(this.#lastMs[end], time.nowMs() + random() * delayMaxMs);
    this.#lastMs[end] = dueMs;
    time.after(dueMs - time.nowMs(), () => {
      if (!this.#isCut) run();
    });
  }

  /** After what was sent before it, at both ends. */
  close(code: number, reason: string): void {
    this.later('server', () => this.server.emit('close'));
    this.later('client', () => this.#end(code, reason));
  }

  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.server.emit('close');
    this.#network.time.after(1, () => this.#end(1006, ''));
  }

  #end(code: number, reason: string): void {
    this.#isCut = true;
    this.toClient?.closed(code, reason);
    this.toClient = null;
  }
}

class ServerEnd extends EventEmitter implements GatewaySocket {
  readonly #line: Line;

  constructor(line: Line) {
    super();
    this.#line = line;
  }

  send(bytes: Uint8Array | string): void {
    const frame = Buffer.from(bytes);
    this.#line.later('client', () => this.#line.toClient?.frame(frame));
  }

  close(code: number, reason: string): void {
    this.#line.close(code, reason);
  }

  terminate(): void {
    this.#line.cut();
  }
}

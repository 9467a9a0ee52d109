/**
 * What the SDK takes from the world: a clock, timers, chance, sockets. Tests hand in their own; everybody else gets those
 * of the platform, which browsers and Node ≥ 20 share.
 */

/** Cancels a timer; harmless when it has run. */
export type Cancel = () => void;

/**
 * The standard WebSocket class, of the browser, of Node ≥ 22, or of the package `ws`. Typed loosely on purpose: their
 * declarations differ, and none of them is ours.
 */
export type WebSocketConstructor = new (url: string, protocols: string) => object;

export interface Surroundings {
  /** Milliseconds on a clock that never jumps; its zero means nothing. */
  nowMs(): number;
  after(ms: number, run: () => void): Cancel;
  /** Uniform in [0, 1): for jitter only. */
  random(): number;
  /** Fills with unpredictable bytes: for request ids. */
  randomBytes(bytes: Uint8Array): void;
}

export const platform: Surroundings = {
  nowMs: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  randomBytes: (bytes) => {
    crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
  },
};

/** @throws TypeError where the platform has no WebSocket (Node 20): pass the class of the package `ws`. */
export function platformWebSocket(): WebSocketConstructor {
  const found = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (found === undefined) throw new TypeError('there is no WebSocket here: pass { webSocket: WebSocket } from "ws"');
  return found;
}

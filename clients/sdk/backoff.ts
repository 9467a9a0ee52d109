/**
 * How long to wait before the next try. Always with jitter, so that ten thousand clients which lost the same server do not come
 * back in the same moment.
 */
import { CloseCode } from '../../server/protocol/close-code.ts';

export interface Backoff {
  /** Around which the first wait lies, milliseconds; each later one is twice as long… */
  readonly firstMs: number;
  /** …up to this. */
  readonly maxMs: number;
}

const RETRY: Backoff = { firstMs: 150, maxMs: 3_000 };
const RECONNECT: Backoff = { firstMs: 300, maxMs: 15_000 };

/** Before asking again what was answered "busy". `tries`: how often it was asked, from 1. */
export function retryDelayMs(tries: number, random: number): number {
  return jittered(RETRY, tries, random);
}

/**
 * Before connecting again after a close with `code`; null when there is no sense in it: we would do the same wrong
 * thing again. `tries`: connections in a row that did not last, from 1.
 */
export function reconnectDelayMs(code: number, tries: number, random: number): number | null {
  const delayMs = jittered(RECONNECT, tries, random);
  switch (code) {
    case CloseCode.protocolError:
    case CloseCode.textFrame:
    case CloseCode.messageTooBig:
      return null;
    // The server asked for less: give it time, whatever the number of tries.
    case CloseCode.rateLimited:
    case CloseCode.tooManyConnections:
      return Math.max(delayMs, 10_000 + 10_000 * random);
    // A restart sends everybody away at once, and is back in two seconds: spread out the return.
    case CloseCode.goingAway:
    case CloseCode.serviceRestart:
      return Math.max(delayMs, 500 + 2_500 * random);
    default:
      return delayMs;
  }
}

/** From half of the full wait to all of it. */
function jittered({ firstMs, maxMs }: Backoff, tries: number, random: number): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** Math.min(tries - 1, 20));
  return fullMs * (0.5 + 0.5 * random);
}

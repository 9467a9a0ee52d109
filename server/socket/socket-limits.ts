/**
 * Bounds on everything that a peer could drag out, the same for both adapters. Each is a number of ours because the
 * libraries have none, or other ones.
 */
export const SOCKET_LIMITS = {
  /**
   * How long a socket that is being closed may keep its backlog, so that a reader that wakes up learns the close code.
   * It bounds the memory of somebody who connects, never reads and connects again.
   */
  lingerMs: 5_000,
  /** How long `SocketServer.close` waits for close frames and HTTP answers to leave. */
  farewellMs: 1_000,
  /** From the end of a request's header to the end of its body. uWebSockets.js itself cuts off without an answer after 8 to 12 s. */
  bodyMs: 6_000,
  /** A long body has so much more time: whoever is slower holds memory that others want. uWebSockets.js itself asks for 16 KiB/s. */
  uploadBytesPerSecondMin: 262_144,
  /** Of a body that is too long, so much is read and thrown away before the 413: a peer that is still writing would not read the answer. */
  discardBytesMax: 1_048_576,
  /** uWebSockets.js ends the process for other values, so `node:http` + `ws` refuses them too. */
  idleSecondsMin: 8,
  idleSecondsMax: 960,
} as const;

/** `reason` cut to what a close frame can carry, at a whole character. */
export function closeReason(reason: string): string {
  if (reason.length <= 41) return reason;
  let short = reason.slice(0, 123);
  while (Buffer.byteLength(short) > 123) short = short.slice(0, -1);
  return short;
}

/** Refuses option values that an adapter could not honour. Throws RangeError. */
export function checkIdleTimeout(seconds: number): void {
  if (seconds >= SOCKET_LIMITS.idleSecondsMin && seconds <= SOCKET_LIMITS.idleSecondsMax) return;
  const { idleSecondsMin, idleSecondsMax } = SOCKET_LIMITS;
  throw new RangeError(`idleTimeoutSeconds must be ${idleSecondsMin} to ${idleSecondsMax}, not ${seconds}`);
}
